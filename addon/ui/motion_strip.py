# SPDX-License-Identifier: GPL-3.0-or-later
"""Motion from a strip: what the selected strip shows becomes the motion reference, and the shot goes exactly over it.

The file that Kling gets has one frame for each frame of the edit. It is cut out of the strip's media where the strip
shows that plainly, and else rendered as it is seen by a second Blender.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

import bpy

from ..timeline.ranges import FrameRange
from ..timeline.rate import scene_rate
from ..timeline.spot import Spot
from ..vse.as_seen import SeenWish, order, run
from ..vse.compat import content_start, edit_scene, left_handle, right_handle
from ..vse.plain_media import plain_range
from . import reading

if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction
    from pathlib import Path
    from threading import Event

    from ..media.reference_plan import ReferenceLimits
    from ..vse.plain_media import PlainRange

_TYPES = ("MOVIE", "IMAGE", "SCENE", "META")


@dataclass(frozen=True, slots=True)
class Origin:
    """What a reference file was made of: `first` is the frame of `source` that is its frame 0. `timeline_start` is the
    frame of the edit that this one lay on."""

    source: Path
    first: int
    rate: Fraction
    timeline_start: int


origins: dict[str, Origin] = {}
"""By the file. Of files of an earlier session nothing is known: they stand for themselves."""


class RETAKE_OT_motion_from_strip(bpy.types.Operator):
    bl_idname = "retake.motion_from_strip"
    bl_label = "Motion from Strip"
    bl_description = (
        "Let a character move as the selected strip does: what the strip shows, 3 to 30 s, becomes the motion "
        "reference, and the shot goes exactly over it. Nothing is sent before Generate"
    )
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if _active(edit_scene()) is None:
            cls.poll_message_set("Select a movie, image, scene or meta strip")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..errors import RetakeError
        from ..kling.request import Orientation
        from .drafted_shot import media_folder
        from .reference_check import limits_of

        scene = edit_scene()
        strip = _active(scene)
        rate = scene_rate(scene.render.fps, scene.render.fps_base)
        limits = limits_of(scene.retake_draft, Orientation.VIDEO)
        shown = FrameRange(left_handle(strip), right_handle(strip))
        shortest, longest = limits.lengths_s
        if shown.length < shortest * rate:
            self.report(
                {"ERROR"}, f"The strip shows {float(shown.length / rate):.2f} s: at least {shortest} s are needed"
            )
            return {"CANCELLED"}
        frames = FrameRange(shown.start, min(shown.end_exclusive, shown.start + int(longest * rate)))
        out = media_folder() / "references" / f"{_slug(strip.name)}_{uuid.uuid4().hex[:6]}.mp4"
        try:
            begin(scene, strip, frames, limits, out)
        except RetakeError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        if frames.length < shown.length:
            self.report({"INFO"}, f"The strip shows {float(shown.length / rate):.1f} s: its first {longest} s are used")
        return {"FINISHED"}


def begin(
    scene: bpy.types.Scene, strip: bpy.types.Strip, frames: FrameRange, limits: ReferenceLimits, out: Path
) -> None:
    """Have the file made of the strip's `frames`, of the timeline. Raises StorageError."""
    draft = scene.retake_draft
    draft.kind = "MOTION"
    draft.motion = ""
    draft.motion_strip = reference_id = strip.retake.reference_id = uuid.uuid4().hex
    draft.motion_offset = frames.start - round(content_start(strip))
    draft.motion_frames = frames.length

    def take_in(scene: bpy.types.Scene, made: Path) -> None:
        draft = scene.retake_draft
        if draft.motion_strip != reference_id:
            return  # another strip was chosen meanwhile
        draft.motion = str(made)
        bpy.ops.ed.undo_push(message="Motion from Strip")

    make_clip(scene, strip, frames, limits, out, take_in)


def make_clip(
    scene: bpy.types.Scene,
    strip: bpy.types.Strip,
    frames: FrameRange,
    limits: ReferenceLimits,
    out: Path,
    take_in: Callable[[bpy.types.Scene, Path], None],
    *,
    is_rendered: bool = False,
) -> None:
    """Have a clip made of what the strip shows in `frames`, of the timeline, one frame for each; then `take_in`.

    Cut from the media where it is shown plainly, unless it is to be rendered all the same. Raises StorageError.
    """
    plain = None if is_rendered else plain_range(scene, strip)
    if plain is None:
        _begin_as_seen(scene, strip, frames, limits, out, take_in)
        return
    rate = scene_rate(scene.render.fps, scene.render.fps_base)
    first = plain.frames.start + frames.start - left_handle(strip)
    name = strip.name

    def take_in_or_render(scene: bpy.types.Scene, made: Path | None) -> None:
        if made is not None:
            origins[str(made)] = Origin(plain.file, first, rate, frames.start)
            take_in(scene, made)
            return
        found = scene.sequence_editor.strips_all.get(name)
        if found is not None:
            _begin_as_seen(scene, found, frames, limits, out, take_in)

    words = f"{name} is being read …"
    reading.begin(
        scene, words, lambda _unwanted: _cut(plain, first, frames.length, rate, limits, out), take_in_or_render
    )


def motion_spot(scene: bpy.types.Scene, draft: bpy.types.PropertyGroup) -> Spot | None:
    """Over the frames of the strip that the reference was made of, wherever the strip is by now.

    None where it is gone, or does not show all of them any more.
    """
    editor = scene.sequence_editor
    for strip in editor.strips if editor is not None else ():
        if strip.retake.reference_id != draft.motion_strip:
            continue
        start = round(content_start(strip)) + draft.motion_offset
        end = start + draft.motion_frames
        if left_handle(strip) <= start and end <= right_handle(strip):
            return Spot(start, FrameRange(start, end), lowest_channel=strip.channel + 1)
    return None


def _begin_as_seen(
    scene: bpy.types.Scene,
    strip: bpy.types.Strip,
    frames: FrameRange,
    limits: ReferenceLimits,
    out: Path,
    take_in: Callable[[bpy.types.Scene, Path], None],
) -> None:
    rate = scene_rate(scene.render.fps, scene.render.fps_base)
    raw = out.with_name(f"{out.stem}_seen.mp4")
    told = order(scene, [SeenWish(strip.name, frames, raw, _sounds_with(scene, strip))])

    def take_in_with_origin(scene: bpy.types.Scene, made: Path) -> None:
        origins[str(made)] = Origin(raw, 0, rate, frames.start)
        take_in(scene, made)

    def work(unwanted: Event) -> Path:
        run(told, unwanted)
        return make(raw, 0, frames.length, rate, limits, out)

    reading.begin(scene, f"{strip.name} is being rendered …", work, take_in_with_origin)


def _active(scene: bpy.types.Scene | None) -> bpy.types.Strip | None:
    strip = scene.sequence_editor.active_strip if scene and scene.sequence_editor else None
    return strip if strip is not None and strip.type in _TYPES else None


def _sounds_with(scene: bpy.types.Scene, strip: bpy.types.Strip) -> tuple[str, ...]:
    """Those beside a strip that play from and to the same frames, as movies bring theirs; a meta has its own."""
    shown = left_handle(strip), right_handle(strip)
    if strip.type == "META":
        return tuple(one.name for one in strip.strips if one.type == "SOUND")
    return tuple(
        one.name
        for one in scene.sequence_editor.strips_all
        if one.type == "SOUND" and not one.mute and (left_handle(one), right_handle(one)) == shown
    )


def _slug(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9-]+", "_", name).strip("_")[:40] or "strip"


# On a thread: nothing of Blender's


def _cut(plain: PlainRange, first: int, count: int, rate: Fraction, limits: ReferenceLimits, out: Path) -> Path | None:
    """None where the media has other frames than Blender counts."""
    from ..media.video_source import open_video_source

    source = open_video_source(plain.file)
    if source.frame_count != plain.file_frames:
        return None
    return make(plain.file, first, count, rate, limits, out)


def make(source_file: Path, first: int, count: int, rate: Fraction, limits: ReferenceLimits, out: Path) -> Path:
    """A file of `count` frames of the source from `first` on, one for each frame of the edit.

    Raises InputError and StorageError.
    """
    from ..media.reference_file import make_reference
    from ..media.reference_plan import plan_reference
    from ..media.video_source import open_video_source

    source = open_video_source(source_file)
    plan = plan_reference(source, limits, (first, first + count), rate)
    make_reference(source, plan, limits, out)
    return out


CLASSES = (RETAKE_OT_motion_from_strip,)
