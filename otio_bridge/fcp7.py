# SPDX-License-Identifier: GPL-3.0-or-later
"""Final Cut Pro 7 XML through OpenTimelineIO's adapter fcp_xml.

Measured on 1.0.0: cuts, dissolves, gaps, tracks, sounds, timecode and markers come through. It loses speeds, writes no
`enabled` and no content of `<format>`, reads nested sequences as empty ones, and writes two equal clips as one.
"""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from .adapter import adapter_errors, load_adapter
from .carried import Carrier, is_plain_rate, one_line
from .errors import BridgeError
from .flavour import Flavour
from .media_url import UrlForm

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction
    from pathlib import Path

    from .report import Findings
    from .times import Json

CARRIER = Carrier(
    ".xml",
    "otio_fcp_adapter",
    Flavour("fcp7", "Final Cut Pro 7 XML", wipes=False, retimes=False, generators=False, image_sequences=False,
            edge_fades=False, effects=frozenset({"marker"})),
    url_form=UrlForm.FILE_URL,
    markers=True,
)  # fmt: skip

MOST_NESTED = 10_000
"""Nested sequences, each time one is shown counted anew."""

_DAMAGED = "The file is damaged or of another kind: export the edit again."


def write_fcp7(timeline: Json, rate: Fraction, part: Path, size_px: tuple[int, int], findings: Findings) -> None:
    """Raises BridgeError for a rate that the format has no word for."""
    if not is_plain_rate(rate):
        raise BridgeError(
            f"Final Cut Pro 7 XML has no word for {float(rate):.5g} frames a second.",
            hint="It knows whole rates and those of NTSC, such as 29.97. Export the edit as .otio.",
        )
    for item in _items(timeline["tracks"]):
        if not item["enabled"]:
            item["metadata"]["fcp_xml"] = {"enabled": "FALSE"}
    for marker in timeline["tracks"]["markers"]:
        if marker["comment"]:
            marker["metadata"] = {"fcp_xml": {"comment": one_line(marker["comment"])}}
        if marker["color"] not in ("GREEN", "RED"):
            findings.approximated(marker["name"] or "marker", "marker", "Final Cut Pro 7 XML has no colours of markers")
    import opentimelineio as otio

    adapter = load_adapter(CARRIER.package, CARRIER.ending)
    with adapter_errors("The edit cannot be written as Final Cut Pro 7 XML", "Export it as .otio."):
        text: str = adapter.write_to_string(otio.core.deserialize_json_from_string(json.dumps(timeline)))
    part.write_text(text.replace("<format/>", _format(rate, size_px)).replace(
        '<?xml version="1.0" ?>', '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>', 1
    ), encoding="utf-8")  # fmt: skip


def _format(rate: Fraction, size_px: tuple[int, int]) -> str:
    """What Resolve takes the sequence's size from."""
    width, height = size_px
    ntsc = "FALSE" if rate.denominator == 1 else "TRUE"
    rows = f"<rate><timebase>{round(rate)}</timebase><ntsc>{ntsc}</ntsc></rate>"
    if width and height:
        rows += f"<width>{width}</width><height>{height}</height><pixelaspectratio>square</pixelaspectratio>"
    return f"<format><samplecharacteristics>{rows}</samplecharacteristics></format>"


def _items(stack: Json) -> Iterator[Json]:
    """Clips and nested edits, all levels."""
    for track in stack["children"]:
        for item in track["children"]:
            if "media_references" in item:
                yield item
            elif item["OTIO_SCHEMA"].startswith("Stack."):
                yield item
                yield from _items(item)


def read_fcp7_file(raw: bytes, findings: Findings) -> Json:
    """OpenTimelineIO's JSON of it. Raises BridgeError."""
    try:
        root = ElementTree.fromstring(raw)  # noqa: S314 - expat bounds what entities may grow to
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise BridgeError(f"The file is no XML: {error}.", hint=_DAMAGED) from error
    if root.tag != "xmeml":
        raise BridgeError(
            f"The file is XML of another kind ({root.tag[:40]}).", hint="Choose Final Cut Pro 7 XML, or .fcpxml."
        )
    adapter = load_adapter(CARRIER.package, CARRIER.ending)
    with adapter_errors("The file cannot be read as Final Cut Pro 7 XML", _DAMAGED):
        _Nested(root).open_all()
        found = adapter.read_from_string(ElementTree.tostring(root, encoding="unicode"))
        read: Json = json.loads(found.to_json_string(indent=-1))
        _check_pictures(root, read)
        _put_right(read, findings)
    return read


def _check_pictures(root: ElementTree.Element, read: Json) -> None:
    """Each picture clip of each sequence held against the XML: file, place and length. Raises BridgeError.

    The adapter lays clips one behind the other, wherever they overlap or stand in another order. Clips that begin or
    end under a transition have no place of their own in the XML, and are left to it.
    """
    by_id: dict[str, ElementTree.Element] = {}
    for element in root.iter():
        if element.get("id") and len(element):
            by_id.setdefault(f"{element.tag} {element.get('id')}", element)

    def whole(element: ElementTree.Element) -> ElementTree.Element:
        return by_id.get(f"{element.tag} {element.get('id')}", element)

    sequences = [whole(one) for one in (*root.iterfind("./sequence"), *root.iterfind(".//children/sequence"))]
    timelines = [read] if "tracks" in read else [one for one in read.get("children", []) if "tracks" in one]
    for sequence, timeline in zip(sequences, timelines, strict=False):
        rows = [whole(one) for media in sequence.iterfind("./media/video") for one in whole(media).iterfind("./track")]
        tracks = [one for one in timeline["tracks"]["children"] if one["kind"] == "Video"]
        for row, track in zip(rows, tracks, strict=False):
            there = _placed(track, _rate(sequence))
            for item in (whole(one) for one in row.iterfind("./clipitem")):
                start, end = (int(item.findtext(key) or -1) for key in ("start", "end"))
                file = item.find("file")
                url = whole(file).findtext("pathurl") if file is not None else None
                if 0 <= start < end and there.get(start) != (end - start, url or ""):
                    found = there.get(start)
                    reads = "is not there" if found is None else f"reads as {found[1] or 'no file'} for {found[0]}"
                    name = item.findtext("name") or item.get("id") or ""
                    raise BridgeError(
                        f"The clip {name!r} of {url or 'no file'}, {end - start} frames from {start}, {reads}.",
                        hint="Nothing was read. Export the edit as .otio.",
                    )


def _placed(track: Json, rate: float) -> dict[int, tuple[int, str]]:
    """Length and file by place, of what has a length; `rate` is the sequence's."""
    found: dict[int, tuple[int, str]] = {}
    at_s = 0.0
    for item in track["children"]:
        source = item.get("source_range")
        if not isinstance(source, dict):
            continue
        length_s = source["duration"]["value"] / source["duration"]["rate"]
        references = item.get("media_references") or {}
        url = next((str(one.get("target_url") or "") for one in references.values()), "")
        if not item["OTIO_SCHEMA"].startswith("Gap."):
            found[round(at_s * rate)] = (round(length_s * rate), url)
        at_s += length_s
    return found


def _rate(sequence: ElementTree.Element) -> float:
    timebase = float(sequence.findtext("./rate/timebase") or 0)
    return timebase * 1000 / 1001 if (sequence.findtext("./rate/ntsc") or "").upper() == "TRUE" else timebase


class _Nested:
    """Nested sequences as the adapter finds them: their tracks one level higher than the format has them."""

    def __init__(self, root: ElementTree.Element) -> None:
        self.root = root
        self.full = {one.get("id"): one for one in root.iter("sequence") if one.get("id") and len(one)}
        self.count = 0

    def open_all(self) -> None:
        nested = {id(one) for item in self.root.iter("clipitem") for one in item.findall("sequence")}
        for sequence in [one for one in self.root.iter("sequence") if id(one) not in nested]:
            self.open(sequence, ())

    def open(self, sequence: ElementTree.Element, trail: tuple[str, ...]) -> None:
        for media in sequence.findall("media"):
            for item in list(media.iter("clipitem")):
                for number, inner in enumerate(list(item)):
                    if inner.tag == "sequence":
                        item[number] = self.lifted(inner, trail)

    def lifted(self, sequence: ElementTree.Element, trail: tuple[str, ...]) -> ElementTree.Element:
        self.count += 1
        name = sequence.get("id") or ""
        if self.count > MOST_NESTED or (name and name in trail) or len(trail) > 50:
            raise BridgeError(f"The sequence {name[:40]!r} is nested in itself, or too often.", hint=_DAMAGED)
        full = copy.deepcopy(sequence if len(sequence) else self.full.get(name, sequence))
        self.open(full, (*trail, name))
        found = ElementTree.Element("sequence")
        for child in full:
            found.extend(list(child) if child.tag == "media" else [child])
        return found


def _put_right(found: Any, findings: Findings) -> None:
    """What the adapter leaves in its metadata and OpenTimelineIO has a word for."""
    pending = [found]
    while pending:
        one = pending.pop()
        if isinstance(one, list):
            pending += one
        if not isinstance(one, dict):
            continue
        pending += [each for key, each in one.items() if key != "metadata"]
        metadata = one.get("metadata")
        own = metadata.get("fcp_xml") if isinstance(metadata, dict) else None
        if not isinstance(own, dict):
            continue
        if "enabled" in one and str(own.get("enabled", "TRUE")).upper() == "FALSE":
            one["enabled"] = False
        if str(one.get("OTIO_SCHEMA", "")).startswith("Marker.") and isinstance(own.get("comment"), str):
            one["comment"] = own["comment"]
    for clip in _all(found, "Clip"):
        for effect in clip.get("effects") or ():
            _note_speed(clip, effect, findings)


def _all(found: Any, schema: str) -> Iterator[Json]:
    if isinstance(found, list):
        for each in found:
            yield from _all(each, schema)
    elif isinstance(found, dict):
        if str(found.get("OTIO_SCHEMA", "")).startswith(f"{schema}."):
            yield found
        for key in ("tracks", "children"):
            yield from _all(found.get(key), schema)


def _note_speed(clip: Json, effect: Any, findings: Findings) -> None:
    metadata = effect.get("metadata") if isinstance(effect, dict) else None
    own = metadata.get("fcp_xml") if isinstance(metadata, dict) else None
    if isinstance(own, dict) and own.get("effectid") == "timeremap" and (speed := _speed(own)) != 100:
        told = f"{speed:g} %" if speed is not None else "one that changes"
        why = f"the adapter does not read it ({told}): the clip plays at its own speed, from the file's in point"
        findings.dropped(str(clip.get("name", "")), "speed", why)


def _speed(effect: Json) -> float | None:
    rows = effect.get("parameter")
    for row in rows if isinstance(rows, list) else [rows]:
        if isinstance(row, dict) and row.get("parameterid") == "speed":
            try:
                return float(row.get("value", ""))
            except (TypeError, ValueError):
                return None
    return None
