# SPDX-License-Identifier: GPL-3.0-or-later
"""One level of an edit, the timeline's or a nested one's, as strips on channels."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .fades import fade_curve
from .import_clip import (
    Place,
    Written,
    changed,
    content_start_of,
    generated_settings,
    is_own_levels,
    kind_of,
    read_written,
    retimed,
)
from .import_time import (
    Clock,
    Laid,
    active_reference,
    children_of,
    effects_of,
    is_time_effect,
    schema_of,
)
from .markers import read_marker
from .namespaces import BLENDER, RETAKE, own_part, without_own
from .record import RecordDamaged, from_record
from .references import read_media
from .snapshot import SINGLE_MEDIA, Channel, Marker, Media, StripKind, StripSnapshot
from .times import Json, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .report import Findings

LONGEST_NAME = 60
"""Bytes; Blender cuts names of strips at 61 (measured on 4.2 to 5.2), and a number may have to be added."""


@dataclass(slots=True)
class Level:
    strips: list[StripSnapshot] = field(default_factory=list)
    channels: dict[int, Channel] = field(default_factory=dict)
    markers: list[Marker] = field(default_factory=list)


@dataclass(slots=True)
class _Track:
    """A track being read. `names` says under which name each item came in: the same item may lie at both ends of two
    transitions."""

    json: Json
    is_sound: bool
    channel: int
    zero: int
    zero_was: int
    step: int = 0
    """0 or 1: the channel that the next clip goes to, above `channel`; clips under a transition alternate."""


class LevelReader:
    def __init__(
        self,
        *,
        rate: Fraction,
        base: str,
        exists: Callable[[str], bool] | None,
        findings: Findings,
        shows_source_length: bool,
        marks_from_in: bool,
    ) -> None:
        self.rate = rate
        self.base = base
        self.exists = exists
        self.findings = findings
        self.clock = Clock(rate, shows_source_length)
        self.marks_from_in = marks_from_in
        self._taken: set[str] = set()
        self._numbers: dict[str, int] = {}
        self._renamed: dict[str, str] = {}
        self._seen: dict[str, Media] = {}

    # Levels

    def level(self, stack: Json, zero: int, zero_was: int, channels: dict[int, Channel], own: Json) -> Level:
        """`zero` is the frame at the level's time zero, `zero_was` the same when our own export wrote it."""
        level = Level(channels=dict(channels))
        rows = [(row, self._row(row)) for row in self._window(stack)]
        used = {own_channel for row, _ in rows if (own_channel := _own_channel(row)) is not None}
        fresh = max([0, *used, *level.channels]) + 1 if used else 1
        # Sound below, pictures above: a fresh edit of Blender's own looks so.
        for row, laid in sorted(rows, key=lambda each: _own_channel(each[0]) is None and not _is_sound(each[0])):
            channel = _own_channel(row)
            height = 1
            if channel is None:
                channel, height = fresh, self._height(row, laid)
                fresh += height
            track = _Track(row, _is_sound(row), channel, zero, zero_was)
            self._note_channel(level, track)
            self._track(level, track, laid)
            for found in row.get("markers") or []:
                if schema_of(row) == "Track" and (read := read_marker(found, self.rate)) is not None:
                    level.markers.append(replace(read[0], frame=zero + nearest(read[1])))
        beside = own.get("left_out")
        for record in beside if isinstance(beside, list) else ():
            self._left_out(level, record, zero - zero_was)
        level.strips.sort(key=_order)
        return level

    def finish(self, strips: list[StripSnapshot]) -> tuple[StripSnapshot, ...]:
        """Names that had to change, where other strips call them."""
        renamed = {old: new for old, new in self._renamed.items() if old != new}
        return tuple(_with_names(strip, renamed) for strip in strips) if renamed else tuple(strips)

    def _window(self, stack: Json) -> list[Json]:
        """The rows of a stack, with its own source_range on each of them."""
        window = stack.get("source_range") if schema_of(stack) == "Stack" else None
        rows = children_of(stack) if schema_of(stack) != "Clip" else [stack]
        if not isinstance(window, dict) or stack.get("_is_nested"):
            return rows
        return [
            {**row, "source_range": window} if schema_of(row) == "Track" and not row.get("source_range") else row
            for row in rows
        ]

    def _row(self, row: Json) -> list[Laid]:
        if schema_of(row) not in ("Track", "Clip", "Stack"):
            if schema_of(row) != "Gap":
                self.findings.dropped(str(row.get("name", "")), "track", f"a {schema_of(row)} is no track")
            return []
        return self.clock.lay_out(row)

    def _height(self, row: Json, laid: Sequence[Laid]) -> int:
        """Channels: two more where crossfades need their strips on two and the effect above; one more for sound."""
        if any(one.follows or one.leads for one in laid):
            return 2 if _is_sound(row) else 3
        return 1

    def _note_channel(self, level: Level, track: _Track) -> None:
        row = track.json
        known = level.channels.get(track.channel)
        own = own_part(row.get("metadata"), BLENDER)
        name = _text(row)
        is_muted = row.get("enabled") is False if schema_of(row) == "Track" else False
        if own:
            if name == own.get("name"):
                name = known.name if known else ""
            found = replace(known or Channel(track.channel), name=name, mute=is_muted)
            foreign = dict(found.foreign)
            if others := _without_made(without_own(row.get("metadata")), {"Resolve_OTIO": {"Locked"}}):
                foreign["metadata"] = others
        else:
            foreign = {"kind": str(row.get("kind", "Video"))}
            if others := without_own(row.get("metadata")):
                foreign["metadata"] = others
            if effects := effects_of(row):
                foreign["effects"] = effects
                self.findings.approximated(name or "track", "track effects", "kept to be written back, not shown")
            found = Channel(track.channel, name, mute=is_muted, foreign=foreign)
        found = replace(found, foreign=foreign)
        if found != Channel(track.channel):
            level.channels[track.channel] = found

    # Tracks

    def _track(self, level: Level, track: _Track, laid: Sequence[Laid]) -> None:
        number = 0
        before: StripSnapshot | None = None
        while number < len(laid):
            one = laid[number]
            group = self._pieces(laid, number)
            if group is not None:
                one, number = self._joined(laid[number : number + group]), number + group - 1
            place = self._place(one, track)
            if place.length < 1:
                self.findings.dropped(str(one.item.get("name", "")), "clip", "it is shorter than a frame")
                before = None
                number += 1
                continue
            if one.follows and before is not None:
                track.step = 1 - track.step
            strip = self._strip(level, track, one, place)
            if one.before is not None and one.follows and before is not None:
                strip = self._transition(level, track, one.before, before, strip)
            strip = self._edge_fades(one, strip)
            level.strips.append(strip)
            before = strip
            number += 1

    def _pieces(self, laid: Sequence[Laid], number: int) -> int | None:
        """How many clips from `number` on are the untouched pieces of one strip; None for a clip by itself."""
        own = own_part(laid[number].item.get("metadata"), BLENDER)
        written = read_written(own)
        if written is None or len(written.pieces) < 2:
            return None
        name = own.get("strip", {}).get("name") if isinstance(own.get("strip"), dict) else None
        count = len(written.pieces)
        group = laid[number : number + count]
        if len(group) != count:
            return None
        for place, (one, (length, source, scalar)) in enumerate(zip(group, written.pieces, strict=True)):
            if abs(one.scalar - scalar) > 1e-6 * max(1.0, abs(scalar)):
                return None
            if place and (one.start != group[place - 1].end or not _is_piece(one.item, name, place)):
                return None
            frames = nearest(one.end * self.rate) - nearest(one.start * self.rate)
            if 0 < place < count - 1 and frames != length:
                return None
            if place and one.source is not None and abs(float(one.source * self.rate) - source) > 0.5:
                return None
        return count

    def _joined(self, group: Sequence[Laid]) -> Laid:
        first, last = group[0], group[-1]
        return replace(first, end=last.end, after=last.after, leads=last.leads)

    def _place(self, laid: Laid, track: _Track) -> Place:
        start, end = nearest(laid.start * self.rate), nearest(laid.end * self.rate)
        head = self.clock.offsets(laid.before)[0] if laid.before is not None and laid.follows else Fraction(0)
        tail = self.clock.offsets(laid.after)[1] if laid.after is not None and laid.leads else Fraction(0)
        return Place(
            track.zero + start,
            end - start,
            nearest(head * self.rate),
            nearest(tail * self.rate),
            None if laid.source is None else laid.source * self.rate,
            laid.scalar,
        )

    # Strips

    def _strip(self, level: Level, track: _Track, laid: Laid, place: Place) -> StripSnapshot:
        item = laid.item
        own = own_part(item.get("metadata"), BLENDER)
        strip = self._recorded(level, track, item, own, place) if "strip" in own else None
        if strip is None:
            strip = self._nested(track, item, place) if schema_of(item) != "Clip" else self._fresh(track, item, place)
            strip = self._named(strip, item)
            self._note_foreign(strip, item)
            strip = replace(strip, foreign={**strip.foreign, **self._foreign(item, own)})
            strip = replace(strip, markers=self._clip_markers(item, strip, place))
        self.findings.kept(strip.name, "strip")
        return strip

    def _named(self, strip: StripSnapshot, item: Json) -> StripSnapshot:
        asked = _text(item)
        shown = strip.shown
        wanted = asked or (shown.name if shown else "") or strip.kind.value.capitalize()
        name = self._unique(wanted)
        foreign = {"name": {"was": asked, "as": name}} if name != asked else {}
        return replace(strip, name=name, foreign=foreign)

    def _unique(self, wanted: str) -> str:
        name = wanted.encode()[:LONGEST_NAME].decode(errors="ignore") if len(wanted.encode()) > LONGEST_NAME else wanted
        if name not in self._taken:
            self._taken.add(name)
            return name
        stem = name.encode()[: LONGEST_NAME - 5].decode(errors="ignore")
        number = self._numbers.get(stem, 0)
        while (candidate := f"{stem}.{(number := number + 1):03d}") in self._taken:
            pass
        self._numbers[stem] = number
        self._taken.add(candidate)
        return candidate

    def _fresh(self, track: _Track, clip: Json, place: Place) -> StripSnapshot:
        media, active = self._media(clip)
        reference = active_reference(clip)[1]
        shown = media.get(active)
        kind = kind_of(reference, shown, is_sound=track.is_sound)
        settings = generated_settings(kind, reference)
        foreign: Json = {}
        if kind in (StripKind.COLOR, StripKind.TEXT):
            media, active, shown = {}, "", None
            foreign["reference"] = reference
        elif not media and reference:
            foreign["reference"] = reference
        is_picture = kind is not StripKind.SOUND
        strip = StripSnapshot(
            "", kind, track.channel + track.step, place.first, max(1, place.whole), 0, media, active,
            mute=clip.get("enabled") is False,
            content_length=self._content_length(shown, kind),
            blend_type="ALPHA_OVER" if is_picture else "",
            settings=settings,
        )  # fmt: skip
        begins = content_start_of(shown, self.rate)
        strip = retimed(strip, place, begins, self.rate)
        if not strip.content_length:
            strip = replace(strip, content_length=max(0, strip.content_offset + strip.length) if shown else 0)
        return replace(strip, foreign=foreign)

    def _content_length(self, media: Media | None, kind: StripKind) -> int:
        if media is None or not media.frame_count or (kind is StripKind.IMAGE and not media.files):
            return 0
        return max(1, int(media.frame_count * self.rate / media.rate))

    def _media(self, clip: Json) -> tuple[dict[str, Media], str]:
        references = clip.get("media_references")
        references = references if isinstance(references, dict) else {}
        found = {}
        for key, reference in references.items():
            if not isinstance(reference, dict):
                continue
            media = read_media(reference, self.rate, self.base)
            if not media.path and schema_of(reference) == "GeneratorReference":
                continue
            if schema_of(reference) == "MissingReference" and not media.path and _is_ours(reference):
                continue
            if not media.path or (self.exists is None and schema_of(reference) == "MissingReference"):
                media = replace(media, missing=True)
            elif self.exists is not None:
                media = replace(media, missing=not self.exists(media.path))
            found[key] = media
        active = clip.get("active_media_reference_key")
        if not isinstance(active, str) or active not in found:
            active = next(iter(found), "")
        return found, active

    def _nested(self, track: _Track, item: Json, place: Place) -> StripSnapshot:
        source = nearest(place.source) if place.source is not None else 0
        zero = place.start - source
        inner = self.level(
            {**item, "_is_nested": True} if schema_of(item) == "Stack" else _stack(item), zero, zero, {}, {}
        )
        content_start = min((strip.start for strip in inner.strips), default=zero)
        if place.scalar != 1:
            name = str(item.get("name", ""))
            self.findings.approximated(name, "speed", "Blender's metas keep their speed; kept to be written back")
        return StripSnapshot(
            "", StripKind.META, track.channel + track.step, place.first, max(1, place.whole),
            place.first - content_start, {}, "",
            mute=item.get("enabled") is False,
            blend_type="ALPHA_OVER",
            children=tuple(inner.strips),
            channels=tuple(sorted(inner.channels.values(), key=lambda one: one.number)),
        )  # fmt: skip

    def _recorded(self, level: Level, track: _Track, item: Json, own: Json, place: Place) -> StripSnapshot | None:
        """From our own record, with what was changed since; None for a record that is damaged."""
        written = read_written(own)
        if written is None:
            return None
        record = own["strip"]
        given: dict[str, Any] = {"foreign": {}, "children": (), "markers": (), "shot_id": "", "take_number": 0}
        try:
            given["media"] = {}
            if schema_of(item) == "Clip":
                given["media"], given["active_media"] = self._recorded_media(item, own, record)
            strip = from_record(StripSnapshot, record, **given)
        except RecordDamaged as error:
            name = str(item.get("name", ""))
            self.findings.approximated(name, "record", f"damaged ({error}): the clip is read as any other's")
            return None
        if (strip.kind is StripKind.META) != (schema_of(item) == "Stack") or strip.length < 1:
            return None
        old_name, old_start = strip.name, strip.start
        asked = found if isinstance(found := item.get("name"), str) else old_name
        called = own.get("called", old_name)
        name = self._unique(old_name if asked == called else asked)
        self._renamed.setdefault(old_name, name)
        shot = own_part(item.get("metadata"), RETAKE)
        shot_id, take = shot.get("shot"), shot.get("take")
        strip, how = changed(strip, written, place, track.zero_was, self.rate)
        shift = track.zero - track.zero_was
        if how:
            self.findings.kept(name, how)
        elif shift:
            strip = replace(strip, start=strip.start + shift)
        strip = replace(
            strip,
            name=name,
            mute=item.get("enabled") is False,
            shot_id=shot_id if isinstance(shot_id, str) else "",
            take_number=take if type(take) is int else 0,
            channel=self._channel(strip, track, written),
        )
        if strip.kind is StripKind.META:
            strip = self._recorded_meta(strip, item, own, written, place)
        foreign = self._foreign(item, own, strip)
        if asked == called != name:
            foreign["name"] = {"was": asked, "as": name}
        if schema_of(item) == "Clip" and not strip.media and not _is_ours(active_reference(item)[1]):
            foreign["reference"] = active_reference(item)[1]
        strip = replace(strip, foreign=foreign)
        strip = replace(strip, markers=self._clip_markers(item, strip, place))
        self._attached(level, item, strip, strip.start - old_start)
        return strip

    def _recorded_media(self, item: Json, own: Json, record: Any) -> tuple[dict[str, Media], str]:
        media, active = self._media(item)
        beside = own.get("media")
        if isinstance(beside, dict):
            # Written for readers before Clip.2: all takes are here, the shown one is the clip's own.
            all_of_them, key = self._media(
                {"media_references": beside, "active_media_reference_key": own.get("active_media")}
            )
            shown = media.get(active)
            if shown is not None and key in all_of_them and _same_file(all_of_them[key], shown):
                return all_of_them, key
            if not media and all_of_them:
                return all_of_them, key
        if not media and isinstance(record, dict):
            key = record.get("active_media", "")
            return {}, key if isinstance(key, str) else ""
        return media, active

    def _channel(self, strip: StripSnapshot, track: _Track, written: Written) -> int:
        """The strip's own, unless it was moved to another track."""
        was = written.channel if written.channel is not None else strip.channel
        return strip.channel if _own_channel(track.json) == was else track.channel

    def _recorded_meta(
        self, strip: StripSnapshot, item: Json, own: Json, written: Written, place: Place
    ) -> StripSnapshot:
        zero_was = written.zero if written.zero is not None else place.start
        zero = place.start - (nearest(place.source) if place.source is not None else 0)
        channels = {channel.number: channel for channel in strip.channels}
        inner = self.level({**item, "_is_nested": True}, zero, zero_was, channels, own)
        return replace(
            strip,
            children=tuple(inner.strips),
            channels=tuple(sorted(inner.channels.values(), key=lambda one: one.number)),
        )

    def _attached(self, level: Level, item: Json, strip: StripSnapshot, moved: int) -> None:
        """The effect strips that were written as effects of the clip."""
        for effect in effects_of(item):
            record = own_part(effect.get("metadata"), BLENDER).get("strip")
            if record is None:
                continue
            try:
                found = from_record(StripSnapshot, record, media={})
            except RecordDamaged as error:
                self.findings.dropped(strip.name, "effect", f"its record is damaged: {error}")
                continue
            name = self._unique(found.name)
            self._renamed.setdefault(found.name, name)
            is_muted = effect.get("enabled") is False
            foreign = without_own(effect.get("metadata"))
            level.strips.append(
                replace(
                    found,
                    name=name,
                    start=found.start + moved,
                    mute=found.mute if is_time_effect(effect) else is_muted,
                    foreign={"metadata": foreign} if foreign else {},
                )
            )
            self.findings.kept(name, "strip")

    def _left_out(self, level: Level, record: Any, shift: int) -> None:
        try:
            strip = from_record(StripSnapshot, record)
        except RecordDamaged as error:
            self.findings.dropped("a strip beside the tracks", "strip", f"its record is damaged: {error}")
            return
        name = self._unique(strip.name)
        self._renamed.setdefault(strip.name, name)
        strip = _shifted(replace(strip, name=name), shift)
        for child in strip.children:
            self._taken.add(child.name)
        level.strips.append(strip)
        self.findings.kept(name, "strip")

    # Transitions

    def _transition(
        self, level: Level, track: _Track, transition: Json, out: StripSnapshot, into: StripSnapshot
    ) -> StripSnapshot:
        own = own_part(transition.get("metadata"), BLENDER)
        start, end = into.start, out.end_exclusive
        if end <= start:
            self.findings.dropped(into.name, "transition", "it is shorter than a frame")
            return into
        if track.is_sound:
            return self._crossfade(level, out, into, end - start)
        asked = _text(transition)
        kind = str(transition.get("transition_type", ""))
        effect = None
        if "strip" in own:
            try:
                effect = from_record(StripSnapshot, own["strip"], media={})
            except RecordDamaged as error:
                self.findings.approximated(into.name, "transition", f"its record is damaged: {error}")
        foreign = without_own(transition.get("metadata"))
        if effect is not None:
            name = self._unique(effect.name)
            self._renamed.setdefault(effect.name, name)
            effect = replace(effect, name=name, start=start, length=end - start, inputs=(out.name, into.name))
            kept: Json = {"metadata": foreign} if foreign or own.get("foreign") else {}
            if own.get("foreign"):
                kept |= {"name": asked, "transition_type": kind}
            level.strips.append(replace(effect, foreign=kept))
            return into
        name = self._unique(asked or "Crossfade")
        is_wipe = "wipe" in f"{kind} {asked}".lower()
        if kind != "SMPTE_Dissolve":
            what = "a wipe" if is_wipe else "a crossfade"
            self.findings.approximated(name, "transition", f"{what} stands for {kind or 'an unnamed one'}")
        level.strips.append(
            StripSnapshot(
                name,
                StripKind.EFFECT,
                track.channel + 2,
                start,
                end - start,
                0,
                {},
                "",
                blend_type="ALPHA_OVER",
                effect_type="WIPE" if is_wipe else "CROSS",
                inputs=(out.name, into.name),
                foreign={"metadata": foreign, "name": asked, "transition_type": kind},
            )
        )
        self.findings.kept(name, "strip")
        return into

    def _crossfade(self, level: Level, out: StripSnapshot, into: StripSnapshot, length: int) -> StripSnapshot:
        """Blender has no crossfade of sounds: both fade over the overlap."""
        self.findings.approximated(into.name, "transition", "both sounds fade, for Blender has no crossfade of sounds")
        for place in range(len(level.strips) - 1, -1, -1):
            if level.strips[place].name == out.name:
                tail = min(length, out.length)
                level.strips[place] = _with_fade(out, 0, tail)
                break
        return _with_fade(into, min(length, into.length), 0)

    def _edge_fades(self, laid: Laid, strip: StripSnapshot) -> StripSnapshot:
        head = tail = 0
        for transition, joins, side in ((laid.before, laid.follows, 0), (laid.after, laid.leads, 1)):
            if transition is None or joins:
                continue
            own = own_part(transition.get("metadata"), BLENDER)
            lengths = [nearest(one * self.rate) for one in self.clock.offsets(transition)]
            if "fade" in own:
                if [own.get("in"), own.get("out")] == lengths and strip.curves:
                    continue  # the strip's own keyframes are there already
                strip = replace(
                    strip, curves=tuple(one for one in strip.curves if one.path not in ("blend_alpha", "volume"))
                )
            length = min(strip.length, sum(lengths))
            head, tail = (length, tail) if side == 0 else (head, length)
        if not head and not tail:
            return strip
        tail = min(tail, strip.length - head)
        self.findings.kept(strip.name, "fade")
        return _with_fade(strip, head, tail)

    # What others wrote

    def _foreign(self, item: Json, own: Json, strip: StripSnapshot | None = None) -> Json:
        foreign: Json = {}
        made = own.get("made")
        metadata = without_own(item.get("metadata"))
        for namespace in made if isinstance(made, list) else ():
            metadata.pop(namespace, None) if isinstance(namespace, str) else None
        if metadata:
            foreign["metadata"] = metadata
        effects = [
            one for one in effects_of(item) if not is_own_levels(one) and not own_part(one.get("metadata"), BLENDER)
        ]
        if effects:
            foreign["effects"] = effects
        color = item.get("color")
        if isinstance(color, dict) and (strip is None or not strip.color_tag):
            foreign["color"] = color
        return foreign

    def _note_foreign(self, strip: StripSnapshot, item: Json) -> None:
        for effect in effects_of(item):
            if not is_time_effect(effect):
                title = str(effect.get("effect_name") or effect.get("name") or schema_of(effect))
                self.findings.approximated(strip.name, "effect", f"{title} is kept to be written back, not shown")
        shown = strip.shown
        if strip.kind is StripKind.MOVIE and (shown is None or not shown.path):
            self.findings.approximated(strip.name, "media", "the file is not named: a stand-in holds its place")
        elif shown is not None and shown.missing:
            self.findings.approximated(strip.name, "media", f"{shown.path} is not there: a stand-in holds its place")

    def _clip_markers(self, item: Json, strip: StripSnapshot, place: Place) -> tuple[Marker, ...]:
        found = item.get("markers")
        source = Fraction(0) if self.marks_from_in or place.source is None else place.source
        # A marker lies at the source's time, and where the source begins, some of the strip may lie before, under a
        # transition.
        first = strip.content_offset + place.start - strip.start
        if strip.kind is StripKind.META and place.source is not None:
            first, source = place.start - strip.content_start, place.source
        read = [read_marker(one, self.rate) for one in (found if isinstance(found, list) else ())]
        return tuple(replace(one[0], frame=nearest(one[1] - source) + first) for one in read if one is not None)


def _with_fade(strip: StripSnapshot, head: int, tail: int) -> StripSnapshot:
    """With what fades it has already, for a strip may fade at both ends by two transitions."""
    from .fades import fade_path, pure_fades

    known = pure_fades(strip)
    head, tail = head or known.head, tail or known.tail
    level = strip.volume if strip.kind is StripKind.SOUND else strip.opacity
    others = tuple(one for one in strip.curves if one.path != fade_path(strip))
    return replace(strip, curves=(*others, fade_curve(strip, head, min(tail, strip.length - head), level)))


def _text(item: Json) -> str:
    name = item.get("name")
    return name if isinstance(name, str) else ""


def _order(strip: StripSnapshot) -> tuple[int, int, str]:
    return (strip.channel, strip.start, strip.name)


def _is_sound(row: Json) -> bool:
    return row.get("kind") == "Audio"


def _own_channel(row: Json) -> int | None:
    channel = own_part(row.get("metadata"), BLENDER).get("channel")
    return channel if type(channel) is int and 1 <= channel <= 128 else None


def _stack(item: Json) -> Json:
    """A track within a track, as the nested edit that it is."""
    window = item.get("source_range")
    inner = {**item, "source_range": None} if window else item
    return {"OTIO_SCHEMA": "Stack.1", "children": [inner], "_is_nested": True}


def _is_piece(item: Json, name: Any, number: int) -> bool:
    own = own_part(item.get("metadata"), BLENDER)
    return own.get("piece_of") == name and own.get("piece") == number


def _is_ours(reference: Json) -> bool:
    metadata = reference.get("metadata")
    return isinstance(metadata, dict) and set(metadata) == {BLENDER}


def _same_file(one: Media, other: Media) -> bool:
    return (one.path, one.files) == (other.path, other.files)


def _without_made(metadata: Json, made: dict[str, set[str]]) -> Json:
    """Without what our export wrote for another program, and nobody else added to."""
    return {
        key: value
        for key, value in metadata.items()
        if not (key in made and isinstance(value, dict) and set(value) <= made[key])
    }


def _shifted(strip: StripSnapshot, by: int) -> StripSnapshot:
    if not by:
        return strip
    return replace(strip, start=strip.start + by, children=tuple(_shifted(child, by) for child in strip.children))


def _with_names(strip: StripSnapshot, renamed: dict[str, str]) -> StripSnapshot:
    if not (strip.inputs or strip.connections or strip.children):
        return strip
    return replace(
        strip,
        inputs=tuple(renamed.get(name, name) for name in strip.inputs),
        connections=tuple(renamed.get(name, name) for name in strip.connections),
        children=tuple(_with_names(child, renamed) for child in strip.children),
    )


__all__ = ["SINGLE_MEDIA", "Level", "LevelReader"]
