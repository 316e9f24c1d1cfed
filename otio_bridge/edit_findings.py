# SPDX-License-Identifier: GPL-3.0-or-later
"""What an export says beside what it says of each strip while it writes it: of the edit as a whole, of channels and
markers, and what only the finished tracks show: fades that became dissolves, transitions that had to be shorter.

What Kdenlive reads was measured on 26.08 and read in its source (names of tracks and comments of markers, no clock, no
names of clips, the size of the first picture). What is not known to be read is not called kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from .effects import beyond_limits, used_levels
from .fades import Fades, fade_path, pure_fades
from .namespaces import BLENDER, own_part
from .report import Fate
from .retime import content_frames, pieces_of
from .snapshot import StripKind
from .transitions import DISSOLVES, FOLDED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from fractions import Fraction

    from .flavour import Flavour
    from .report import Findings
    from .snapshot import Channel, Marker, StripSnapshot, TimelineSnapshot
    from .times import Json

_USUAL_SETTINGS: dict[str, Any] = {
    "color_saturation": 1.0,
    "color_multiply": 1.0,
    "multiply_alpha": False,
    "strobe": 1.0,
    "use_deinterlace": False,
}
"""Settings of a strip that change its picture, as they are where nobody changed them."""


def channel_label(channel: Channel) -> str:
    return f"channel {channel.name or channel.number}"


def marker_label(marker: Marker) -> str:
    return f"marker {marker.name or marker.comment or marker.frame}"


def muted_by_channel(snapshot: TimelineSnapshot) -> frozenset[str]:
    """The strips that are neither seen nor heard because their channel is muted."""
    levels = [(snapshot.strips, snapshot.channels), *((one.children, one.channels) for one in snapshot.walk())]
    return frozenset(
        strip.name
        for strips, channels in levels
        if (muted := {channel.number for channel in channels if channel.mute})
        for strip in strips
        if strip.channel in muted
    )


def changed_settings(strip: StripSnapshot) -> list[str]:
    return sorted(key for key, usual in _USUAL_SETTINGS.items() if strip.settings.get(key, usual) != usual)


def _rows(snapshot: TimelineSnapshot) -> dict[tuple[int, bool], list[StripSnapshot]]:
    """The strips of each channel, pictures and sounds apart, by start; effects lie over what they work on."""
    rows: dict[tuple[int, bool], list[StripSnapshot]] = {}
    for strip in sorted(snapshot.strips, key=lambda one: one.start):
        if strip.kind is not StripKind.EFFECT:
            rows.setdefault((strip.channel, strip.kind is StripKind.SOUND), []).append(strip)
    return rows


def has_gap(snapshot: TimelineSnapshot) -> bool:
    return any(
        after.start > before.end_exclusive for row in _rows(snapshot).values() for before, after in pairwise(row)
    )


def has_mixed_channel(snapshot: TimelineSnapshot) -> bool:
    rows = _rows(snapshot)
    return any((channel, not is_sound) in rows for channel, is_sound in rows)


def has_overlap(snapshot: TimelineSnapshot) -> bool:
    """Other than under a transition."""
    joined = {one.inputs for one in snapshot.strips if one.effect_type in FOLDED}
    return any(
        after.start < before.end_exclusive and (before.name, after.name) not in joined
        for row in _rows(snapshot).values()
        for before, after in pairwise(row)
    )


def held_frames(strip: StripSnapshot, rate: Fraction) -> int:
    """Frames before and after its media, or a meta's strips: the first or last picture is held, or it is silent."""
    if strip.kind is StripKind.META and strip.children:
        first = min(child.start for child in strip.children)
        last = max(child.end_exclusive for child in strip.children)
        return strip.length - max(0, min(last, strip.end_exclusive) - max(first, strip.start))
    if strip.kind not in (StripKind.MOVIE, StripKind.SOUND) or not strip.media or strip.retiming is not None:
        return 0
    content = content_frames(strip, rate)
    shown = max(0, min(content, strip.content_offset + strip.length) - max(0, strip.content_offset))
    return strip.length - shown


def note_edit(snapshot: TimelineSnapshot, tracks: Sequence[Json], flavour: Flavour, findings: Findings) -> None:
    """`tracks`: as they were written, of the outermost level."""
    _Notes(snapshot, tracks, flavour, findings).note()


@dataclass(slots=True)
class _Notes:
    snapshot: TimelineSnapshot
    tracks: Sequence[Json]
    flavour: Flavour
    findings: Findings

    def note(self) -> None:
        written = list(self._written())
        self._edit(written)
        self._layout()
        self._channels(self.snapshot.channels, {strip.channel for strip in self.snapshot.strips})
        for marker in self.snapshot.markers:
            self._marker(marker_label(marker), marker)
        self._inside_of_gone()
        faded = _fades_in(self.tracks)
        late = _late_starts(self.tracks) if self.flavour.name == "kdenlive" else frozenset()
        known = {(row.strip, row.feature) for row in self.findings.rows}
        for strip in written:
            self._strip(strip)
            self._trimmed(strip, starts_wrong=strip.name in late)
            self._fade(strip, faded.get(strip.name, Fades()))
            if strip.kind is StripKind.EFFECT:
                self._carried(strip, known)
            for marker in strip.markers:
                self._marker(strip.name, marker)
            if strip.kind is StripKind.META:
                self._channels(strip.channels, {child.channel for child in strip.children})
        self._transitions()

    def _written(self) -> Iterator[StripSnapshot]:
        """The strips that are there, a meta before its children; of a meta that is not there, none."""
        gone = self.findings.gone
        pending = list(reversed(self.snapshot.strips))
        while pending:
            strip = pending.pop()
            if strip.name not in gone:
                yield strip
                pending.extend(reversed(strip.children))

    def _inside_of_gone(self) -> None:
        """A meta that is left out takes its strips with it."""
        gone = self.findings.gone
        for meta in self.snapshot.walk():
            if meta.name in gone and meta.children:
                gone |= {child.name for child in meta.children}
                for child in meta.children:
                    why = f"it lies in {meta.name}, which is left out"
                    self.findings.dropped(child.name, "strip", why)

    # The edit

    def _edit(self, strips: Sequence[StripSnapshot]) -> None:
        snapshot, name = self.snapshot, self.flavour.name
        title, reads = self.flavour.title, self.flavour.reads_namespace
        self.findings.of_edit("rate")
        if reads or name == "premiere":
            self.findings.of_edit("resolution")
        else:
            whose = "the first picture" if name == "kdenlive" else "its project"
            self.findings.of_edit("resolution", Fate.DROPPED, f"{title} takes the size from {whose}")
        if snapshot.start != 1 and not reads:
            why = f"{title} counts frames from the edit's first on"
            self.findings.of_edit("scene start", Fate.DROPPED, why)
        elif snapshot.start != 1:
            self.findings.of_edit("scene start")
        if snapshot.timecode_start and name == "kdenlive":
            self.findings.of_edit("timecode", Fate.DROPPED, f"{title} reads no clock from such a file")
        elif snapshot.timecode_start:
            self.findings.of_edit("timecode")
        if strips:
            if name == "kdenlive":
                self.findings.of_edit("names", Fate.DROPPED, f"{title} names clips by their files")
            else:
                self.findings.of_edit("names")
        recipes = any(media.metadata for strip in strips for media in strip.media.values())
        for feature, is_used in (("shots", any(strip.shot_id for strip in strips)), ("recipes", recipes)):
            if is_used and reads:
                self.findings.of_edit(feature)
            elif is_used:
                self.findings.of_edit(feature, Fate.DROPPED, f"{title} keeps none of Retake's own words")

    def _layout(self) -> None:
        reads = self.flavour.reads_namespace
        if has_gap(self.snapshot):
            self.findings.of_edit("gaps")
        rows = {
            "mixed channel": (
                has_mixed_channel(self.snapshot),
                "a track holds pictures or sounds: a channel with both becomes two tracks",
            ),
            "overlap": (
                has_overlap(self.snapshot),
                "what overlaps on a channel lies on a further track",
            ),
        }
        for feature, (is_used, why) in rows.items():
            if is_used and reads:
                self.findings.of_edit(feature)
            elif is_used:
                self.findings.of_edit(feature, Fate.APPROXIMATED, why)

    def _channels(self, channels: Iterable[Channel], used: set[int]) -> None:
        title, reads = self.flavour.title, self.flavour.reads_namespace
        for channel in channels:
            if channel.number not in used:
                continue
            label = channel_label(channel)
            if channel.name:
                self.findings.kept(label, "channel name")
            if channel.mute and self.flavour.disabled:
                self.findings.kept(label, "channel mute")
            elif channel.mute:
                why = f"{title} plays muted channels, so their strips are left out"
                self.findings.approximated(label, "channel mute", why)
            if channel.lock and (reads or "lock" in self.flavour.effects):
                self.findings.kept(label, "channel lock")
            elif channel.lock:
                self.findings.dropped(label, "channel lock", f"{title} reads none from such a file")

    def _marker(self, label: str, marker: Marker) -> None:
        title = self.flavour.title
        inexact = []
        if self.flavour.name == "kdenlive":
            if marker.comment and marker.name and marker.name != marker.comment:
                inexact.append(f"{title} shows the comment, not the name")
            if marker.length:
                inexact.append(f"{title} has markers without length")
        if inexact:
            self.findings.approximated(label, "marker", "; ".join(inexact))
        else:
            self.findings.kept(label, "marker")
        if marker.color and self.flavour.name == "kdenlive":
            self.findings.approximated(label, "marker colour", f"{title} takes the nearest of its own")
        elif marker.color:
            self.findings.kept(label, "marker colour")

    # Strips

    def _strip(self, strip: StripSnapshot) -> None:
        title, reads, name = self.flavour.title, self.flavour.reads_namespace, self.flavour.name
        found = self.findings
        if strip.media and any(media.start_frame for media in strip.media.values()):
            found.kept(strip.name, "media timecode")
        if changed := changed_settings(strip):
            if reads:
                found.kept(strip.name, "picture settings")
            elif strip.kind is not StripKind.EFFECT:
                found.dropped(strip.name, "picture settings", f"{title} reads none of {', '.join(changed)}")
        if count := held_frames(strip, self.snapshot.rate):
            if reads:
                found.kept(strip.name, "held frames")
            else:
                lie = "1 frame lies" if count == 1 else f"{count} frames lie"
                what = "its strips" if strip.kind is StripKind.META else "the media"
                why = f"{lie} outside {what}, where {title} has nothing to show"
                found.approximated(strip.name, "held frames", why)
        media = strip.shown
        follows_rate = strip.keeps_speed or media is None or media.rate == self.snapshot.rate
        if not follows_rate and not self.flavour.retimes:
            found.dropped(strip.name, "frame by frame", f"{title} plays each file at the file's own speed")
        if reads:
            return
        for feature in sorted(beyond_limits(strip, self.flavour, (self.snapshot.width_px, self.snapshot.height_px))):
            found.approximated(strip.name, feature, f"{title} takes no values so far out: the nearest stands")
        if media is not None and len(media.files) > 1:
            found.approximated(
                strip.name, "image sequence", f"{title} is not known to find the pictures again: link them by hand"
            )
        if name == "premiere":
            if strip.kind is StripKind.META:
                why = f"whether {title} opens nested edits of such a file was not seen"
                found.approximated(strip.name, "nested", why)
            elif not follows_rate or any(
                piece.speed != 1 for piece in pieces_of(strip, self.snapshot.rate).pieces
            ):  # fmt: skip
                self._note_premiere_speed(strip)
            if strip.kind is StripKind.EFFECT and strip.effect_type == "SPEED":
                kept = (row for row in found.rows if (row.strip, row.feature) == (strip.name, "speed"))
                if any(row.fate is Fate.KEPT for row in kept):
                    self._note_premiere_speed(strip)
        elif strip.kind is StripKind.META:
            found.kept(strip.name, "nested")

    def _note_premiere_speed(self, strip: StripSnapshot) -> None:
        why = f"its length is counted in the source, as {self.flavour.title} is said to do: look where it ends"
        self.findings.approximated(strip.name, "speed", why)

    def _trimmed(self, strip: StripSnapshot, *, starts_wrong: bool) -> None:
        if starts_wrong:
            why = f"{self.flavour.title} (26.08) plays the last clip of a track from its file's first frame"
            self.findings.dropped(strip.name, "trimmed head", why)
        elif strip.content_offset > 0 and strip.media:
            self.findings.kept(strip.name, "trimmed head")

    def _carried(self, strip: StripSnapshot, known: set[tuple[str, str]]) -> None:
        """What an effect strip has of its own, where it went out with its clip or as a transition."""
        own = {
            "colour tag": bool(strip.color_tag),
            "lock": strip.lock,
            "connections": bool(strip.connections),
            "mute": strip.mute,
        }
        for feature in [*used_levels(strip), *(name for name, is_used in own.items() if is_used)]:
            if (strip.name, feature) in known:
                continue
            if self.flavour.reads_namespace:
                self.findings.kept(strip.name, feature)
            else:
                self.findings.dropped(strip.name, feature, f"{self.flavour.title} reads none from such a file")

    def _fade(self, strip: StripSnapshot, laid: Fades) -> None:
        fades = pure_fades(strip)
        if fades == Fades():
            return
        title = self.flavour.title
        path = fade_path(strip)
        if self.flavour.reads_namespace:
            self.findings.kept(strip.name, "fade")
        elif ("volume" if path == "volume" else "opacity") in self.flavour.effects:
            curve = next(one for one in strip.curves if one.path == path)
            if path == "volume":
                self.findings.approximated(strip.name, "fade", "it goes evenly in decibels")
            elif any(point.interpolation != "LINEAR" for point in curve.points[:-1]):
                self.findings.approximated(strip.name, "fade", "it is even, not as its curve goes")
            else:
                self.findings.kept(strip.name, "fade")
        elif laid == fades:
            self.findings.approximated(strip.name, "fade", "a dissolve beside nothing stands for it")
        elif laid != Fades():
            why = "a dissolve beside nothing stands for the fade at one end, at the other lies another strip"
            self.findings.approximated(strip.name, "fade", why)
        else:
            self.findings.dropped(strip.name, "fade", f"{title} reads none from such a file")

    # Transitions

    def _transitions(self) -> None:
        """What was laid is noted as kept already, or as a dissolve in the place of a wipe."""
        if self.flavour.reads_namespace:
            return
        by_name = {strip.name: strip for strip in self.snapshot.walk()}
        muted = muted_by_channel(self.snapshot)
        for found in _transitions_in(self.tracks):
            own = own_part(found["metadata"], BLENDER)
            effect = by_name.get(own.get("strip", {}).get("name", ""))
            if effect is None:
                continue
            reasons = []
            if effect.effect_type in DISSOLVES[1:]:
                reasons.append("a plain dissolve stands for it")
            length = own["written"]["in"] + own["written"]["out"]
            if length < effect.length:
                reasons.append("it is shorter, for there is no media beyond the cut")
            if effect.name in muted:
                reasons.append("its channel is muted, and it is played nevertheless")
            if reasons:
                self.findings.approximated(effect.name, "transition", "; ".join(reasons))


def _transitions_in(tracks: Iterable[Json]) -> Iterator[Json]:
    for track in tracks:
        for child in track["children"]:
            if child["OTIO_SCHEMA"].startswith("Transition."):
                yield child
            elif child["OTIO_SCHEMA"].startswith("Stack."):
                yield from _transitions_in(child["children"])


def _fades_in(tracks: Iterable[Json]) -> dict[str, Fades]:
    found: dict[str, Fades] = {}
    for one in _transitions_in(tracks):
        own = own_part(one["metadata"], BLENDER)
        if "fade" in own:
            known = found.get(own["fade"], Fades())
            found[own["fade"]] = Fades(known.head + own["out"], known.tail + own["in"])
    return found


def _late_starts(tracks: Iterable[Json]) -> frozenset[str]:
    """The last clips of tracks that do not begin with their file's first frame."""
    found = set()
    for track in tracks:
        last = next((one for one in reversed(track["children"]) if one["OTIO_SCHEMA"].startswith("Clip.")), None)
        if last is None:
            continue
        shown = last["media_references"][last["active_media_reference_key"]]
        begins = (shown.get("available_range") or {}).get("start_time")
        start = last["source_range"]["start_time"]
        if begins is not None and "target_url" in shown:
            late_s = start["value"] / start["rate"] - begins["value"] / begins["rate"]
            if round(late_s * start["rate"]):
                own = own_part(last["metadata"], BLENDER)
                found.add(own.get("piece_of") or own["strip"]["name"])
    return frozenset(found)
