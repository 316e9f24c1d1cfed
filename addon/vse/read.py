# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading a scene's edit into a snapshot."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ..interchange.bridge import Media, NotCarried, StripKind, StripSnapshot, TimelineSnapshot
from ..timeline.rate import scene_rate
from .compat import content_duration, left_handle, left_handle_offset, right_handle
from .shots import absolute_path, takes_of

if TYPE_CHECKING:
    from bpy.types import Scene, Strip

_KINDS = {"MOVIE": StripKind.MOVIE, "SOUND": StripKind.SOUND}

PLAIN_MEDIA = "DEFAULT_MEDIA"
"""OpenTimelineIO's own key for a clip's only file."""


def read_timeline(scene: Scene) -> TimelineSnapshot:
    """The top level of `scene`'s edit; strips of other kinds than movie and sound are named as not carried."""
    rate = scene_rate(scene.render.fps, scene.render.fps_base)
    carried = []
    not_carried = []
    for strip in sorted(scene.sequence_editor_create().strips, key=lambda strip: (strip.channel, left_handle(strip))):
        if strip.retake.compares:
            continue  # laid over the edit for the time being
        kind = _KINDS.get(strip.type)
        if kind is None:
            what = strip.bl_rna.properties["type"].enum_items[strip.type].name
            not_carried.append(NotCarried(strip.name, f"{what} strips are not exported yet"))
        else:
            carried.append(_read_strip(scene, strip, kind, rate))
    return TimelineSnapshot(
        name=Path(bpy.data.filepath).stem or scene.name,
        rate=rate,
        start=scene.frame_start,
        width_px=scene.render.resolution_x,
        height_px=scene.render.resolution_y,
        strips=tuple(carried),
        not_carried=tuple(not_carried),
    )


def _read_strip(scene: Scene, strip: Strip, kind: StripKind, rate: Fraction) -> StripSnapshot:
    media = _takes_as_media(scene, strip.retake.shot_id)
    active = _take_key(strip.retake.take_number)
    if active not in media:
        media, active = {PLAIN_MEDIA: _plain_media(strip, kind, rate)}, PLAIN_MEDIA
    return StripSnapshot(
        name=strip.name,
        kind=kind,
        channel=strip.channel,
        start=left_handle(strip),
        length=right_handle(strip) - left_handle(strip),
        content_offset=round(left_handle_offset(strip)),
        media=media,
        active_media=active,
        mute=strip.mute,
        shot_id=strip.retake.shot_id,
        take_number=strip.retake.take_number,
    )


def _takes_as_media(scene: Scene, shot_id: str) -> dict[str, Media]:
    return {
        _take_key(take.number): Media(
            path=str(take.file),
            rate=take.rate,
            frame_count=take.frame_count,
            metadata={
                "take": take.number,
                "job": take.job_id,
                "cost_units": None if take.cost_units is None else str(take.cost_units),
                "recipe": take.recipe,
            },
        )
        for take in takes_of(scene, shot_id)
    }


def _take_key(number: int) -> str:
    return f"take {number}"


def _plain_media(strip: Strip, kind: StripKind, rate: Fraction) -> Media:
    """The strip's own file. What exists of it is given at the timeline's rate, as Blender counts a strip's content."""
    path = strip.sound.filepath if kind is StripKind.SOUND else strip.filepath
    return Media(str(absolute_path(path)), rate, content_duration(strip))
