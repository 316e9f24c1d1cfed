# SPDX-License-Identifier: GPL-3.0-or-later
"""What an import touches besides the strips that it makes, so that a failed one leaves no trace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import bpy

from .selection import selected_names

if TYPE_CHECKING:
    from bpy.types import Scene

_BROUGHT = ("actions", "sounds", "fonts")


@dataclass(frozen=True, slots=True)
class BeforeImport:
    """What an import touches besides the strips it makes, as it was."""

    active: str
    selected: frozenset[str]
    had_animation: bool
    had_action: bool
    data: dict[str, frozenset[str]]
    """The names of all data-blocks of the kinds that strips bring with them."""

    @classmethod
    def of(cls, scene: Scene) -> BeforeImport:
        editor = scene.sequence_editor
        animation = scene.animation_data
        return cls(
            active=editor.active_strip.name if editor and editor.active_strip else "",
            selected=frozenset(selected_names(editor)) if editor else frozenset(),
            had_animation=animation is not None,
            had_action=animation is not None and animation.action is not None,
            data={kind: frozenset(getattr(bpy.data, kind).keys()) for kind in _BROUGHT},
        )

    def bring_back(self, scene: Scene) -> None:
        """Once the strips are gone."""
        editor = scene.sequence_editor
        for strip in editor.strips_all:
            strip.select = strip.name in self.selected
        editor.active_strip = next((strip for strip in editor.strips_all if strip.name == self.active), None)
        if not self.had_animation:
            scene.animation_data_clear()
        elif not self.had_action:
            scene.animation_data.action = None
        self.remove_new_data()

    def remove_new_data(self) -> None:
        for kind, names in self.data.items():
            blocks = getattr(bpy.data, kind)
            for one in [one for one in blocks if one.name not in names and not one.users]:
                blocks.remove(one)
