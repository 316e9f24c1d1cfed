# SPDX-License-Identifier: GPL-3.0-or-later
"""From a snapshot to OpenTimelineIO, with a report of what became of each strip.

Times on tracks are whole frames at the timeline's exact rate, a file's own rate stands only in its available range:
mixed rates on a track drift when they are added up (measured on OpenTimelineIO 0.18.1). What OpenTimelineIO cannot say
is in the namespace `blender_vse`, so that an import gives the same snapshot again.

Built as JSON and given to OpenTimelineIO as a whole: its Python objects cost a multiple, and metadata of other programs
comes through as it was.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from .edit_findings import note_edit
from .errors import BridgeError
from .export_level import plan_level
from .export_run import ExportOptions, ExportRun, begin_run
from .export_tracks import tracks_of
from .items import item
from .markers import write_marker
from .namespaces import BLENDER, RETAKE, SCHEMA, mapping
from .no_collector import no_collector
from .read_file import known_versions
from .record import to_record
from .times import Json, rational
from .unknown_schemas import with_stand_ins
from .write_text import text_of

if TYPE_CHECKING:
    import opentimelineio as otio

    from .report import Report
    from .snapshot import TimelineSnapshot


@no_collector()
def export_timeline(
    snapshot: TimelineSnapshot, options: ExportOptions | None = None
) -> tuple[otio.schema.Timeline, Report]:
    """Deterministic: the same snapshot gives the same file, byte for byte. `schema_target` counts on writing only."""
    import opentimelineio as otio

    built, report = export_json(snapshot, options)
    shown, _ = with_stand_ins(built, known_versions())
    timeline = otio.core.deserialize_json_from_string(json.dumps(shown))
    return timeline, report


@no_collector()
def export_text(snapshot: TimelineSnapshot, options: ExportOptions | None = None) -> tuple[str, Report]:
    """The content of an .otio file. Raises BridgeError for a `schema_target` that is none."""
    options = options or ExportOptions()
    built, report = export_json(snapshot, options)
    return (older_text(built, options.schema_target) if options.schema_target else text_of(built)), report


def older_text(built: Json, target: str) -> str:
    """For a reader of OpenTimelineIO `target`, such as 0.14.0. Raises BridgeError where there is no such version."""
    import opentimelineio as otio

    try:
        versions = otio.versioning.fetch_map("OTIO_CORE", target)
    except KeyError:
        everything = otio.versioning.full_map()
        known = ", ".join(sorted(everything["OTIO_CORE"]))
        raise BridgeError(
            f"OpenTimelineIO {target} is not a version that can be written for.", hint=f"Known: {known}."
        ) from None
    shown, _ = with_stand_ins(built, known_versions())
    timeline = otio.core.deserialize_json_from_string(json.dumps(shown))
    text: str = otio.core.serialize_json_to_string(timeline, versions, 4)
    return text


@no_collector()
def export_json(snapshot: TimelineSnapshot, options: ExportOptions | None = None) -> tuple[Json, Report]:
    """The timeline as OpenTimelineIO's JSON of version 0.18."""
    run = begin_run(snapshot, options or ExportOptions())
    built = _timeline(run)
    return built, run.findings.report(sum(1 for _ in snapshot.walk()) + len(snapshot.not_carried))


def _timeline(run: ExportRun) -> Json:
    snapshot = run.snapshot
    zero = min([snapshot.start, *(strip.start for strip in snapshot.strips)])
    level = plan_level(run, snapshot.strips, zero)
    tracks = tracks_of(run, snapshot.strips, level, snapshot.channels)
    own: Json = {
        "schema": SCHEMA,
        "rate": str(run.rate),
        "resolution": list(run.frame),
        "frame_start": snapshot.start,
        "frame_of_time_zero": zero,
        "timecode_start": snapshot.timecode_start,
        "flavour": run.flavour.name,
    }
    if run.flavour.source_lengths:
        own["source_lengths"] = True
    if snapshot.end_exclusive is not None:
        own["frame_end_exclusive"] = snapshot.end_exclusive
    if snapshot.channels:
        own["channels"] = [to_record(one) for one in sorted(snapshot.channels, key=lambda one: one.number)]
    if level.left_out:
        own["left_out"] = [to_record(strip) for strip in level.left_out]
    foreign = snapshot.foreign
    stack = mapping(foreign.get("stack"))
    metadata: Json = {**mapping(foreign.get("metadata")), BLENDER: own}
    if snapshot.metadata:
        metadata[RETAKE] = {"schema": SCHEMA, **snapshot.metadata}
    stack_metadata = mapping(stack.get("metadata"))
    if run.flavour.name == "resolve":
        metadata.setdefault("Resolve_OTIO", {"Resolve OTIO Meta Version": "1.0"})
    if run.flavour.name == "premiere":
        metadata.setdefault("PremierePro_OTIO", {"MetadataVersion": "1.0"})
        stack_metadata.setdefault("PremierePro_OTIO", _premiere_stack(run))
    for each in snapshot.not_carried:
        run.findings.dropped(each.name, "strip", each.why, comes_back=False)
    note_edit(snapshot, tracks, run.flavour, run.findings)
    markers = [write_marker(one, one.frame - zero, run.rate, run.flavour) for one in snapshot.markers]
    clock = snapshot.timecode_start - (snapshot.start - zero)
    return {
        "OTIO_SCHEMA": "Timeline.1",
        "metadata": metadata,
        "name": snapshot.name,
        "global_start_time": rational(max(0, clock), run.fps),
        "tracks": {
            **item("Stack.1", str(stack.get("name", "tracks")), None),
            "metadata": stack_metadata,
            "effects": list(stack.get("effects", [])),
            "markers": markers,
            "children": tracks,
        },
    }


def _premiere_stack(run: ExportRun) -> Json:
    return {
        "VideoFrameRate": run.fps,
        "VideoResolution": {"width": run.frame[0], "height": run.frame[1]},
        "PixelAspectRatio": {"numerator": 1.0, "denominator": 1.0},
    }


__all__ = ["ExportOptions", "export_json", "export_text", "export_timeline", "older_text"]
