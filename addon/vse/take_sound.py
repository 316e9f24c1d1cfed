# SPDX-License-Identifier: GPL-3.0-or-later
"""The sound strips of a shot follow its takes: they play the take's sound, come with it, or are silent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ..errors import PlacementError
from ..timeline.channels import HIGHEST_CHANNEL, Occupied, free_channels
from ..timeline.ranges import FrameRange
from ..timeline.rate import scene_rate
from .compat import (
    content_duration,
    content_start,
    left_handle,
    right_handle,
    set_content_start,
    set_left_handle,
    set_right_handle,
)
from .connect import connect, sounds_of
from .meta_level import level_of, select_only, siblings
from .shots import blend_path

if TYPE_CHECKING:
    from bpy.types import Scene, Strip

    from ..timeline.take import Take


def play_take(scene: Scene, strip: Strip, take: Take) -> None:
    """Let a sound strip play the take's sound, from the same frame and for the same time. It ends being muted by us."""
    start, end = left_handle(strip), right_handle(strip)
    strip.sound = bpy.data.sounds.load(blend_path(take.file), check_existing=True)
    rate = scene_rate(scene.render.fps, scene.render.fps_base)
    if abs(content_duration(strip) - take.duration_s * rate) >= 1:
        with level_of(scene, strip):
            # Only the operator lets a sound strip learn the length of its new file.
            select_only(scene, strip)
            bpy.ops.sequencer.reload("EXEC_DEFAULT", False, adjust_length=True)
    set_left_handle(strip, start)
    set_right_handle(strip, end)
    if strip.retake.is_silenced:
        strip.mute = strip.retake.is_silenced = False


def silence(strip: Strip) -> None:
    """Mute it, until a take with sound comes, and never what the user muted."""
    strip.retake.is_silenced = strip.retake.is_silenced or not strip.mute
    strip.mute = True


def lacks_sound(scene: Scene, picture: Strip) -> bool:
    return not sounds_of(scene, picture)


def add_sound(scene: Scene, picture: Strip, take: Take) -> Strip:
    """A sound strip of the take, connected with its picture, from and to the same frames, below it where it can be.

    Raises PlacementError where no channel is free.
    """
    level = siblings(scene, picture)
    frames = FrameRange(left_handle(picture), right_handle(picture))
    channel = _channel(level, picture.channel, frames)
    sound = level.strips.new_sound(f"{take.name} sound", blend_path(take.file), channel, frames.start)
    set_content_start(sound, content_start(picture))
    set_left_handle(sound, frames.start)
    set_right_handle(sound, frames.end_exclusive)
    # Before it is trimmed it may lie over others, and Blender moves it out of their way.
    sound.channel = channel
    sound.mute = picture.mute
    connect(scene, picture, [sound])
    return sound


def _channel(level: Strip, picture_channel: int, frames: FrameRange) -> int:
    """The free one nearest below the picture, else the nearest above."""
    occupied = [Occupied(strip.channel, FrameRange(left_handle(strip), right_handle(strip))) for strip in level.strips]
    closed = {n for n in range(1, HIGHEST_CHANNEL + 1) if level.channels[n].lock or level.channels[n].mute}
    taken = closed | {strip.channel for strip in occupied if strip.frames.overlaps(frames)}
    below = next((channel for channel in range(picture_channel - 1, 0, -1) if channel not in taken), None)
    if below is not None:
        return below
    try:
        return free_channels(occupied, frames, 1, lowest=picture_channel + 1, closed=frozenset(closed))
    except PlacementError as error:
        raise PlacementError("No channel is free for the take's sound.", hint="Clear or unlock one.") from error
