# SPDX-License-Identifier: GPL-3.0-or-later
"""Taking strips into meta strips and out of them, with the effects that are laid over them.

Blender has a function for the way in. For the way out the strip goes into a meta made for that beside its goal, which
is then dissolved. The strips stay what they are, keyframes included (measured on 4.5.15, 5.0.1 and 5.2.3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ..errors import PlacementError
from .compat import left_handle
from .context import sequencer_context
from .meta_level import select_only

if TYPE_CHECKING:
    from bpy.types import Scene, Strip

_NAME = "Retake moves strips"
_CHANNEL = 125


def move_to_level(scene: Scene, strip: Strip, meta: Strip | None) -> None:
    """Into `meta`, or on the timeline itself. Selection and active strip are not kept. Raises PlacementError."""
    if strip.parent_meta() == meta:
        return
    try:
        if meta is not None:
            strip.move_to_meta(meta)
        else:
            _move_out(scene, strip)
    except RuntimeError as error:
        raise _cannot(strip, str(error)) from error
    if strip.parent_meta() != meta:
        raise _cannot(strip, "it is where it was")


def _move_out(scene: Scene, strip: Strip) -> None:
    editor = scene.sequence_editor
    around = editor.strips.new_meta(name=_NAME, channel=_CHANNEL, frame_start=left_handle(strip))
    try:
        strip.move_to_meta(around)
    except RuntimeError:
        editor.strips.remove(around)
        raise
    opened = editor.meta_stack[-1] if len(editor.meta_stack) else None
    with sequencer_context(scene):
        editor.display_stack(None)
        select_only(scene, around)
        try:
            bpy.ops.sequencer.meta_separate("EXEC_DEFAULT", False)
        finally:
            editor.display_stack(opened)


def _cannot(strip: Strip, why: str) -> PlacementError:
    return PlacementError(
        f"Blender could not take {strip.name} to another meta strip: {why}.", hint="Leave that change out."
    )
