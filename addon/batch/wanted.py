# SPDX-License-Identifier: GPL-3.0-or-later
"""What a batch is asked for: shots with their takes, their order and what they take from each other."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from ..errors import InputError

if TYPE_CHECKING:
    from fractions import Fraction
    from pathlib import Path

    from ..shots.shot_fields import ShotFields


class Piece(Enum):
    """What of another shot's take is used."""

    FIRST_FRAME = "first frame"
    LAST_FRAME = "last frame"
    CLIP = "clip"
    """The whole of it, as a video."""


@dataclass(frozen=True, slots=True)
class Link:
    """`field` of a shot is filled with `piece` of the take that `shot_id` shows."""

    field: str
    piece: Piece
    shot_id: str

    def __str__(self) -> str:
        return f"the {self.piece.value} of {self.shot_id}"


@dataclass(frozen=True, slots=True)
class WantedShot:
    shot_id: str
    fields: ShotFields
    folder: Path
    """What file names in `fields` count from."""
    takes: int = 1
    priority: int = 0
    """Higher ones are sent first; equal ones in the order of the list."""
    links: tuple[Link, ...] = ()
    motion_in_s: Fraction | None = None
    """Where the part of `motion` begins that is used; None: at its start."""
    motion_out_s: Fraction | None = None
    """Where it ends; None: at its end."""


@dataclass(frozen=True, slots=True)
class WantedList:
    """`list_id` is what the cap on its money is kept by."""

    list_id: str
    title: str
    shots: tuple[WantedShot, ...]
    """In the order of the edit; ids are unique."""
    rate: Fraction
    """Of the edit."""
    size_px: tuple[int, int] | None
    """Of the edit; None: that of the first take."""


def in_order_of_need(shots: tuple[WantedShot, ...]) -> tuple[WantedShot, ...]:
    """Each after those it takes something from. Raises InputError for a circle or a shot that is not there."""
    by_id = {shot.shot_id: shot for shot in shots}
    done: dict[str, WantedShot] = {}
    for shot in shots:
        # A chain of a thousand shots is longer than Python's stack is deep.
        stack: list[tuple[WantedShot, list[Link]]] = [(shot, list(shot.links))]
        open_ids = {shot.shot_id}
        while stack:
            one, links = stack[-1]
            if one.shot_id in done:
                links = []
            if not links:
                done[one.shot_id] = one
                open_ids.discard(one.shot_id)
                stack.pop()
                continue
            link = links.pop()
            needed = by_id.get(link.shot_id)
            if needed is None:
                raise InputError(f"{one.shot_id}: {link.field}", str(link), "the list has no such shot")
            if needed.shot_id in open_ids:
                raise InputError(f"{one.shot_id}: {link.field}", str(link), f"{link.shot_id} itself waits for this one")
            if needed.shot_id not in done:
                open_ids.add(needed.shot_id)
                stack.append((needed, list(needed.links)))
    return tuple(done.values())
