# SPDX-License-Identifier: GPL-3.0-or-later
"""Which frame of its content a strip shows, as pieces of constant speed: what OpenTimelineIO can say.

Content frames count at the timeline's rate. The convention is that of OpenTimelineIO's core: the duration of a
source_range is the time on the track, and the media used is that times the scalar. Of a reversed clip the source_range
starts at the lowest frame it shows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .snapshot import Media, RetimeKey, StripSnapshot

RAMP_PIECES = 8


@dataclass(frozen=True, slots=True)
class Piece:
    """`length` frames of the timeline, the first `at` frames after the strip's first. Frame i of the piece shows the
    content's frame `first + speed * i`."""

    at: int
    length: int
    first: Fraction
    speed: Fraction

    @property
    def lowest(self) -> Fraction:
        return min(self.first, self.first + self.speed * (self.length - 1))

    def trimmed(self, head: int, tail: int) -> Piece:
        """Without so many frames at either end; at least one is left. Negative numbers lengthen it."""
        return Piece(self.at + head, self.length - head - tail, self.first + self.speed * head, self.speed)


@dataclass(frozen=True, slots=True)
class Pieces:
    pieces: tuple[Piece, ...]
    exact: bool = True
    """False where a ramp was cut into pieces."""

    def content_frame(self, frame: int) -> Fraction:
        """What the strip shows `frame` frames after its first."""
        for piece in self.pieces:
            if frame < piece.at + piece.length:
                return piece.first + piece.speed * (frame - piece.at)
        last = self.pieces[-1]
        return last.first + last.speed * (frame - last.at)


@dataclass(frozen=True, slots=True)
class _Segment:
    start: Fraction
    end: Fraction | None
    value: Fraction
    speed: Fraction


def content_frames(strip: StripSnapshot, rate: Fraction) -> int:
    """The length of the whole content at the timeline's rate, as far as it is known."""
    if strip.content_length:
        return strip.content_length
    media = strip.shown
    if media is None or not media.frame_count:
        return strip.content_offset + strip.length
    if not strip.keeps_speed:
        return max(1, media.frame_count)
    # In whole numbers, for this is asked of every strip and fractions are slow.
    of_media = media.frame_count * rate.numerator * media.rate.denominator
    return max(1, of_media // (rate.denominator * media.rate.numerator))


def pieces_of(strip: StripSnapshot, rate: Fraction) -> Pieces:
    """Of all visible frames, in order, without the speed effects laid over it."""
    exact = True
    if strip.retiming is None or len(strip.retiming.keys) < 2:
        if not strip.reverse_frames:
            return Pieces((Piece(0, strip.length, Fraction(strip.content_offset), Fraction(1)),))
        segments = [_Segment(Fraction(0), None, Fraction(0), Fraction(1))]
    else:
        segments, exact = _segments(strip.retiming.keys)
    found: list[Piece] = []
    offset = strip.content_offset
    for number, segment in enumerate(segments):
        start = 0 if number == 0 else max(0, math.ceil(segment.start - offset))
        is_last = number == len(segments) - 1 or segment.end is None
        end = strip.length if is_last else min(strip.length, math.ceil(segment.end - offset))  # type: ignore[operator]
        if end > start:
            first = segment.value + segment.speed * (offset + start - segment.start)
            found.append(Piece(start, end - start, first, segment.speed))
    if strip.reverse_frames:
        last_frame = content_frames(strip, rate) - 1
        found = [Piece(one.at, one.length, last_frame - one.first, -one.speed) for one in found]
    return Pieces(tuple(_joined(found)), exact)


def with_speed_effect(pieces: Pieces, speed: Fraction, first: Fraction, length: int) -> Pieces | None:
    """`pieces` behind an effect that shows, i frames after the first, what was there after `first + speed * i`.

    None where that meets more than one piece.
    """
    if len(pieces.pieces) != 1:
        return None
    one = pieces.pieces[0]
    return Pieces((Piece(0, length, one.first + one.speed * first, one.speed * speed),), pieces.exact)


def seconds_per_second(strip: StripSnapshot, media: Media | None, rate: Fraction) -> Fraction:
    """How fast the file itself runs while the content runs at its own speed."""
    return Fraction(1) if media is None or strip.keeps_speed else rate / media.rate


def _segments(keys: tuple[RetimeKey, ...]) -> tuple[list[_Segment], bool]:
    points = [(Fraction(key.frame), Fraction(key.content_frame), key.ramp) for key in keys]
    speeds = [
        (after[1] - before[1]) / (after[0] - before[0]) if after[0] > before[0] else Fraction(0)
        for before, after in pairwise(points)
    ]
    segments = []
    exact = True
    for number, speed in enumerate(speeds):
        (start, value, ramp), (end, end_value, _) = points[number], points[number + 1]
        if end <= start:
            continue
        if not ramp:
            segments.append(_Segment(start, end, value, speed))
            continue
        exact = False
        before = speeds[number - 1] if number else speed
        after = speeds[number + 1] if number + 1 < len(speeds) else speed
        segments += _ramp(start, end, value, end_value, before, after)
    return segments or [_Segment(Fraction(0), None, Fraction(0), Fraction(1))], exact


def _ramp(
    start: Fraction, end: Fraction, value: Fraction, end_value: Fraction, before: Fraction, after: Fraction
) -> list[_Segment]:
    """The speed changes from `before` to `after`: a cubic through both keys with these slopes, in even pieces."""
    span = end - start
    count = max(1, min(RAMP_PIECES, math.floor(span)))

    def at(share: Fraction) -> Fraction:
        square, cube = share**2, share**3
        return (
            (2 * cube - 3 * square + 1) * value
            + (cube - 2 * square + share) * span * before
            + (-2 * cube + 3 * square) * end_value
            + (cube - square) * span * after
        )

    found = []
    for number in range(count):
        left, right = Fraction(number, count), Fraction(number + 1, count)
        low, high = at(left), at(right)
        found.append(_Segment(start + span * left, start + span * right, low, (high - low) / (span * (right - left))))
    return found


def _joined(pieces: list[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for piece in pieces:
        before = joined[-1] if joined else None
        if before and before.speed == piece.speed and before.first + before.speed * before.length == piece.first:
            joined[-1] = Piece(before.at, before.length + piece.length, before.first, before.speed)
        else:
            joined.append(piece)
    return joined
