# SPDX-License-Identifier: GPL-3.0-or-later
"""Running sequencer operators from anywhere: with or without a window, on any scene, leaving all as it was."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import bpy

from ..errors import PlacementError
from .compat import has_edit_scene, set_edit_scene
from .override import context_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpy.types import Scene


@contextmanager
def sequencer_context(scene: Scene) -> Iterator[None]:
    """A context in which sequencer operators work on `scene`.

    A sequencer that is open is used; else the largest area becomes one for the time being. Blender run without a
    window has one all the same (measured on the bpy module 4.5 to 5.2 and `blender -b` 5.2).
    """
    windows = bpy.context.window_manager.windows
    if not windows:
        raise PlacementError("Blender has no window to work in.", hint="Load a file with a window layout.")
    window = windows[0]
    areas = sorted(window.screen.areas, key=lambda area: (area.type != "SEQUENCE_EDITOR", -area.width * area.height))
    area = areas[0]
    type_before = area.type
    scene_before = set_edit_scene(window, scene)
    area.type = "SEQUENCE_EDITOR"
    try:
        region = next(region for region in area.regions if region.type == "WINDOW")
        with context_of(window, area, region):
            yield
    finally:
        area.type = type_before
        set_edit_scene(window, scene_before)


class OperatorContext:
    """The same, entered where something needs it first, and left by whoever made it.

    To enter it where another scene is edited has all of the window drawn again, which takes longer than a strip.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._entered: ExitStack | None = None
        if not has_edit_scene():
            self.enter()

    def enter(self) -> None:
        if self._entered is None:
            self._entered = ExitStack()
            self._entered.enter_context(sequencer_context(self._scene))

    def leave(self) -> None:
        entered, self._entered = self._entered, None
        if entered is not None:
            entered.close()
