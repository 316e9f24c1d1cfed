# SPDX-License-Identifier: GPL-3.0-or-later
"""Half-open ranges of frames."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FrameRange:
    """From `start` up to, and without, `end_exclusive`."""

    start: int
    end_exclusive: int

    def __post_init__(self) -> None:
        if self.end_exclusive <= self.start:
            raise ValueError(f"an empty or reversed range: {self.start} to {self.end_exclusive}")

    @property
    def length(self) -> int:
        return self.end_exclusive - self.start

    def overlaps(self, other: FrameRange) -> bool:
        return self.start < other.end_exclusive and other.start < self.end_exclusive
