# SPDX-License-Identifier: GPL-3.0-or-later
"""What every part of one import needs to know, and what it gathers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .namespaces import BLENDER, own_part
from .strip_names import StripNames

if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction

    from .import_time import Clock
    from .report import Findings
    from .snapshot import Channel, Marker, StripSnapshot
    from .times import Json


@dataclass(slots=True)
class Level:
    """One level of the edit, the timeline's or a nested one's."""

    strips: list[StripSnapshot] = field(default_factory=list)
    channels: dict[int, Channel] = field(default_factory=dict)
    markers: list[Marker] = field(default_factory=list)


@dataclass(slots=True)
class Track:
    """A track being read. `zero` is the frame at the level's time zero, `zero_was` the same when it was written."""

    json: Json
    own_channel: int | None
    """The channel that our own export wrote it of."""
    is_sound: bool
    channel: int
    zero: int
    zero_was: int
    step: int = 0
    """0 or 1: the channel that the next clip goes to, above `channel`; clips under a transition alternate."""


@dataclass(frozen=True, slots=True)
class ImportRun:
    """`base`: the folder of the file. `exists` says whether a path leads to a file; None: nobody looks.
    `marks_from_in`: markers count from a clip's in point, as Kdenlive's do."""

    rate: Fraction
    base: str
    exists: Callable[[str], bool] | None
    findings: Findings
    clock: Clock
    marks_from_in: bool
    names: StripNames = field(default_factory=StripNames)


def own_channel(row: Json) -> int | None:
    channel = own_part(row.get("metadata"), BLENDER).get("channel")
    return channel if type(channel) is int and 1 <= channel <= 128 else None


def text_of(item: Json) -> str:
    name = item.get("name")
    return name if isinstance(name, str) else ""
