# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of a request, checked one by one before anything is sent. Each raises InputError naming the field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence


def check_text(field: str, text: str, max_characters: int) -> None:
    """Some text, of at most `max_characters` characters."""
    if not text.strip():
        raise InputError(field, "an empty text", f"it needs 1 to {max_characters:,} characters")
    check_length(field, text, max_characters)


def check_length(field: str, text: str, max_characters: int) -> None:
    if len(text) > max_characters:
        shown = f"a text of {len(text):,} characters"
        raise InputError(field, shown, f"at most {max_characters:,} are allowed")


def check_choice(field: str, value: str, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise InputError(field, f"“{value}”", f"it is one of {', '.join(allowed)}")


def check_range(field: str, value: float, lowest: float, highest: float) -> None:
    """Both bounds included; what is not a number is outside."""
    if not lowest <= value <= highest:
        raise InputError(field, value, f"it may be {lowest:,} to {highest:,}")


def check_one_source(fields: tuple[str, str], values: tuple[str | None, str | None]) -> None:
    """Exactly one of two; an empty text counts as none, as it does for Kling."""
    names = " and ".join(fields)
    given = sum(1 for value in values if value)
    if given != 1:
        raise InputError(names, "neither" if not given else "both at once", "exactly one of the two is needed")


def check_id(field: str, value: str) -> None:
    """An id that may stand in a path: an empty one, or dots alone, would ask for something else."""
    if not value.strip().strip("."):
        raise InputError(field, f"“{value}”", "an id is needed")


def check_number_id(field: str, value: str) -> None:
    """An id that Kling has as a number, kept as text because it may be beyond 2^53."""
    if not (value.isascii() and value.isdigit()):
        raise InputError(field, f"“{value}”", "it has to be a number such as 893605946402811985")


def check_times(start_ms: int, end_ms: int) -> None:
    """A stretch of time in milliseconds since 1970."""
    if not 0 <= start_ms < end_ms:
        raise InputError("time", f"{start_ms} to {end_ms}", "the start has to be before the end, in ms since 1970")
