# SPDX-License-Identifier: GPL-3.0-or-later
"""FCPXML (Final Cut Pro X) through OpenTimelineIO's adapter fcpx_xml, with the adapter's arithmetic put right.

Measured on 1.0.0: it cuts times down to whole frames after dividing as floats (29/25 s is frame 28), takes 24000/1001
for 23 frames a second and stops at writing it, runs a program to look at media, fails where something lies over the end
of the lowest picture track, and shows the first compound clip for all of one name. It passes over transitions, the
timecode of the edit, its markers, speeds and `enabled`.
"""

from __future__ import annotations

import json
import re
from fractions import Fraction
from functools import cache
from itertools import pairwise
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from .adapter import adapter_errors, load_adapter
from .carried import Carrier, is_plain_rate
from .errors import BridgeError
from .flavour import Flavour
from .items import gap
from .media_url import UrlForm
from .times import known_rate, nearest, rational

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from .report import Findings
    from .times import Json

CARRIER = Carrier(
    ".fcpxml",
    "otio_fcpx_xml_adapter",
    Flavour("fcpxml", "FCPXML", transitions=False, wipes=False, retimes=False, generators=False,
            image_sequences=False, disabled=False, edge_fades=False),
    url_form=UrlForm.FILE_URL,
    media_rates=False,
)  # fmt: skip

_STORY = frozenset({"title", "sync-clip", "mc-clip", "audition", "transition", "timeMap", "generator"})
"""What is seen or heard and the adapter passes over."""
_SECONDS = re.compile(r"(-?\d{1,18})(?:/(\d{1,12}))?s")
_DAMAGED = "The file is damaged or of another kind: export the edit again."


def seconds_of(text: str | None) -> Fraction:
    """Of `1001/24000s`; nothing is 0. Raises ValueError for what is no time."""
    if not text:
        return Fraction(0)
    match = _SECONDS.fullmatch(text.strip())
    if match is None or match.group(2) == "0":
        raise ValueError(f"{text[:40]!r} is no time")
    return Fraction(int(match.group(1)), int(match.group(2) or 1))


def with_files(timeline: Json, rate: Fraction, findings: Findings) -> Json:
    """Without the clips that name no file, for which the adapter makes one up."""
    return {**timeline, "tracks": _named(timeline["tracks"], float(rate), findings)}


def _named(item: Json, fps: float, findings: Findings) -> Json:
    if "children" in item:
        return {**item, "children": [_named(one, fps, findings) for one in item["children"]]}
    references = item.get("media_references")
    if references and not any(one.get("target_url") for one in references.values()):
        findings.dropped(item["name"], "strip", "FCPXML needs a file, and nobody named its own")
        return gap(round(item["source_range"]["duration"]["value"]), fps)
    return item


def write_fcpxml(timeline: Json, rate: Fraction, part: Path, size_px: tuple[int, int]) -> None:
    """Raises BridgeError for a rate that is neither whole nor NTSC's."""
    if not is_plain_rate(rate):
        raise BridgeError(
            f"Final Cut Pro knows no {float(rate):.5g} frames a second.", hint="Export the edit as .otio."
        )
    import opentimelineio as otio

    module = _exact_adapter()
    timeline = {**timeline, "tracks": {**timeline["tracks"], "children": _with_spine(timeline["tracks"], float(rate))}}
    with adapter_errors("The edit cannot be written as FCPXML", "Export it as .otio or Final Cut Pro 7 XML."):
        built = otio.core.deserialize_json_from_string(json.dumps(timeline))
        text: str = module.Writer(built, rate, size_px).to_xml()
    part.write_text(text, encoding="utf-8")


def _with_spine(stack: Json, fps: float) -> list[Json]:
    """The lowest picture track as long as the edit, in nested edits too: everything else hangs on it."""
    tracks = [{**track, "children": [_nested(item, fps) for item in track["children"]]} for track in stack["children"]]
    tracks = [track for track in tracks if track["children"]]
    longest = max((_length(track) for track in tracks), default=0)
    pictures = [track for track in tracks if track["kind"] == "Video"]
    sounds = [track for track in tracks if track["kind"] != "Video"]
    if not pictures and sounds:
        pictures = [{**sounds[0], "kind": "Video", "name": "spine", "children": []}]
    if pictures and (rest := longest - _length(pictures[0])) > 0:
        pictures[0] = {**pictures[0], "children": [*pictures[0]["children"], gap(rest, fps)]}
    return [*pictures, *sounds]


def _nested(item: Json, fps: float) -> Json:
    return {**item, "children": _with_spine(item, fps)} if item["OTIO_SCHEMA"].startswith("Stack.") else item


def _length(track: Json) -> int:
    return sum(round(one["source_range"]["duration"]["value"]) for one in track["children"] if "source_range" in one)


def read_fcpxml_file(raw: bytes, findings: Findings) -> Json:
    """OpenTimelineIO's JSON of it. Raises BridgeError."""
    try:
        root = ElementTree.fromstring(raw)  # noqa: S314 - expat bounds what entities may grow to
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise BridgeError(f"The file is no XML: {error}.", hint=_DAMAGED) from error
    if root.tag != "fcpxml":
        raise BridgeError(f"The file is XML of another kind ({root.tag[:40]}).", hint="Choose an .fcpxml file.")
    module = _exact_adapter()
    with adapter_errors("The file cannot be read as FCPXML", _DAMAGED):
        _check_nested(root)
        _note_unread(root, findings)
        for asset in root.iterfind("./resources/asset"):
            if not asset.get("src") and (found_at := asset.find("./media-rep")) is not None:
                asset.set("src", found_at.get("src", ""))  # where versions from 1.9 on have it
        found = module.Reader(root).to_otio()
        if found is None:
            raise BridgeError("The file holds no project and no clips.", hint=_DAMAGED)
        read: Json = json.loads(found.to_json_string(indent=-1))
        _set_clocks(read, root)
    return read


def _note_unread(root: ElementTree.Element, findings: Findings) -> None:
    """What the adapter passes over. The sound of a clip that has a picture too is taken out: the adapter would lay it
    behind the picture, and all that follows later."""
    both = {
        one.get("id")
        for one in root.iterfind("./resources/asset")
        if one.get("hasVideo") == "1" and one.get("hasAudio") == "1"
    }
    for element in (each for sequence in root.iter("sequence") for each in sequence.iter()):
        name = element.get("name") or element.tag
        if element.tag in _STORY:
            # A transition is no strip of the edit that is read, which would count it as one that is gone.
            feature = "dissolve" if element.tag == "transition" else element.tag
            findings.dropped(name, feature, "the adapter does not read it")
        if element.get("enabled") == "0":
            findings.approximated(name, "mute", "the adapter reads it as not muted")
        if element.tag == "asset-clip" and element.get("ref") in both and element.get("srcEnable") != "video":
            findings.dropped(name, "sound", "the adapter reads the picture only")
        if element.tag == "clip" and _take_out_sound(element, has_picture=element.find("./video") is not None):
            findings.dropped(name, "sound", "the adapter reads the picture only")


def _take_out_sound(element: ElementTree.Element, *, has_picture: bool) -> bool:
    """Sounds within a clip, those of clips that hang on it left alone."""
    taken = False
    for child in list(element):
        if child.tag == "audio" and has_picture:
            element.remove(child)
            taken = True
        elif child.tag in ("video", "audio", "gap"):
            taken = _take_out_sound(child, has_picture=has_picture) or taken
    return taken


def _set_clocks(read: Json, root: ElementTree.Element) -> None:
    """Rate and first timecode of each project, which the adapter passes over."""
    rates = {one.get("id"): one.get("frameDuration") for one in root.iterfind("./resources/format")}
    timelines = [read] if "tracks" in read else [one for one in read.get("children", []) if "tracks" in one]
    for timeline, sequence in zip(timelines, root.iterfind(".//project/sequence"), strict=False):
        rate = known_rate(float(1 / _frame_duration(rates.get(sequence.get("format")))))
        timeline["global_start_time"] = rational(nearest(seconds_of(sequence.get("tcStart")) * rate), float(rate))


def _check_nested(root: ElementTree.Element) -> None:
    """Compound clips that hold themselves would be read for ever."""
    inside = {
        one.get("id"): {ref.get("ref") for ref in one.iter("ref-clip")} for one in root.iterfind("./resources/media")
    }
    for first in inside:
        seen, pending = set(), [first]
        while pending:
            for each in inside.get(pending.pop(), ()):
                if each == first:
                    raise BridgeError(f"The compound clip {first!r} is nested in itself.", hint=_DAMAGED)
                if each not in seen:
                    seen.add(each)
                    pending.append(each)


@cache
def _exact_adapter() -> Any:
    """The adapter's writer and reader, counting in exact fractions."""
    adapter = load_adapter(CARRIER.package, CARRIER.ending)
    # Every method of the adapter goes through this function; the module is a copy of our own (adapter.py).
    setattr(adapter, "to_rational_time", _to_rational_time)  # noqa: B010 - no type knows the module
    return SimpleNamespace(Writer=_writer_of(adapter), Reader=_reader_of(adapter))


def _to_rational_time(text: str | None, rate: Any) -> Any:
    import opentimelineio as otio

    exact = known_rate(float(rate))
    return otio.opentime.RationalTime(nearest(seconds_of(text) * exact), float(exact))


def _frames(time: Any) -> Fraction:
    return Fraction(time.value).limit_denominator(10**6)


def _frame_duration(text: str | None) -> Fraction:
    duration = seconds_of(text)
    if not Fraction(1, 1000) <= duration <= 1:
        raise ValueError(f"a frame of {text!r}")
    return duration


def _writer_of(adapter: ModuleType) -> type[Any]:
    class Writer(adapter.FcpxOtio):  # type: ignore[name-defined, misc]
        def __init__(self, timeline: Any, rate: Fraction, size_px: tuple[int, int]) -> None:
            super().__init__(timeline)
            self.exact = rate
            self.size_px = size_px
            clock = timeline.global_start_time
            self.begins = Fraction(round(clock.value)) / rate if clock is not None else Fraction(0)

        def _stack_to_sequence(self, stack: Any, compound_clip: bool = False) -> Any:
            found = super()._stack_to_sequence(stack, compound_clip)
            if not compound_clip:
                found.set("tcStart", _seconds(self.begins))
                found.set("tcFormat", "NDF")
            return found

        def _calculate_rational_number(self, value: float, rate: float) -> str:
            return _seconds(Fraction(round(value)) / known_rate(float(rate)))

        def _frame_rate_from_element(self, *_: object) -> float:
            return float(self.exact)

        def _find_or_create_format_from(self, _clip: object) -> Any:
            found = self.resource_element.find("./format")
            if found is None:
                found = ElementTree.SubElement(self.resource_element, "format", {
                    "id": self._resource_id_generator(), "frameDuration": _seconds(1 / self.exact)
                })  # fmt: skip
                if all(self.size_px):
                    found.set("width", str(self.size_px[0]))
                    found.set("height", str(self.size_px[1]))
            return found

        def _format_by_frame_rate(self, _rate: float) -> Any:
            return self.resource_element.find("./format")

        def _lanable_items(self, items: Any) -> list[Any]:
            """Those of the track itself: the adapter takes what lies within nested edits for more of it."""
            found: list[Any] = super()._lanable_items(items)
            return [one for one in found if one.parent() is found[0].parent()]

        def _clip_format_name(self, _clip: object) -> str:
            return ""

        # By name the adapter finds nothing with an apostrophe, and another compound clip of the same name.

        def _asset_by_path(self, path: str) -> Any:
            return next((one for one in self.resource_element.iterfind("./asset") if one.get("src") == path), None)

        def _asset_clip_by_name(self, name: str) -> Any:
            return next((one for one in self.event_resource.iterfind("./asset-clip") if one.get("name") == name), None)

        def _media_by_name(self, _name: str) -> None:
            return None

    return Writer


def _seconds(seconds: Fraction) -> str:
    if seconds.denominator == 1:
        return f"{seconds.numerator}s"
    return f"{seconds.numerator}/{seconds.denominator}s"


def _reader_of(adapter: ModuleType) -> type[Any]:
    class Reader(adapter.FcpxXml):  # type: ignore[name-defined, misc]
        def __init__(self, root: ElementTree.Element) -> None:
            self.fcpx_xml = root
            self.child_parent_map = {child: parent for parent in root.iter() for child in parent}

        def _format_id_for_clip(self, clip: ElementTree.Element, default_format: str) -> str:
            """The sequence's for all: the adapter adds up frames of a file's rate and frames of the sequence's."""
            if default_format and self._format_by_id(default_format) is not None:
                return default_format
            return str(super()._format_id_for_clip(clip, default_format))

        def _sorted_items(self, lane: str, found: Any) -> Any:
            """Laid one behind the other by the adapter: where they overlap, all that follows would be late."""
            rows = super()._sorted_items(lane, found)
            for before, after in pairwise(rows):
                end = before["offset"] + before["composable"].duration()
                if nearest(_frames(end)) > nearest(_frames(after["offset"])):
                    raise BridgeError(
                        f"{after['composable'].name or 'A clip'} lies over {before['composable'].name or 'another'} in "
                        f"lane {lane}, which the adapter does not read right.",
                        hint="Nothing was read. Export the edit as Final Cut Pro 7 XML or .otio.",
                    )
            return rows

        def _audio_only(self, element: ElementTree.Element) -> bool:
            """The adapter takes a clip whose asset holds no metadata for a picture."""
            if element.tag != "asset-clip":
                return bool(super()._audio_only(element))
            asset = self._asset_by_id(element.get("ref"))
            return asset is not None and asset.get("hasVideo", "0") == "0"

        def _format_frame_rate(self, format_id: str) -> float:
            return float(known_rate(float(1 / _frame_duration(self._format_by_id(format_id).get("frameDuration")))))

        def _number_of_frames(self, time_value: str | None, format_id: str) -> int:
            rate = known_rate(self._format_frame_rate(format_id))
            return nearest(seconds_of(time_value) * rate)

    return Reader
