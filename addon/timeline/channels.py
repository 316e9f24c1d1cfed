# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding channels that are free over a whole range. Channels count from 1 to 128, higher ones cover lower ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import PlacementError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .ranges import FrameRange

HIGHEST_CHANNEL = 128
"""Blender clamps higher numbers silently (measured on 4.2 to 5.2)."""


@dataclass(frozen=True, slots=True)
class Occupied:
    channel: int
    frames: FrameRange


def free_channels(
    occupied: Iterable[Occupied],
    frames: FrameRange,
    count: int,
    *,
    lowest: int = 1,
    closed: frozenset[int] = frozenset(),
) -> int:
    """The lowest channel, from `lowest` on, where `count` neighbouring channels are free over all of `frames`.

    `closed` channels (locked or muted ones) are never chosen. Raises PlacementError where there is no room.
    """
    taken = set(closed) | {strip.channel for strip in occupied if strip.frames.overlaps(frames)}
    for channel in range(lowest, HIGHEST_CHANNEL - count + 2):
        if taken.isdisjoint(range(channel, channel + count)):
            return channel
    raise PlacementError(
        f"From channel {lowest} up no {count} neighbouring channels are free "
        f"over the frames {frames.start} to {frames.end_exclusive - 1}.",
        hint="Choose another frame or a lower channel, or unlock and clear some channels.",
    )


def channel_above(occupied: Iterable[Occupied], frames: FrameRange) -> int:
    """The lowest channel that nothing covers during `frames`: higher channels hide lower ones."""
    return max((strip.channel for strip in occupied if strip.frames.overlaps(frames)), default=0) + 1
