# SPDX-License-Identifier: GPL-3.0-or-later
"""An edit at another place: later or earlier, on higher channels."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

    from .bridge import StripSnapshot, TimelineSnapshot


def moved(snapshot: TimelineSnapshot, frames: int, channels: int) -> Generator[None, None, TimelineSnapshot]:
    """The edit there, a strip at a time. `channels` moves the strips of the top level; within metas they stay."""
    strips = []
    for strip in snapshot.strips:
        strips.append(_moved(strip, frames, channels))
        yield
    return replace(
        snapshot,
        start=snapshot.start + frames,
        end_exclusive=None if snapshot.end_exclusive is None else snapshot.end_exclusive + frames,
        strips=tuple(strips),
        markers=tuple(replace(marker, frame=marker.frame + frames) for marker in snapshot.markers),
        channels=tuple(replace(channel, number=channel.number + channels) for channel in snapshot.channels),
    )


def _moved(strip: StripSnapshot, frames: int, channels: int) -> StripSnapshot:
    return replace(
        strip,
        start=strip.start + frames,
        channel=strip.channel + channels,
        children=tuple(_moved(child, frames, 0) for child in strip.children),
    )
