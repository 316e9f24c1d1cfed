# SPDX-License-Identifier: GPL-3.0-or-later
"""A shot's place in an edit that is made from a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .ranges import FrameRange
    from .take import Take


@dataclass(frozen=True, slots=True)
class EditShot:
    """A shot's place. `shown` None: it has no take yet, and its place is kept as long as the take will be."""

    shot_id: str
    prompt: str
    frames: FrameRange
    shown: Take | None
    takes: tuple[Take, ...]
    """All that are there, by number."""
    skipped: int
    """Frames of the edit, from the take's start, that another shot shows already: what this one was extended from."""
    marker: str
    """The name of its marker."""
