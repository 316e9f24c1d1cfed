# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a shot list: all of it, each with its place."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import InputError, RetakeError

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from .place import Place

_LONGEST_VALUE = 80


@dataclass(frozen=True, slots=True)
class ListProblem:
    place: Place
    owner: str
    """The shot's id or the table; "" for the file as a whole."""
    field: str
    value: object
    allowed: str
    hint: str = ""

    def sentence(self, folder: Path) -> str:
        """`night.toml:7: s010: duration: 7 s cannot be used; Kling 2.6 makes 5 or 10 s.`"""
        where = ": ".join(part for part in (self.place.words(folder), self.owner, self.field) if part)
        said = f"{where}: {shown(self.value)} cannot be used; {self.allowed}."
        return f"{said} {self.hint}".strip()

    def remark(self, folder: Path) -> str:
        """Where the value can be used, and may not be what was meant."""
        return f"{self.place.words(folder)}: {self.owner}: {self.field}: {shown(self.value)}: {self.allowed}."


class ShotListErrors(InputError):
    """All that is wrong with a list, in the order of its files and lines."""

    def __init__(self, path: Path, problems: Collection[ListProblem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        sentences = [problem.sentence(path.parent) for problem in self.problems]
        said = sentences[0] if len(sentences) == 1 else "\n".join((f"{len(sentences)} problems:", *sentences))
        RetakeError.__init__(self, said)
        self.field = first.field
        self.value = first.value
        self.allowed = first.allowed


def shown(value: object) -> str:
    match value:
        case None | "":
            return "nothing"
        case bool():
            return "true" if value else "false"
        case dict():
            return "a table"
        case list() | tuple() if any(isinstance(one, dict) for one in value):
            return "a list of tables"
        case list() | tuple():
            value = f"[{', '.join(map(shown, value))}]"
    text = " ".join(str(value).split())
    return f"{text[: _LONGEST_VALUE - 1]}…" if len(text) > _LONGEST_VALUE else text


def did_you_mean(word: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(word.lower(), known, n=1)
    return f"Did you mean {close[0]}?" if close else ""
