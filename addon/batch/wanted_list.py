# SPDX-License-Identifier: GPL-3.0-or-later
"""A shot list as a batch wants it."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from ..shots.toml_list import read_toml_list
from .wanted import WantedList, WantedShot

if TYPE_CHECKING:
    from pathlib import Path

DEFAULT_RATE = Fraction(24)


def read_wanted(path: Path) -> WantedList:
    listed = read_toml_list(path)
    folder = path.absolute().parent
    return WantedList(
        list_id=f"list/{path.absolute()}",
        title=listed.title,
        shots=tuple(WantedShot(shot.shot_id, shot.fields, folder) for shot in listed.shots),
        rate=DEFAULT_RATE,
        size_px=None,
    )
