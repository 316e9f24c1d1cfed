# SPDX-License-Identifier: GPL-3.0-or-later
"""From OpenTimelineIO to a snapshot, with a report of what became of each clip.

A file that an export of ours wrote gives the very same snapshot again, and where another program changed it, that
snapshot with the changes. Any other file gives what it says, and what Blender has no place for is kept with the strip
to be written back. The one error is BridgeError, whatever the file holds.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .errors import BridgeError
from .import_level import read_level
from .import_run import ImportRun
from .import_time import Clock, check_depth, children_of, schema_of
from .markers import read_marker
from .namespaces import BLENDER, RETAKE, own_part, without_own
from .no_collector import no_collector
from .read_file import read_text
from .record import RecordDamaged, exact_rate, from_record
from .report import Findings, Report
from .rescale import at_rate
from .snapshot import Channel, Marker, TimelineSnapshot
from .times import Json, known_rate, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .snapshot import Media

HIGHEST_CHANNEL = 128
"""Blender's limit."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """`rate`: of the scene that is to receive the edit; None: the edit's own. `base`: the folder of the file, for
    relative paths. `start`: the frame of the edit's time zero, where the file does not say. `exists` says whether a
    path leads to a file; None: nobody looks. `edit_rate`: of a file that does not say its own, which an EDL does not;
    None: `rate`. `facts`: what a file says of itself, for formats that do not say where their media begins; None for
    no such file.
    """

    rate: Fraction | None = None
    base: str = ""
    start: int = 1
    exists: Callable[[str], bool] | None = None
    edit_rate: Fraction | None = None
    facts: Callable[[str], Media | None] | None = None


@no_collector()
def import_text(text: str, options: ImportOptions | None = None) -> tuple[TimelineSnapshot, Report]:
    """From the content of an .otio file. Raises BridgeError."""
    root, notes = read_text(text)
    snapshot, report = import_json(root, options)
    return snapshot, replace(report, notes=(*notes, *report.notes))


@no_collector()
def import_json(root: Json, options: ImportOptions | None = None) -> tuple[TimelineSnapshot, Report]:
    """From OpenTimelineIO's JSON of version 0.18. Raises BridgeError."""
    options = options or ImportOptions()
    findings = Findings()
    try:
        check_depth(_stack_of(root))
        snapshot = _import(root, options, findings)
        if options.rate is not None:
            snapshot = at_rate(snapshot, options.rate)
    except (RecordDamaged, KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        raise BridgeError(
            f"The edit cannot be understood: {str(error)[:200]}.", hint="The file is damaged: export the edit again."
        ) from error
    is_ours = "rate" in own_part(root.get("metadata"), BLENDER)
    return snapshot, findings.report(sum(1 for _ in snapshot.walk()), is_ours=is_ours)


def _stack_of(root: Json) -> Json:
    tracks = root.get("tracks")
    return tracks if isinstance(tracks, dict) else root


def _import(root: Json, options: ImportOptions, findings: Findings) -> TimelineSnapshot:
    timeline = _timeline(root, findings)
    stack = _stack_of(timeline)
    metadata = timeline.get("metadata")
    own = own_part(metadata, BLENDER)
    rate = _own_rate(own) or options.rate or _common_rate(timeline, stack)
    zero = _whole(own.get("frame_of_time_zero"), options.start)
    start = _whole(own.get("frame_start"), zero)
    # Ours says so itself, for it may have been written for anyone and been read and written by Premiere since.
    shows_source_length = own.get("source_lengths") is True if "flavour" in own else _is_premiere(timeline, stack)
    run = ImportRun(
        rate,
        options.base,
        options.exists,
        findings,
        Clock(rate, shows_source_length),
        marks_from_in=own.get("flavour") == "kdenlive" or bool(own_part(metadata, "kdenlive")),
    )
    channels = _own_channels(own)
    level = read_level(run, stack, zero, zero, channels, own)
    strips = run.names.corrected(level.strips)
    if (highest := max((strip.channel for strip in strips), default=0)) > HIGHEST_CHANNEL:
        raise BridgeError(
            f"The edit needs {highest} channels, and Blender has {HIGHEST_CHANNEL}.",
            hint="Merge tracks before the export.",
        )
    width, height = _size(own, stack)
    clock = timeline.get("global_start_time")
    timecode = nearest(run.clock.seconds(clock) * rate) + (start - zero) if isinstance(clock, dict) else 0
    if "timecode_start" in own and timecode == max(0, _whole(own["timecode_start"], 0) - (start - zero)) + (
        start - zero
    ):
        timecode = _whole(own["timecode_start"], 0)
    return TimelineSnapshot(
        name=name if isinstance(name := timeline.get("name"), str) else "",
        rate=rate,
        start=start,
        width_px=width,
        height_px=height,
        strips=strips,
        end_exclusive=_whole(own.get("frame_end_exclusive"), None),
        markers=tuple(_markers(stack, run, zero)) + tuple(level.markers),
        channels=tuple(sorted(level.channels.values(), key=lambda one: one.number)),
        timecode_start=timecode,
        metadata={key: value for key, value in own_part(metadata, RETAKE).items() if key != "schema"},
        foreign=_foreign(timeline, stack, own),
    )


def _timeline(root: Json, findings: Findings) -> Json:
    schema = schema_of(root)
    if schema == "SerializableCollection":
        members = children_of(root)
        timelines = [one for one in members if schema_of(one) == "Timeline"]
        if timelines:
            if len(timelines) > 1:
                named = ", ".join(str(one.get("name")) for one in timelines[1:])
                findings.notes.append(f"the file holds {len(timelines)} timelines; the first is read, not: {named}")
            return timelines[0]
        clips = [one for one in members if schema_of(one) in ("Clip", "Stack", "Track", "Gap", "Transition")]
        if not clips:
            raise BridgeError("The file's collection holds no timeline and no clips.", hint="Export a timeline.")
        findings.notes.append("the file is a collection of clips; they are laid one after the other")
        return _wrapped({"OTIO_SCHEMA": "Track.1", "kind": "Video", "children": clips, "name": root.get("name", "")})
    if schema == "Timeline":
        if schema_of(root.get("tracks")) != "Stack":
            raise BridgeError("The timeline in the file has no tracks.", hint="Export the edit again.")
        return root
    if schema in ("Track", "Clip"):
        return _wrapped(root)
    if schema == "Stack":
        return {"OTIO_SCHEMA": "Timeline.1", "name": root.get("name", ""), "metadata": {}, "tracks": root}
    raise BridgeError(f"The file holds no edit but a {schema or 'nameless object'}.", hint="Export a timeline.")


def _wrapped(item: Json) -> Json:
    stack = {"OTIO_SCHEMA": "Stack.1", "name": "tracks", "children": [item], "metadata": {}}
    return {"OTIO_SCHEMA": "Timeline.1", "name": item.get("name", ""), "metadata": {}, "tracks": stack}


def _own_rate(own: Json) -> Fraction | None:
    try:
        return exact_rate(own["rate"]) if "rate" in own else None
    except RecordDamaged:
        return None


def _common_rate(timeline: Json, stack: Json) -> Fraction:
    """What most picture clips are counted in; sound may be counted in samples."""
    clock = timeline.get("global_start_time")
    counts: Counter[Fraction] = Counter()
    others: Counter[Fraction] = Counter()
    for kind, item in _items(stack):
        source = item.get("source_range")
        duration = source.get("duration") if isinstance(source, dict) else None
        if rate := _usable(duration):
            (others if kind == "Audio" else counts)[rate] += 1
    if isinstance(stack.get("metadata"), dict):
        premiere = own_part(stack["metadata"], "PremierePro_OTIO").get("VideoFrameRate")
        if rate := _usable({"rate": premiere}):
            return rate
    for found in (counts, Counter([one] if (one := _usable(clock)) else []), others):
        if found:
            # Of equally frequent ones the first in the file.
            return found.most_common(1)[0][0]
    return Fraction(24)


def _items(stack: Json) -> Iterator[tuple[str, Json]]:
    for track in children_of(stack):
        kind = str(track.get("kind", "Video"))
        if schema_of(track) != "Track":
            yield kind, track
        for item in children_of(track):
            if schema_of(item) != "Transition":
                yield kind, item


def _usable(time: Any) -> Fraction | None:
    rate = time.get("rate") if isinstance(time, dict) else None
    if isinstance(rate, int | float) and not isinstance(rate, bool) and 1 <= rate <= 1000:
        return known_rate(float(rate))
    return None


def _is_premiere(timeline: Json, stack: Json) -> bool:
    return any("PremierePro_OTIO" in (one.get("metadata") or {}) for one in (timeline, stack))


def _own_channels(own: Json) -> dict[int, Channel]:
    found: dict[int, Channel] = {}
    rows = own.get("channels")
    for row in rows if isinstance(rows, list) else ():
        try:
            channel = from_record(Channel, row)
        except RecordDamaged:
            continue
        found[channel.number] = channel
    return found


def _size(own: Json, stack: Json) -> tuple[int, int]:
    """0 by 0 where nobody says."""
    size = own.get("resolution")
    if isinstance(size, list) and len(size) == 2 and all(type(one) is int and 0 <= one < 100_000 for one in size):
        return size[0], size[1]
    size = own_part(stack.get("metadata"), "PremierePro_OTIO").get("VideoResolution")
    if isinstance(size, dict):
        found = [size.get("width"), size.get("height")]
        if all(isinstance(one, int | float) and 0 < one < 100_000 for one in found):
            return int(found[0]), int(found[1])  # type: ignore[arg-type]
    return 0, 0


def _whole(value: Any, otherwise: Any) -> Any:
    return value if type(value) is int and abs(value) < 2**31 else otherwise


def _markers(stack: Json, run: ImportRun, zero: int) -> Iterator[Marker]:
    found = stack.get("markers")
    for one in found if isinstance(found, list) else ():
        if (read := read_marker(one, run.rate)) is not None:
            marker, at = read
            yield replace(marker, frame=zero + nearest(at))


def _foreign(timeline: Json, stack: Json, own: Json) -> Json:
    foreign: Json = {}
    made = {"resolve": "Resolve_OTIO", "premiere": "PremierePro_OTIO"}.get(str(own.get("flavour", "")))
    for key, part in (("metadata", timeline), ("stack", stack)):
        metadata = without_own(part.get("metadata"))
        if made in metadata and _is_ours(made, metadata[made]):
            del metadata[made]
        if key == "metadata" and metadata:
            foreign[key] = metadata
        elif key == "stack":
            rows: Json = {"metadata": metadata} if metadata else {}
            if stack.get("effects"):
                rows["effects"] = stack["effects"]
            if stack.get("name") not in ("tracks", None):
                rows["name"] = stack["name"]
            if rows:
                foreign["stack"] = rows
    return foreign


def _is_ours(namespace: str, value: Any) -> bool:
    """What the export writes for that program, and nothing besides."""
    ours = {
        "Resolve_OTIO": {"Resolve OTIO Meta Version"},
        "PremierePro_OTIO": {"MetadataVersion", "VideoFrameRate", "VideoResolution", "PixelAspectRatio"},
    }[namespace]
    return isinstance(value, dict) and set(value) <= ours
