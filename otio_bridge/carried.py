# SPDX-License-Identifier: GPL-3.0-or-later
"""An edit brought down to what a format and its adapter carry, with a finding for everything that is left behind.

What comes out has no metadata of anybody, one media reference a clip, whole frames only, and begins within its files.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from .edit_findings import muted_by_channel
from .items import gap
from .media_url import UrlForm, file_name, to_url
from .namespaces import BLENDER, own_part
from .snapshot import SINGLE_MEDIA, NotCarried, StripKind
from .times import Json, known_rate, nearest, time_range

if TYPE_CHECKING:
    from .flavour import Flavour
    from .report import Findings
    from .snapshot import StripSnapshot, TimelineSnapshot


@dataclass(frozen=True, slots=True)
class Carrier:
    """What a format carries, as its adapter writes and reads it. `package` is the adapter's, as Python imports it."""

    ending: str
    package: str
    flavour: Flavour
    url_form: UrlForm = UrlForm.PATH
    sounds: bool = True
    markers: bool = False
    """Of the timeline; those of strips are carried by none."""
    start_timecode: bool = True
    channel_names: bool = False
    counts_timecode: bool = False
    """Sources are counted in whole frames of timecode, not from where the file begins."""
    media_rates: bool = True
    """A file's own rate and length are carried at that rate."""

    @property
    def title(self) -> str:
        return self.flavour.title


def carried_snapshot(snapshot: TimelineSnapshot, carrier: Carrier, findings: Findings) -> TimelineSnapshot:
    """Before the export: strips of muted channels are muted themselves, and sounds go where they have no place."""
    title = carrier.title
    muted = muted_by_channel(snapshot)
    left_out: list[NotCarried] = []
    strips = []
    for strip in snapshot.strips:
        if strip.kind is StripKind.SOUND and not carrier.sounds:
            left_out.append(NotCarried(strip.name, f"{title} is written without sound"))
        else:
            strips.append(_muted(strip, muted))
    if snapshot.timecode_start and not carrier.start_timecode:
        findings.dropped(snapshot.name or "edit", "start timecode", f"{title} is written without it")
    for channel in snapshot.channels:
        if channel.name and channel.name != f"Channel {channel.number}" and not carrier.channel_names:
            findings.dropped(channel.name, "channel name", f"{title} is written without it")
    for marker in snapshot.markers:
        if not carrier.markers:
            findings.dropped(marker.name or "marker", "marker", f"{title} is written without markers")
    return replace(
        snapshot,
        strips=tuple(strips),
        not_carried=(*snapshot.not_carried, *left_out),
        channels=tuple(replace(channel, mute=False) for channel in snapshot.channels),
        markers=snapshot.markers if carrier.markers else (),
    )


def _muted(strip: StripSnapshot, muted: frozenset[str]) -> StripSnapshot:
    return replace(
        strip,
        mute=strip.mute or strip.name in muted,
        children=tuple(_muted(one, muted) for one in strip.children),
        channels=tuple(replace(one, mute=False) for one in strip.channels),
    )


def carried_timeline(timeline: Json, rate: Fraction, carrier: Carrier, findings: Findings) -> Json:
    """`timeline`: as export.py writes it for the carrier's flavour. It is used up."""
    cleaner = _Cleaner(rate, carrier, findings)
    tracks = timeline["tracks"]
    return {
        **timeline,
        "name": one_line(str(timeline.get("name") or "edit")),
        "metadata": {},
        "tracks": {
            **cleaner.stack(tracks),
            "markers": [{**one, "metadata": {}, "name": one_line(one["name"])} for one in tracks["markers"]],
        },
    }


def one_line(text: str) -> str:
    """Without line ends and control characters, which no format here has an escape for."""
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()


def strip_name(clip: Json) -> str:
    """The strip's own name, which the report calls it by."""
    own = own_part(clip.get("metadata"), BLENDER)
    record = own.get("strip")
    name = record.get("name") if isinstance(record, dict) else own.get("piece_of")
    return str(name or clip.get("name") or "clip")


class _Cleaner:
    def __init__(self, rate: Fraction, carrier: Carrier, findings: Findings) -> None:
        self.rate = rate
        self.fps = float(rate)
        self.carrier = carrier
        self.title = carrier.title
        self.findings = findings
        self.count = 0
        self.clocks: dict[str, tuple[Json, Fraction]] = {}

    def stack(self, stack: Json) -> Json:
        children = [self.track(track) for track in stack["children"]]
        return {**stack, "name": "tracks", "metadata": {}, "effects": [], "markers": [], "children": children}

    def track(self, track: Json) -> Json:
        children: list[Json] = []
        for item in track["children"]:
            schema = item["OTIO_SCHEMA"].partition(".")[0]
            if schema == "Clip":
                children += self.clip(item, after_transition=bool(children) and is_transition(children[-1]))
            elif schema == "Stack":
                children.append(self.nested(item))
            elif schema == "Transition":
                kept = {**item, "metadata": self.number(), "transition_type": "SMPTE_Dissolve"}
                children.append({**kept, "name": one_line(str(item["name"]))})
            else:
                children.append(item)
        return {**track, "name": one_line(track["name"]), "metadata": {}, "effects": [], "children": children}

    def number(self) -> Json:
        """Makes each item differ from all others: fcp_xml writes equal ones as one, at the first one's place."""
        self.count += 1
        return {"retake": {"number": self.count}}

    def nested(self, item: Json) -> Json:
        name = strip_name(item)
        self.note_markers(name, item)
        self.effects(name, item)
        return {**self.stack(item), "name": one_line(item["name"]) or "meta", "metadata": self.number(), "color": None}

    def note_markers(self, name: str, item: Json) -> None:
        if item["markers"]:
            self.findings.dropped(name, "markers", f"{self.title} is written without markers on strips")

    def effects(self, name: str, item: Json) -> list[Json]:
        """Those of time; another program's others are noted."""
        timed = []
        for effect in item["effects"]:
            if "time_scalar" in effect:
                timed.append({**effect, "metadata": {}, "name": ""})
            elif not own_part(effect.get("metadata"), BLENDER):
                called = str(effect.get("name") or effect.get("effect_name") or "effect")
                self.findings.dropped(name, f"effect {called}", f"{self.title} is written without it")
        return timed

    def clip(self, clip: Json, *, after_transition: bool) -> list[Json]:
        name = strip_name(clip)
        self.note_markers(name, clip)
        timed = self.effects(name, clip)
        speed = timed[0]["time_scalar"] if timed else 1.0
        if speed < 0:
            # Whether a reversed event begins at its lowest or highest frame, programs do not agree on.
            self.findings.dropped(name, "reverse", f"{self.title} is written without it: the same frames go forwards")
            speed = -speed
            timed = [{**timed[0], "time_scalar": speed}] if speed != 1 else []
        reference, begins = self.reference(clip["media_references"][clip["active_media_reference_key"]])
        source = clip["source_range"]
        length = round(source["duration"]["value"])
        asked = Fraction(source["start_time"]["value"]).limit_denominator(10**6)
        asked, begins = self.on_one_clock(reference, asked, begins)
        start, lead = self.whole(asked, begins), 0
        if abs(start - asked) > Fraction(1, 100) and start > begins:
            self.findings.approximated(name, "in point", f"the nearest whole frame stands for {float(asked):.2f}")
        if start < begins:
            missing = nearest(begins - start)
            start = self.whole(begins, begins)
            if start < begins:
                start += 1
            if speed == 1 and not after_transition and missing < length:
                lead = missing
                self.findings.approximated(name, "in point", f"a gap stands for {missing} frames before its file")
            else:
                self.findings.approximated(name, "in point", f"its file begins {missing} frames later: it is slipped")
        if reference["available_range"] is None and not self.carrier.counts_timecode:
            # Nobody knows how long the file is: as long as what is shown needs.
            reference["available_range"] = time_range(0, max(1, float(start) + length), self.fps)
        found: list[Json] = [gap(lead, self.fps)] if lead else []
        return [
            *found,
            {
                **clip,
                "name": one_line(clip["name"]) or "clip",
                "metadata": self.number(),
                "color": None,
                "markers": [],
                "effects": timed,
                "source_range": time_range(float(start), length - lead, self.fps),
                "media_references": {SINGLE_MEDIA: reference},
                "active_media_reference_key": SINGLE_MEDIA,
            },
        ]

    def on_one_clock(self, reference: Json, asked: Fraction, begins: Fraction) -> tuple[Fraction, Fraction]:
        """A file has one clock: where clips differ in where it begins, the first says it, and each keeps its frames."""
        url = str(reference.get("target_url") or "")
        if not url:
            return asked, begins
        if reference["available_range"] is not None:
            known = self.clocks.setdefault(url, (reference["available_range"], begins))
        elif url in self.clocks:
            known = self.clocks[url]
            begins = known[1]
        else:
            return asked, begins
        reference["available_range"] = known[0]
        return asked + known[1] - begins, known[1]

    def whole(self, frames: Fraction, begins: Fraction) -> Fraction:
        if self.carrier.counts_timecode:
            return Fraction(nearest(frames))
        return begins + nearest(frames - begins)

    def reference(self, reference: Json) -> tuple[Json, Fraction]:
        """And where the file begins, in frames of the timeline's rate."""
        schema = reference["OTIO_SCHEMA"].partition(".")[0]
        available = reference.get("available_range")
        begins = Fraction(0)
        if isinstance(available, dict):
            begins = self.frames(available["start_time"])
            length = self.frames(available["duration"])
            rate = known_rate(available["duration"]["rate"])
            if not self.carrier.media_rates or not is_plain_rate(rate):
                begins = Fraction(nearest(begins))
                available = time_range(float(begins), max(1, int(length)), self.fps)
        called = file_name(str(reference.get("target_url", ""))) or str(reference.get("name", ""))
        shared = {"metadata": {}, "name": one_line(called), "available_range": available}
        if schema in ("ExternalReference", "ImageSequenceReference"):
            for key in ("target_url", "target_url_base"):
                if str(reference.get(key, "")).startswith("\\\\"):
                    # cmx_3600 turns the slashes of Windows, which leaves no server's name.
                    shared[key] = to_url(reference[key], UrlForm.FILE_URL)
            return {**reference, **shared}, begins
        return {"OTIO_SCHEMA": "MissingReference.1", **shared, "available_image_bounds": None}, begins

    def frames(self, time: Json) -> Fraction:
        return Fraction(time["value"]).limit_denominator(10**6) / known_rate(time["rate"]) * self.rate


def is_plain_rate(rate: Fraction) -> bool:
    """Whole, or NTSC's 1000/1001 of it."""
    return rate.denominator == 1 or (rate * 1001 / 1000).denominator == 1


def is_transition(item: Json) -> bool:
    return bool(item["OTIO_SCHEMA"].startswith("Transition."))
