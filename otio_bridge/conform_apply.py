# SPDX-License-Identifier: GPL-3.0-or-later
"""What the living timeline is with all changes of an edit, or with chosen ones, and which of those cannot be."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .conform_locks import in_one_chain, locked_channels
from .levels import TOP, Nested, around, nested
from .snapshot import StripKind, StripSnapshot, TimelineSnapshot
from .transitions import FOLDED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .conform import Change, ConformPlan

HIGHEST_CHANNEL = 128


@dataclass(frozen=True, slots=True)
class Conformed:
    """`snapshot` is the timeline with the changes `applied`; `skipped` has (strip, why) for those that
    cannot be, and for transitions that are left with nothing to lead from and to."""

    snapshot: TimelineSnapshot
    applied: tuple[Change, ...]
    skipped: tuple[tuple[str, str], ...]
    shifts: Mapping[str, int]
    """By how many frames what lies in each meta strip moves along with it and the metas around it."""


def apply_conform(living: TimelineSnapshot, plan: ConformPlan, chosen: Iterable[str] | None = None) -> TimelineSnapshot:
    return conformed(living, plan, chosen).snapshot


def conformed(living: TimelineSnapshot, plan: ConformPlan, chosen: Iterable[str] | None = None) -> Conformed:
    """With all changes, or those of the strips whose names are `chosen`. A removed strip takes its effects along.

    A strip that would lie on another one goes to the next free channel above, which is not locked.
    """
    names = {change.name for change in plan.changes} if chosen is None else set(chosen)
    wanted = {change.name: change for change in plan.changes if change.name in names}
    there = nested(living.strips)
    skipped: dict[str, str] = {}
    while True:
        reasons = {
            name: why for name, change in wanted.items() if (why := change.blocked or _why_not(change, wanted, there))
        }
        if not reasons:
            break
        skipped |= reasons
        for name in reasons:
            del wanted[name]
    maker = _Maker(living, there, wanted, plan.shifts)
    snapshot = maker.snapshot()
    return Conformed(
        snapshot,
        tuple(one for one in plan.changes if one.name in wanted),
        (*skipped.items(), *maker.torn),
        {name: maker.shift(name) for name, one in there.items() if one.strip.kind is StripKind.META},
    )


def _why_not(change: Change, wanted: Mapping[str, Change], there: Mapping[str, Nested]) -> str:
    """What of the other changes it needs and does not have."""
    gone = {name for name, one in wanted.items() if one.after is None}
    target = change.level if change.into is None else change.into
    if change.after is not None:
        for meta in [target, *(around(target, there) if target in there else ())]:
            if meta != TOP and meta in gone:
                return f"the meta strip {meta}, which it lies in, is removed"
        if target != TOP and target not in there and target not in wanted:
            return f"the meta strip {target}, which it goes into, is left out"
        lost = [one for one in change.after.inputs if one in gone or (one not in there and one not in wanted)]
        if change.before is None and lost:
            return f"{lost[0]}, which it works on, is not there"
    if change.into is not None and change.name in there:
        for name in sorted(in_one_chain(change.name, there) - {change.name}):
            if there[name].strip.kind is StripKind.EFFECT or name in gone:
                continue
            other = wanted.get(name)
            if other is None or other.into != change.into:
                return f"an effect joins it with {name}, which does not go there"
    for name in change.leaving:
        if name not in wanted:
            return f"{name} stays in it"
    return ""


class _Maker:
    def __init__(
        self,
        living: TimelineSnapshot,
        there: Mapping[str, Nested],
        wanted: Mapping[str, Change],
        shifts: Mapping[str, int],
    ) -> None:
        self.living = living
        self.there = there
        self.wanted = wanted
        self.shifts = shifts
        self.torn: list[tuple[str, str]] = []
        """Transitions that the changes leave nothing to, and why."""

    def snapshot(self) -> TimelineSnapshot:
        strips: dict[str, StripSnapshot] = {}
        levels: dict[str, str] = {}
        gone = {name for name, change in self.wanted.items() if change.after is None}
        for name, one in self.there.items():
            if name in gone or (gone & set(around(one.level, self.there)) and not self._leaves(name)):
                continue
            change = self.wanted.get(name)
            shift = self.shift(one.level)
            if change is None or change.after is None:
                strips[name] = replace(one.strip, start=one.strip.start + shift)
                levels[name] = one.level
                continue
            level = one.level if change.into is None else change.into
            strips[name] = replace(change.after, start=change.after.start + self._back(level))
            levels[name] = level
        self._move_effects_along(strips, levels)
        while lost := {
            name
            for name, strip in strips.items()
            if strip.kind is StripKind.EFFECT
            and (any(each not in strips for each in strip.inputs) or self._is_torn(strip, strips))
        }:
            for name in lost:
                del strips[name]
        for name, change in self.wanted.items():
            if change.before is None and change.after is not None:
                strips[name] = moved_by(change.after, self._back(change.level))
                levels[name] = change.level
        if not self.wanted:
            return self.living
        placed = {name: _over_its_inputs(strip, strips) for name, strip in strips.items()}
        self._settle(placed, levels)
        return replace(self.living, strips=self._tree(TOP, placed, levels))

    def _is_torn(self, effect: StripSnapshot, strips: Mapping[str, StripSnapshot]) -> bool:
        """Whether a transition's strips overlapped and do so no longer: Blender would lay it over the gap."""
        if effect.effect_type not in FOLDED or len(effect.inputs) != 2:
            return False
        if any(name not in self.there for name in effect.inputs):
            return False
        overlaps = [
            min(one.end_exclusive for one in pair) > max(one.start for one in pair)
            for pair in (
                [self.there[name].strip for name in effect.inputs],
                [strips[name] for name in effect.inputs],
            )
        ]
        if overlaps == [True, False]:
            self.torn.append((effect.name, "its strips do not overlap any more, so it is removed"))
            return True
        return False

    def _leaves(self, name: str) -> bool:
        """Whether it, or a meta around it, goes out of a meta that is removed."""
        change = self.wanted.get(name)
        if change is not None and change.into is not None:
            return True
        one = self.there[name]
        if one.strip.kind is StripKind.EFFECT and one.strip.inputs and one.strip.inputs[0] in self.there:
            return self._leaves(one.strip.inputs[0])
        level = one.level
        removed = self.wanted.get(level)
        return level != TOP and not (removed is not None and removed.after is None) and self._leaves(level)

    def shift(self, level: str) -> int:
        """By how many frames what lies at the level moves with the metas that are changed."""
        if level not in self.there:
            return 0
        change = self.wanted.get(level)
        outer = self.there[level].level
        if change is None or change.after is None:
            return self.shift(outer)
        if change.into is not None:
            return self.shifts.get(level, 0) + self._back(change.into)
        return self.shifts.get(level, 0) + self._back(outer)

    def _back(self, level: str) -> int:
        """What of the way of a level's strips is not gone, as its metas are not among the changes."""
        return self.shift(level) - self.shifts.get(level, 0)

    def _move_effects_along(self, strips: Mapping[str, StripSnapshot], levels: dict[str, str]) -> None:
        """Effects go where their strips go."""
        for _ in range(len(strips)):
            moves = {
                name: levels[strip.inputs[0]]
                for name, strip in strips.items()
                if strip.kind is StripKind.EFFECT and strip.inputs and strip.inputs[0] in levels
                and levels[name] != levels[strip.inputs[0]]
            }  # fmt: skip
            if not moves:
                return
            levels.update(moves)

    def _settle(self, strips: dict[str, StripSnapshot], levels: Mapping[str, str]) -> None:
        """Channels for what was moved: what was not keeps its own."""
        lying: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
        moved = []
        for name, strip in strips.items():
            known = self.there.get(name)
            shift = self.shift(levels[name])
            if known is not None and known.level == levels[name] and (
                (known.strip.start + shift, known.strip.length, known.strip.channel)
                == (strip.start, strip.length, strip.channel)
            ):  # fmt: skip
                lying[levels[name], strip.channel].append((strip.start, strip.end_exclusive))
            else:
                moved.append(strip)
        moved.sort(key=lambda strip: (strip.kind is StripKind.EFFECT, strip.channel, strip.start, strip.name))
        for strip in moved:
            level = levels[strip.name]
            locked = locked_channels(level, self.there, self.living)
            own = self.there[strip.name].strip.channel if strip.name in self.there else 0
            for channel in (*range(strip.channel, HIGHEST_CHANNEL + 1), *range(strip.channel - 1, 0, -1)):
                spans = lying[level, channel]
                if (channel not in locked or channel == own) and not any(
                    start < strip.end_exclusive and strip.start < end for start, end in spans
                ):
                    break
            else:
                channel = strip.channel
            lying[level, channel].append((strip.start, strip.end_exclusive))
            strips[strip.name] = replace(strip, channel=channel)

    def _tree(
        self, level: str, strips: Mapping[str, StripSnapshot], levels: Mapping[str, str]
    ) -> tuple[StripSnapshot, ...]:
        found = []
        for name, strip in strips.items():
            if levels[name] != level:
                continue
            if strip.kind is StripKind.META:
                inside = self._tree(name, strips, levels)
                if name not in self.there:
                    inside = (*strip.children, *inside)
                known = self.there.get(name)
                if known is None or known.strip.children != inside:
                    first = min((child.start for child in inside), default=strip.start)
                    strip = replace(strip, children=inside, content_offset=strip.start - first)
                else:
                    strip = replace(strip, children=inside)
            found.append(strip)
        return tuple(found)


def moved_by(strip: StripSnapshot, frames: int) -> StripSnapshot:
    return replace(
        strip, start=strip.start + frames, children=tuple(moved_by(child, frames) for child in strip.children)
    )


def _over_its_inputs(strip: StripSnapshot, strips: Mapping[str, StripSnapshot]) -> StripSnapshot:
    """Blender lays an effect over its strips by itself: a transition over the overlap, others over the first."""
    if strip.kind is not StripKind.EFFECT or not strip.inputs or any(name not in strips for name in strip.inputs):
        return strip
    inputs = [strips[name] for name in strip.inputs]
    start = max(one.start for one in inputs)
    end = min(one.end_exclusive for one in inputs)
    return replace(strip, start=min(start, end), length=max(1, abs(end - start)))
