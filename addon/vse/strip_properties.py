# SPDX-License-Identifier: GPL-3.0-or-later
"""Giving one strip what another one is: every property that can be written, but not its name, media and time."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import bpy

if TYPE_CHECKING:
    from bpy.types import Strip

_NAME_AND_PLACE = ("name", "channel", "select", "select_left_handle", "select_right_handle", "lock")
_MEDIA = ("filepath", "directory", "elements", "stream_index", "sound", "parent_name")
_TIME = (
    "frame_", "left_handle", "right_handle", "content_", "duration", "animation_offset_", "input_"
)  # fmt: skip
"""How the names of time properties begin, the old ones and those of 5.2."""


def copy_properties(source: Strip, target: Strip) -> None:
    """Of two strips of a kind. Modifiers, retiming keys and connections are not properties: they stay behind."""
    _copy(source, target, _NAME_AND_PLACE + _MEDIA)
    registered = source.bl_rna.properties.keys()
    for key in source.keys():  # noqa: SIM118 (a strip has no iterator)
        if key in registered:
            continue  # on 4.5 values of registered properties are among the keys
        value = source[key]
        target[key] = value.to_dict() if hasattr(value, "to_dict") else value
        with suppress(TypeError):  # groups and references have no such data
            target.id_properties_ui(key).update_from(source.id_properties_ui(key))


def _copy(source: Any, target: Any, left_out: tuple[str, ...] = ()) -> None:
    for rna in source.bl_rna.properties:
        name = rna.identifier
        if name == "rna_type" or name in left_out or (left_out and name.startswith(_TIME)):
            continue
        value = getattr(source, name)
        if rna.type == "COLLECTION":
            if rna.is_runtime:
                _copy_items(value, getattr(target, name))
        elif rna.type == "POINTER" and (rna.is_readonly or rna.is_runtime) and not isinstance(value, bpy.types.ID):
            other = getattr(target, name)
            if value is not None and other is not None:
                _copy(value, other)
        elif not rna.is_readonly:
            with suppress(TypeError):  # an enum may hold what this Blender does not know, such as a colour space
                setattr(target, name, value)


def _copy_items(source: Any, target: Any) -> None:
    """Of a collection that an add-on registered on strips."""
    target.clear()
    for item in source:
        _copy(item, target.add())
