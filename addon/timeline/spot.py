# SPDX-License-Identifier: GPL-3.0-or-later
"""Where on the timeline a new shot goes: at the playhead, in a gap of a channel, or over a strip."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING

from ..errors import PlacementError
from .ranges import FrameRange

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Place(Enum):
    AUTOMATIC = "AUTOMATIC"
    PLAYHEAD = "PLAYHEAD"
    GAP = "GAP"
    STRIP = "STRIP"
    AFTER = "AFTER"
    BEFORE = "BEFORE"


@dataclass(frozen=True, slots=True)
class LyingStrip:
    """What decides of a strip on the timeline."""

    channel: int
    frames: FrameRange
    is_selected: bool = False
    is_active: bool = False
    is_sound: bool = False


@dataclass(frozen=True, slots=True)
class Spot:
    """Without `room` the shot begins at `frame`, as long as it is. With it, it shows nothing beyond it: of what is too
    much, `head_share` lies before the left handle and the rest behind the right one."""

    frame: int
    room: FrameRange | None = None
    channel: int | None = None
    """The picture's very channel; None: a free one."""
    lowest_channel: int | None = None
    """Where the search for free channels begins; None: above all that lies there."""
    head_share: Fraction = Fraction(0)


def find_spot(
    strips: Sequence[LyingStrip],
    place: Place,
    playhead: int,
    closed: frozenset[int] = frozenset(),
    shot_frames: int = 1,
) -> Spot:
    """`closed` channels (locked or muted ones) have no gap for a shot. `shot_frames`: how long it is on this timeline.

    Automatic is the gap between two selected neighbours, else the playhead: a strip stays selected long after it was
    clicked, so one that is selected alone says nothing of where the next shot goes.

    Raises PlacementError where there is no such gap or strip.
    """
    match place:
        case Place.PLAYHEAD:
            return Spot(playhead)
        case Place.STRIP:
            return _over_strip(strips)
        case Place.AFTER:
            return _after_strip(strips, closed, shot_frames)
        case Place.BEFORE:
            return _before_strip(strips, closed, shot_frames)
        case Place.GAP:
            found = _selected_gap(strips, closed) or _gap_at_playhead(strips, playhead, closed)
            if found is None:
                raise PlacementError(
                    "There is no gap here.",
                    hint="Select the two strips on either side of it, or one strip of its channel and put the "
                    "playhead into the gap; the channel must be neither locked nor muted.",
                )
            return found
        case Place.AUTOMATIC:
            return _selected_gap(strips, closed) or Spot(playhead)


def gap_at(taken: Iterable[FrameRange], frame: int) -> FrameRange | None:
    """The empty frames around `frame` between two of `taken`; None under one of them, or beyond the last."""
    before = after = None
    for frames in taken:
        if frames.start <= frame < frames.end_exclusive:
            return None
        if frames.end_exclusive <= frame:
            before = frames.end_exclusive if before is None else max(before, frames.end_exclusive)
        else:
            after = frames.start if after is None else min(after, frames.start)
    return None if before is None or after is None else FrameRange(before, after)


def length_to_fill_s(sold_s: Sequence[int], wanted_s: Fraction) -> int:
    """The shortest of the lengths that a model sells which lasts `wanted_s`, else its longest."""
    return min((seconds for seconds in sold_s if seconds >= wanted_s), default=max(sold_s))


def gaps_on(taken: Iterable[FrameRange], within: FrameRange | None = None) -> tuple[FrameRange, ...]:
    """All empty frames between two of `taken`, from the first on; with `within` those that lie in it as a whole."""
    gaps = []
    end = None
    for frames in sorted(taken, key=lambda one: one.start):
        if end is not None and frames.start > end:
            gaps.append(FrameRange(end, frames.start))
        end = frames.end_exclusive if end is None else max(end, frames.end_exclusive)
    if within is None:
        return tuple(gaps)
    return tuple(gap for gap in gaps if within.start <= gap.start and gap.end_exclusive <= within.end_exclusive)


def _after_strip(strips: Sequence[LyingStrip], closed: frozenset[int], shot_frames: int) -> Spot:
    strip = _selected_picture(strips, closed)
    start = strip.frames.end_exclusive
    later = [one.frames.start for one in strips if one.channel == strip.channel and one.frames.start >= start]
    end = min([start + shot_frames, *later])
    if end <= start:
        raise PlacementError("Another strip begins right after it.", hint="Move that one, and there is room.")
    return Spot(start, FrameRange(start, end), channel=strip.channel)


def _before_strip(strips: Sequence[LyingStrip], closed: frozenset[int], shot_frames: int) -> Spot:
    strip = _selected_picture(strips, closed)
    end = strip.frames.start
    earlier = [one.frames.end_exclusive for one in strips if one.channel == strip.channel
               and one.frames.end_exclusive <= end]  # fmt: skip
    start = max([end - shot_frames, *earlier])
    if end <= start:
        raise PlacementError("Another strip ends right before it.", hint="Move that one, and there is room.")
    # What does not fit is hidden at its head: its end is what has to meet the strip.
    return Spot(start, FrameRange(start, end), channel=strip.channel, head_share=Fraction(1))


def _over_strip(strips: Sequence[LyingStrip]) -> Spot:
    active = _selected_picture(strips, frozenset())
    return Spot(active.frames.start, active.frames, lowest_channel=active.channel + 1)


def _selected_picture(strips: Sequence[LyingStrip], closed: frozenset[int]) -> LyingStrip:
    # A strip stays active after it was deselected, and a picture is selected together with its sound.
    selected = [strip for strip in strips if strip.is_selected and not strip.is_sound]
    active = next((strip for strip in selected if strip.is_active), selected[0] if len(selected) == 1 else None)
    if active is None:
        raise PlacementError("No strip is selected.", hint="Select the strip that the shot goes over or beside.")
    if active.channel in closed:
        raise PlacementError("The strip's channel is locked or muted.", hint="Unlock it, or switch it on.")
    return active


def _selected_gap(strips: Sequence[LyingStrip], closed: frozenset[int]) -> Spot | None:
    """Between the only two pictures selected on a channel, the highest such channel first."""
    selected: dict[int, list[FrameRange]] = {}
    for strip in strips:
        if strip.is_selected and not strip.is_sound and strip.channel not in closed:
            selected.setdefault(strip.channel, []).append(strip.frames)
    for channel, pair in sorted(selected.items(), reverse=True):
        if len(pair) != 2:
            continue
        first, second = sorted(pair, key=lambda frames: frames.start)
        taken = [strip.frames for strip in strips if strip.channel == channel]
        gap = gap_at(taken, first.end_exclusive)
        if gap is not None and gap.end_exclusive == second.start:
            return Spot(gap.start, gap, channel=channel)
    return None


def _gap_at_playhead(strips: Sequence[LyingStrip], playhead: int, closed: frozenset[int]) -> Spot | None:
    """On the channel of the active strip, then on those of the selected ones, from the highest down."""
    ranked = sorted(
        (strip for strip in strips if (strip.is_active or strip.is_selected) and not strip.is_sound),
        key=lambda strip: (not strip.is_active, -strip.channel),
    )
    for channel in dict.fromkeys(strip.channel for strip in ranked):
        gap = gap_at((strip.frames for strip in strips if strip.channel == channel), playhead)
        if gap is not None and channel not in closed:
            return Spot(gap.start, gap, channel=channel)
    return None
