# SPDX-License-Identifier: GPL-3.0-or-later
"""Shots and their takes as the timeline knows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from decimal import Decimal
    from fractions import Fraction
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Take:
    """One generated clip of a shot. `recipe` is what was asked for, as plain JSON types without any secret."""

    shot_id: str
    number: int
    """Counted from 1 within the shot; 0 is the media that the shot was made of."""
    file: Path
    frame_count: int
    rate: Fraction
    """The clip's own frames per second."""
    has_sound: bool
    job_id: str = ""
    cost_units: Decimal | None = None
    recipe: dict[str, Any] = field(default_factory=dict)
    size_px: tuple[int, int] | None = None
    """Width and height, where they are known already."""

    @property
    def duration_s(self) -> Fraction:
        return self.frame_count / self.rate

    @property
    def name(self) -> str:
        return take_name(self.shot_id, self.number)


def take_name(shot_id: str, number: int) -> str:
    """What strips and media references of the take are called."""
    return f"{shot_id} take {number}"
