# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies on each channel, asked about for one strip after the other: quick for long edits."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from ..errors import PlacementError
from .channels import HIGHEST_CHANNEL

if TYPE_CHECKING:
    from .ranges import FrameRange


class TakenChannels:
    def __init__(self) -> None:
        self._rows: dict[int, list[tuple[int, int]]] = {}
        """By channel, (start, end) that neither overlap nor touch, by start."""

    def take(self, channel: int, frames: FrameRange) -> None:
        row = self._rows.setdefault(channel, [])
        start, end = frames.start, frames.end_exclusive
        first = bisect_left(row, (start,))
        if first and row[first - 1][1] >= start:
            first -= 1
        last = first
        while last < len(row) and row[last][0] <= end:
            start, end = min(start, row[last][0]), max(end, row[last][1])
            last += 1
        row[first:last] = [(start, end)]

    def is_free(self, channel: int, frames: FrameRange) -> bool:
        row = self._rows.get(channel, [])
        before = bisect_left(row, (frames.end_exclusive,))
        return not before or row[before - 1][1] <= frames.start

    def free_channel(self, frames: FrameRange, lowest: int) -> int:
        """`lowest`, or the next above it with nothing on it during `frames`. Raises PlacementError: there is none."""
        for channel in range(lowest, HIGHEST_CHANNEL + 1):
            if self.is_free(channel, frames):
                return channel
        raise PlacementError(
            f"From channel {lowest} up none is free over the frames {frames.start} to {frames.end_exclusive - 1}.",
            hint="Clear some channels.",
        )
