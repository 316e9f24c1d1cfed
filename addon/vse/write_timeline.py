# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing a snapshot into a scene, in steps, so that a long one can be spread over ticks; and taking all of it back."""

from __future__ import annotations

import math
import time
import uuid
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

from ..errors import PlacementError
from ..interchange.bridge import Media, StripKind, StripSnapshot, TimelineSnapshot
from ..interchange.moved import moved
from ..timeline.channels import HIGHEST_CHANNEL
from ..timeline.ranges import FrameRange
from ..timeline.take import Take
from ..timeline.taken_channels import TakenChannels
from .before_import import BeforeImport
from .compat import left_handle, right_handle, whole_numbers
from .connect import connect_all
from .context import OperatorContext
from .exchange_record import as_text, to_record
from .half_import import is_whole, mark_scene, mark_strip, remove_strips
from .project import blender_rate
from .selection import selected_names
from .shots import knows_take, record_take
from .snapshot_curves import write_curves
from .write_strip import StripWriter, recipe_of, scratch_channel, set_handles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpy.types import Scene, Strip


class TimelineWriter:
    """One import. `written` counts strips; `notes` has (strip, feature, reason) for what did not go as it should.

    From one step to the next it holds no strip, but their names. Where Blender undoes something or loads a file
    meanwhile, it cannot go on: what is left of it is marked (see half_import.py).
    """

    def __init__(
        self, scene: Scene, snapshot: TimelineSnapshot, *, is_new_scene: bool, frames: int = 0, channels: int = 0
    ) -> None:
        """The edit goes `frames` later and `channels` higher than it says."""
        self.scene = scene
        self.snapshot = snapshot
        self.written = 0
        self.slice_s = math.inf
        self.strips = sum(1 for _ in snapshot.walk())
        self.notes: list[tuple[str, str, str]] = []
        self._is_new_scene = is_new_scene
        self._before = BeforeImport.of(scene)
        self._move = frames, channels
        self._operators: OperatorContext | None = None
        self._writer = StripWriter(
            scene, snapshot.rate, lambda *note: self.notes.append(note), need_operators=self._need_operators
        )
        self._id = uuid.uuid4().hex
        self._names: dict[str, str] = {}
        """What Blender named the strip, by its name in the edit."""
        self._here: dict[str, Strip] = {}
        """By the name in the edit; of the step that is under way."""
        self._markers: list[tuple[str, int]] = []
        self._selected: list[str] = []
        self._new_shots: list[str] = []
        self._new_takes: list[tuple[str, int]] = []

    @classmethod
    def into_new_scene(cls, snapshot: TimelineSnapshot) -> TimelineWriter:
        """Raises InputError for a rate that Blender does not have; nothing is made then."""
        fps, fps_base = blender_rate(snapshot.rate)
        scene = bpy.data.scenes.new(snapshot.name or "Imported Edit")
        scene.render.fps, scene.render.fps_base = fps, fps_base
        if snapshot.width_px and snapshot.height_px:
            scene.render.resolution_x, scene.render.resolution_y = snapshot.width_px, snapshot.height_px
        else:
            size = next((_size(strip) for strip in snapshot.walk() if _size(strip)), (1920, 1080))
            scene.render.resolution_x, scene.render.resolution_y = size
        scene.view_settings.view_transform = "Standard"
        return cls(scene, snapshot, is_new_scene=True)

    def run(self) -> None:
        """All steps at once. On an error the scene is as it was, and the error goes on."""
        try:
            for _ in self.steps():
                pass
        except BaseException:
            self.take_back()
            raise

    def steps(self, slice_s: float = math.inf) -> Iterator[None]:
        """Each step takes `slice_s` at most, or as long as one strip does; it may be changed between two steps.

        What it raises is for `take_back`.

        Each enters and leaves the context that operators need by itself.
        """
        self.slice_s = slice_s
        mark_scene(self.scene, self._id, is_new=self._is_new_scene)
        for part in (self._move_there, self._write_all, self._connect, self._finish_strips, self._finish_scene):
            pending = part()
            is_done = False
            while not is_done:
                self._here.clear()
                began_s = before_s = time.perf_counter()
                operators = self._operators = OperatorContext(self.scene)
                try:
                    while not is_done:
                        is_done = next(pending, self) is self
                        now_s = time.perf_counter()
                        # What comes next takes as long as what was last, more or less.
                        if 2 * now_s - before_s - began_s > self.slice_s:
                            break
                        before_s = now_s
                finally:
                    operators.leave()
                yield

    def stop(self) -> bool:
        self.take_back()
        return False

    def take_back(self) -> None:
        """The scene is as it was before."""
        if self._is_new_scene:
            bpy.data.scenes.remove(self.scene)
            self._before.remove_new_data()
            return
        remove_strips(self.scene, self._id)
        for name, frame in self._markers:
            marker = next((one for one in self.scene.timeline_markers if (one.name, one.frame) == (name, frame)), None)
            if marker is not None:
                self.scene.timeline_markers.remove(marker)
        shots = self.scene.retake.shots
        for shot_id, number in self._new_takes:
            takes = shots[shot_id].takes
            takes.remove(next(index for index, take in enumerate(takes) if take.number == number))
        for shot_id in self._new_shots:
            shots.remove(shots.find(shot_id))
        self._before.bring_back(self.scene)
        is_whole(self.scene)

    def _move_there(self) -> Iterator[None]:
        if any(self._move):
            self.snapshot = yield from moved(self.snapshot, *self._move)

    # Strips

    def _need_operators(self) -> None:
        if self._operators is not None:
            self._operators.enter()

    def _strip(self, name: str) -> Strip | None:
        """The strip that was made of the edit's `name`; None where there is none, or somebody removed it."""
        if name not in self._names:
            return None
        if name not in self._here:
            found = self.scene.sequence_editor.strips_all.get(self._names[name])
            if found is None:
                return None
            self._here[name] = found
        return self._here[name]

    def _write_all(self) -> Iterator[None]:
        yield from self._write_level("", self.snapshot.strips)
        self.scene.sequence_editor.display_stack(None)

    def _write_level(self, meta: str, strips: tuple[StripSnapshot, ...]) -> Iterator[None]:
        """Of the edit, or of the meta strip that the edit names so."""
        owner = self._owner(meta)
        used = {strip.channel for strip in strips} | set(whole_numbers(owner.strips, "channel"))
        taken = TakenChannels()
        for there in owner.strips:
            taken.take(there.channel, FrameRange(left_handle(there), right_handle(there)))
        scratch = scratch_channel(used)
        for strip in self._in_order(strips):
            inputs = tuple(one for name in strip.inputs if (one := self._strip(name)) is not None)
            if len(inputs) < len(strip.inputs):
                self.notes.append((strip.name, "strip", "what it works on is not there"))
                continue
            owner = self._owner(meta)
            self.scene.sequence_editor.display_stack(owner if meta else None)
            made = self._writer.write(owner, strip, scratch, inputs)
            mark_strip(made, self._id)
            self._names[strip.name] = made.name
            self._here[strip.name] = made
            if strip.kind is StripKind.META:
                yield from self._write_level(strip.name, strip.children)
                made = self._owner(strip.name)
                self.scene.sequence_editor.display_stack(self._owner(meta) if meta else None)
                _write_channels(made.channels, strip)
                set_handles(made, strip.start, strip.end_exclusive)
            self._put(taken, made, strip)
            self._record_takes(strip)
            self.written += 1
            yield

    def _owner(self, meta: str) -> Any:
        if not meta:
            return self.scene.sequence_editor_create()
        owner = self._strip(meta)
        if owner is None:
            raise PlacementError(f"The meta strip {meta} was removed while it was written.", hint="Import it again.")
        return owner

    def _put(self, taken: TakenChannels, made: Strip, strip: StripSnapshot) -> None:
        # Blender would move a strip in time that is put onto another one, and 4.5 looks for a place for ever.
        frames = FrameRange(left_handle(made), right_handle(made))
        channel = taken.free_channel(frames, strip.channel)
        taken.take(channel, frames)
        if made.channel != channel:
            made.channel = channel
        if made.channel != strip.channel:
            self.notes.append(
                (strip.name, "channel", f"it lies on channel {made.channel}, as {strip.channel} was taken")
            )
        if (left_handle(made), right_handle(made)) != (strip.start, strip.end_exclusive):
            self.notes.append(
                (strip.name, "length", f"Blender gives it the frames {left_handle(made)} to {right_handle(made) - 1}")
            )

    def _in_order(self, strips: tuple[StripSnapshot, ...]) -> Iterator[StripSnapshot]:
        """Effects after what they work on."""
        by_name = {strip.name: strip for strip in strips}
        done: set[str] = set()
        for strip in strips:
            pending = [strip]
            while pending:
                one = pending[-1]
                missing = [by_name[name] for name in one.inputs if name in by_name and name not in done]
                if missing and len(pending) <= len(strips):
                    pending += missing
                    continue
                pending.pop()
                if one.name not in done:
                    done.add(one.name)
                    yield one

    def _record_takes(self, strip: StripSnapshot) -> None:
        is_new_shot, numbers = record_new_takes(self.scene, strip)
        if is_new_shot:
            self._new_shots.append(strip.shot_id)
        else:
            self._new_takes += [(strip.shot_id, number) for number in numbers]

    def _connect(self) -> Iterator[None]:
        """Groups of strips of one level. Few are selected at a time: selecting is what takes long in a large edit."""
        everything = self.scene.sequence_editor.strips_all
        self._selected = selected_names(self.scene.sequence_editor)
        for name in self._selected:
            everything[name].select = False
        yield
        done: set[str] = set()
        for strip in self.snapshot.walk():
            if not strip.connections or strip.name in done:
                continue
            group = {name: made for name in (strip.name, *strip.connections) if (made := self._strip(name))}
            if len(group) < 2:
                continue
            done.update(group)
            self._need_operators()
            connect_all(self.scene, list(group.values()))
            yield
        self.scene.sequence_editor.display_stack(None)
        self._select_again()

    def _select_again(self) -> None:
        for name in self._selected:
            if strip := self.scene.sequence_editor.strips_all.get(name):
                strip.select = True
        self._selected.clear()
        if active := self.scene.sequence_editor.strips_all.get(self._before.active):
            self.scene.sequence_editor.active_strip = active

    def _finish_strips(self) -> Iterator[None]:
        for strip in self.snapshot.walk():
            made = self._strip(strip.name)
            if made is None:
                continue
            for reason in write_curves(self.scene, made, strip.curves, strip.content_start):
                if "stand_in" not in made.retake.exchange:  # one of those keeps what it cannot show
                    self.notes.append((strip.name, "keyframes", reason))
            self._writer.finish(made, strip)
            yield

    # The scene

    def _finish_scene(self) -> Iterator[None]:
        scene, snapshot = self.scene, self.snapshot
        for marker in snapshot.markers:
            made = scene.timeline_markers.new(marker.name, frame=marker.frame)
            self._markers.append((made.name, made.frame))
        if self._is_new_scene:
            self._describe_scene()
        is_whole(scene)
        yield

    def _describe_scene(self) -> None:
        scene, snapshot = self.scene, self.snapshot
        _write_channels(scene.sequence_editor.channels, snapshot)
        last = max((strip.end_exclusive for strip in snapshot.strips), default=snapshot.start + 1)
        # Blender has no scene that begins before frame 0.
        scene.frame_start = max(snapshot.start, 0)
        scene.frame_end = max((snapshot.end_exclusive or last) - 1, scene.frame_start)
        kept: dict[str, Any] = {}
        if snapshot.name != Path(bpy.data.filepath).stem:
            kept["name"] = snapshot.name
        for name in ("metadata", "foreign"):
            if value := getattr(snapshot, name):
                kept[name] = dict(value)
        if snapshot.timecode_start:
            kept["timecode_start"] = snapshot.timecode_start
        told = [to_record(one) for one in snapshot.markers if one.length or one.color or one.comment or one.foreign]
        if told:
            kept["markers"] = told
        if foreign := {str(one.number): dict(one.foreign) for one in snapshot.channels if one.foreign}:
            kept["channels"] = foreign
        scene.retake.exchange = as_text(kept)


def record_new_takes(scene: Scene, strip: StripSnapshot) -> tuple[bool, list[int]]:
    """What the scene does not know yet of the strip's shot: whether the shot was new, and the numbers of new takes."""
    if not strip.shot_id:
        return False, []
    is_new_shot = strip.shot_id not in scene.retake.shots
    numbers = []
    for media in strip.media.values():
        number = media.metadata.get("take")
        if isinstance(number, int) and not knows_take(scene, strip.shot_id, number):
            numbers.append(number)
            record_take(scene, _take(strip, media, number), make_active=number == strip.take_number)
    if strip.shot_id not in scene.retake.shots:
        scene.retake.shots.add().name = strip.shot_id
    return is_new_shot, numbers


def _write_channels(channels: Any, level: StripSnapshot | TimelineSnapshot) -> None:
    for channel in level.channels:
        if not 1 <= channel.number <= HIGHEST_CHANNEL:
            continue
        one = channels[channel.number]
        if channel.name:
            one.name = channel.name
        one.mute, one.lock = channel.mute, channel.lock


def _size(strip: StripSnapshot) -> tuple[int, int] | None:
    shown = strip.shown
    return (shown.width_px, shown.height_px) if shown and shown.width_px and shown.height_px else None


def _take(strip: StripSnapshot, media: Media, number: int) -> Take:
    said = media.metadata
    try:
        cost = None if said.get("cost_units") is None else Decimal(str(said["cost_units"]))
    except InvalidOperation:
        cost = None
    return Take(
        shot_id=strip.shot_id,
        number=number,
        file=Path(media.path),
        frame_count=media.frame_count,
        rate=media.rate,
        has_sound=bool(said.get("sound", strip.kind is StripKind.SOUND)),
        job_id=str(said.get("job") or ""),
        cost_units=cost,
        recipe=recipe_of(said.get("recipe")),
        size_px=(media.width_px, media.height_px) if media.width_px and media.height_px else None,
    )


def check_channels(highest: int) -> None:
    """Raises PlacementError."""
    if highest > HIGHEST_CHANNEL:
        raise PlacementError(
            f"The edit would need {highest} channels here, and Blender has {HIGHEST_CHANNEL}.",
            hint="Import it into a new scene, or clear the channels above.",
        )
