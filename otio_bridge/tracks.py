# SPDX-License-Identifier: GPL-3.0-or-later
"""Sorting strips into tracks: one kind each, nothing overlapping, bottom to top as OpenTimelineIO stacks them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .snapshot import StripKind, StripSnapshot

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class TrackPlan:
    """A track to be: strips of one kind and channel, by start, none overlapping."""

    kind: StripKind
    channel: int
    strips: tuple[StripSnapshot, ...]


def plan_tracks(strips: Iterable[StripSnapshot]) -> tuple[TrackPlan, ...]:
    """Picture tracks first, then sound tracks, each by channel; what overlaps on a channel goes to further tracks."""
    ordered = sorted(strips, key=lambda strip: (strip.kind is StripKind.SOUND, strip.channel, strip.start, strip.name))
    rows: list[list[StripSnapshot]] = []
    for strip in ordered:
        same = (row for row in rows if (row[0].kind, row[0].channel) == (strip.kind, strip.channel))
        row = next((row for row in same if row[-1].end_exclusive <= strip.start), None)
        if row is None:
            rows.append([strip])
        else:
            row.append(strip)
    return tuple(TrackPlan(row[0].kind, row[0].channel, tuple(row)) for row in rows)
