# SPDX-License-Identifier: GPL-3.0-or-later
"""A shot list as a batch wants it."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..shots.link import PIECES, read_link
from ..shots.read_list import read_list
from .wanted import WantedList, WantedShot

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ..shots.shot_fields import ShotFields

DEFAULT_RATE = Fraction(24)


def read_wanted(path: Path, defaults: Mapping[str, Any] | None = None) -> WantedList:
    """`defaults`: fields for shots that the list itself says nothing of.

    Raises ShotListErrors with everything that is wrong.
    """
    listed = read_list(path, defaults)
    shots = tuple(
        WantedShot(
            shot.shot_id, shot.fields, shot.folder, shot.takes, shot.priority, shot.links, shot.motion_in_s,
            shot.motion_out_s, shot.marker, shot.model_why,
        )
        for shot in listed.shots
    )  # fmt: skip
    return WantedList(
        list_id=f"list/{path.absolute()}",
        title=listed.title,
        shots=shots,
        rate=listed.fps or DEFAULT_RATE,
        size_px=listed.resolution,
        hints=tuple(hint.remark(path.parent) for hint in listed.hints),
    )


def wanted_shot(shot_id: str, fields: ShotFields, folder: Path, **more: Any) -> WantedShot:
    """`fields` with its references to other shots taken out and made links. Raises InputError."""
    links = []
    for name in PIECES:
        value = getattr(fields, name)
        if value is None:
            continue
        try:
            link = read_link(name, value)
        except ValueError as error:
            raise InputError(f"{shot_id}: {name}", value, str(error)) from error
        if link is not None:
            links.append(link)
    without = fields.model_copy(update={link.field: None for link in links})
    return WantedShot(shot_id, without, folder, links=tuple(links), **more)
