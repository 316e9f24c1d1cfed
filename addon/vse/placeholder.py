# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies on the timeline while a shot is being made: a strip like that of its take, which shows a slate.

The take replaces the slate in place, so the placeholder may be moved, trimmed, renamed or put in a meta meanwhile.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from ..errors import PlacementError
from ..timeline.channels import HIGHEST_CHANNEL, Occupied, free_channels
from ..timeline.ranges import FrameRange
from ..timeline.rate import frames_at_rate, scene_rate
from ..timeline.take import Take
from .compat import content_start, left_handle, right_handle, set_left_handle, set_right_handle
from .place import add_take, placement_of
from .shots import note_asked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bpy.types import Scene, Strip

    from .place import Placement

_COLOR = "COLOR_03"


def place_placeholder(
    scene: Scene,
    *,
    shot_id: str,
    job_id: str,
    slate: Path,
    frame_count: int,
    rate: Fraction,
    has_sound: bool,
    frame: int,
    lowest_channel: int | None = None,
    room: FrameRange | None = None,
    channel: int | None = None,
    head_share: Fraction = Fraction(0),
) -> Placement:
    """Lay `slate`, a clip of `frame_count` frames at `rate`, at `frame` on free channels.

    With `room`, which begins at `frame`, the strips show nothing beyond it: of what is longer, `head_share` lies before
    their left handles, rounded down to whole frames, and the rest behind their right ones. `channel` is for a picture
    with room: that very channel, which is free there.

    Raises PlacementError; the timeline is as it was then.
    """
    standing_in = Take(
        shot_id=shot_id,
        number=0,
        file=slate,
        frame_count=frame_count,
        rate=rate,
        has_sound=has_sound,
        job_id=job_id,
        cost_units=None,
        recipe={},
    )
    if room is None:
        strips = add_take(scene, standing_in, frame, lowest_channel)
    else:
        shown = frames_at_rate(frame_count, rate, scene_rate(scene.render.fps, scene.render.fps_base))
        head = int(max(shown - room.length, 0) * head_share)
        strips = add_take(scene, standing_in, frame - head, None)
        _fit(scene, strips, room, channel, lowest_channel)
    for strip in strips:
        strip.name = f"{shot_id} (waiting)" if strip.type == "MOVIE" else f"{shot_id} (waiting) sound"
        strip.color_tag = _COLOR
        strip.retake.job_id = job_id
    # The shot is known from now on: a take whose placeholder was deleted still finds its list.
    note_asked(scene, shot_id, job_id)
    return placement_of(strips)


def split_in_parts(scene: Scene, job_id: str, lengths_s: Sequence[int]) -> int:
    """Cut the strips that wait for a job where its parts begin, by their lengths; how many pictures there are then.

    All of them stay strips of the one shot: they show its take together.
    """
    rate = scene_rate(scene.render.fps, scene.render.fps_base)
    strips = scene.sequence_editor.strips
    picture = next(one for one in strips if one.type == "MOVIE" and one.retake.job_id == job_id)
    start = round(content_start(picture))
    count = 1
    for part in range(1, len(lengths_s)):
        at = start + round(sum(lengths_s[:part]) * rate)
        for kind in ("MOVIE", "SOUND"):
            shown = [one for one in strips if one.type == kind and one.retake.job_id == job_id
                     and left_handle(one) < at < right_handle(one)]  # fmt: skip
            for strip in shown:
                strip.split(frame=at, split_method="SOFT")
                count += kind == "MOVIE"
    return count


def _fit(scene: Scene, strips: list[Strip], room: FrameRange, channel: int | None, lowest_channel: int | None) -> None:
    """Trim first: a shorter strip finds room on channels where the whole clip has none."""
    editor = scene.sequence_editor
    for strip in strips:
        set_left_handle(strip, max(left_handle(strip), room.start))
        set_right_handle(strip, min(right_handle(strip), room.end_exclusive))
    frames = placement_of(strips).frames
    occupied = [
        Occupied(one.channel, FrameRange(left_handle(one), right_handle(one)))
        for one in editor.strips
        if one not in strips
    ]
    closed = frozenset(n for n in range(1, HIGHEST_CHANNEL + 1) if editor.channels[n].lock or editor.channels[n].mute)
    sound = next((strip for strip in strips if strip.type == "SOUND"), None)
    try:
        if channel is None:
            lowest = free_channels(
                occupied, frames, 1 if sound is None else 2, lowest=lowest_channel or 1, closed=closed
            )
            picture_channel = lowest + (sound is not None)
            sound_channel = lowest
        else:
            picture_channel = channel
            # The sound goes right under its picture, as the neighbours have theirs, or else above it.
            free_from = max(channel - 1, 1)
            sound_channel = free_channels(occupied, frames, 1, lowest=free_from, closed=closed | {channel})
    except PlacementError:
        for strip in strips:
            editor.strips.remove(strip)
        raise
    next(strip for strip in strips if strip.type == "MOVIE").channel = picture_channel
    if sound is not None:
        sound.channel = sound_channel
