# SPDX-License-Identifier: GPL-3.0-or-later
"""Sorting strips into tracks: one kind each, nothing overlapping, bottom to top as OpenTimelineIO stacks them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .snapshot import StripKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .snapshot import StripSnapshot
    from .transitions import Fold


@dataclass(frozen=True, slots=True)
class Placed:
    """A strip as it lies on its track: up to the cut where a transition is at its head or tail."""

    strip: StripSnapshot
    start: int
    end_exclusive: int
    head: Fold | None = None
    tail: Fold | None = None


@dataclass(frozen=True, slots=True)
class TrackPlan:
    """A track to be: strips of one kind and channel, by start, none overlapping."""

    is_sound: bool
    channel: int
    placed: tuple[Placed, ...]


def plan_tracks(strips: Iterable[StripSnapshot], folds: Sequence[Fold] = ()) -> tuple[TrackPlan, ...]:
    """Picture tracks first, then sound tracks, each by channel; what overlaps on a channel goes to further tracks.

    Strips joined by transitions lie on one track, on the channel of the first of them.
    """
    heads = {fold.incoming: fold for fold in folds}
    tails = {fold.outgoing: fold for fold in folds}
    by_name = {strip.name: strip for strip in strips}
    blocks = []
    for strip in by_name.values():
        if strip.name in heads:
            continue
        block = [_placed(strip, heads, tails)]
        while (fold := block[-1].tail) is not None:
            block.append(_placed(by_name[fold.incoming], heads, tails))
        blocks.append(block)
    blocks.sort(key=_order)
    rows: dict[tuple[bool, int], list[list[Placed]]] = {}
    for block in blocks:
        first = block[0].strip
        same = rows.setdefault((first.kind is StripKind.SOUND, first.channel), [])
        row = next((row for row in same if row[-1].end_exclusive <= block[0].start), None)
        if row is None:
            same.append(block)
        else:
            row.extend(block)
    return tuple(
        TrackPlan(is_sound, channel, tuple(row)) for (is_sound, channel), same in sorted(rows.items()) for row in same
    )


def _placed(strip: StripSnapshot, heads: dict[str, Fold], tails: dict[str, Fold]) -> Placed:
    head, tail = heads.get(strip.name), tails.get(strip.name)
    return Placed(
        strip, head.cut if head else strip.start, tail.cut if tail else strip.end_exclusive, head=head, tail=tail
    )


def _order(block: list[Placed]) -> tuple[bool, int, int, str]:
    first = block[0]
    return (first.strip.kind is StripKind.SOUND, first.strip.channel, first.start, first.strip.name)
