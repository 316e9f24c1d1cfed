# SPDX-License-Identifier: GPL-3.0-or-later
"""Where an imported edit goes: into a new scene, into this one at its own frames, or at the playhead."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from ..timeline.rate import scene_rate
from .compat import left_handles, right_handles, whole_numbers
from .write_timeline import TimelineWriter, check_channels

if TYPE_CHECKING:
    from fractions import Fraction

    from bpy.types import Scene

    from ..interchange.bridge import TimelineSnapshot


class ImportPlace(Enum):
    NEW_SCENE = "new"
    SCENE = "scene"
    PLAYHEAD = "playhead"


def rate_there(place: ImportPlace, scene: Scene) -> Fraction | None:
    """The rate that the edit is to be read at; None: its own."""
    return None if place is ImportPlace.NEW_SCENE else scene_rate(scene.render.fps, scene.render.fps_base)


def begin_writing(place: ImportPlace, scene: Scene, snapshot: TimelineSnapshot) -> TimelineWriter:
    """The snapshot has the rate from `rate_there`. Raises InputError or PlacementError with nothing changed."""
    if place is ImportPlace.NEW_SCENE:
        return TimelineWriter.into_new_scene(snapshot)
    first = min((strip.start for strip in snapshot.strips), default=snapshot.start)
    frames = scene.frame_current - first if place is ImportPlace.PLAYHEAD else 0
    end = max((strip.end_exclusive for strip in snapshot.strips), default=first) + frames
    there = scene.sequence_editor_create().strips
    places = zip(whole_numbers(there, "channel"), left_handles(there), right_handles(there), strict=True)
    # Above all that lies there at the time, so that nothing is covered by half or pushed away.
    channels = max((channel for channel, left, right in places if left < end and first + frames < right), default=0)
    check_channels(max((strip.channel for strip in snapshot.strips), default=0) + channels)
    return TimelineWriter(scene, snapshot, is_new_scene=False, frames=frames, channels=channels)
