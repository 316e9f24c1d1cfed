# SPDX-License-Identifier: GPL-3.0-or-later
"""An edit that asks for three shots: a gap behind a dissolve, a clip whose media is gone, and a gap under a marker."""

from __future__ import annotations

from pathlib import Path

import opentimelineio as otio

RATE = 25.0


def time(frames: float, rate: float = RATE) -> otio.opentime.RationalTime:
    return otio.opentime.RationalTime(frames, rate)


def span(start: float, frames: float, rate: float = RATE) -> otio.opentime.TimeRange:
    return otio.opentime.TimeRange(time(start, rate), time(frames, rate))


def clip(name: str, path: Path, start: float, frames: float) -> otio.schema.Clip:
    reference = otio.schema.ExternalReference(target_url=str(path), available_range=span(0, 250))
    return otio.schema.Clip(name=name, media_reference=reference, source_range=span(start, frames))


def write_prompted_edit(path: Path, footage: Path) -> None:
    """Tracks, bottom up: V1 with footage, a dissolve of 12 + 13 frames and a gap of 101 frames with a prompt, then
    footage; V2 with a gap of 40 frames under a marker of the timeline, and a missing clip of 80 frames. A1 is sound."""
    timeline = otio.schema.Timeline("night ride", global_start_time=time(90_000))
    timeline.metadata["studio"] = {"reel": 7, "notes": ["keep", None, 1.5]}
    lower = otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    upper = otio.schema.Track("V2", kind=otio.schema.TrackKind.Video)
    sound = otio.schema.Track("A1", kind=otio.schema.TrackKind.Audio)
    timeline.tracks.extend([lower, upper, sound])

    wanted = otio.schema.Gap(source_range=span(0, 101))
    wanted.markers.append(
        otio.schema.Marker("todo", marked_range=span(5, 0), comment="RETAKE: A lighthouse at dusk, waves below")
    )
    dissolve = otio.schema.Transition("dissolve", "SMPTE_Dissolve", in_offset=time(12), out_offset=time(13))
    lower.extend([clip("opening", footage, 20, 60), dissolve, wanted, clip("ending", footage, 0, 50)])

    gone = otio.schema.Clip("anna walks", media_reference=otio.schema.MissingReference(), source_range=span(86_400, 80))
    gone.metadata["retake"] = {"prompt": "Anna walks over a bridge", "shot": "s020", "negative": "cars"}
    gone.metadata["avid"] = {"bin": "day 3"}
    upper.extend([otio.schema.Gap(source_range=span(0, 40)), gone])
    timeline.tracks.markers.append(
        otio.schema.Marker("idea", marked_range=span(10, 1), comment="retake: Rain on a window, close")
    )
    timeline.tracks.markers.append(otio.schema.Marker("note", marked_range=span(70, 0), comment="grade this"))
    sound.append(clip("score", footage, 0, 211))
    otio.adapters.write_to_file(timeline, str(path), adapter_name="otio_json")
