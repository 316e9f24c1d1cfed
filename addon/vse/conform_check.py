# SPDX-License-Identifier: GPL-3.0-or-later
"""What is looked at before a change of an edit is applied: nothing is touched where something is in the way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import PlacementError
from ..interchange.bridge import StripKind
from ..media.file_facts import file_facts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otio_bridge.conform import Change
    from otio_bridge.levels import Nested

    from ..interchange.bridge import StripSnapshot

_AGAIN = "Compare the edit with the timeline again."
_LEAVE_OUT = "Put it right, or leave that change out."


def check_changes(changes: tuple[Change, ...], there: Mapping[str, Nested]) -> None:
    """Raises PlacementError for the first that cannot be applied to the timeline as it is: strips that are gone or
    elsewhere by now, files that are missing or hold nothing that such a strip could show."""
    for change in changes:
        _check_place(change, there)
        shown = change.after.shown if change.after is not None else None
        if shown is not None and change.after is not None and (change.before is None or is_other(change)):
            for path in shown.files or (Path(shown.path).name,):
                _check_file(change.name, change.after.kind, Path(shown.path).parent / path)


def is_other(change: Change) -> bool:
    """Whether the strip is to show another file than it did."""
    before, after = change.before, change.after
    return before is not None and after is not None and file_of(before) != file_of(after)


def file_of(strip: StripSnapshot) -> tuple[str, tuple[str, ...]]:
    shown = strip.shown
    return (shown.path, shown.files) if shown is not None else ("", ())


def _check_place(change: Change, there: Mapping[str, Nested]) -> None:
    if change.like and change.like not in there:
        raise PlacementError(f"{change.like}, which {change.name} was cut off, is gone.", hint=_AGAIN)
    before = change.before
    if before is None:
        if change.name in there:
            raise PlacementError(f"There is a strip {change.name} already.", hint=_AGAIN)
        return
    if change.name not in there:
        raise PlacementError(f"{change.name} is not on the timeline any more.", hint=_AGAIN)
    one = there[change.name]
    is_there = (one.strip.start, one.strip.length, one.strip.channel, one.level, one.strip.kind)
    if is_there != (before.start, before.length, before.channel, change.level, before.kind):
        raise PlacementError(f"{change.name} was changed since the edits were compared.", hint=_AGAIN)


def _check_file(name: str, kind: StripKind, path: Path) -> None:
    if not path.is_file():
        raise PlacementError(f"The file that {name} is to show is missing: {path}.", hint=_LEAVE_OUT)
    if kind is StripKind.IMAGE:
        return
    facts = file_facts(path)
    if kind is StripKind.MOVIE and (facts is None or facts.rate is None):
        raise PlacementError(f"The file that {name} is to show is no video: {path}.", hint=_LEAVE_OUT)
    if kind is StripKind.SOUND and facts is None:
        raise PlacementError(f"The file that {name} is to play is no sound: {path}.", hint=_LEAVE_OUT)
