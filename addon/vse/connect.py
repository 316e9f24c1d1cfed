# SPDX-License-Identifier: GPL-3.0-or-later
"""Picture and sound strips that are selected and moved together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from .compat import connected_strips, left_handle, right_handle
from .meta_level import level_of, select_only, siblings

if TYPE_CHECKING:
    from bpy.types import Scene, Strip


def partners(scene: Scene, strip: Strip) -> list[Strip]:
    """What a picture is connected with.

    Before 5.2 Blender does not tell. There it is the sound of its shot that shows for the same time beside it.
    """
    told = connected_strips(strip)
    if told is not None:
        return told
    return [sound for sound in sounds_of(scene, strip) if _shown(sound) == _shown(strip)]


def sounds_of(scene: Scene, strip: Strip) -> list[Strip]:
    """The sound strips of a picture's shot around it that are heard, for some time at least, while it shows."""
    start, end = _shown(strip)
    return [
        sound
        for sound in siblings(scene, strip).strips
        if sound.type == "SOUND"
        and sound.retake.shot_id == strip.retake.shot_id
        and left_handle(sound) < end
        and start < right_handle(sound)
    ]


def connect(scene: Scene, strip: Strip, others: list[Strip]) -> None:
    """Strips of one level."""
    if not others:
        return
    with level_of(scene, strip):
        select_only(scene, strip, *others)
        # After Swap Strips the others are still connected with it and it with none of them, which is connected enough
        # for the operator (measured on 5.2.3).
        bpy.ops.sequencer.disconnect("EXEC_DEFAULT", False)
        bpy.ops.sequencer.connect("EXEC_DEFAULT", False, toggle=False)


def connect_all(scene: Scene, strips: list[Strip]) -> None:
    """Strips of one level, in a sequencer's context, while nothing is selected: for many groups one after another."""
    editor = scene.sequence_editor
    editor.display_stack(strips[0].parent_meta())
    for one in strips:
        one.select = True
    editor.active_strip = strips[0]
    bpy.ops.sequencer.connect("EXEC_DEFAULT", False, toggle=False)
    for one in strips:
        one.select = False


def _shown(strip: Strip) -> tuple[int, int]:
    return left_handle(strip), right_handle(strip)
