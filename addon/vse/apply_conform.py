# SPDX-License-Identifier: GPL-3.0-or-later
"""Bringing chosen changes of an edit onto the living timeline, in place: strips stay the strips that they are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

from ..errors import PlacementError
from ..interchange.bridge import StripKind
from ..timeline.rate import scene_rate
from .compat import content_start, set_content_start
from .context import sequencer_context
from .shots import blend_path
from .write_strip import StripWriter, set_handles

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bpy.types import Scene, Strip

    from otio_bridge.conform import Change

    from ..interchange.bridge import StripSnapshot

_SCRATCH = 126
_PASSES = 3
"""Strips that change channels with each other need a second one."""


@dataclass(frozen=True, slots=True)
class Applied:
    """`notes` has (strip, feature, reason) for what did not go as it should."""

    changes: int
    notes: tuple[tuple[str, str, str], ...]


def apply_changes(scene: Scene, changes: Iterable[Change]) -> Applied:
    """Removes, changes, adds. Raises PlacementError before anything is changed where a strip or file is missing."""
    editor = scene.sequence_editor_create()
    chosen = list(changes)
    there = {strip.name: strip for strip in editor.strips}
    for change in chosen:
        if change.before is not None and change.name not in there:
            raise PlacementError(
                f"{change.name} is not on the timeline any more.", hint="Compare the edit with the timeline again."
            )
        shown = change.after.shown if change.after else None
        is_other = change.before is not None and shown is not None and shown != change.before.shown
        if is_other and shown is not None and not Path(shown.path).is_file():
            raise PlacementError(
                f"The file that {change.name} is to show is missing: {shown.path}.",
                hint="Put it there, or leave that change out.",
            )
    notes: list[tuple[str, str, str]] = []
    writer = StripWriter(scene, scene_rate(scene.render.fps, scene.render.fps_base), lambda *note: notes.append(note))
    for change in chosen:
        if change.after is None and change.name in editor.strips:  # an effect goes with its input
            editor.strips.remove(there[change.name])
    wanted: list[tuple[Strip, StripSnapshot]] = []
    with sequencer_context(scene):
        editor.display_stack(None)
        for change in chosen:
            if change.before is not None and change.after is not None:
                _change(writer, there[change.name], change.before, change.after)
                wanted.append((there[change.name], change.after))
        made = {strip.name: strip for strip in editor.strips}
        for change in sorted(chosen, key=lambda one: one.before is None and bool(one.after and one.after.inputs)):
            if change.before is not None or change.after is None:
                continue
            inputs = tuple(made[name] for name in change.after.inputs if name in made)
            if len(inputs) < len(change.after.inputs):
                notes.append((change.name, "transition", "its strips were not chosen"))
                continue
            new = writer.write(editor, change.after, _SCRATCH, inputs)
            made[change.name] = new
            wanted.append((new, change.after))
    for _ in range(_PASSES):
        for strip, after in wanted:
            if strip.channel != after.channel:
                strip.channel = after.channel
    for strip, after in wanted:
        if strip.channel != after.channel:
            notes.append((strip.name, "channel", f"it lies on channel {strip.channel}, as {after.channel} is taken"))
        writer.finish(strip, after)
    return Applied(len(chosen), tuple(notes))


def _change(writer: StripWriter, strip: Strip, before: StripSnapshot, after: StripSnapshot) -> None:
    strip.lock = False
    if before.shown != after.shown and after.shown is not None and after.shown.path:
        _show(strip, after)
    if before.reverse_frames != after.reverse_frames and hasattr(strip, "use_reverse_frames"):
        strip.use_reverse_frames = after.reverse_frames
    if before.retiming != after.retiming and "retiming_keys" in strip.bl_rna.properties:
        if len(strip.retiming_keys):
            strip.retiming_keys.reset()
        if after.retiming is not None:
            writer.retime(strip, after)
    if not after.inputs:
        trim = after.settings.get("content_trim")
        cut = round(trim[0] / writer.factor(strip)) if isinstance(trim, list) and trim else 0
        if content_start(strip) != after.content_start + cut:
            set_content_start(strip, after.content_start + cut)
        set_handles(strip, after.start, after.end_exclusive)


def _show(strip: Strip, after: StripSnapshot) -> None:
    shown = after.shown
    if shown is None:
        return
    path = Path(shown.path)
    kind: Any = after.kind
    if kind is StripKind.SOUND:
        strip.sound = bpy.data.sounds.load(blend_path(path), check_existing=True)
    elif kind is StripKind.MOVIE:
        strip.filepath = blend_path(path)
    elif kind is StripKind.IMAGE:
        strip.directory = blend_path(path.parent)
        for element, name in zip(strip.elements, shown.files or (path.name,), strict=False):
            element.filename = name
    strip.retake.take_number = after.take_number
