# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps a change from being applied: locks, files that are not there, effects that would be torn apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .levels import TOP, Nested, around
from .snapshot import StripKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .snapshot import StripSnapshot, TimelineSnapshot


def why_not(
    before: StripSnapshot | None,
    after: StripSnapshot | None,
    living: Mapping[str, Nested],
    snapshot: TimelineSnapshot,
    level: str,
    into: str | None,
) -> str:
    """In words; empty where nothing is in the way. `into`: another level that it goes to, `living` or new."""
    if before is not None and before.channel in locked_channels(level, living, snapshot):
        return f"its channel {before.channel} is locked"  # Blender 5 calls its strips locked as well
    if before is not None and before.lock:
        return "it is locked"
    target = level if into is None else into
    for meta in [*around(level, living), *(around(target, living) if target in living else ())]:
        if living[meta].strip.lock:
            return f"the meta strip {meta} is locked"
        if living[meta].strip.channel in locked_channels(living[meta].level, living, snapshot):
            return f"the channel of the meta strip {meta} is locked"
    is_raised = before is not None and after is not None and before.channel != after.channel and into is None
    if is_raised and after is not None and after.channel in locked_channels(target, living, snapshot):
        return f"channel {after.channel}, where it goes, is locked"
    shown = after.shown if after is not None else None
    if shown is not None and (before is None or before.shown != shown):
        if shown.missing:
            return f"the file that it is to show is not there: {shown.path or 'nobody names it'}"
        if before is not None and before.shown is not None and before.shown.missing:
            return "its own media is missing: find that first"
    return ""


def locked_channels(level: str, living: Mapping[str, Nested], snapshot: TimelineSnapshot) -> set[int]:
    if level != TOP and level not in living:
        return set()
    channels = snapshot.channels if level == TOP else living[level].strip.channels
    return {channel.number for channel in channels if channel.lock}


def in_one_chain(name: str, living: Mapping[str, Nested]) -> set[str]:
    """The strips that effects join with it, itself and the effects among them: Blender moves them together."""
    level = living[name].level
    strips = [one.strip for one in living.values() if one.level == level]
    return _chain(name, [strip for strip in strips if strip.kind is StripKind.EFFECT])


def _chain(name: str, effects: Iterable[StripSnapshot]) -> set[str]:
    effects = list(effects)
    found = {name}
    while True:
        more = {
            each for effect in effects for each in (effect.name, *effect.inputs)
            if found & {effect.name, *effect.inputs}
        }  # fmt: skip
        if more <= found:
            return found
        found |= more
