# SPDX-License-Identifier: GPL-3.0-or-later
"""What a reader makes of a file: tables of values as they stand there, each value with its line. Nothing is judged."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .list_problem import ListProblem
from .place import Place

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(slots=True)
class RawTable:
    values: dict[str, Any]
    place: Place
    lines: dict[str, int] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    """Variables of this table alone, such as the line of a song."""

    def place_of(self, name: str) -> Place:
        return Place(self.place.file, self.lines.get(name, self.place.line))


@dataclass(slots=True)
class RawList:
    path: Path
    project: RawTable
    defaults: RawTable
    variables: RawTable
    cast: RawTable
    rules: list[RawTable] = field(default_factory=list)
    includes: list[tuple[Any, Place]] = field(default_factory=list)
    shots: list[RawTable] = field(default_factory=list)
    problems: list[ListProblem] = field(default_factory=list)

    @classmethod
    def empty(cls, path: Path) -> RawList:
        project, defaults, variables, cast = (RawTable({}, Place(path)) for _ in range(4))
        return cls(path, project, defaults, variables, cast)

    def refuse(self, owner: str, name: str, value: object, allowed: str, line: int | None = None) -> None:
        self.problems.append(ListProblem(Place(self.path, line), owner, name, value, allowed))
