# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing a snapshot into a scene, in steps, so that a long one can be spread over ticks; and taking all of it back."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

from ..errors import PlacementError
from ..interchange.bridge import Media, StripKind, StripSnapshot, TimelineSnapshot
from ..timeline.channels import HIGHEST_CHANNEL
from ..timeline.take import Take
from .compat import left_handle, right_handle
from .context import sequencer_context
from .exchange_record import as_text, to_record
from .project import blender_rate
from .shots import knows_take, record_take
from .snapshot_curves import write_curves
from .write_strip import StripWriter, recipe_of, set_handles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bpy.types import Scene, Strip

_BROUGHT = ("actions", "sounds", "fonts")
_SCRATCH = 126
"""The operator that adds movies finds no place on the highest channels (measured on 5.2.3)."""


@dataclass(frozen=True, slots=True)
class _Before:
    """What an import touches besides the strips it makes, as it was."""

    active: str
    selected: frozenset[str]
    had_animation: bool
    had_action: bool
    data: dict[str, frozenset[str]]
    """The names of all data-blocks of the kinds that strips bring with them."""

    @classmethod
    def of(cls, scene: Scene) -> _Before:
        editor = scene.sequence_editor
        animation = scene.animation_data
        return cls(
            active=editor.active_strip.name if editor and editor.active_strip else "",
            selected=frozenset(strip.name for strip in editor.strips_all if strip.select) if editor else frozenset(),
            had_animation=animation is not None,
            had_action=animation is not None and animation.action is not None,
            data={kind: frozenset(getattr(bpy.data, kind).keys()) for kind in _BROUGHT},
        )

    def bring_back(self, scene: Scene) -> None:
        """Once the strips are gone."""
        editor = scene.sequence_editor
        for strip in editor.strips_all:
            strip.select = strip.name in self.selected
        editor.active_strip = next((strip for strip in editor.strips_all if strip.name == self.active), None)
        if not self.had_animation:
            scene.animation_data_clear()
        elif not self.had_action:
            scene.animation_data.action = None
        self.remove_new_data()

    def remove_new_data(self) -> None:
        for kind, names in self.data.items():
            blocks = getattr(bpy.data, kind)
            for one in [one for one in blocks if one.name not in names and not one.users]:
                blocks.remove(one)


class TimelineWriter:
    """One import. `written` counts strips; `notes` has (strip, feature, reason) for what did not go as it should.

    The strips that were made are held from one step to the next: where Blender undoes something or loads a file
    meanwhile, `forget` this and begin anew.
    """

    def __init__(self, scene: Scene, snapshot: TimelineSnapshot, *, is_new_scene: bool) -> None:
        self.scene = scene
        self.snapshot = snapshot
        self.written = 0
        self.strips = sum(1 for _ in snapshot.walk())
        self.notes: list[tuple[str, str, str]] = []
        self._is_new_scene = is_new_scene
        self._before = _Before.of(scene)
        self._writer = StripWriter(scene, snapshot.rate, lambda *note: self.notes.append(note))
        self._made: dict[str, Strip] = {}
        self._markers: list[Any] = []
        self._top: list[Strip] = []
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

    def steps(self) -> Iterator[None]:
        """Go on with it as often as there is time; what it raises is for `take_back`.

        Each step enters and leaves the context that operators need by itself.
        """
        pending = self._write_level(self.scene.sequence_editor_create(), None, self.snapshot.strips)
        is_done = False
        while not is_done:
            with self._operators():
                for _ in range(20):
                    is_done = next(pending, self) is self
                    if is_done:
                        break
            yield
        with self._operators():
            self._connect()
        yield
        for number, strip in enumerate(self.snapshot.walk()):
            made = self._made.get(strip.name)
            if made is not None and strip.curves and "stand_in" not in made.retake.exchange:
                for reason in write_curves(self.scene, made, strip.curves, strip.content_start):
                    self.notes.append((strip.name, "keyframes", reason))
            if made is not None:
                self._writer.finish(made, strip)
            if number % 50 == 0:
                yield
        self._finish_scene()

    def take_back(self) -> None:
        """The scene is as it was before."""
        if self._is_new_scene:
            bpy.data.scenes.remove(self.scene)
            self._before.remove_new_data()
            self.forget()
            return
        editor = self.scene.sequence_editor
        for strip in reversed(self._top):
            if strip.name in editor.strips:  # an effect goes with its input
                editor.strips.remove(strip)
        for marker in self._markers:
            self.scene.timeline_markers.remove(marker)
        shots = self.scene.retake.shots
        for shot_id, number in self._new_takes:
            takes = shots[shot_id].takes
            takes.remove(next(index for index, take in enumerate(takes) if take.number == number))
        for shot_id in self._new_shots:
            shots.remove(shots.find(shot_id))
        self._before.bring_back(self.scene)
        self.forget()

    def forget(self) -> None:
        self._made.clear()
        self._top.clear()

    # Strips

    def _operators(self) -> Any:
        return sequencer_context(self.scene)

    def _write_level(self, owner: Any, meta: Strip | None, strips: tuple[StripSnapshot, ...]) -> Iterator[None]:
        used = {strip.channel for strip in strips} | {strip.channel for strip in owner.strips}
        scratch = next((channel for channel in range(_SCRATCH, 0, -1) if channel not in used), _SCRATCH)
        for strip in self._in_order(strips):
            self.scene.sequence_editor.display_stack(meta)
            inputs = tuple(self._made[name] for name in strip.inputs if name in self._made)
            if len(inputs) < len(strip.inputs):
                self.notes.append((strip.name, "strip", "what it works on is not there"))
                continue
            made = self._writer.write(owner, strip, scratch, inputs)
            self._made[strip.name] = made
            if meta is None:
                self._top.append(made)
            if strip.kind is StripKind.META:
                yield from self._write_level(made, made, strip.children)
                self.scene.sequence_editor.display_stack(meta)
                _write_channels(made.channels, strip)
                set_handles(made, strip.start, strip.end_exclusive)
            self._put(made, strip)
            self._record_takes(strip)
            self.written += 1
            yield
        self.scene.sequence_editor.display_stack(None)

    def _put(self, made: Strip, strip: StripSnapshot) -> None:
        if made.channel != strip.channel:
            made.channel = strip.channel
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
        if not strip.shot_id:
            return
        is_known = strip.shot_id in self.scene.retake.shots
        for media in strip.media.values():
            number = media.metadata.get("take")
            if not isinstance(number, int) or knows_take(self.scene, strip.shot_id, number):
                continue
            if not is_known:
                self._new_shots.append(strip.shot_id)
                is_known = True
            else:
                self._new_takes.append((strip.shot_id, number))
            record_take(self.scene, _take(strip, media, number), make_active=number == strip.take_number)
        if not is_known:
            self.scene.retake.shots.add().name = strip.shot_id
            self._new_shots.append(strip.shot_id)

    def _connect(self) -> None:
        """Groups of strips of one level. Few are selected at a time: selecting is what takes long in a large edit."""
        editor = self.scene.sequence_editor
        selected = [strip for strip in editor.strips_all if strip.select]
        for strip in selected:
            strip.select = False
        done: set[str] = set()
        for strip in self.snapshot.walk():
            group = [name for name in (strip.name, *strip.connections) if name in self._made]
            if len(group) < 2 or strip.name in done:
                continue
            done.update(group)
            members = [self._made[name] for name in group]
            editor.display_stack(members[0].parent_meta())
            for one in members:
                one.select = True
            editor.active_strip = members[0]
            bpy.ops.sequencer.connect("EXEC_DEFAULT", False, toggle=False)
            for one in members:
                one.select = False
        editor.display_stack(None)
        for strip in selected:
            strip.select = True

    # The scene

    def _finish_scene(self) -> None:
        scene, snapshot = self.scene, self.snapshot
        for marker in snapshot.markers:
            self._markers.append(scene.timeline_markers.new(marker.name, frame=marker.frame))
        if not self._is_new_scene:
            return
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


def check_channels(strips: Iterable[StripSnapshot]) -> None:
    """Raises PlacementError."""
    highest = max((strip.channel for strip in strips), default=0)
    if highest > HIGHEST_CHANNEL:
        raise PlacementError(
            f"The edit would need {highest} channels here, and Blender has {HIGHEST_CHANNEL}.",
            hint="Import it into a new scene, or clear the channels above.",
        )
