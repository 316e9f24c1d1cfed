# SPDX-License-Identifier: GPL-3.0-or-later
"""Strips that move together, numbered group by group: what other programs call links."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .snapshot import StripSnapshot


def link_groups(strips: Iterable[StripSnapshot]) -> dict[str, int]:
    """From a strip's name to the number of its group, from 1 on in the order of `strips`."""
    partners: dict[str, list[str]] = {}
    for strip in strips:
        for other in strip.connections:
            partners.setdefault(strip.name, []).append(other)
            partners.setdefault(other, []).append(strip.name)
    groups: dict[str, int] = {}
    number = 0
    for name in partners:
        if name in groups:
            continue
        number += 1
        pending = [name]
        while pending:
            one = pending.pop()
            if one not in groups:
                groups[one] = number
                pending += partners[one]
    return groups
