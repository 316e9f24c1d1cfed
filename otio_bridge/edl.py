# SPDX-License-Identifier: GPL-3.0-or-later
"""EDL (CMX 3600) through OpenTimelineIO's adapter cmx_3600.

What it writes is right for cuts and dissolves of one picture track (measured on 1.0.0). Put right here: the names of
reels, the source out of speeds, the FCM line, the clock that the edit begins at, locators. Of reading see edl_text.py.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from .adapter import adapter_errors, load_adapter
from .carried import Carrier, is_transition, one_line
from .edl_text import Edl, Event, Locator, read_edl
from .errors import BridgeError
from .flavour import Flavour
from .items import gap
from .markers import COLORS
from .media_url import file_name, to_path
from .snapshot import SINGLE_MEDIA
from .timecode import DAY_S, RATES, drops_frames, timecode_of
from .times import Json, nearest, rational, time_range

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import opentimelineio as otio

    from .report import Findings
    from .snapshot import Media

CARRIER = Carrier(
    ".edl",
    "otio_cmx3600_adapter",
    Flavour("edl", "an EDL", wipes=False, nested=False, generators=False, disabled=False, edge_fades=False,
            effects=frozenset({"marker"})),
    sounds=False,
    markers=True,
    counts_timecode=True,
)  # fmt: skip

_HOUR_S = 3600
_BEFORE_FIRST_S = 600
_RESERVED = frozenset({"AX", "BL", "BLACK", "BARS"})
_MEDIA_NAME = re.compile(r".+\.(?!\d+$)[A-Za-z0-9]{2,4}$")


# Writing


def fitting(timeline: Json, rate: Fraction, findings: Findings) -> Json:
    """With the one track that an EDL holds, and what it can say there. Raises BridgeError for an edit with more."""
    track = _only_track(timeline, rate)
    track = {**track, "children": _fitting(track["children"], rate, findings)}
    if not _has_clips(track):
        raise _nothing()
    return {**timeline, "tracks": {**timeline["tracks"], "children": [track]}}


def write_edl(timeline: Json, rate: Fraction, part: Path, findings: Findings) -> None:
    """`timeline`: of `fitting`; it is used up. Raises BridgeError for an edit that an EDL cannot count."""
    track = timeline["tracks"]["children"][0]
    _name_reels(track["children"])
    begins = round(timeline["global_start_time"]["value"])
    _put_locators(timeline, track["children"], begins, rate, findings)
    length = sum(round(one["source_range"]["duration"]["value"]) for one in track["children"] if "source_range" in one)
    if begins + length >= DAY_S * rate:
        raise BridgeError(
            "The edit ends after 24 hours of timecode, which an EDL cannot count.", hint="Begin it at an earlier hour."
        )
    if begins:
        track["children"].insert(0, gap(begins, float(rate)))
    alone = {**timeline, "tracks": {**timeline["tracks"], "markers": [], "children": [track]}}
    import opentimelineio as otio

    adapter = load_adapter(CARRIER.package, CARRIER.ending)
    with adapter_errors("The edit cannot be written as an EDL", "Export it as .otio or Final Cut Pro 7 XML."):
        built = otio.core.deserialize_json_from_string(json.dumps(alone))
        text: str = adapter.write_to_string(built, rate=float(rate))
    part.write_text(_finished(text, rate), encoding="utf-8")


def _only_track(timeline: Json, rate: Fraction) -> Json:
    if rate not in RATES:
        known = ", ".join(f"{float(one):.5g}" for one in sorted(RATES))
        raise BridgeError(f"There is no timecode at {float(rate):.5g} frames a second.", hint=f"Known: {known}.")
    tracks = [one for one in timeline["tracks"]["children"] if one["kind"] == "Video"]
    filled = [one for one in tracks if _has_clips(one)]
    if len(filled) > 1:
        named = ", ".join(str(one["name"]) for one in filled)
        raise BridgeError(
            f"An EDL holds one picture track, and this edit needs {len(filled)}: {named}.",
            hint="Export it as Final Cut Pro 7 XML, AAF or .otio; or mute what is not to be in the EDL.",
        )
    if not filled:
        raise _nothing()
    track: Json = filled[0]
    return track


def _has_clips(track: Json) -> bool:
    return any(item["OTIO_SCHEMA"].startswith("Clip.") for item in track["children"])


def _nothing() -> BridgeError:
    return BridgeError("Nothing of this edit can be in an EDL.", hint="Export it as .otio.")


def _fitting(items: list[Json], rate: Fraction, findings: Findings) -> list[Json]:
    """Transitions that an EDL can say stay, cuts stand for the others; sequences that the adapter misreads go."""
    found: list[Json] = []
    for item in items:
        if item["OTIO_SCHEMA"].startswith("Clip.") and not _is_readable_sequence(item):
            findings.dropped(item["name"], "strip", "an EDL names its pictures in a way that is not read back")
            found.append(gap(_length(item), float(rate)))
        else:
            found.append(item)
    for number in range(len(found) - 1, -1, -1):
        if is_transition(found[number]) and (why := _why_cut(found, number)):
            findings.approximated(found[number]["name"], "transition", f"a cut stands for it: {why}")
            del found[number]
    return found


def _why_cut(items: list[Json], number: int) -> str:
    before = items[number - 1] if number else None
    after = items[number + 1] if number + 1 < len(items) else None
    if before is None or after is None or not all(one["OTIO_SCHEMA"].startswith("Clip.") for one in (before, after)):
        return "an EDL dissolves between two clips only"
    if before["effects"] or after["effects"]:
        return "an EDL has no word for a dissolve of clips with a speed"
    early = round(items[number]["in_offset"]["value"])
    if _length(before) - early < 1:
        return "nothing of the clip before would be left"
    if before["source_range"]["start_time"]["value"] < 0 or after["source_range"]["start_time"]["value"] < early:
        return "its media begins too late"
    return ""


def _is_readable_sequence(clip: Json) -> bool:
    """The adapter writes numbers without leading noughts and reads them after a dot only (measured on 1.0.0)."""
    reference = clip["media_references"][SINGLE_MEDIA]
    if not reference["OTIO_SCHEMA"].startswith("ImageSequenceReference."):
        return True
    source, available = clip["source_range"], reference["available_range"]
    if reference["frame_step"] != 1 or clip["effects"] or reference["rate"] != source["duration"]["rate"]:
        return False
    first = reference["start_frame"] + round(source["start_time"]["value"] - available["start_time"]["value"])
    last = first + _length(clip) - 1
    is_plain = len(str(first)) == len(str(last)) == max(1, reference["frame_zero_padding"])
    prefix, suffix = str(reference["name_prefix"]), str(reference["name_suffix"])
    return is_plain and prefix.endswith(".") and re.fullmatch(r"\.\w+", suffix) is not None


def _length(item: Json) -> int:
    length: int = round(item["source_range"]["duration"]["value"])
    return length


def _name_reels(items: list[Json]) -> None:
    """One for each file, told apart by number where eight letters are the same: other programs find media by it."""
    reels: dict[str, str] = {}
    for clip in items:
        if not clip["OTIO_SCHEMA"].startswith("Clip."):
            continue
        reference = clip["media_references"][SINGLE_MEDIA]
        key = str(reference.get("target_url") or json.dumps(reference, sort_keys=True))
        if key not in reels:
            stem = file_name(str(reference.get("target_url") or reference.get("name_prefix") or clip["name"]))
            letters = re.sub(r"[^A-Za-z0-9_]", "", stem.rpartition(".")[0] or stem)[:8].upper() or "CLIP"
            number, reel = 1, letters
            while reel in _RESERVED or reel in reels.values():
                number += 1
                reel = f"{letters[: 8 - len(str(number))]}{number}"
            reels[key] = reel
        clip["metadata"] = {"cmx_3600": {"reel": reels[key]}}


def _put_locators(timeline: Json, items: list[Json], begins: int, rate: Fraction, findings: Findings) -> None:
    """Markers of the timeline as locators of the clips they lie over, on the clock of the edit."""
    at = 0
    spans = []
    for item in items:
        if "source_range" in item:
            spans.append((at, at + _length(item), item))
            at += _length(item)
    for marker in timeline["tracks"]["markers"]:
        marked = marker["marked_range"]
        frame = round(marked["start_time"]["value"])
        below = next((item for start, end, item in spans if start <= frame < end and "media_references" in item), None)
        name = marker["name"] or "marker"
        if below is None:
            findings.dropped(name, "marker", "an EDL has markers on clips only, and there is none below it")
            continue
        word = marker["color"] if marker["color"] in COLORS else "GREEN"
        own = below["metadata"]["cmx_3600"].setdefault("comments", [])
        own.append(f"LOC: {timecode_of(begins + frame, rate)} {word:7} {one_line(marker['name'])}".rstrip())
        if marked["duration"]["value"] or marker["comment"]:
            findings.approximated(name, "marker", "an EDL's markers have neither length nor comment")
        else:
            findings.kept(name, "marker")


def _finished(text: str, rate: Fraction) -> str:
    """With the FCM line, source outs that are so many frames on as a speed plays, speeds by reel as Avid writes them,
    and each locator once: the adapter says those of a clip that a dissolve leaves twice."""
    by_line = {event.line: event for event in read_edl(text, rate).events}
    event: Event | None = None
    said: set[str] = set()
    lines = []
    for number, read in enumerate(text.splitlines(), 1):
        line = read
        event = by_line.get(number, event)
        if event is not None and event.speed is not None:
            first = event.span.columns[0]
            if event.line == number and event.speed:
                frames = round(Fraction(event.speed) / rate * event.span.length)
                head, _, tail = line.rpartition(f"{first} {event.span.columns[1]}")
                line = f"{head}{first} {timecode_of(event.span.source_in + frames, rate)}{tail}"
            elif line.startswith("M2 "):
                line = f"M2   {event.reel:8}       {event.speed:07.3f}                {first}"
        if line.startswith("* LOC:"):
            if line in said:
                continue
            said.add(line)
        lines.append(line)
        if number == 1:
            lines.append(f"FCM: {'DROP FRAME' if drops_frames(rate) else 'NON-DROP FRAME'}")
    return "\n".join(lines) + "\n"


# Reading


def read_edl_file(raw: bytes, rate: Fraction | None, findings: Findings) -> Json:
    """An OpenTimelineIO timeline; `rate` is the one the EDL counts in. Raises BridgeError."""
    if rate is None:
        raise BridgeError(
            "An EDL does not say how many frames a second it counts.", hint="Give the rate it was made at (--rate)."
        )
    text = _decoded(raw)
    edl = read_edl(text, rate)
    events = _fit_for_adapter(edl, findings)
    adapter = load_adapter(CARRIER.package, CARRIER.ending)
    with adapter_errors("The EDL cannot be read", "The file is damaged or of another kind: export the edit again."):
        timeline = adapter.read_from_string(_adapter_text(edl.title, events), rate=float(rate))
    begins = _begins(events, rate)
    tracks = [_checked_track(track, events, begins, rate) for track in timeline.tracks]
    markers = [_marker(one, begins, rate) for event in events for one in event.locators]
    return {
        "OTIO_SCHEMA": "Timeline.1",
        "name": timeline.name,
        "metadata": {},
        "global_start_time": rational(begins, float(rate)),
        "tracks": {"OTIO_SCHEMA": "Stack.1", "name": "tracks", "metadata": {}, "children": tracks, "markers": markers},
    }


def _decoded(raw: bytes) -> str:
    """EDLs are older than UTF-8: what is none is read as Windows writes it."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _fit_for_adapter(edl: Edl, findings: Findings) -> list[Event]:
    """A transition event's first line as an event of its own where it has frames; cuts for fades from nothing."""
    found: list[Event] = []
    last: dict[str, Event] = {}
    for one in edl.events:
        event = one
        name = event.name or f"event {event.number}"
        if event.outgoing is not None:
            reel, out = event.outgoing
            if out.length:
                named = {key: each for key, each in event.named.items() if key.startswith("from")}
                before = Event(event.number, event.line, reel, event.channels, out, named=named,
                               channel_code=event.channel_code)  # fmt: skip
                found.append(before)
                last.update(dict.fromkeys(event.channels, before))
            before_it = [last.get(channel) for channel in event.channels]
            is_joined = all(each is not None and each.span.record_out == event.span.record_in for each in before_it)
            if not is_joined or (reel in ("BL", "BLACK") and not out.length):
                findings.dropped(name, "transition", "it fades from nothing: a cut stands for it")
                named = {"from_name": event.name, "from_file": event.file}
                event = replace(event, transition="C", transition_frames=0, named=named)
            elif any(each and each.speed is None and each.span.source_out != out.source_out for each in before_it):
                why = "it begins at other frames than those the event before it ends with"
                findings.approximated(name, "transition", why)
        if event.speed is not None and event.speed < 0:
            why = "EDLs differ in whether its source in is the first frame that is seen, or the lowest"
            findings.approximated(name, "reverse", why)
        found.append(event)
        last.update(dict.fromkeys(event.channels, event))
    return found


def _adapter_text(title: str, events: list[Event]) -> str:
    """The events as the adapter reads them right: its own numbers, plain timecode beside speeds, no locators."""
    lines = [f"TITLE: {title}"]
    for number, event in enumerate(events, 1):
        columns = " ".join(event.span.columns)
        if event.transition == "C":
            lines.append(f"{number:06d} {event.reel} {event.channel_code} C {columns}")
        else:
            source, record = event.span.columns[0], event.span.columns[2]
            lines.append(f"{number:06d} {event.reel} {event.channel_code} C {source} {source} {record} {record}")
            kind = f"{event.transition} {event.transition_frames:03d}"
            lines.append(f"{number:06d} {event.reel} {event.channel_code} {kind} {columns}")
        if event.name:
            lines.append(f"* FROM CLIP NAME: {event.name}")
        if event.file:
            lines.append(f"* FROM CLIP: {event.file}")
        if event.freeze:
            lines.append("* * FREEZE FRAME")
        if event.speed is not None:
            lines.append(f"M2 {event.reel} {event.speed} 00:00:00:00")
    return "\n".join(lines) + "\n"


def _begins(events: list[Event], rate: Fraction) -> int:
    """The clock at the edit's beginning: the hour before the first event, where that is near, else the event itself."""
    first = min(event.span.record_in for event in events)
    hour = round(_HOUR_S * round(rate)) if not drops_frames(rate) else round(_HOUR_S * rate)
    before = first - first // hour * hour
    return first - before if before <= _BEFORE_FIRST_S * rate else first


def _checked_track(track: otio.schema.Track, events: list[Event], begins: int, rate: Fraction) -> Json:
    """The adapter's track as it lies on the edit's clock, each clip held against its event. Raises BridgeError."""
    import opentimelineio as otio

    own = [event for event in events if track.name in event.channels]
    fps = float(rate)
    clips = [one for one in track if isinstance(one, otio.schema.Clip)]
    if len(clips) != len(own):
        raise BridgeError(
            f"The EDL's track {track.name} has {len(own)} events, and reads as {len(clips)} clips.",
            hint="Nothing was read. Export the edit as Final Cut Pro 7 XML or .otio.",
        )
    children: list[Json] = []
    at = begins
    for clip, event in zip(clips, own, strict=True):
        span = event.span
        _check(clip, event)
        if span.record_in > at:
            children.append(gap(span.record_in - at, fps))
        if event.transition != "C" and event.transition_frames and span.length:
            children.append(_transition(event, fps))
        if span.length:
            read: Json = json.loads(clip.to_json_string(indent=-1))
            children.append(_with_media({**read, "markers": []}, event, rate))
        at = span.record_out
    return {
        "OTIO_SCHEMA": "Track.1",
        "name": track.name,
        "kind": track.kind,
        "metadata": {},
        "children": children,
    }


def _check(clip: otio.schema.Clip, event: Event) -> None:
    source = clip.source_range
    url = str(getattr(clip.media_reference, "target_url", "") or "")
    is_sequence = hasattr(clip.media_reference, "target_url_base")
    if (
        round(source.start_time.value) != event.span.source_in
        or round(source.duration.value) != event.span.length
        or (url != event.file and not is_sequence and event.reel not in _RESERVED)
    ):
        raise BridgeError(
            f"Event {event.number} of the EDL (line {event.line}) does not read as it is written: "
            f"{url or 'no file'} from {source.start_time.value:g} for {source.duration.value:g} frames.",
            hint="Nothing was read. Export the edit as Final Cut Pro 7 XML or .otio.",
        )


def _with_media(clip: Json, event: Event, rate: Fraction) -> Json:
    """With a file that only the clip's name tells, black as a colour, and the speed that the event tells: the adapter
    looks for one only where source and place differ in length."""
    effects: list[Json] = []
    if event.freeze or event.speed is not None:
        scalar = 0.0 if event.freeze or not event.speed else float(Fraction(event.speed) / rate)
        schema, called = ("FreezeFrame.1", "FreezeFrame") if scalar == 0 else ("LinearTimeWarp.1", "LinearTimeWarp")
        if abs(scalar - 1) > 1e-6:
            effects = [{"OTIO_SCHEMA": schema, "metadata": {}, "name": "", "effect_name": called,
                        "time_scalar": scalar, "enabled": True}]  # fmt: skip
    name = event.name or str(clip["name"])
    clip = {**clip, "metadata": {"cmx_3600": {"reel": event.reel}}, "effects": effects}
    clip["name"] = name.removesuffix(" FF") if event.freeze else name
    active = clip.get("active_media_reference_key", SINGLE_MEDIA)
    reference = clip["media_references"][active]
    if event.reel in ("BL", "BLACK"):
        reference = {**reference, "generator_kind": "SolidColor", "parameters": {"color": "000000"}}
    elif not event.file and event.reel != "BARS" and _MEDIA_NAME.fullmatch(event.name):
        reference = {"OTIO_SCHEMA": "ExternalReference.1", "metadata": {}, "name": "", "available_range": None,
                     "available_image_bounds": None, "target_url": event.name}  # fmt: skip
    clip["media_references"] = {active: reference}
    return clip


def _transition(event: Event, fps: float) -> Json:
    frames = min(event.transition_frames, event.span.length)
    is_dissolve = event.transition == "D"
    return {
        "OTIO_SCHEMA": "Transition.1",
        "metadata": {"cmx_3600": {"transition": event.transition}},
        "name": f"to {event.name or event.number}",
        "transition_type": "SMPTE_Dissolve" if is_dissolve else "SMPTE_Wipe",
        "in_offset": rational(0, fps),
        "out_offset": rational(frames, fps),
    }


def put_files(
    timeline: Json, rate: Fraction, base: str, facts: Callable[[str], Media | None], findings: Findings
) -> None:
    """Where each file begins, which an EDL does not say: its sources are on the clocks of their files."""
    for clip in (item for track in timeline["tracks"]["children"] for item in track["children"]):
        reference: Json = next(iter(clip.get("media_references", {}).values()), {})
        if not str(reference.get("OTIO_SCHEMA", "")).startswith("ExternalReference."):
            continue
        first = round(clip["source_range"]["start_time"]["value"])
        path = to_path(str(reference["target_url"]), base)
        media = facts(path)
        if media is None:
            if first:
                shown = timecode_of(first, rate) if first < DAY_S * rate else str(first)
                why = f"what frame of {file_name(path)} is at {shown} is not known: it is counted from its beginning"
                findings.approximated(clip["name"], "in point", why)
            continue
        reference["available_range"] = time_range(media.start_frame, media.frame_count, float(media.rate))
        begins = media.start_frame * rate / media.rate
        ends = begins + media.frame_count * rate / media.rate
        if first < begins - 1 or (media.frame_count and first >= ends):
            why = (
                f"the EDL shows {timecode_of(first, rate)}, and {file_name(path)} goes from "
                f"{timecode_of(nearest(begins), rate)} to {timecode_of(nearest(ends), rate)}"
            )
            findings.approximated(clip["name"], "in point", why)


def _marker(locator: Locator, begins: int, rate: Fraction) -> Json:
    return {
        "OTIO_SCHEMA": "Marker.2",
        "metadata": {},
        "name": locator.text,
        "color": locator.color if locator.color in COLORS else "RED",
        "comment": "",
        "marked_range": time_range(locator.frame - begins, 0, float(rate)),
    }
