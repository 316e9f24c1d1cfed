# SPDX-License-Identifier: GPL-3.0-or-later
"""Bringing chosen changes of an edit onto the living timeline, in place: strips stay the strips that they are.

All or nothing. What is removed goes last, when nothing can fail any more; each step before that says how it is taken
back, and places and channels are set again as they were. Strips that go elsewhere are lifted to channels of their own
first: Blender moves a strip up whenever its place is set and another one lies there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import bpy

from ..errors import PlacementError, RetakeError
from ..interchange.bridge import StripKind, bridge_module
from ..timeline.channels import HIGHEST_CHANNEL
from ..timeline.rate import scene_rate
from .change_level import move_to_level
from .compat import content_duration, content_start, left_handle, right_handle, set_content_start
from .conform_check import check_changes, file_of
from .context import sequencer_context
from .meta_level import select_only, siblings
from .other_media import MediaChanges
from .read import read_timeline
from .write_strip import SCRATCH, StripWriter, set_handles
from .write_timeline import record_new_takes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bpy.types import Scene, Strip

    from otio_bridge.conform import Change, ConformPlan
    from otio_bridge.conform_apply import Conformed
    from otio_bridge.levels import Nested

    from ..interchange.bridge import StripSnapshot, TimelineSnapshot

_LIFTED_FROM = 90
_PASSES = 3
"""Strips that change channels with each other need a second one."""


@dataclass(frozen=True, slots=True)
class Applied:
    """`notes` has (strip, feature, reason) for what did not go as it should, `skipped` (strip, reason) for changes
    that cannot be applied."""

    changes: int
    notes: tuple[tuple[str, str, str], ...]
    skipped: tuple[tuple[str, str], ...] = ()


def apply_changes(scene: Scene, plan: ConformPlan, chosen: Iterable[str] | None = None) -> Applied:
    """All changes of the plan, or those of the strips whose names are `chosen`; what is locked or cannot be is skipped.

    Raises PlacementError, with the timeline as it was.
    """
    living = read_timeline(scene)
    result: Conformed = bridge_module("conform_apply").conformed(living, plan, chosen)
    check_changes(result.applied, _nested(living))
    attempt = _Attempt(scene, living, result)
    editor = scene.sequence_editor
    opened = editor.meta_stack[-1].name if len(editor.meta_stack) else ""
    selected = {strip.name for strip in editor.strips_all if strip.select}
    active = editor.active_strip.name if editor.active_strip else ""
    with sequencer_context(scene):
        editor.display_stack(None)
        try:
            attempt.run()
        except BaseException as error:
            attempt.take_back()
            if isinstance(error, RuntimeError | TypeError | ValueError | OSError) and not isinstance(
                error, RetakeError
            ):
                raise PlacementError(
                    f"Blender refused a change: {error}. Nothing was changed.", hint="Apply the changes one by one."
                ) from error
            raise
        finally:
            editor.display_stack(editor.strips_all.get(opened) if opened else None)
            for strip in editor.strips_all:
                strip.select = strip.name in selected
            editor.active_strip = editor.strips_all.get(active)
    return Applied(len(result.applied), tuple(attempt.notes), result.skipped)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a strip of any kind lies, to be set again."""

    start: float
    left: int
    right: int

    @classmethod
    def of(cls, strip: Strip) -> _Place:
        return cls(content_start(strip), left_handle(strip), right_handle(strip))

    def set_on(self, strip: Strip) -> None:
        if content_start(strip) != self.start:
            set_content_start(strip, self.start)
        set_handles(strip, self.left, self.right)


def _forget_speed(strip: Strip) -> None:
    """Of a slowed down strip that is trimmed, Blender lets the right handle end up before the left one, where no key
    can be added (measured on 5.2.3): all of its content is shown until the handles are set again."""
    strip.retiming_keys.reset()
    start = round(content_start(strip))
    set_handles(strip, start, start + content_duration(strip))


def _nested(snapshot: TimelineSnapshot) -> Mapping[str, Nested]:
    found: Mapping[str, Nested] = bridge_module("levels").nested(snapshot.strips)
    return found


class _Attempt:
    """One application of changes, inside a sequencer's context with no meta strip open."""

    def __init__(self, scene: Scene, living: TimelineSnapshot, result: Conformed) -> None:
        self.notes: list[tuple[str, str, str]] = []
        self._scene = scene
        self._editor = scene.sequence_editor
        self._result = result
        self._before: dict[str, Nested] = dict(_nested(living))
        self._after = _nested(result.snapshot)
        self._changes: dict[str, Change] = {change.name: change for change in result.applied}
        self._writer = StripWriter(
            scene, scene_rate(scene.render.fps, scene.render.fps_base), lambda *note: self.notes.append(note)
        )
        self._strips: dict[str, Strip] = {strip.name: strip for strip in self._editor.strips_all}
        self._places: dict[str, _Place] = {}
        self._channels: dict[str, int] = {}
        self._added: list[str] = []
        self._take_back: list[Callable[[], None]] = []
        self._media = MediaChanges(scene, self._take_back)
        self._is_lifted = False

    def run(self) -> None:
        """Raises PlacementError or RuntimeError; `take_back` is to follow then."""
        self._duplicate()
        moving = self._moving()
        for name in self._before:
            if (strip := self._strips.get(name)) is not None:
                self._places[name], self._channels[name] = _Place.of(strip), strip.channel
        self._lift([*moving, *(name for name, change in self._changes.items() if change.after is None)])
        self._add_metas()
        for name in moving:
            self._change_level(name)
        self._shift_metas()
        for name in moving:
            self._change(name)
        self._add()
        self._set_meta_handles(self._after)
        self._put_down({name: self._after[name].strip.channel for name in moving})
        self._verify(moving)
        self._finish()

    def take_back(self) -> None:
        """The timeline is as it was."""
        for name in reversed(self._added):
            strip = self._editor.strips_all.get(name)
            if strip is not None:  # an effect goes with its strip
                self._leave(strip)
                siblings(self._scene, strip).strips.remove(strip)
            self._strips.pop(name, None)
            self._before.pop(name, None)
        for undo in reversed(self._take_back):
            undo()
        if not self._is_lifted:
            return
        there = {name: one for name, one in self._before.items() if name in self._places}
        changed = [name for name in there if _Place.of(self._strips[name]) != self._places[name]]
        self._lift(changed)
        for name in changed:
            if there[name].strip.kind is not StripKind.META and not there[name].strip.inputs:
                self._places[name].set_on(self._strips[name])
        self._set_meta_handles(there)
        self._put_down({name: self._channels[name] for name in there})

    def _leave(self, strip: Strip) -> None:
        """What the edit put into a meta that is new is the timeline's own."""
        for child in list(strip.strips) if strip.type == "META" else ():
            if child.name in self._before and child.name not in self._added:
                was = self._before[child.name].level
                move_to_level(self._scene, child, self._strips.get(was))

    # Where things lie

    def _moving(self) -> list[str]:
        """The strips that are there and are to be otherwise, metas before what lies in them, effects last."""
        found = []
        for name, one in self._after.items():
            was = self._before.get(name)
            if was is None or name not in self._strips:
                continue
            if name in self._changes or was.strip.channel != one.strip.channel:
                found.append(name)
        return sorted(found, key=lambda name: bool(self._after[name].strip.inputs))

    def _lift(self, names: list[str]) -> None:
        self._is_lifted = True
        for name in names:
            self._strips[name].channel = min(_LIFTED_FROM, HIGHEST_CHANNEL)

    def _put_down(self, channels: Mapping[str, int]) -> None:
        for _ in range(_PASSES):
            for name, channel in channels.items():
                if self._strips[name].channel != channel:
                    self._strips[name].channel = channel

    def _change_level(self, name: str) -> None:
        level, was = self._after[name].level, self._before[name].level
        strip = self._strips[name]
        if level == was or self._after[name].strip.inputs:
            return  # effects go with their strips
        self._take_back.append(lambda: move_to_level(self._scene, strip, self._strips.get(was)))
        move_to_level(self._scene, strip, self._strips.get(level) if level else None)

    def _shift_metas(self) -> None:
        """What lies in a meta moves with it, keyframes included; the outer ones first."""
        gone: dict[str, int] = {}
        for name, one in self._after.items():
            if one.strip.kind is not StripKind.META or name not in self._strips or name not in self._before:
                continue
            there = gone.get(one.level, 0)
            missing = self._result.shifts.get(name, 0) - there
            gone[name] = there + missing
            if missing and len(self._strips[name].strips):
                self._shift(self._strips[name], missing)

    def _shift(self, meta: Strip, frames: int) -> None:
        self._take_back.append(lambda: set_content_start(meta, content_start(meta) - frames))
        set_content_start(meta, content_start(meta) + frames)

    def _set_meta_handles(self, there: Mapping[str, Nested]) -> None:
        """The inner ones first: a meta learns from them what it holds."""
        metas = [one for one in there.values() if one.strip.kind is StripKind.META]
        for one in sorted(metas, key=lambda one: -one.depth):
            meta = self._strips.get(one.strip.name)
            if meta is not None:
                set_handles(meta, one.strip.start, one.strip.end_exclusive)

    # What strips are

    def _change(self, name: str) -> None:
        before, after, strip = self._before[name].strip, self._after[name].strip, self._strips[name]
        if before.kind is StripKind.META or before.inputs:
            return
        is_other = file_of(before) != file_of(after)
        is_retimed = before.retiming != after.retiming or (after.retiming is not None and is_other)
        if (is_retimed or is_other) and before.retiming is not None:
            self._take_back.append(lambda: self._retime_again(strip, before))
            _forget_speed(strip)
        if before.reverse_frames != after.reverse_frames and hasattr(strip, "use_reverse_frames"):
            self._take_back.append(lambda: setattr(strip, "use_reverse_frames", before.reverse_frames))
            strip.use_reverse_frames = after.reverse_frames
        if is_other or is_retimed or before.take_number != after.take_number:
            partners = [self._strips[other] for other in before.connections if self._is_beside(other, name)]
            self._media.show(strip, after, partners, is_other=is_other)
        if is_retimed and after.retiming is not None:
            if before.retiming is None:
                self._take_back.append(lambda: _forget_speed(strip))
            self._writer.retime(strip, after)
        self._set_place(strip, name, before, after, is_absolute=is_other or is_retimed)

    def _set_place(
        self, strip: Strip, name: str, before: StripSnapshot, after: StripSnapshot, *, is_absolute: bool
    ) -> None:
        if is_absolute:
            trim = after.settings.get("content_trim")
            cut = round(trim[0] / self._writer.factor(strip)) if isinstance(trim, list) and trim else 0
            wanted = float(after.content_start + cut)
        else:
            # By how far it moved, for what Blender calls the start of a stand-in's content is not that of its media's.
            wanted = self._places[name].start + after.content_start - before.content_start
        if content_start(strip) != wanted:
            set_content_start(strip, wanted)
        set_handles(strip, after.start, after.end_exclusive)

    def _retime_again(self, strip: Strip, before: StripSnapshot) -> None:
        if len(strip.retiming_keys):
            _forget_speed(strip)
        self._writer.retime(strip, before)

    def _is_beside(self, other: str, name: str) -> bool:
        return other in self._strips and self._strips[other].parent_meta() == self._strips[name].parent_meta()

    # What is new

    def _duplicate(self) -> None:
        """What was cut off a strip begins as its copy: all that Blender knows of the strip is the copy's as well."""
        for change in self._result.applied:
            if not change.like:
                continue
            origin = self._strips[change.like]
            names = {strip.name for strip in self._editor.strips_all}
            self._editor.display_stack(origin.parent_meta())
            select_only(self._scene, origin)
            bpy.ops.sequencer.duplicate("EXEC_DEFAULT", False)
            self._editor.display_stack(None)
            made = next((strip for strip in self._editor.strips_all if strip.name not in names), None)
            if made is None:
                raise PlacementError(f"Blender made no copy of {change.like}.", hint="Leave that change out.")
            self._added.append(made.name)
            made.name = change.name
            self._added[-1] = made.name
            made.mute = origin.mute
            self._strips[change.name] = made
            was = self._before[change.like]
            self._before[change.name] = replace(was, strip=replace(was.strip, name=change.name, connections=()))
            users = [one.strip.name for one in self._before.values() if change.like in one.strip.inputs]
            if users:
                self.notes.append((change.name, "effect", f"{', '.join(sorted(users))} stays on {change.like} alone"))

    def _add_metas(self) -> None:
        """Those that strips of the timeline go into have to be there first."""
        for change in self._result.applied:
            after = self._after.get(change.name)
            if after is not None and change.before is None and after.strip.kind is StripKind.META:
                self._write(after.strip, after.level)

    def _add(self) -> None:
        wanted = [change.name for change in self._result.applied if change.before is None and not change.like]
        wanted = [name for name in wanted if name not in self._strips]
        for name in sorted(wanted, key=lambda name: len(self._chain(name))):
            self._write(self._after[name].strip, self._after[name].level)

    def _chain(self, name: str) -> set[str]:
        """What an effect is made of, however many effects lie between: those come first."""
        inputs = self._after[name].strip.inputs if name in self._after else ()
        return {each for one in inputs for each in (one, *self._chain(one))}

    def _write(self, strip: StripSnapshot, level: str) -> None:
        owner: Any = self._strips[level] if level else self._editor
        self._editor.display_stack(self._strips[level] if level else None)
        made = self._writer.write(owner, strip, SCRATCH, tuple(self._strips[name] for name in strip.inputs))
        self._editor.display_stack(None)
        self._strips[strip.name] = made
        self._added.append(made.name)
        inside = [child for child in strip.children if child.name not in self._before]
        for child in sorted(inside, key=lambda child: len(self._chain(child.name))):
            self._write(child, strip.name)
        if not strip.inputs:
            set_handles(made, strip.start, strip.end_exclusive)
        made.channel = strip.channel

    # The end

    def _verify(self, moving: list[str]) -> None:
        new = [change.name for change in self._result.applied if change.before is None]
        for name in dict.fromkeys([*moving, *new]):
            wanted, strip = self._after[name].strip, self._strips[name]
            if strip.channel != wanted.channel:
                reason = f"it lies on channel {strip.channel}, as {wanted.channel} is taken"
                self.notes.append((name, "channel", reason))
            is_there = (left_handle(strip), right_handle(strip)) == (wanted.start, wanted.end_exclusive)
            if is_there or wanted.inputs:
                continue
            reason = f"Blender gives it the frames {left_handle(strip)} to {right_handle(strip) - 1}"
            if wanted.retiming is None:
                raise PlacementError(
                    f"{name} cannot lie on the frames {wanted.start} to {wanted.end_exclusive - 1}: {reason}.",
                    hint="Leave that change out.",
                )
            self.notes.append((name, "length", reason))

    def _finish(self) -> None:
        """Nothing fails from here on."""
        self._media.finish()
        for change in self._result.applied:
            after = self._after.get(change.name)
            if after is not None and change.after is not None:
                if change.before is None and not change.like:
                    self._writer.finish(self._strips[change.name], after.strip)
                record_new_takes(self._scene, after.strip)
        for name in [name for name in self._before if name not in self._after]:
            strip = self._editor.strips_all.get(name)
            if strip is not None:  # an effect goes with its strip, and all with their meta
                siblings(self._scene, strip).strips.remove(strip)
        self._note_active_takes()

    def _note_active_takes(self) -> None:
        """The take that all of a shot's pictures show by now is its active one."""
        for shot_id in {change.shot_id for change in self._result.applied if change.shot_id}:
            shown = {
                strip.retake.take_number
                for strip in self._editor.strips_all
                if strip.type == "MOVIE" and strip.retake.shot_id == shot_id
            }
            shot = self._scene.retake.shots.get(shot_id)
            if shot is not None and len(shown) == 1 and any(take.number in shown for take in shot.takes):
                (shot.active_take,) = shown
