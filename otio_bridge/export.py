# SPDX-License-Identifier: GPL-3.0-or-later
"""From a snapshot to OpenTimelineIO, with a report of what could not be carried.

First slice: movie and sound strips, tracks and gaps, takes as media references. Times on tracks are written at the
timeline's exact rate, a file's own rate only in its available range: mixed rates on a track drift when they are added
up (measured on OpenTimelineIO 0.18.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from .snapshot import Media, StripKind, StripSnapshot, TimelineSnapshot
from .tracks import TrackPlan, plan_tracks

BLENDER = "blender_vse"
"""The namespace for what OpenTimelineIO has no words for."""
RETAKE = "retake"
"""The namespace for shots, takes and recipes."""
SCHEMA = 1


@dataclass(frozen=True, slots=True)
class ExportReport:
    """`kept` counts strips; `dropped` holds a sentence for each strip that is not in the file."""

    kept: int
    dropped: tuple[str, ...]


def export_timeline(snapshot: TimelineSnapshot) -> tuple[otio.schema.Timeline, ExportReport]:
    """Deterministic: the same snapshot gives the same file, byte for byte."""
    origin = min([snapshot.start, *(strip.start for strip in snapshot.strips)])
    timeline = otio.schema.Timeline(name=snapshot.name, global_start_time=_time(0, snapshot.rate))
    timeline.metadata[BLENDER] = {
        "schema": SCHEMA,
        "rate": str(snapshot.rate),
        "resolution": [snapshot.width_px, snapshot.height_px],
        "frame_start": snapshot.start,
        "frame_of_time_zero": origin,
    }
    for plan in plan_tracks(snapshot.strips):
        timeline.tracks.append(_track(plan, origin, snapshot.rate))
    dropped = tuple(f"{each.name}: {each.why}" for each in snapshot.not_carried)
    return timeline, ExportReport(len(snapshot.strips), dropped)


def _track(plan: TrackPlan, origin: int, rate: Fraction) -> otio.schema.Track:
    is_picture = plan.kind is StripKind.MOVIE
    track = otio.schema.Track(
        name=f"Channel {plan.channel}",
        kind=otio.schema.TrackKind.Video if is_picture else otio.schema.TrackKind.Audio,
    )
    track.metadata[BLENDER] = {"schema": SCHEMA, "channel": plan.channel}
    at = origin
    for strip in plan.strips:
        if strip.start > at:
            track.append(otio.schema.Gap(source_range=_range(0, strip.start - at, rate)))
        track.append(_clip(strip, rate))
        at = strip.end_exclusive
    return track


def _clip(strip: StripSnapshot, rate: Fraction) -> otio.schema.Clip:
    clip = otio.schema.Clip(name=strip.name, source_range=_range(strip.content_offset, strip.length, rate))
    clip.set_media_references(
        {key: _reference(key, media) for key, media in sorted(strip.media.items())}, strip.active_media
    )
    clip.enabled = not strip.mute
    clip.metadata[BLENDER] = {"schema": SCHEMA, "kind": strip.kind.value, "channel": strip.channel}
    if strip.shot_id:
        clip.metadata[RETAKE] = {"schema": SCHEMA, "shot": strip.shot_id, "take": strip.take_number}
    return clip


def _reference(name: str, media: Media) -> otio.schema.ExternalReference:
    # A plain path, not a file:// address: Resolve 20.2 does not relink those, and Kdenlive probes them wrongly.
    reference = otio.schema.ExternalReference(
        target_url=media.path, available_range=_range(0, media.frame_count, media.rate)
    )
    reference.name = name
    if media.metadata:
        metadata: dict[str, Any] = {"schema": SCHEMA, **media.metadata}
        reference.metadata[RETAKE] = metadata
    return reference


def _time(frames: int, rate: Fraction) -> otio.opentime.RationalTime:
    return otio.opentime.RationalTime(frames, float(rate))


def _range(start: int, length: int, rate: Fraction) -> otio.opentime.TimeRange:
    return otio.opentime.TimeRange(_time(start, rate), _time(length, rate))
