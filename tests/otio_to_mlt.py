# SPDX-License-Identifier: GPL-3.0-or-later
"""A plain reading of an .otio file for `melt`: OpenTimelineIO's own library on one side, MLT's XML on the other.

It knows nothing of Retake: no metadata, and none of its code. Each frame of the timeline asks the clip which moment of
its media it shows, in the terms of OpenTimelineIO's core: source_range counts in the media's own time, from the start
of its available_range; its duration is the time on the track; a time effect scales what runs meanwhile. Of a clip that
runs backwards source_range is taken for what is shown, from its last frame to its first. OpenTimelineIO does not say
which picture is seen where the moment lies between the beginnings of two: it is the nearer one, as MLT itself does with
media of another rate. MLT is told its number. Sound is left to MLT, which plays it by time.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from xml.etree import ElementTree

import opentimelineio as otio
from opentimelineio.opentime import RationalTime

HALF = Fraction(1, 2)
_NEARLY = 1e-3
"""Of a frame: what doubles lose on the way, and the floats of who is compared."""


@dataclass(frozen=True, slots=True)
class Mlt:
    """`undecided`: the frames, from 0, at which a clip of the uppermost level shows a moment right in the middle
    between two pictures: either of them is right, and here it is the later one."""

    xml: str
    undecided: frozenset[int]


def mlt_of(path: Path, size_px: tuple[int, int]) -> Mlt:
    """Of the edit in `path`, whose media is named by plain paths."""
    timeline = otio.adapters.read_from_file(str(path), adapter_name="otio_json")
    reading = _Reading(timeline, size_px)
    return Mlt(reading.xml(), frozenset(reading.undecided))


@dataclass(frozen=True, slots=True)
class _Part:
    """`length` frames of a track, from its frame `at` on: an item's own from `first` on, which may lie before its start
    or after its end."""

    item: otio.core.Item | None
    first: int
    length: int
    at: int


@dataclass(frozen=True, slots=True)
class _Mix:
    outgoing: _Part
    incoming: _Part


class _Reading:
    def __init__(self, timeline: otio.schema.Timeline, size_px: tuple[int, int]) -> None:
        self.timeline = timeline
        self.rate = _exact(timeline.global_start_time.rate)
        self.undecided: set[int] = set()
        self.depth = 0
        self.root = ElementTree.Element("mlt", LC_NUMERIC="C", producer="edit")
        width, height = size_px
        ElementTree.SubElement(
            self.root, "profile", width=str(width), height=str(height), progressive="1", colorspace="601",
            sample_aspect_num="1", sample_aspect_den="1", display_aspect_num=str(width), display_aspect_den=str(height),
            frame_rate_num=str(self.rate.numerator), frame_rate_den=str(self.rate.denominator),
        )  # fmt: skip
        self.producers: dict[tuple[str, str], str] = {}
        self.count = 0

    def xml(self) -> str:
        tracks = self.timeline.tracks
        self.stack(tracks, self.frames(tracks.duration()), "edit", background="black")
        return ElementTree.tostring(self.root, encoding="unicode")

    # Time

    def frames(self, time: RationalTime) -> int:
        """On a track all is whole frames of the timeline."""
        value = time.rescaled_to(float(self.rate)).value
        assert abs(value - round(value)) < _NEARLY, value
        return round(value)

    def moment(self, clip: otio.schema.Clip, frame: int) -> Fraction:
        """Seconds of the media, from its first frame on, that the clip's `frame` shows."""
        shown = clip.trimmed_range()
        scalar = _scalar(clip)
        length = self.frames(shown.duration)
        steps = frame * scalar if scalar >= 0 else (length - 1 - frame) * -scalar
        moment = shown.start_time + RationalTime(steps, float(self.rate))
        return Fraction((moment - _available(clip).start_time).to_seconds())

    # Tracks

    def stack(self, stack: otio.schema.Stack, length: int, name: str, background: str) -> None:
        self.depth += 1
        tracks = [self.playlist(background, [self.entry(self.colour(background), 0, length)])]
        transitions = []
        for track in stack:
            if not track.enabled:
                continue
            tracks.append(self.track(track))
            number = str(len(tracks) - 1)
            service = {"mlt_service": "mix", "sum": "1"}
            if track.kind == otio.schema.TrackKind.Video:
                transitions.append(_transition("0", number, {**service}))
                service = {"mlt_service": "composite", "fill": "1", "progressive": "1"}
            transitions.append(_transition("0", number, service))
        self.tractor(name, tracks, transitions, length)
        self.depth -= 1

    def tractor(self, name: str, tracks: list[str], transitions: list[ElementTree.Element], length: int) -> None:
        tractor = ElementTree.SubElement(self.root, "tractor", {"id": name, "in": "0", "out": str(length - 1)})
        multitrack = ElementTree.SubElement(tractor, "multitrack")
        for one in tracks:
            ElementTree.SubElement(multitrack, "track", producer=one)
        tractor.extend(transitions)

    def track(self, track: otio.schema.Track) -> str:
        is_sound = track.kind == otio.schema.TrackKind.Audio
        entries: list[ElementTree.Element] = []
        for part in self.parts(track):
            if isinstance(part, _Mix):
                entries.append(self.mix(part, is_sound=is_sound))
            else:
                entries += self.entries(part, is_sound=is_sound)
        return self.playlist("track", entries)

    def parts(self, track: otio.schema.Track) -> Iterator[_Part | _Mix]:
        items = list(track)
        offsets = {
            number: (self.frames(one.in_offset), self.frames(one.out_offset))
            for number, one in enumerate(items)
            if isinstance(one, otio.schema.Transition)
        }
        start = 0
        for number, item in enumerate(items):
            before = items[number - 1] if number else None
            after = items[number + 1] if number + 1 < len(items) else None
            if number in offsets:
                reach_in, reach_out = offsets[number]
                first = self.length(before) - reach_in if before is not None else 0
                length = reach_in + reach_out
                at = start - reach_in
                yield _Mix(_Part(before, first, length, at), _Part(after, -reach_in, length, at))
                continue
            head = offsets.get(number - 1, (0, 0))[1]
            tail = offsets.get(number + 1, (0, 0))[0]
            yield _Part(item, head, self.length(item) - head - tail, start + head)
            start += self.length(item)

    def length(self, item: otio.core.Item) -> int:
        return self.frames(item.duration())

    # Parts

    def entries(self, part: _Part, *, is_sound: bool) -> list[ElementTree.Element]:
        item = part.item
        if part.length < 1:
            return []
        if item is None or isinstance(item, otio.schema.Gap) or not item.enabled:
            return [_blank(part.length)]
        if isinstance(item, otio.schema.Stack):
            start = self.frames(item.trimmed_range().start_time) + part.first
            name = self.name("nested")
            self.stack(item, start + part.length, name, background="#00000000")
            return [self.entry(name, start, part.length)]
        reference = item.media_reference
        if isinstance(reference, otio.schema.ImageSequenceReference):
            urls = [self.picture(item, reference, part.first + at) for at in range(part.length)]
            runs = [(url, len(list(same))) for url, same in groupby(urls)]
            return [self.entry(self.still(url), 0, length) for url, length in runs]
        if not isinstance(reference, otio.schema.ExternalReference):
            return [_blank(part.length)]
        url = reference.target_url
        if url.endswith(".png"):
            return [self.entry(self.still(url), 0, part.length)]
        if is_sound:
            return [self.sound(item, url, part)]
        media_rate = _exact(_available(item).duration.rate)
        last = round(_available(item).duration.value) - 1
        shown = []
        for at in range(part.length):
            frame = self.moment(item, part.first + at) * media_rate
            if self.depth == 1 and abs(frame % 1 - HALF) < _NEARLY:
                self.undecided.add(part.at + at)
            shown.append(min(max(0, _nearest(frame)), last))
        by_frame = self.frame_by_frame(url, media_rate)
        return [self.entry(by_frame, first, length) for first, length in _runs(shown)]

    def picture(self, clip: otio.schema.Clip, reference: otio.schema.ImageSequenceReference, frame: int) -> str:
        number = _nearest(self.moment(clip, frame) * _exact(reference.rate))
        number = min(max(0, number // reference.frame_step), reference.number_of_images_in_sequence() - 1)
        return str(reference.target_url_for_image_number(number))

    def sound(self, clip: otio.schema.Clip, url: str, part: _Part) -> ElementTree.Element:
        scalar = _scalar(clip)
        resource = url if scalar == 1 else f"{scalar}:{url}"
        service = {} if scalar == 1 else {"mlt_service": "timewarp"}
        start = self.moment(clip, part.first) * self.rate / Fraction(scalar)
        return self.entry(self.producer(resource, {**service, "video_index": "-1"}), round(start), part.length)

    def mix(self, mix: _Mix, *, is_sound: bool) -> ElementTree.Element:
        length = mix.incoming.length
        sides = [
            self.playlist("side", self.entries(side, is_sound=is_sound))
            if side.item is not None and not isinstance(side.item, otio.schema.Gap)
            else self.playlist("side", [self.entry(self.colour("black"), 0, length)])
            for side in (mix.outgoing, mix.incoming)
        ]
        name = self.name("mix")
        service = {"mlt_service": "mix", "start": "-1"} if is_sound else {"mlt_service": "luma", "progressive": "1"}
        transition = _transition("0", "1", service)
        transition.attrib.update({"in": "0", "out": str(length - 1)})
        self.tractor(name, sides, [transition], length)
        return self.entry(name, 0, length)

    # MLT's services

    def frame_by_frame(self, url: str, media_rate: Fraction) -> str:
        """One frame of the file for each of the timeline: MLT counts positions in time, this slows it down."""
        if media_rate == self.rate:
            return self.producer(url, {"audio_index": "-1"})
        speed = float(self.rate / media_rate)
        return self.producer(f"{speed!r}:{url}", {"mlt_service": "timewarp", "audio_index": "-1"})

    def still(self, url: str) -> str:
        return self.producer(url, {"mlt_service": "pixbuf", "length": "100000"})

    def colour(self, name: str) -> str:
        return self.producer(name, {"mlt_service": "color", "length": "100000"})

    def producer(self, resource: str, properties: dict[str, str]) -> str:
        key = resource, str(properties)
        if key not in self.producers:
            self.producers[key] = self.name("media")
            producer = ElementTree.SubElement(self.root, "producer", id=self.producers[key])
            for name, value in {"resource": resource, "eof": "pause", **properties}.items():
                ElementTree.SubElement(producer, "property", name=name).text = value
        return self.producers[key]

    def playlist(self, name: str, entries: Iterable[ElementTree.Element]) -> str:
        found = self.name(name)
        ElementTree.SubElement(self.root, "playlist", id=found).extend(entries)
        return found

    def entry(self, producer: str, first: int, length: int) -> ElementTree.Element:
        return ElementTree.Element("entry", {"producer": producer, "in": str(first), "out": str(first + length - 1)})

    def name(self, what: str) -> str:
        self.count += 1
        return f"{what}{self.count}"


def _available(clip: otio.schema.Clip) -> otio.opentime.TimeRange:
    """Without one the media is taken to begin at zero."""
    found = clip.media_reference.available_range
    return found if found is not None else otio.opentime.TimeRange(RationalTime(0, clip.source_range.duration.rate))


def _scalar(clip: otio.schema.Clip) -> float:
    scalars = [one.time_scalar for one in clip.effects if isinstance(one, otio.schema.LinearTimeWarp) and one.enabled]
    return math.prod(scalars, start=1.0)


def _runs(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """(first, length) of what counts on evenly."""
    for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        found = [number for _, number in run]
        yield found[0], len(found)


def _nearest(frame: Fraction) -> int:
    return math.floor(frame + HALF + Fraction(1, 10**6))


def _exact(rate: float) -> Fraction:
    return Fraction(rate).limit_denominator(1001)


def _blank(length: int) -> ElementTree.Element:
    return ElementTree.Element("blank", length=str(length))


def _transition(a_track: str, b_track: str, properties: dict[str, str]) -> ElementTree.Element:
    found = ElementTree.Element("transition")
    always = {} if properties["mlt_service"] == "luma" else {"always_active": "1"}
    for name, value in {"a_track": a_track, "b_track": b_track, **always, **properties}.items():
        ElementTree.SubElement(found, "property", name=name).text = value
    return found
