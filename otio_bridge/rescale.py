# SPDX-License-Identifier: GPL-3.0-or-later
"""An edit at another rate: the same moments, rounded to the new frames one by one, so that nothing drifts."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from .snapshot import Curve, KeyPoint, Marker, Retiming, StripSnapshot, TimelineSnapshot
from .times import nearest

if TYPE_CHECKING:
    from collections.abc import Sequence


def at_rate(snapshot: TimelineSnapshot, rate: Fraction) -> TimelineSnapshot:
    """The scene's first frame stays what it is; everything else keeps its distance to it in seconds."""
    if rate == snapshot.rate:
        return snapshot
    factor = rate / snapshot.rate
    end = snapshot.end_exclusive
    return replace(
        snapshot,
        rate=rate,
        strips=tuple(_strip(strip, snapshot.start, factor, snapshot.rate) for strip in snapshot.strips),
        markers=_markers(snapshot.markers, snapshot.start, factor),
        timecode_start=nearest(snapshot.timecode_start * factor),
        end_exclusive=None if end is None else _frame(end, snapshot.start, factor),
    )


def _frame(frame: int, zero: int, factor: Fraction) -> int:
    return zero + nearest((frame - zero) * factor)


def _strip(strip: StripSnapshot, zero: int, factor: Fraction, rate: Fraction) -> StripSnapshot:
    start = _frame(strip.start, zero, factor)
    end = max(start + 1, _frame(strip.end_exclusive, zero, factor))
    scale = float(factor)
    retiming = strip.retiming
    if not strip.keeps_speed:
        # One frame of the file for each frame: at another rate the same moments need a speed of their own.
        strip = replace(strip, content_length=0)
    if retiming is not None:
        keys = (replace(one, frame=one.frame * scale, content_frame=one.content_frame * scale) for one in retiming.keys)
        retiming = Retiming(tuple(keys), retiming.keep_pitch)
    media = {
        key: replace(one, rate=one.rate * factor) if one.rate == rate and (one.files or one.frame_count <= 1) else one
        for key, one in strip.media.items()
    }
    content_length = nearest(strip.content_length * factor) if strip.content_length else 0
    return replace(
        strip,
        start=start,
        length=end - start,
        content_offset=nearest(strip.content_offset * factor),
        content_length=max(1, content_length) if strip.content_length else 0,
        sound_offset=strip.sound_offset * scale,
        retiming=retiming,
        media=media,
        curves=tuple(_curve(curve, scale) for curve in strip.curves),
        children=tuple(_strip(child, zero, factor, rate) for child in strip.children),
        markers=_markers(strip.markers, 0, factor),
    )


def _curve(curve: Curve, scale: float) -> Curve:
    return replace(curve, points=tuple(_point(point, scale) for point in curve.points))


def _point(point: KeyPoint, scale: float) -> KeyPoint:
    left = None if point.left is None else (point.left[0] * scale, point.left[1])
    right = None if point.right is None else (point.right[0] * scale, point.right[1])
    return replace(point, frame=point.frame * scale, left=left, right=right)


def _markers(markers: Sequence[Marker], zero: int, factor: Fraction) -> tuple[Marker, ...]:
    return tuple(
        replace(one, frame=_frame(one.frame, zero, factor), length=nearest(one.length * factor)) for one in markers
    )
