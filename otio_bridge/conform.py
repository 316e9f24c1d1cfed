# SPDX-License-Identifier: GPL-3.0-or-later
"""Bringing an edit that was changed elsewhere back onto the living timeline: what changed, and only that.

The living timeline knows more than any file: effects, keyframes, takes. A change touches the place, the length, the
source and the speed of a strip; all else of it stays.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING

from .conform_match import match_effects, match_strips
from .retime import content_frames, pieces_of
from .snapshot import StripKind, StripSnapshot, TimelineSnapshot
from .transitions import FOLDED

if TYPE_CHECKING:
    from collections.abc import Iterable

_KNOWN_EVERYWHERE = (StripKind.MOVIE, StripKind.SOUND)
"""What every program writes. Another kind is missed only where the edit has some of it."""


class ChangeKind(Enum):
    MOVED = "moved"
    TRIMMED = "trimmed"
    SLIPPED = "slipped"
    RETIMED = "retimed"
    REPLACED = "replaced"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Change:
    """One strip's. `before` is None for an added one, `after` for a removed one; both name it as the living timeline
    does."""

    name: str
    kinds: tuple[ChangeKind, ...]
    before: StripSnapshot | None
    after: StripSnapshot | None
    missing_frames: int = 0
    """Frames of the timeline that would show nothing, for the media is too short."""
    needed_s: Fraction = Fraction(0)
    """How long media would have to be that shows all of it; 0 where it is long enough."""

    @property
    def shot_id(self) -> str:
        strip = self.before or self.after
        return strip.shot_id if strip is not None else ""

    @property
    def sentence(self) -> str:
        words = f"{self.name}: {' and '.join(kind.value for kind in self.kinds)}"
        if self.before is not None and self.after is not None:
            if self.before.start != self.after.start or self.before.length != self.after.length:
                words += f", {_span(self.before)} → {_span(self.after)}"
        elif (strip := self.before or self.after) is not None:
            words += f", {_span(strip)}"
        if self.missing_frames:
            words += f"; its media is {self.missing_frames} frames too short"
        return words


@dataclass(frozen=True, slots=True)
class ConformPlan:
    changes: tuple[Change, ...]
    unchanged: int
    not_in_edit: tuple[str, ...] = ()
    """Strips that the edit does not name and its program does not write: they stay."""

    @property
    def too_short(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.missing_frames)


def plan_conform(living: TimelineSnapshot, edit: TimelineSnapshot, *, with_channels: bool) -> ConformPlan:
    """`edit` at the living timeline's rate, its frames counted likewise. `with_channels`: its channels are the living
    timeline's, as in a file that we wrote; else another program's tracks were numbered anew, and say nothing."""
    rate = living.rate
    pairs = match_strips(living.strips, edit.strips, rate)
    living_by_name = {strip.name: strip for strip in living.strips}
    edit_by_name = {strip.name: strip for strip in edit.strips}
    effects = match_effects(living.strips, edit.strips, pairs)
    changes = []
    for new, old in pairs.items():
        change = _compared(living_by_name[old], edit_by_name[new], rate, with_channels=with_channels)
        if change is not None:
            changes.append(change)
    taken = set(living_by_name)
    for strip in edit.strips:
        if strip.name in pairs or strip.name in effects:
            continue
        if strip.kind is StripKind.EFFECT:
            inputs = tuple(pairs.get(name, name) for name in strip.inputs)
            strip = replace(strip, inputs=inputs)
        name = _free(strip.name, taken)
        changes.append(_with_need(Change(name, (ChangeKind.ADDED,), None, replace(strip, name=name)), rate))
    matched = set(pairs.values())
    kinds = {living_by_name[name].kind for name in matched}
    has_muted = any(living_by_name[name].mute for name in matched)
    stays = []
    for strip in living.strips:
        if strip.name in matched or strip.name in effects.values():
            continue
        if strip.kind is StripKind.EFFECT:
            # Of Blender's effects other programs know transitions only, and those need strips that overlap.
            ends = [edit_by_name[new] for name in strip.inputs for new, old in pairs.items() if old == name]
            is_missed = strip.effect_type in FOLDED and len(ends) == 2 and ends[0].end_exclusive <= ends[1].start
        else:
            is_missed = (strip.kind in _KNOWN_EVERYWHERE or strip.kind in kinds) and (has_muted or not strip.mute)
        if is_missed:
            changes.append(Change(strip.name, (ChangeKind.REMOVED,), strip, None))
        else:
            stays.append(strip.name)
    changes.sort(key=lambda change: _place(change))
    changed = sum(change.before is not None and change.after is not None for change in changes)
    return ConformPlan(tuple(changes), len(pairs) - changed, tuple(stays))


def apply_conform(living: TimelineSnapshot, plan: ConformPlan, chosen: Iterable[str] | None = None) -> TimelineSnapshot:
    """With all changes, or those of the strips whose names are `chosen`. A removed strip takes its effects along."""
    names = {change.name for change in plan.changes} if chosen is None else set(chosen)
    wanted = [change for change in plan.changes if change.name in names]
    strips = {strip.name: strip for strip in living.strips}
    gone = {change.name for change in wanted if change.after is None}
    for change in wanted:
        if change.after is not None and change.before is not None:
            strips[change.name] = change.after
    for name in gone:
        strips.pop(name, None)
    while lost := {
        name for name, strip in strips.items() if strip.kind is StripKind.EFFECT and gone & set(strip.inputs)
    }:
        gone |= lost
        for name in lost:
            del strips[name]
    for change in wanted:
        if change.before is None and change.after is not None:
            if any(name not in strips for name in change.after.inputs):
                continue  # a transition of strips that were not chosen
            strips[change.name] = replace(change.after, channel=_free_channel(change.after, strips.values()))
    return replace(living, strips=tuple(_over_its_inputs(strip, strips) for strip in strips.values()))


def _compared(old: StripSnapshot, new: StripSnapshot, rate: Fraction, *, with_channels: bool) -> Change | None:
    kinds: list[ChangeKind] = []
    after = old
    old_pieces, new_pieces = pieces_of(old, rate), pieces_of(new, rate)
    is_still = old.kind in (StripKind.COLOR, StripKind.TEXT, StripKind.ADJUSTMENT, StripKind.META)
    is_still = is_still or (old.kind is StripKind.IMAGE and not (old.shown and old.shown.files))
    is_replaced = _file(old) != _file(new) and bool(_file(new))
    speeds = {_speed(old, piece.speed, rate) for piece in old_pieces.pieces if piece.length > 1}
    new_speeds = {_speed(new, piece.speed, rate) for piece in new_pieces.pieces if piece.length > 1}
    is_retimed = (
        not is_still
        and bool(new_speeds)
        and not all(
            any(math.isclose(one, other, rel_tol=1e-4, abs_tol=1e-6) for other in speeds or {1.0}) for one in new_speeds
        )
    )
    begins, ends = new.start - old.start, new.end_exclusive - old.end_exclusive
    head = 0
    if is_replaced:
        kinds.append(ChangeKind.REPLACED)
        after = _with_media(after, new)
    if is_retimed:
        kinds.append(ChangeKind.RETIMED)
    if is_still:
        moved = begins if begins == ends else 0
        if moved:
            kinds.append(ChangeKind.MOVED)
        elif begins or ends:
            kinds.append(ChangeKind.TRIMMED)
        head = begins - moved
    elif not is_retimed and not (is_replaced and _second(old, rate, 0) != _second(new, rate, 0)):
        first = old_pieces.pieces[0]
        speed = first.speed or Fraction(1)
        if old_pieces.content_frame(begins) == new_pieces.content_frame(0):
            head = begins  # the content stayed where it is on the timeline
        else:
            away = (_content(new, rate, 0, old) - old_pieces.content_frame(0)) / speed
            head = round(away) if first.speed else 0
        moved = begins - head
        if head and new.length == old.length:
            kinds.append(ChangeKind.SLIPPED)
        elif new.length != old.length:
            kinds.append(ChangeKind.TRIMMED)
        if moved and not (head and begins == 0):
            kinds.append(ChangeKind.MOVED)
    elif begins or ends:
        kinds.append(ChangeKind.MOVED if begins == ends else ChangeKind.TRIMMED)
    if with_channels and old.channel != new.channel and ChangeKind.MOVED not in kinds:
        kinds.append(ChangeKind.MOVED)
    if not kinds:
        return None
    after = replace(after, start=new.start, length=new.length, content_offset=old.content_offset + head)
    if with_channels:
        after = replace(after, channel=new.channel)
    if is_retimed or is_replaced:
        after = replace(
            after, content_offset=new.content_offset, retiming=new.retiming, reverse_frames=new.reverse_frames,
            keeps_speed=new.keeps_speed, content_length=new.content_length or after.content_length,
        )  # fmt: skip
    order = list(ChangeKind)
    return _with_need(Change(old.name, tuple(sorted(kinds, key=order.index)), old, after), rate)


def _with_need(change: Change, rate: Fraction) -> Change:
    strip = change.after
    if strip is None or strip.shown is None or not (strip.content_length or strip.shown.frame_count):
        return change
    if strip.kind is StripKind.IMAGE and not strip.shown.files:
        return change
    there = content_frames(strip, rate)
    needed = 0
    missing = 0
    for piece in pieces_of(strip, rate).pieces:
        for number in range(piece.length) if piece.speed else ():
            frame = piece.first + piece.speed * number
            if frame > there - 1 or frame < 0:
                missing += 1
            needed = max(needed, math.floor(frame) + 1)
    if not missing:
        return change
    return replace(change, missing_frames=missing, needed_s=Fraction(needed) / rate if needed > there else Fraction(0))


def _with_media(strip: StripSnapshot, new: StripSnapshot) -> StripSnapshot:
    """The take that has the new file, where there is one; else the new file beside what the strip has."""
    shown = new.shown
    if shown is None:
        return strip
    for key, media in strip.media.items():
        if (media.path, media.files) == (shown.path, shown.files):
            take = media.metadata.get("take")
            return replace(strip, active_media=key, take_number=take if type(take) is int else strip.take_number)
    key = new.active_media if new.active_media not in strip.media else _free(shown.path, set(strip.media))
    return replace(strip, media={**strip.media, key: shown}, active_media=key)


def _file(strip: StripSnapshot) -> tuple[str, tuple[str, ...]] | None:
    media = strip.shown
    return (media.path, media.files) if media is not None and media.path else None


def _content(strip: StripSnapshot, rate: Fraction, frame: int, as_counted: StripSnapshot) -> Fraction:
    """The content frame shown, counted as `as_counted` counts: by the file's frames, or by the timeline's."""
    return _second(strip, rate, frame) * (
        rate if as_counted.keeps_speed or as_counted.shown is None else as_counted.shown.rate
    )


def _second(strip: StripSnapshot, rate: Fraction, frame: int) -> Fraction:
    media = strip.shown
    frames = rate if strip.keeps_speed or media is None else media.rate
    return pieces_of(strip, rate).content_frame(frame) / frames


def _speed(strip: StripSnapshot, speed: Fraction, rate: Fraction) -> float:
    media = strip.shown
    return float(speed if strip.keeps_speed or media is None else speed * rate / media.rate)


def _over_its_inputs(strip: StripSnapshot, strips: dict[str, StripSnapshot]) -> StripSnapshot:
    """Blender lays an effect over its strips by itself: a transition over the overlap, others over the first."""
    if strip.kind is not StripKind.EFFECT or not strip.inputs or any(name not in strips for name in strip.inputs):
        return strip
    inputs = [strips[name] for name in strip.inputs]
    start = max(one.start for one in inputs)
    end = min(one.end_exclusive for one in inputs)
    return replace(strip, start=start, length=max(1, end - start))


def _free_channel(strip: StripSnapshot, others: Iterable[StripSnapshot]) -> int:
    taken = {one.channel for one in others if one.start < strip.end_exclusive and strip.start < one.end_exclusive}
    return next(channel for channel in range(strip.channel, strip.channel + len(taken) + 1) if channel not in taken)


def _free(wanted: str, taken: set[str]) -> str:
    name, number = wanted, 0
    while name in taken:
        number += 1
        name = f"{wanted}.{number:03d}"
    taken.add(name)
    return name


def _place(change: Change) -> tuple[int, int, str]:
    strip = change.before or change.after
    return (strip.start, strip.channel, change.name) if strip is not None else (0, 0, change.name)


def _span(strip: StripSnapshot) -> str:
    return f"{strip.start}–{strip.end_exclusive - 1}"
