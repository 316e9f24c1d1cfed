# SPDX-License-Identifier: GPL-3.0-or-later
"""Times of OpenTimelineIO, as JSON, against exact fractions.

OpenTimelineIO holds rates as floats: 24000/1001 is found as 23.976, 23.98, 23.976023976… Rates near a known one are
read as that one. Rate 0 exists (Kdenlive writes it for stills and sound): such a value counts frames of the timeline.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeGuard

from .errors import BridgeError

Json = dict[str, Any]

_NTSC = tuple(Fraction(whole * 1000, 1001) for whole in (24, 30, 48, 60, 96, 120, 240))

FARTHEST_S = 10**7
"""About four months: what lies beyond is damage, not an edit."""

HIGHEST_RATE = 10**7
"""A second; sound is counted in up to 192,000 samples."""


def rational(value: float, rate: float) -> Json:
    return {"OTIO_SCHEMA": "RationalTime.1", "value": float(value), "rate": rate}


def time_range(start: float, duration: float, rate: float) -> Json:
    return {
        "OTIO_SCHEMA": "TimeRange.1",
        "start_time": {"OTIO_SCHEMA": "RationalTime.1", "value": float(start), "rate": rate},
        "duration": {"OTIO_SCHEMA": "RationalTime.1", "value": float(duration), "rate": rate},
    }


@lru_cache(maxsize=1024)
def known_rate(rate: float) -> Fraction:
    """The exact rate that was meant; `rate` is finite and above 0."""
    for ntsc in _NTSC:
        # 23.98 is the loosest spelling in use; 24 itself is farther away from 24000/1001 than this.
        if abs(rate - ntsc) < 0.0055 * ntsc / 24:
            return ntsc
    near = Fraction(rate).limit_denominator(1001)
    return near if near > 0 and abs(near - Fraction(rate)) < Fraction(1, 10**6) else Fraction(rate)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time and the rate it was written in; `rate` 0 where there was none."""

    seconds: Fraction
    rate: Fraction


def moment(time: Any, fallback_rate: Fraction) -> Moment:
    """Raises BridgeError for what is no time."""
    return _moment(_number(time, "value"), _number(time, "rate"), fallback_rate)


@lru_cache(maxsize=65536)
def _moment(value: float, rate: float, fallback_rate: Fraction) -> Moment:
    if rate <= 0:
        return Moment(_bounded(_exact(value) / fallback_rate), Fraction(0))
    if rate > HIGHEST_RATE:
        raise BridgeError(f"A time in the file is counted at {rate:.4g} a second.", hint="Export the edit again.")
    exact = known_rate(rate)
    return Moment(_bounded(_exact(value) / exact), exact)


def _exact(value: float) -> Fraction:
    return Fraction(int(value)) if value == int(value) else Fraction(value)


def _bounded(seconds: Fraction) -> Fraction:
    if abs(seconds) > FARTHEST_S:
        raise BridgeError(
            f"A time in the file lies {float(seconds):.4g} seconds away.", hint="The file is damaged: export it again."
        )
    return seconds


def _number(time: Any, key: str) -> float:
    value = time.get(key) if isinstance(time, dict) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BridgeError(f"A time in the file has no usable {key}: {value!r}.", hint="Export the edit again.")
    return value


def nearest(frames: Fraction) -> int:
    """To the nearest whole frame, halves upwards."""
    if frames.denominator == 1:
        return frames.numerator  # most are, and adding fractions is slow
    return math.floor(frames + Fraction(1, 2))


def is_number(value: Any) -> TypeGuard[float]:
    """One that a speed, a frame or a colour can be."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9
