# SPDX-License-Identifier: GPL-3.0-or-later
"""A list of shots, whatever form it was written in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction
    from pathlib import Path

    from .link import Link
    from .list_problem import ListProblem
    from .place import Place
    from .shot_fields import ShotFields


@dataclass(frozen=True, slots=True)
class ListedShot:
    shot_id: str
    fields: ShotFields
    """The fields that `links` fill are None in it."""
    folder: Path
    """What file names in `fields` count from."""
    place: Place
    takes: int = 1
    priority: int = 0
    """Higher ones are sent first; equal ones in the order of the list."""
    links: tuple[Link, ...] = ()
    motion_in_s: Fraction | None = None
    """Where the part of `motion` begins that is used; None: at its start."""
    motion_out_s: Fraction | None = None
    """Where it ends; None: at its end."""
    notes: str = ""
    marker: str = ""
    """The name of its marker in the edit; "": its id."""
    tags: tuple[str, ...] = ()
    """What the rules for models go by, beside the fields."""
    at_s: Fraction | None = None
    """Where in its source it begins: a subtitle, a line of a song, a gap of an edit."""
    length_s: Fraction | None = None
    """How long it is there. `fields.duration` is what Kling sells for it."""
    model_why: str = ""
    """Why this model, for the user."""
    lines: Mapping[str, Place] = field(default_factory=dict, compare=False)
    """Where each field was written."""

    def place_of(self, name: str) -> Place:
        return self.lines.get(name, self.place)


@dataclass(frozen=True, slots=True)
class ShotList:
    path: Path
    title: str
    shots: tuple[ListedShot, ...]
    """In the order of the edit; at least one, no two with the same id."""
    fps: Fraction | None = None
    """Of the edit; None: not said."""
    resolution: tuple[int, int] | None = None
    """Width and height of the edit, in px; None: not said."""
    hints: tuple[ListProblem, ...] = ()
    """What was read and may not be what was meant."""
