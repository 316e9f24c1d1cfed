# SPDX-License-Identifier: GPL-3.0-or-later
"""A timeline as plain values: what is exchanged between Blender and OpenTimelineIO.

All frames are frames of the timeline's own rate unless a name says otherwise; ranges are half-open; rates are exact.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction


class StripKind(Enum):
    MOVIE = "movie"
    SOUND = "sound"


@dataclass(frozen=True, slots=True)
class Media:
    """A file a strip can show. `path` is absolute; `frame_count` counts the file's own frames at `rate`."""

    path: str
    rate: Fraction
    frame_count: int
    metadata: Mapping[str, Any] = field(default_factory=dict)
    """Plain JSON types; written under the namespace `retake`."""


@dataclass(frozen=True, slots=True)
class StripSnapshot:
    """One strip. `media` maps a key to each file the strip could show (its takes); `active_media` names the shown."""

    name: str
    kind: StripKind
    channel: int
    start: int
    length: int
    content_offset: int
    """Frames of the content before the first visible one."""
    media: Mapping[str, Media]
    active_media: str
    mute: bool = False
    shot_id: str = ""
    take_number: int = 0

    @property
    def end_exclusive(self) -> int:
        return self.start + self.length


@dataclass(frozen=True, slots=True)
class NotCarried:
    """A strip that the snapshot leaves out, and why; for the report."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class TimelineSnapshot:
    name: str
    rate: Fraction
    start: int
    """The scene's first frame: time zero of the exchanged edit, unless a strip begins before it."""
    width_px: int
    height_px: int
    strips: tuple[StripSnapshot, ...]
    not_carried: tuple[NotCarried, ...] = ()
