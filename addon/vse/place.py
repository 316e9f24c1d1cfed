# SPDX-License-Identifier: GPL-3.0-or-later
"""Putting a take on the timeline: picture and sound, connected, in step, at the right speed.

The movie is added by Blender's operator and not by `strips.new_movie`: only the operator sets the playback rate, so
that a clip of 24 fps lasts as long in a scene of 25 fps as its sound (measured on 4.5.15, 5.0.1 and 5.2.3). No property
shows or changes that rate afterwards. The operator also connects picture and sound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import bpy

from ..errors import PlacementError
from ..timeline.channels import HIGHEST_CHANNEL, Occupied, channel_above, free_channels
from ..timeline.ranges import FrameRange
from ..timeline.rate import frames_at_rate, scene_rate
from .compat import MOVIE_ADD_OPTIONS, left_handle, right_handle, set_right_handle
from .context import sequencer_context
from .shots import record_take

if TYPE_CHECKING:
    from bpy.types import Scene, SequenceEditor, Strip

    from ..timeline.take import Take


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a take lies. `sound_channel` is None for a silent take."""

    frames: FrameRange
    picture_channel: int
    sound_channel: int | None


def place_take(scene: Scene, take: Take, frame: int, *, lowest_channel: int | None = None) -> Placement:
    """Put `take` at `frame` on free channels from `lowest_channel` up, and record it on strips and scene.

    Without `lowest_channel` it goes above all that lies there, so that it is seen.

    A take that lies on the timeline already is left there: placing it again, after a crash say, changes nothing.
    Raises PlacementError; the timeline is as it was then.
    """
    if not take.file.is_file():
        # Blender would make a strip of one frame and say nothing.
        raise PlacementError(
            f"The file of {take.name} is missing: {take.file}.", hint="Put it back, or fetch it again."
        )
    editor = scene.sequence_editor_create()
    placed = _strips_of_take(editor, take)
    if not placed:
        placed = add_take(scene, take, frame, lowest_channel)
    record_take(scene, take)
    return placement_of(placed)


def add_take(scene: Scene, take: Take, frame: int, lowest_channel: int | None) -> list[Strip]:
    """The new strips, with channels, names and shot, not on record yet. Raises PlacementError with nothing added."""
    editor = scene.sequence_editor_create()
    rate = scene_rate(scene.render.fps, scene.render.fps_base)
    frames = FrameRange(frame, frame + max(frames_at_rate(take.frame_count, take.rate, rate), 1))
    occupied = [Occupied(strip.channel, FrameRange(left_handle(strip), right_handle(strip))) for strip in editor.strips]
    closed = frozenset(n for n in range(1, HIGHEST_CHANNEL + 1) if editor.channels[n].lock or editor.channels[n].mute)
    channel = _channel(occupied, frames, closed, lowest_channel, has_sound=take.has_sound)
    added = _add_movie(scene, editor, take, frame, channel)
    try:
        _check(added, take, frames)
    except PlacementError:
        for strip in added:
            editor.strips.remove(strip)
        raise
    for strip in added:
        # Kling's sound runs on for a few milliseconds after the last picture: show both for the same time.
        set_right_handle(strip, frames.end_exclusive)
        # The operator's own order of picture and sound differs between versions once a channel is taken.
        if take.has_sound:
            strip.channel = HIGHEST_CHANNEL - (strip.type == "SOUND")
    for strip in added:
        strip.channel = channel + (take.has_sound and strip.type == "MOVIE")
        strip.name = take.name if strip.type == "MOVIE" else f"{take.name} sound"
        strip.retake.shot_id = take.shot_id
        strip.retake.take_number = take.number
    return added


def _channel(
    occupied: list[Occupied],
    frames: FrameRange,
    closed: frozenset[int],
    lowest_channel: int | None,
    *,
    has_sound: bool,
) -> int:
    """The channel of the sound, with the picture above it, or of a silent take's picture."""
    if lowest_channel is not None:
        return free_channels(occupied, frames, 2 if has_sound else 1, lowest=lowest_channel, closed=closed)
    pair = free_channels(occupied, frames, 2, lowest=channel_above(occupied, frames), closed=closed)
    # A silent take leaves the place of its sound empty, so that the pictures of an edit lie on one channel.
    return pair if has_sound else pair + 1


def _add_movie(scene: Scene, editor: SequenceEditor, take: Take, frame: int, channel: int) -> list[Strip]:
    names_before = {strip.name for strip in editor.strips_all}
    with sequencer_context(scene):
        try:
            # Positional: run it directly, and leave undo steps to the caller.
            bpy.ops.sequencer.movie_strip_add(
                "EXEC_DEFAULT",
                False,
                filepath=str(take.file),
                frame_start=frame,
                channel=channel,
                fit_method="FIT",
                sound=take.has_sound,
                use_framerate=False,
                adjust_playback_rate=True,
                set_view_transform=False,
                **MOVIE_ADD_OPTIONS,
            )
        except RuntimeError as error:
            raise PlacementError(
                f"Blender could not add {take.file.name}: {error}.", hint="Is the file whole?"
            ) from error
    return [strip for strip in editor.strips_all if strip.name not in names_before]


def _check(added: list[Strip], take: Take, frames: FrameRange) -> None:
    kinds = sorted(strip.type for strip in added)
    if kinds != (["MOVIE", "SOUND"] if take.has_sound else ["MOVIE"]):
        raise PlacementError(f"Blender made {kinds or 'nothing'} of {take.file.name}.", hint="Is the file whole?")
    for strip in added:
        if abs(right_handle(strip) - frames.end_exclusive) > 1:
            raise PlacementError(
                f"{take.file.name} lies on the timeline up to frame {right_handle(strip) - 1} instead of "
                f"{frames.end_exclusive - 1}.",
                hint="Please report this with Blender's version and the scene's frame rate.",
            )


def _strips_of_take(editor: SequenceEditor, take: Take) -> list[Strip]:
    wanted = (take.shot_id, take.number)
    return [strip for strip in editor.strips_all if (strip.retake.shot_id, strip.retake.take_number) == wanted]


def placement_of(strips: list[Strip]) -> Placement:
    picture = next(strip for strip in strips if strip.type == "MOVIE")
    sound = next((strip for strip in strips if strip.type == "SOUND"), None)
    return Placement(
        FrameRange(left_handle(picture), right_handle(picture)), picture.channel, sound.channel if sound else None
    )
