# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender's names of strips: unique, and no longer than it takes; who is called by another name then is told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .snapshot import StripSnapshot

LONGEST_NAME = 60
"""Bytes; Blender cuts names of strips at 61 (measured on 4.2 to 5.2), and a number may have to be added."""


@dataclass(slots=True)
class StripNames:
    taken: set[str] = field(default_factory=set)
    _numbers: dict[str, int] = field(default_factory=dict)
    _changed: dict[str, str] = field(default_factory=dict)

    def unique(self, wanted: str) -> str:
        name = wanted
        if len(wanted) * 4 > LONGEST_NAME and len(raw := wanted.encode()) > LONGEST_NAME:
            name = raw[:LONGEST_NAME].decode(errors="ignore")
        if name not in self.taken:
            self.taken.add(name)
            return name
        stem = name.encode()[: LONGEST_NAME - 5].decode(errors="ignore")
        number = self._numbers.get(stem, 0)
        while (candidate := f"{stem}.{(number := number + 1):03d}") in self.taken:
            pass
        self._numbers[stem] = number
        self.taken.add(candidate)
        return candidate

    def renew(self, was: str, wanted: str = "") -> str:
        """A unique name for the strip that others call `was`."""
        name = self.unique(wanted or was)
        self._changed.setdefault(was, name)
        return name

    def corrected(self, strips: Iterable[StripSnapshot]) -> tuple[StripSnapshot, ...]:
        """Changed names, where other strips call them."""
        changed = {old: new for old, new in self._changed.items() if old != new}
        return tuple(_with_names(strip, changed) for strip in strips) if changed else tuple(strips)


def _with_names(strip: StripSnapshot, renamed: dict[str, str]) -> StripSnapshot:
    if not (strip.inputs or strip.connections or strip.children):
        return strip
    return replace(
        strip,
        inputs=tuple(renamed.get(name, name) for name in strip.inputs),
        connections=tuple(renamed.get(name, name) for name in strip.connections),
        children=tuple(_with_names(child, renamed) for child in strip.children),
    )
