# SPDX-License-Identifier: GPL-3.0-or-later
"""Bringing an edit that was changed elsewhere back onto the living timeline: what changed, and only that.

The living timeline knows more than any file: effects, keyframes, takes. A change touches the place, the length, the
source and the speed of a strip; all else of it stays.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING

from .conform_locks import why_not
from .conform_match import LEAST_OF_A_PART, Matcher, Pairs, match_effects, same_file, shows_of, with_joined_pieces
from .levels import TOP, Nested, nested
from .media_url import file_name
from .retime import content_frames, pieces_of, with_speed_effect
from .snapshot import StripKind, StripSnapshot, TimelineSnapshot
from .transitions import FOLDED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_KNOWN_EVERYWHERE = (StripKind.MOVIE, StripKind.SOUND)
"""What every program writes. Another kind is missed only where the edit has some of it."""
_WITH_FILES = (StripKind.MOVIE, StripKind.SOUND, StripKind.IMAGE)


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
    does, and lie where they do on the whole timeline."""

    name: str
    kinds: tuple[ChangeKind, ...]
    before: StripSnapshot | None
    after: StripSnapshot | None
    missing_frames: int = 0
    """Frames of the timeline that would show nothing, for the media is too short."""
    needed_s: Fraction = Fraction(0)
    """How long media would have to be that shows all of it; 0 where it is long enough."""
    level: str = TOP
    """The meta strip that it lies in now, or is added to; empty for the timeline itself."""
    into: str | None = None
    """The meta strip, empty for the timeline itself, that it was moved to; None where it stays in its own."""
    like: str = ""
    """Of an added one: the strip that it was cut off, whose settings it has."""
    leaving: tuple[str, ...] = ()
    """Of a removed meta: the strips in it that the edit has elsewhere."""
    blocked: str = ""
    """Why it cannot be applied; empty where it can."""

    @property
    def shot_id(self) -> str:
        strip = self.before or self.after
        return strip.shot_id if strip is not None else ""

    @property
    def sentence(self) -> str:
        words = f"{self.name}: {' and '.join(kind.value for kind in self.kinds)}"
        if self.into is not None:
            words += f" to {self.into or 'the timeline'}"
        elif self.level:
            words += f" in {self.level}"
        if self.like:
            words += f", cut off {self.like}"
        if self.before is not None and self.after is not None:
            if self.before.start != self.after.start or self.before.length != self.after.length:
                words += f", {_span(self.before)} → {_span(self.after)}"
        elif (strip := self.before or self.after) is not None:
            words += f", {_span(strip)}"
        return words


@dataclass(frozen=True, slots=True)
class ConformPlan:
    changes: tuple[Change, ...]
    unchanged: int
    not_in_edit: tuple[str, ...] = ()
    """Strips that the edit does not name and its program does not write: they stay."""
    shifts: Mapping[str, int] = field(default_factory=dict)
    """By how many frames the edit moved what lies in a meta strip along with it, metas around it included."""
    pairs: Mapping[str, str] = field(default_factory=dict)
    """From the edit's names to the living timeline's; effects are not among them."""

    @property
    def too_short(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.missing_frames)


def plan_conform(living: TimelineSnapshot, edit: TimelineSnapshot, *, with_channels: bool) -> ConformPlan:
    """`edit` at the living timeline's rate, its frames counted likewise. `with_channels`: its names and channels are
    the living timeline's, as in a file that we wrote; else another program's tracks were numbered anew, and say
    nothing."""
    return _Planner(living, edit, with_channels=with_channels).plan()


class _Planner:
    def __init__(self, living: TimelineSnapshot, edit: TimelineSnapshot, *, with_channels: bool) -> None:
        self.snapshot = living
        self.rate = living.rate
        self.with_channels = with_channels
        self.living = nested(living.strips)
        strips = edit.strips if with_channels else with_joined_pieces(self.living, edit.strips, self.rate)
        self.edit = nested(strips)
        self.pairs: Pairs = Matcher(self.living, self.edit, self.rate, with_channels).pairs()
        self.effects = match_effects(
            (one.strip for one in self.living.values()), (one.strip for one in self.edit.values()), self.pairs
        )
        self.shifts = self._shifts()
        self.speeds = {
            one.strip.inputs[0]: one.strip
            for one in self.living.values()
            if one.strip.effect_type == "SPEED" and one.strip.inputs and not one.strip.mute
        }
        """The Speed effects by the strips that they are laid over."""
        self.channels = self._channels()
        self.taken = set(self.living)
        self.names = {**self.pairs, **self.effects}
        """The edit's names as the living timeline's, of added strips as they will be."""

    def plan(self) -> ConformPlan:
        added = self._name_added()
        changes = [change for new, old in self.pairs.items() if (change := self._changed(old, new)) is not None]
        changed = len(changes)
        changes += [self._added(one) for one in added]
        removed, stays = self._removed()
        changes += removed
        changes = [self._with_reason(change) for change in changes]
        changes.sort(key=_place)
        return ConformPlan(tuple(changes), len(self.pairs) - changed, tuple(stays), self.shifts, self.pairs)

    # Metas

    def _shifts(self) -> dict[str, int]:
        """What a meta holds is compared with what it held as if the meta had been moved likewise: by as many frames as
        most of it moved."""
        shifts = {TOP: 0}
        for new, old in self.pairs.items():
            one, other = self.living[old].strip, self.edit[new].strip
            if one.kind is not StripKind.META:
                continue
            votes: Counter[int] = Counter()
            for child in other.children:
                was = self.living.get(self.pairs.get(child.name, ""))
                if was is not None and was.level == old:
                    votes[child.content_start - was.strip.content_start] += 1
            told = other.content_start - one.content_start if self.with_channels else other.start - one.start
            votes[told] += 1
            shifts[old] = max(votes, key=lambda frames: (votes[frames], frames == told, -abs(frames)))
        for name, held in self.living.items():
            if held.strip.kind is StripKind.META and name not in shifts:
                shifts[name] = shifts.get(held.level, 0)
        return shifts

    def _level(self, level: str) -> str | None:
        """The living name of one of the edit's levels; that of a meta that is added. None: not known."""
        return TOP if level == TOP else self.names.get(level)

    # Strips that are there

    def _changed(self, old: str, new: str) -> Change | None:
        before, after = self.living[old], self.edit[new]
        level = self._level(after.level)
        into = None if level == before.level else level
        shift = self.shifts.get(before.level, 0) if into is None else 0
        moved = replace(before.strip, start=before.strip.start + shift)
        if before.strip.kind is StripKind.META:
            change = self._changed_meta(moved, after.strip, self.shifts[old] - shift)
        else:
            change = _compared(moved, after.strip, self.rate, with_channels=self.with_channels)
            if change is not None and old in self.speeds and not self.with_channels:
                change = self._behind_speed_effect(change, moved, after.strip)
        if into is not None:
            kept = change or Change(old, (), moved, moved)
            change = replace(kept, kinds=_sorted({*kept.kinds, ChangeKind.MOVED}), into=into)
        if change is None:
            return None
        return replace(change, before=before.strip, level=before.level)

    def _behind_speed_effect(self, change: Change, old: StripSnapshot, new: StripSnapshot) -> Change | None:
        """A strip under a Speed effect went out as a clip of that speed. Other programs bring that back without the
        effect; the same speed from the same frame on is what it was."""
        effect = self.speeds[old.name]
        factor = effect.settings.get("speed_factor")
        shown = pieces_of(new, self.rate).pieces
        known = None
        if effect.settings.get("speed_control") == "MULTIPLY" and isinstance(factor, int | float):
            known = with_speed_effect(pieces_of(old, self.rate), Fraction(factor), Fraction(0), old.length)
        is_same = (
            known is not None
            and len(shown) == 1
            and abs(shown[0].first - known.pieces[0].first) <= 1
            and math.isclose(
                _speed(new, shown[0].speed, self.rate), _speed(old, known.pieces[0].speed, self.rate), rel_tol=1e-4
            )
        )
        if not is_same:
            return replace(change, blocked=f"the Speed effect {effect.name} sets its speed: change it there")
        if new.start == old.start and new.length == old.length:
            return None
        kind = ChangeKind.MOVED if new.length == old.length else ChangeKind.TRIMMED
        after = replace(old, start=new.start, length=new.length)
        return Change(old.name, (kind,), old, after)

    def _changed_meta(self, old: StripSnapshot, new: StripSnapshot, shift: int) -> Change | None:
        """`shift`: by how many frames what it holds was moved."""
        begins, ends = new.start - old.start, new.end_exclusive - old.end_exclusive
        kinds = set()
        if begins != ends:
            kinds.add(ChangeKind.TRIMMED)
            if shift:
                kinds.add(ChangeKind.MOVED)
        elif begins:
            kinds.add(ChangeKind.MOVED)
        if begins == ends != shift:
            kinds.add(ChangeKind.SLIPPED)
        if self.with_channels and old.channel != new.channel:
            kinds.add(ChangeKind.MOVED)
        if not kinds:
            return None
        after = replace(old, start=new.start, length=new.length, content_offset=new.start - old.content_start - shift)
        if self.with_channels:
            after = replace(after, channel=new.channel)
        return Change(old.name, _sorted(kinds), old, after)

    # Strips that are new

    def _name_added(self) -> list[Nested]:
        """Those that are changes of their own: what lies in an added meta comes with it."""
        found = []
        for name, one in self.edit.items():
            if name in self.names or any(each not in self.edit for each in one.strip.inputs):
                continue  # matched, or an effect on what is not there any more
            self.names[name] = _free(name, self.taken)
            if one.level == TOP or one.level in self.pairs:
                found.append(one)
        return found

    def _added(self, one: Nested) -> Change:
        level = self._level(one.level) or TOP
        strip = self._as_added(one.strip)
        if not self.with_channels:
            strip = replace(strip, channel=self.channels.get((one.level, strip.channel), strip.channel))
        change = Change(strip.name, (ChangeKind.ADDED,), None, strip, level=level)
        origin = self._origin(one.strip)
        if origin is None:
            return _with_need(change, self.rate)
        if shows_of(origin, one.strip, self.rate) < LEAST_OF_A_PART:
            if strip.kind is origin.kind and not strip.shot_id:
                # Another part of a take is the shot's as well.
                strip = replace(strip, shot_id=origin.shot_id, take_number=origin.take_number, media=origin.media,
                                active_media=origin.active_media)  # fmt: skip
            return _with_need(replace(change, after=strip), self.rate)
        part = _compared(origin, one.strip, self.rate, with_channels=self.with_channels)
        after = origin if part is None or part.after is None else part.after
        after = replace(
            after, name=strip.name, start=one.strip.start, length=one.strip.length, channel=strip.channel,
            connections=(), mute=one.strip.mute,
        )  # fmt: skip
        return _with_need(replace(change, after=after, like=origin.name), self.rate)

    def _as_added(self, strip: StripSnapshot) -> StripSnapshot:
        children = tuple(
            self._as_added(child)
            for child in strip.children
            if child.name not in self.pairs and child.name not in self.effects
        )
        return replace(
            strip,
            name=self.names[strip.name],
            inputs=tuple(self.names.get(name, name) for name in strip.inputs),
            connections=tuple(self.names.get(name, name) for name in strip.connections),
            children=children,
        )

    def _origin(self, strip: StripSnapshot) -> StripSnapshot | None:
        """The strip of the same file that showed most of what the new one shows, the nearest of several."""
        if strip.kind not in _WITH_FILES:
            return None
        same = [
            one.strip for one in self.living.values() if one.strip.kind is strip.kind and same_file(one.strip, strip)
        ]
        return max(
            same, key=lambda one: (shows_of(one, strip, self.rate), -abs(one.start - strip.start), one.name),
            default=None,
        )  # fmt: skip

    def _channels(self) -> dict[tuple[str, int], int]:
        """For each of the edit's levels and channels, the living one that most of its strips lie on."""
        votes: dict[tuple[str, int], Counter[int]] = defaultdict(Counter)
        for new, old in self.pairs.items():
            one = self.edit[new]
            votes[one.level, one.strip.channel][self.living[old].strip.channel] += 1
        return {key: max(found, key=lambda one: (found[one], -one)) for key, found in votes.items()}

    # Strips that are gone

    def _removed(self) -> tuple[list[Change], list[str]]:
        matched = set(self.pairs.values())
        kinds = {self.living[name].strip.kind for name in matched} | {one.strip.kind for one in self.edit.values()}
        has_muted = any(self.living[name].strip.mute for name in matched)
        ends = {old: self.edit[new].strip for new, old in self.pairs.items()}
        gone: set[str] = set()
        changes = []
        stays = []
        for name, one in self.living.items():
            strip = one.strip
            if name in matched or name in self.effects.values():
                continue
            if one.level in gone:
                gone.add(name)  # goes with its meta
                continue
            if strip.kind is StripKind.EFFECT:
                # Of Blender's effects other programs know transitions only, and those need strips that overlap.
                inputs = [ends[each] for each in strip.inputs if each in ends]
                is_missed = (
                    strip.effect_type in FOLDED and len(inputs) == 2 and inputs[0].end_exclusive <= inputs[1].start
                )
            elif strip.kind is StripKind.META:
                held = [each.name for each in strip.children if each.kind is not StripKind.EFFECT]
                is_missed = StripKind.META in kinds or (bool(held) and all(each in matched for each in held))
            elif one.level not in matched and one.level != TOP:
                is_missed = False  # nobody wrote what its meta holds
            else:
                is_missed = (strip.kind in _KNOWN_EVERYWHERE or strip.kind in kinds) and (has_muted or not strip.mute)
            if is_missed:
                gone.add(name)
                leaving = tuple(self._leaving(strip))
                changes.append(Change(name, (ChangeKind.REMOVED,), strip, None, level=one.level, leaving=leaving))
            else:
                stays.append(name)
        return changes, stays

    def _leaving(self, strip: StripSnapshot) -> Iterator[str]:
        for child in strip.children:
            if child.name in self.pairs.values():
                yield child.name
            else:
                yield from self._leaving(child)

    def _with_reason(self, change: Change) -> Change:
        if change.blocked:
            return change
        reason = why_not(change.before, change.after, self.living, self.snapshot, change.level, change.into)
        return replace(change, blocked=reason) if reason else change


def _compared(old: StripSnapshot, new: StripSnapshot, rate: Fraction, *, with_channels: bool) -> Change | None:
    kinds: list[ChangeKind] = []
    after = old
    old_pieces, new_pieces = pieces_of(old, rate), pieces_of(new, rate)
    is_still = old.kind in (StripKind.COLOR, StripKind.TEXT, StripKind.ADJUSTMENT, StripKind.META)
    is_still = is_still or (old.kind is StripKind.IMAGE and not (old.shown and old.shown.files))
    is_replaced = _shows_other(old, new)
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
    if is_replaced:
        # What was cut off the old file for good says nothing of the new one.
        settings = {key: value for key, value in after.settings.items() if key != "content_trim"}
        after = replace(after, settings=settings)
    change = Change(old.name, _sorted(set(kinds)), old, after)
    if is_replaced and new.kind is not old.kind:
        change = replace(change, blocked=f"{_called(new.kind)} cannot take the place of {_called(old.kind)}")
    return _with_need(change, rate)


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
            return replace(strip, active_media=key, take_number=take if type(take) is int else 0)
    is_new_take = new.active_media not in strip.media and new.shot_id == strip.shot_id
    key = new.active_media if new.active_media not in strip.media else _free(shown.path, set(strip.media))
    take = shown.metadata.get("take") if is_new_take else 0
    number = take if type(take) is int else 0
    return replace(strip, media={**strip.media, key: shown}, active_media=key, take_number=number)


def _called(kind: StripKind) -> str:
    return "a picture" if kind is StripKind.IMAGE else f"a {kind.value}"


def _shows_other(old: StripSnapshot, new: StripSnapshot) -> bool:
    """Whether `new` shows another file. One of the same name that is not there is the same one by the path of another
    machine."""
    shown = new.shown
    if shown is None or not shown.path or _file(old) == _file(new):
        return False
    was = old.shown
    return not (shown.missing and was is not None and file_name(shown.path).lower() == file_name(was.path).lower())


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


def _free(wanted: str, taken: set[str]) -> str:
    name, number = wanted, 0
    while name in taken:
        number += 1
        name = f"{wanted}.{number:03d}"
    taken.add(name)
    return name


def _sorted(kinds: set[ChangeKind]) -> tuple[ChangeKind, ...]:
    order = list(ChangeKind)
    return tuple(sorted(kinds, key=order.index))


def _place(change: Change) -> tuple[int, int, str]:
    strip = change.before or change.after
    return (strip.start, strip.channel, change.name) if strip is not None else (0, 0, change.name)


def _span(strip: StripSnapshot) -> str:
    return f"{strip.start}–{strip.end_exclusive - 1}"
