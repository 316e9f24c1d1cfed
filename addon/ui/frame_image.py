# SPDX-License-Identifier: GPL-3.0-or-later
"""Frames of the edit as start, end and character images: of the playhead, of a strip, of the neighbours of a gap.

A frame is read from the strip's media where the strip shows that plainly, and else rendered as it is seen.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

import bpy
from bpy.props import EnumProperty

from ..errors import PlacementError
from ..timeline.ranges import FrameRange
from ..timeline.rate import scene_rate
from ..timeline.spot import Place, find_spot
from ..vse.as_seen import SeenWish, order, run
from ..vse.compat import edit_scene, left_handle, right_handle
from ..vse.plain_media import plain_range
from . import reading
from .where import closed_channels, fitting_s, lying_strips

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from threading import Event

    from ..vse.as_seen import SeenOrder

_TYPES = ("MOVIE", "IMAGE", "SCENE", "META")
_FIELDS = [
    ("image", "Start Image", "The shot begins with it, or the character is in it"),
    ("end_image", "End Image", "The shot ends with it"),
]


@dataclass(frozen=True, slots=True)
class WantedFrame:
    """Frame `frame` of the timeline: of one strip, or of the whole edit where `strip_name` is None."""

    strip_name: str | None
    frame: int
    out: Path


class RETAKE_OT_frame_as_image(bpy.types.Operator):
    bl_idname = "retake.frame_as_image"
    bl_label = "Use a Frame"
    bl_description = "Let a frame of the edit be this image"
    bl_options = {"REGISTER", "UNDO"}

    field: EnumProperty(name="Field", items=_FIELDS, options={"HIDDEN"})
    of: EnumProperty(
        name="Of",
        description="Whose frame it is",
        items=[
            ("PLAYHEAD", "Edit at the Playhead", "What is seen there, all strips together"),
            (
                "STRIP",
                "Selected Strip at the Playhead",
                "The strip alone; its nearest frame if the playhead is beside it",
            ),
            ("FIRST", "First Frame of the Selected Strip", "The first one that is seen of it"),
            ("LAST", "Last Frame of the Selected Strip", "The last one that is seen of it"),
        ],
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        scene = edit_scene()
        strip = active_picture(scene)
        if self.of != "PLAYHEAD" and strip is None:
            self.report({"ERROR"}, "Select a movie, image, scene or meta strip")
            return {"CANCELLED"}
        frame = scene.frame_current
        if strip is not None and self.of != "PLAYHEAD":
            last = right_handle(strip) - 1
            inside = min(max(frame, left_handle(strip)), last)
            frame = {"STRIP": inside, "FIRST": left_handle(strip), "LAST": last}[self.of]
        name = None if self.of == "PLAYHEAD" else strip.name
        out = picture_path(name or scene.name, frame)
        field = self.field

        def take_in(scene: bpy.types.Scene, _: object) -> None:
            setattr(scene.retake_draft, field, str(out))
            bpy.ops.ed.undo_push(message="Use a Frame")

        return _try(self, lambda: read(scene, [WantedFrame(name, frame, out)], take_in))


class RETAKE_OT_start_from_frame(bpy.types.Operator):
    bl_idname = "retake.start_from_frame"
    bl_label = "Start from This Frame"
    bl_description = "A new shot that begins with what is seen at the playhead, and goes there"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        scene = edit_scene()
        if scene is None or scene.sequence_editor is None or not scene.sequence_editor.strips:
            cls.poll_message_set("There is no strip yet")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        scene = edit_scene()
        out = picture_path(scene.name, scene.frame_current)
        draft = scene.retake_draft
        draft.kind, draft.place, draft.image, draft.end_image = "IMAGE", "PLAYHEAD", "", ""

        def take_in(scene: bpy.types.Scene, _: object) -> None:
            scene.retake_draft.image = str(out)
            bpy.ops.ed.undo_push(message="Start from This Frame")

        return _try(self, lambda: read(scene, [WantedFrame(None, scene.frame_current, out)], take_in))


class RETAKE_OT_fill_gap(bpy.types.Operator):
    bl_idname = "retake.fill_gap"
    bl_label = "Fill the Gap"
    bl_description = (
        "Describe a shot from the last frame of the strip on the left to the first one of the strip on the right, as "
        "they are seen, trimmed to the gap. Select the two strips, or put the playhead into a gap of a strip's channel"
    )
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        scene = edit_scene()
        if scene is None or scene.sequence_editor is None or _gap(scene) is None:
            cls.poll_message_set(
                "Select two strips with a gap between them, or put the playhead into a gap of a strip's channel"
            )
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        scene = edit_scene()
        found = _gap(scene)
        if found is None:
            self.report({"ERROR"}, "There is no gap here")
            return {"CANCELLED"}
        channel, gap = found
        left, right = neighbours(scene, channel, gap)
        first, last = picture_path(left.name, gap.start - 1), picture_path(right.name, gap.end_exclusive)
        draft = scene.retake_draft
        draft.kind, draft.place, draft.image, draft.end_image = "IMAGE", "GAP", "", ""
        draft.duration = fitting_s(draft, gap.length / scene_rate(scene.render.fps, scene.render.fps_base))
        scene.frame_current = gap.start
        scene.sequence_editor.active_strip = left
        frames = [WantedFrame(left.name, gap.start - 1, first), WantedFrame(right.name, gap.end_exclusive, last)]

        def take_in(scene: bpy.types.Scene, _: object) -> None:
            scene.retake_draft.image, scene.retake_draft.end_image = str(first), str(last)
            bpy.ops.ed.undo_push(message="Fill the Gap")

        return _try(self, lambda: read(scene, frames, take_in))


class RETAKE_OT_extend(bpy.types.Operator):
    bl_idname = "retake.extend"
    bl_label = "Extend Strip"
    bl_description = "Describe a shot that goes on where the selected strip ends, or that leads to where it begins"
    bl_options = {"REGISTER", "UNDO"}

    towards: EnumProperty(
        name="Towards",
        items=[
            ("AFTER", "Forwards", "From its last visible frame on"),
            ("BEFORE", "Backwards", "Up to its first visible frame"),
        ],
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if active_picture(edit_scene()) is None:
            cls.poll_message_set("Select a movie, image, scene or meta strip")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        scene = edit_scene()
        strip = active_picture(scene)
        goes_on = self.towards == "AFTER"
        frame = right_handle(strip) - 1 if goes_on else left_handle(strip)
        try:
            find_spot(lying_strips(scene), Place(self.towards), frame, closed_channels(scene))
        except PlacementError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        out = picture_path(strip.name, frame)
        draft = scene.retake_draft
        draft.kind, draft.place, draft.image, draft.end_image = "IMAGE", self.towards, "", ""
        if not goes_on:
            self._choose_model(draft)

        def take_in(scene: bpy.types.Scene, _: object) -> None:
            setattr(scene.retake_draft, "image" if goes_on else "end_image", str(out))
            bpy.ops.ed.undo_push(message="Extend Strip")

        return _try(self, lambda: read(scene, [WantedFrame(strip.name, frame, out)], take_in))

    def _choose_model(self, draft: bpy.types.PropertyGroup) -> None:
        """Few models make a shot that has an end image and no start image."""
        from ..kling.catalogue import catalogue
        from .draft import AUTOMATIC

        able = [row for row in catalogue().model if any(mode.end_frame == "alone" for mode in row.mode)]
        able = [row for row in able if not row.discontinued]
        if not able or draft.model in [row.id for row in able]:
            return
        draft.model, draft.quality = able[0].id, AUTOMATIC
        if draft.duration not in able[0].durations_s:
            draft.duration = able[0].durations_s[0]
        self.report({"INFO"}, f"{able[0].label} is chosen: it needs no start image")


def active_picture(scene: bpy.types.Scene | None) -> bpy.types.Strip | None:
    """The active strip, where it shows something of its own."""
    strip = scene.sequence_editor.active_strip if scene and scene.sequence_editor else None
    return strip if strip is not None and strip.type in _TYPES else None


def neighbours(scene: bpy.types.Scene, channel: int, gap: FrameRange) -> tuple[bpy.types.Strip, bpy.types.Strip]:
    """The strips that end where a gap of `channel` begins, and begin where it ends."""
    beside = [strip for strip in scene.sequence_editor.strips if strip.channel == channel and strip.type != "SOUND"]
    left = next(strip for strip in beside if right_handle(strip) == gap.start)
    right = next(strip for strip in beside if left_handle(strip) == gap.end_exclusive)
    return left, right


def picture_path(name: str, frame: int) -> Path:
    from .drafted_shot import media_folder

    slug = re.sub(r"[^A-Za-z0-9-]+", "_", name).strip("_")[:40] or "frame"
    return media_folder() / "references" / f"{slug}_{frame}_{uuid.uuid4().hex[:6]}.png"


def read(
    scene: bpy.types.Scene, wanted: Sequence[WantedFrame], take_in: Callable[[bpy.types.Scene, object], None]
) -> None:
    """Have the pictures written, and then `take_in` called. Raises StorageError."""
    from_media = []
    seen = []
    for one in wanted:
        strip = scene.sequence_editor.strips_all.get(one.strip_name) if one.strip_name else None
        plain = plain_range(scene, strip) if strip is not None else None
        if strip is not None and plain is not None:
            place = plain.frames.start + one.frame - left_handle(strip)
            from_media.append((one, plain.file, place, plain.file_frames))
        else:
            seen.append(one)
    names = " and ".join(dict.fromkeys(one.strip_name or "the edit" for one in wanted))
    words = f"A frame of {names} is being read …" if len(wanted) == 1 else f"Frames of {names} are being read …"
    told = _order(scene, seen) if seen else None

    def take_in_or_render(scene: bpy.types.Scene, other: list[WantedFrame]) -> None:
        """What the media did not give as it is shown is rendered after all."""
        if not other:
            take_in(scene, None)
            return
        again = _order(scene, other)
        reading.begin(scene, words, lambda unwanted: run(again, unwanted), take_in)

    reading.begin(scene, words, lambda unwanted: _read(from_media, told, unwanted), take_in_or_render)


def _order(scene: bpy.types.Scene, frames: Sequence[WantedFrame]) -> SeenOrder:
    return order(scene, [SeenWish(one.strip_name, FrameRange(one.frame, one.frame + 1), one.out) for one in frames])


def _gap(scene: bpy.types.Scene) -> tuple[int, FrameRange] | None:
    try:
        spot = find_spot(lying_strips(scene), Place.GAP, scene.frame_current, closed_channels(scene))
    except PlacementError:
        return None
    return None if spot.room is None or spot.channel is None else (spot.channel, spot.room)


def _try(operator: bpy.types.Operator, begin: Callable[[], None]) -> set[str]:
    from ..errors import RetakeError

    try:
        begin()
    except RetakeError as error:
        operator.report({"ERROR"}, str(error))
        return {"CANCELLED"}
    return {"FINISHED"}


# On a thread: nothing of Blender's


def _read(
    from_media: list[tuple[WantedFrame, Path, int, int]], told: SeenOrder | None, unwanted: Event
) -> list[WantedFrame]:
    """Those that the media does not hold as they are shown."""
    from ..media.exact_frame import write_exact_frame

    try:
        return [
            one for one, file, place, file_frames in from_media
            if not write_exact_frame(file, place, file_frames, one.out)
        ]  # fmt: skip
    finally:
        if told is not None:
            run(told, unwanted)


CLASSES = (RETAKE_OT_frame_as_image, RETAKE_OT_start_from_frame, RETAKE_OT_fill_gap, RETAKE_OT_extend)
