# SPDX-License-Identifier: GPL-3.0-or-later
"""Giving stand-ins the media that was found: each becomes the strip that it stood for, where it is now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..timeline.rate import scene_rate
from .context import sequencer_context
from .meta_level import siblings
from .snapshot_curves import write_curves
from .stand_in import path_of, stand_ins
from .write_strip import StripWriter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bpy.types import Scene, Strip

    from ..interchange.bridge import StripSnapshot, TimelineSnapshot

_SCRATCH = 126


def relink_strips(scene: Scene, found: TimelineSnapshot, new_paths: Mapping[str, str]) -> int:
    """`found`: the scene's edit with the new paths in place of the old. Returns how many strips show their media."""
    editor = scene.sequence_editor_create()
    snapshots = {strip.name: strip for strip in found.walk()}
    writer = StripWriter(scene, scene_rate(scene.render.fps, scene.render.fps_base), lambda *_: None)
    count = 0
    opened = editor.meta_stack[-1] if len(editor.meta_stack) else None
    with sequencer_context(scene):
        for strip in list(stand_ins(scene)):
            snapshot = snapshots.get(strip.name)
            if path_of(strip) not in new_paths or snapshot is None:
                continue
            editor.display_stack(strip.parent_meta())
            count += _replace(scene, writer, strip, snapshot)
        editor.display_stack(opened)
    return count


def _replace(scene: Scene, writer: StripWriter, stand_in: Strip, snapshot: StripSnapshot) -> bool:
    owner = siblings(scene, stand_in)
    name, channel = stand_in.name, stand_in.channel
    made = writer.write(owner, snapshot, _SCRATCH, ())
    if "stand_in" in made.retake.exchange:
        owner.strips.remove(made)  # it is gone again, or no media
        return False
    for effect in owner.strips:
        for slot in ("input_1", "input_2")[: getattr(effect, "input_count", 0)]:
            if getattr(effect, slot) == stand_in:
                setattr(effect, slot, made)
    # From 5.0 on Blender looks up which effects a strip has in a table, which only a new name makes it renew.
    stand_in.name = f"{name} (missing)"
    owner.strips.remove(stand_in)
    made.name = name
    made.channel = channel
    write_curves(scene, made, snapshot.curves, snapshot.content_start)
    writer.finish(made, snapshot)
    return True
