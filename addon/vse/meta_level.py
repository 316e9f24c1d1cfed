# SPDX-License-Identifier: GPL-3.0-or-later
"""Working where a strip is: sequencer operators see only what is in the meta strip that is open."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from .compat import left_handle, right_handle, set_left_handle, set_right_handle
from .context import sequencer_context

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpy.types import Scene, Strip


@contextmanager
def level_of(scene: Scene, strip: Strip) -> Iterator[None]:
    """A context in which operators work on the strips around `strip`; what is selected, active and open stays.

    Strips that are removed inside are no longer selected. Metas keep their handles.
    """
    editor = scene.sequence_editor
    opened = editor.meta_stack[-1] if len(editor.meta_stack) else None
    active = editor.active_strip
    selected = {one.name for one in editor.strips_all if one.select}
    metas = [(meta, left_handle(meta), right_handle(meta)) for meta in _around(strip)]
    with sequencer_context(scene):
        try:
            editor.display_stack(strip.parent_meta())
            yield
        finally:
            editor.display_stack(opened)
            for one in editor.strips_all:
                one.select = one.name in selected
            editor.active_strip = active
            for meta, start, end in metas:
                set_left_handle(meta, start)
                set_right_handle(meta, end)


def select_only(scene: Scene, active: Strip, *others: Strip) -> None:
    """What the next operator works on."""
    for one in scene.sequence_editor.strips_all:
        one.select = one == active or one in others
    scene.sequence_editor.active_strip = active


def siblings(scene: Scene, strip: Strip) -> Strip:
    """The meta, or the edit itself, whose `strips` and `channels` are those around `strip`."""
    return strip.parent_meta() or scene.sequence_editor


def _around(strip: Strip) -> list[Strip]:
    """The metas that hold the strip, the innermost first."""
    found = []
    meta = strip.parent_meta()
    while meta is not None:
        found.append(meta)
        meta = meta.parent_meta()
    return found
