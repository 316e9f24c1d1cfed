# SPDX-License-Identifier: GPL-3.0-or-later
"""Bringing one strip before the editor's eyes: alone selected, its meta open, the timeline framed on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from .context import sequencer_context

if TYPE_CHECKING:
    from bpy.types import Scene


def show_strip(scene: Scene, name: str) -> bool:
    """False where there is no such strip; nothing changes then."""
    editor = scene.sequence_editor
    strip = editor.strips_all.get(name) if editor else None
    if strip is None:
        return False
    with sequencer_context(scene):
        meta = strip.parent_meta()
        opened = editor.meta_stack[-1] if len(editor.meta_stack) else None
        if meta != opened:
            editor.display_stack(meta)
        editor.strips_all.foreach_set("select", [False] * len(editor.strips_all))
        strip.select = True
        editor.active_strip = strip
        if bpy.ops.sequencer.view_selected.poll():
            bpy.ops.sequencer.view_selected()
    return True
