# SPDX-License-Identifier: GPL-3.0-or-later
"""One level of an edit, the timeline's or a nested one's, as strips on channels."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .import_clip import Place, Written, content_start_of, generated_settings, kind_of, read_written, retimed
from .import_foreign import clip_markers, foreign_of, note_foreign, without_made
from .import_media import content_length, media_of
from .import_recorded import recorded, take_attached, take_left_out
from .import_run import ImportRun, Level, Track, own_channel, text_of
from .import_time import active_reference, children_of, effects_of, schema_of
from .import_transition import edge_fades, take_transition
from .markers import read_marker
from .namespaces import BLENDER, own_part, without_own
from .snapshot import Channel, StripKind, StripSnapshot
from .times import Json, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .import_time import Laid


def read_level(run: ImportRun, stack: Json, zero: int, zero_was: int, channels: dict[int, Channel], own: Json) -> Level:
    """`zero` is the frame at the level's time zero, `zero_was` the same when our own export wrote it."""
    level = Level(channels=dict(channels))
    rows = [(row, own_channel(row), _row(run, row)) for row in _window(stack)]
    used = {channel for _, channel, _ in rows if channel is not None}
    fresh = max([0, *used, *level.channels]) + 1 if used else 1
    # Sound below, pictures above: a fresh edit of Blender's own looks so.
    for row, channel, laid in sorted(rows, key=lambda each: each[1] is None and not _is_sound(each[0])):
        track = Track(row, channel, _is_sound(row), fresh if channel is None else channel, zero, zero_was)
        if channel is None:
            fresh += _height(row, laid)
        _note_channel(run, level, track)
        _track(run, level, track, laid)
        for found in row.get("markers") or []:
            if schema_of(row) == "Track" and (read := read_marker(found, run.rate)) is not None:
                level.markers.append(replace(read[0], frame=zero + nearest(read[1])))
    beside = own.get("left_out")
    for record in beside if isinstance(beside, list) else ():
        take_left_out(run, level, record, zero - zero_was)
    level.strips.sort(key=_order)
    return level


def _window(stack: Json) -> list[Json]:
    """The rows of a stack, with its own source_range on each of them."""
    window = stack.get("source_range") if schema_of(stack) == "Stack" else None
    rows = children_of(stack) if schema_of(stack) != "Clip" else [stack]
    if not isinstance(window, dict) or stack.get("_is_nested"):
        return rows
    return [
        {**row, "source_range": window} if schema_of(row) == "Track" and not row.get("source_range") else row
        for row in rows
    ]


def _row(run: ImportRun, row: Json) -> list[Laid]:
    if schema_of(row) not in ("Track", "Clip", "Stack"):
        if schema_of(row) != "Gap":
            run.findings.dropped(str(row.get("name", "")), "track", f"a {schema_of(row)} is no track")
        return []
    return run.clock.lay_out(row)


def _height(row: Json, laid: Sequence[Laid]) -> int:
    """Channels: two more where crossfades need their strips on two and the effect above; one more for sound."""
    if any(one.follows or one.leads for one in laid):
        return 2 if _is_sound(row) else 3
    return 1


def _note_channel(run: ImportRun, level: Level, track: Track) -> None:
    row = track.json
    known = level.channels.get(track.channel)
    own = own_part(row.get("metadata"), BLENDER)
    name = text_of(row)
    is_muted = row.get("enabled") is False if schema_of(row) == "Track" else False
    if own:
        if name == own.get("name"):
            name = known.name if known else ""
        found = replace(known or Channel(track.channel), name=name, mute=is_muted)
        foreign = dict(found.foreign)
        if others := without_made(without_own(row.get("metadata")), {"Resolve_OTIO": {"Locked"}}):
            foreign["metadata"] = others
    else:
        foreign = {"kind": str(row.get("kind", "Video"))}
        if others := without_own(row.get("metadata")):
            foreign["metadata"] = others
        if effects := effects_of(row):
            foreign["effects"] = effects
            run.findings.approximated(name or "track", "track effects", "kept to be written back, not shown")
        found = Channel(track.channel, name, mute=is_muted, foreign=foreign)
    found = replace(found, foreign=foreign)
    if found != Channel(track.channel):
        level.channels[track.channel] = found


def _track(run: ImportRun, level: Level, track: Track, laid: Sequence[Laid]) -> None:
    number = 0
    before: StripSnapshot | None = None
    while number < len(laid):
        one = laid[number]
        own = own_part(one.item.get("metadata"), BLENDER)
        written = read_written(own) if own else None
        number += 1
        if written is not None and len(written.pieces) > 1 and _are_pieces(run, laid, number - 1, own, written):
            number += len(written.pieces) - 1
            one = _joined(one, laid[number - 1])
        place = _place(run, one, track)
        if place.length < 1:
            run.findings.dropped(str(one.item.get("name", "")), "clip", "it is shorter than a frame")
            before = None
            continue
        if one.follows and before is not None:
            track.step = 1 - track.step
        strip = _strip(run, level, track, one.item, own, written, place)
        if one.before is not None and one.follows and before is not None:
            strip = take_transition(run, level, track, one.before, before, strip)
        strip = edge_fades(run, one, strip)
        level.strips.append(strip)
        before = strip


def _are_pieces(run: ImportRun, laid: Sequence[Laid], number: int, own: Json, written: Written) -> bool:
    """Whether the clips from `number` on are the untouched pieces of one strip."""
    name = own.get("strip", {}).get("name") if isinstance(own.get("strip"), dict) else None
    count = len(written.pieces)
    group = laid[number : number + count]
    if len(group) != count:
        return False
    for place, (one, (length, source, scalar)) in enumerate(zip(group, written.pieces, strict=True)):
        if abs(one.scalar - scalar) > 1e-6 * max(1.0, abs(scalar)):
            return False
        if place and (one.start != group[place - 1].end or not _is_piece(one.item, name, place)):
            return False
        frames = nearest(one.end * run.rate) - nearest(one.start * run.rate)
        if 0 < place < count - 1 and frames != length:
            return False
        if place and one.source is not None and abs(float(one.source * run.rate) - source) > 0.5:
            return False
    return True


def _joined(first: Laid, last: Laid) -> Laid:
    return replace(first, end=last.end, after=last.after, leads=last.leads)


def _place(run: ImportRun, laid: Laid, track: Track) -> Place:
    start, end = nearest(laid.start * run.rate), nearest(laid.end * run.rate)
    head = run.clock.offsets(laid.before)[0] if laid.before is not None and laid.follows else Fraction(0)
    tail = run.clock.offsets(laid.after)[1] if laid.after is not None and laid.leads else Fraction(0)
    return Place(
        track.zero + start,
        end - start,
        nearest(head * run.rate),
        nearest(tail * run.rate),
        None if laid.source is None else laid.source * run.rate,
        laid.scalar,
    )


def _strip(
    run: ImportRun, level: Level, track: Track, item: Json, own: Json, written: Written | None, place: Place
) -> StripSnapshot:
    found = recorded(run, track, item, own, written, place) if "strip" in own else None
    if found is None:
        is_nested = schema_of(item) != "Clip"
        strip = _nested(run, track, item, place) if is_nested else _fresh(run, track, item, place)
        strip = _named(run, strip, item, own)
        note_foreign(run, strip, item)
        if markers := clip_markers(run, item, strip, place):
            strip = replace(strip, markers=markers)
    else:
        strip = found.strip
        if strip.kind is StripKind.META:
            strip = _recorded_meta(run, strip, item, own, found.written, place)
        take_attached(run, level, item, strip, found.moved)
    run.findings.kept(strip.name, "strip")
    return strip


def _named(run: ImportRun, strip: StripSnapshot, item: Json, own: Json) -> StripSnapshot:
    asked = text_of(item)
    shown = strip.shown
    wanted = asked or (shown.name if shown else "") or strip.kind.value.capitalize()
    name = run.names.unique(wanted)
    foreign = {**strip.foreign, **foreign_of(item, own)}
    if name != asked:
        foreign["name"] = {"was": asked, "as": name}
    return replace(strip, name=name, foreign=foreign)


def _fresh(run: ImportRun, track: Track, clip: Json, place: Place) -> StripSnapshot:
    media, active = media_of(run, clip)
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
        content_length=content_length(run, shown, kind),
        blend_type="ALPHA_OVER" if is_picture else "",
        settings=settings,
        foreign=foreign,
    )  # fmt: skip
    strip = retimed(strip, place, content_start_of(shown, run.rate), run.rate)
    if shown is not None and not strip.content_length:
        strip = replace(strip, content_length=max(0, strip.content_offset + strip.length))
    return strip


def _nested(run: ImportRun, track: Track, item: Json, place: Place) -> StripSnapshot:
    source = nearest(place.source) if place.source is not None else 0
    zero = place.start - source
    inner = read_level(
        run, {**item, "_is_nested": True} if schema_of(item) == "Stack" else _stack(item), zero, zero, {}, {}
    )
    content_start = min((strip.start for strip in inner.strips), default=zero)
    if place.scalar != 1:
        name = str(item.get("name", ""))
        run.findings.approximated(name, "speed", "Blender's metas keep their speed; kept to be written back")
    return StripSnapshot(
        "", StripKind.META, track.channel + track.step, place.first, max(1, place.whole),
        place.first - content_start, {}, "",
        mute=item.get("enabled") is False,
        blend_type="ALPHA_OVER",
        children=tuple(inner.strips),
        channels=tuple(sorted(inner.channels.values(), key=lambda one: one.number)),
    )  # fmt: skip


def _recorded_meta(
    run: ImportRun, strip: StripSnapshot, item: Json, own: Json, written: Written, place: Place
) -> StripSnapshot:
    zero_was = written.zero if written.zero is not None else place.start
    zero = place.start - (nearest(place.source) if place.source is not None else 0)
    channels = {channel.number: channel for channel in strip.channels}
    inner = read_level(run, {**item, "_is_nested": True}, zero, zero_was, channels, own)
    return replace(
        strip,
        children=tuple(inner.strips),
        channels=tuple(sorted(inner.channels.values(), key=lambda one: one.number)),
    )


def _order(strip: StripSnapshot) -> tuple[int, int, str]:
    return (strip.channel, strip.start, strip.name)


def _is_sound(row: Json) -> bool:
    return row.get("kind") == "Audio"


def _stack(item: Json) -> Json:
    """A track within a track, as the nested edit that it is."""
    window = item.get("source_range")
    inner = {**item, "source_range": None} if window else item
    return {"OTIO_SCHEMA": "Stack.1", "children": [inner], "_is_nested": True}


def _is_piece(item: Json, name: Any, number: int) -> bool:
    own = own_part(item.get("metadata"), BLENDER)
    return own.get("piece_of") == name and own.get("piece") == number
