# SPDX-License-Identifier: GPL-3.0-or-later
"""How long Kling would take. Nothing here waits; the times are stored with a task and compared with the clock.

Facts: kling-api section 4, timings seen: pro 5 s 100 to 250 s [1], a 3 s clip of v3-omni 83 s [L]. The numbers below
are guesses inside these.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from types import MappingProxyType

_FIVE_SECONDS_TAKE_S = MappingProxyType({"std": 90.0, "pro": 150.0, "4k": 300.0})
_SUBMITTED_S = 5.0


# Gives milliseconds since 1970, UTC: the clock of created_at and updated_at.
Clock = Callable[[], int]


def now_ms() -> int:
    """The system's time as a `Clock`."""
    return time.time_ns() // 1_000_000


def clock_of(epoch_seconds: Callable[[], float] | None) -> Clock:
    """The system's clock, or the given one, which counts seconds."""
    if epoch_seconds is None:
        return now_ms
    seconds = epoch_seconds
    return lambda: int(seconds() * 1000)


def submitted_ms(speed: float) -> int:
    """How long a task stays in `submitted`."""
    return round(_SUBMITTED_S * 1000 / speed)


def total_ms(quality: str, duration_s: int, speed: float) -> int:
    """From the create to the end. A clip of 10 s takes half as long again as one of 5 s, one of 15 s twice as long."""
    seconds = _SUBMITTED_S + _FIVE_SECONDS_TAKE_S[quality] * (0.5 + 0.1 * duration_s)
    return round(seconds * 1000 / speed)
