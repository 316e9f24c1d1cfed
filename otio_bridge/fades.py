# SPDX-License-Identifier: GPL-3.0-or-later
"""Fades: two keyframes at a strip's head or tail, and nothing else on that curve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .snapshot import Curve, KeyPoint, StripKind

if TYPE_CHECKING:
    from .snapshot import StripSnapshot


@dataclass(frozen=True, slots=True)
class Fades:
    """Whole frames; 0 for none."""

    head: int = 0
    tail: int = 0


def fade_path(strip: StripSnapshot) -> str:
    return "volume" if strip.kind is StripKind.SOUND else "blend_alpha"


def pure_fades(strip: StripSnapshot) -> Fades:
    """What a dissolve at an open end says just as well."""
    curve = next((one for one in strip.curves if one.path == fade_path(strip)), None)
    if curve is None or len(curve.points) not in (2, 4):
        return Fades()
    first, last = strip.content_offset, strip.content_offset + strip.length
    pairs = [curve.points[:2], curve.points[2:]] if len(curve.points) == 4 else [curve.points]
    head = tail = 0
    for left, right in pairs:
        if left.value == 0 and right.value > 0 and left.frame == first:
            head = round(right.frame - left.frame)
        elif right.value == 0 and left.value > 0 and last - 1 <= right.frame <= last:
            tail = round(last - left.frame)
        else:
            return Fades()
    if len(pairs) == 2 and not (head and tail):
        return Fades()
    return Fades(head, tail) if head + tail <= strip.length else Fades()


def fade_curve(strip: StripSnapshot, head: int, tail: int, level: float) -> Curve:
    """Evenly from nothing over the first `head` frames, and to nothing over the last `tail`."""
    first, last = strip.content_offset, strip.content_offset + strip.length
    points = []
    if head:
        points += [_key(first, 0.0), _key(first + head, level)]
    if tail:
        points += [_key(last - tail, level), _key(last, 0.0)]
    return Curve(fade_path(strip), tuple(points))


def _key(frame: int, value: float) -> KeyPoint:
    return KeyPoint(float(frame), value, "LINEAR", left_type="VECTOR", right_type="VECTOR")
