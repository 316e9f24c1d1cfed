# SPDX-License-Identifier: GPL-3.0-or-later
"""Room for strips that another program added or moved: the strips of one track of it may lie on several channels."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Set

    from .report import Findings
    from .snapshot import StripSnapshot


def clear_of_others(strips: Iterable[StripSnapshot], movable: Set[str], findings: Findings) -> list[StripSnapshot]:
    """`movable` strips that would lie over another one of their channel go to the next free one above.

    All others stay, and may overlap: so they were written.
    """
    found: list[StripSnapshot] = []
    waiting: list[StripSnapshot] = []
    for strip in strips:
        (waiting if strip.name in movable else found).append(strip)
    fixed = _spans(found)
    filled: dict[int, int] = {}
    for strip in sorted(waiting, key=lambda one: (one.start, one.channel)):
        channel = strip.channel
        while filled.get(channel, strip.start) > strip.start or _is_taken(fixed.get(channel), strip):
            channel += 1
        filled[channel] = max(strip.end_exclusive, filled.get(channel, strip.end_exclusive))
        if channel == strip.channel:
            found.append(strip)
            continue
        why = f"it lies on channel {channel}, as {strip.channel} is taken there"
        findings.approximated(strip.name, "channel", why)
        found.append(replace(strip, channel=channel))
    return found


def _spans(strips: Iterable[StripSnapshot]) -> dict[int, tuple[list[int], list[int]]]:
    """By channel: first frames in order, and for each the last frame's end up to there."""
    by_channel: dict[int, list[tuple[int, int]]] = {}
    for strip in strips:
        by_channel.setdefault(strip.channel, []).append((strip.start, strip.end_exclusive))
    found = {}
    for channel, spans in by_channel.items():
        spans.sort()
        found[channel] = ([start for start, _ in spans], list(accumulate((end for _, end in spans), max)))
    return found


def _is_taken(spans: tuple[list[int], list[int]] | None, strip: StripSnapshot) -> bool:
    if spans is None:
        return False
    starts, ends = spans
    before = bisect_left(starts, strip.end_exclusive)
    return before > 0 and ends[before - 1] > strip.start
