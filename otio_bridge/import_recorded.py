# SPDX-License-Identifier: GPL-3.0-or-later
"""Strips from our own records: with a clip, with its effects, or beside the tracks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .import_clip import Place, Written, changed
from .import_foreign import clip_markers, foreign_of
from .import_media import is_ours, recorded_media
from .import_time import active_reference, effects_of, is_time_effect, schema_of
from .namespaces import BLENDER, RETAKE, own_part, without_own
from .record import RecordDamaged, from_record
from .snapshot import StripKind, StripSnapshot

if TYPE_CHECKING:
    from .import_run import ImportRun, Level, Track
    from .times import Json


@dataclass(frozen=True, slots=True)
class Recorded:
    """A strip as it was written, with what was changed since; a meta's is still empty. `moved`: by how many frames."""

    strip: StripSnapshot
    written: Written
    moved: int


def recorded(
    run: ImportRun, track: Track, item: Json, own: Json, written: Written | None, place: Place
) -> Recorded | None:
    """From our own record, with what was changed since; None for a record that is damaged."""
    if written is None:
        return None
    record = own["strip"]
    given: dict[str, Any] = {"foreign": {}, "children": (), "markers": (), "shot_id": "", "take_number": 0}
    is_clip = schema_of(item) == "Clip"
    try:
        given["media"] = {}
        if is_clip:
            given["media"], given["active_media"] = recorded_media(run, item, own, record)
        was = from_record(StripSnapshot, record, **given)
    except RecordDamaged as error:
        name = str(item.get("name", ""))
        run.findings.approximated(name, "record", f"damaged ({error}): the clip is read as any other's")
        return None
    if (was.kind is StripKind.META) != (schema_of(item) == "Stack") or was.length < 1:
        return None
    asked = found if isinstance(found := item.get("name"), str) else was.name
    called = own.get("called", was.name)
    name = run.names.renew(was.name, was.name if asked == called else asked)
    shot = own_part(item.get("metadata"), RETAKE)
    shot_id, take = shot.get("shot"), shot.get("take")
    strip, how = changed(was, written, place, track.zero_was, run.rate)
    start = strip.start
    if how:
        run.findings.kept(name, how)
    else:
        start += track.zero - track.zero_was
    foreign = foreign_of(item, own, strip)
    if asked == called != name:
        foreign["name"] = {"was": asked, "as": name}
    if is_clip and not strip.media and not is_ours(active_reference(item)[1]):
        foreign["reference"] = active_reference(item)[1]
    strip = replace(
        strip,
        start=start,
        name=name,
        mute=item.get("enabled") is False,
        shot_id=shot_id if isinstance(shot_id, str) else "",
        take_number=take if type(take) is int else 0,
        channel=_channel(strip, track, written),
        foreign=foreign,
    )
    if markers := clip_markers(run, item, strip, place):
        strip = replace(strip, markers=markers)
    return Recorded(strip, written, start - was.start)


def _channel(strip: StripSnapshot, track: Track, written: Written) -> int:
    """The strip's own, unless it was moved to another track."""
    was = written.channel if written.channel is not None else strip.channel
    return strip.channel if track.own_channel == was else track.channel


def take_attached(run: ImportRun, level: Level, item: Json, strip: StripSnapshot, moved: int) -> None:
    """The effect strips that were written as effects of the clip."""
    for effect in effects_of(item):
        record = own_part(effect.get("metadata"), BLENDER).get("strip")
        if record is None:
            continue
        try:
            found = from_record(StripSnapshot, record, media={})
        except RecordDamaged as error:
            run.findings.dropped(strip.name, "effect", f"its record is damaged: {error}")
            continue
        name = run.names.renew(found.name)
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
        run.findings.kept(name, "strip")


def take_left_out(run: ImportRun, level: Level, record: Any, shift: int) -> None:
    try:
        strip = from_record(StripSnapshot, record)
    except RecordDamaged as error:
        run.findings.dropped("a strip beside the tracks", "strip", f"its record is damaged: {error}")
        return
    name = run.names.renew(strip.name)
    strip = _shifted(replace(strip, name=name), shift)
    for child in strip.children:
        run.names.taken.add(child.name)
    level.strips.append(strip)
    run.findings.kept(name, "strip")


def _shifted(strip: StripSnapshot, by: int) -> StripSnapshot:
    if not by:
        return strip
    return replace(strip, start=strip.start + by, children=tuple(_shifted(child, by) for child in strip.children))
