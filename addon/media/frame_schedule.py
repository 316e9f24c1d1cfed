# SPDX-License-Identifier: GPL-3.0-or-later
"""Which frame is shown when: from any frame times to a constant rate, without inventing or blending a picture."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .video_source import VideoSource


def frame_schedule(source: VideoSource, start: int, end_exclusive: int, rate: Fraction) -> tuple[int, ...]:
    """For each frame of the result the frame of the source a viewer sees at that moment, as numbers of the source."""
    if source.is_constant_rate and rate == source.rate:
        return tuple(range(start, end_exclusive))
    count = round(source.span_s(start, end_exclusive) * rate)
    # Half a tick forgives stamps that were rounded up.
    slack_s = source.time_base / 2
    times = [source.time_s(frame) for frame in range(start, end_exclusive)]
    return tuple(start + max(0, bisect_right(times, times[0] + number / rate + slack_s) - 1) for number in range(count))


def repeats(schedule: tuple[int, ...]) -> dict[int, int]:
    """How many times each source frame is shown; those that are never shown are left out."""
    return dict(Counter(schedule))
