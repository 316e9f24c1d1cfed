# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits within edits, looked at as one list: which strip lies in which meta strip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .snapshot import StripSnapshot

TOP = ""
"""The level of the edit itself; others are called as their meta strip is."""


@dataclass(frozen=True, slots=True)
class Nested:
    strip: StripSnapshot
    level: str
    depth: int


def nested(strips: Iterable[StripSnapshot]) -> dict[str, Nested]:
    """All strips by name, a meta before its children."""
    found: dict[str, Nested] = {}
    pending = [Nested(strip, TOP, 0) for strip in strips]
    while pending:
        one = pending.pop(0)
        found[one.strip.name] = one
        pending[:0] = [Nested(child, one.strip.name, one.depth + 1) for child in one.strip.children]
    return found


def around(level: str, there: Mapping[str, Nested]) -> list[str]:
    """The metas that hold the level, its own first; empty for the edit itself."""
    found = []
    while level != TOP:
        found.append(level)
        level = there[level].level
    return found
