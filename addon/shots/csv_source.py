# SPDX-License-Identifier: GPL-3.0-or-later
"""Shot lists as a table: a line of field names, then a line for each shot. An empty cell is a field left out.

Lines before the names may say `#title`, `#fps`, `#resolution` in the first cell and the value in the second; other
lines that begin with `#` are notes. Commas, semicolons and tabs part the cells, whatever the line of names uses.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from .csv_cell import read_cell
from .place import Place
from .raw_list import RawList, RawTable
from .schema import FIELDS

if TYPE_CHECKING:
    from pathlib import Path

_NAMES = "the first line of a table has the names of the fields"
_PROJECT = ("title", "fps", "resolution")


class _NoNames(Exception):
    def __init__(self, cells: str, line: int) -> None:
        super().__init__(cells)
        self.cells = cells
        self.line = line


def read_csv(text: str, path: Path) -> RawList:
    raw = RawList.empty(path)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    names: list[str] | None = None
    begin = 1
    try:
        for cells in rows:
            line, begin = begin, rows.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            first = cells[0].strip()
            if first.startswith("#"):
                _read_project(raw, first[1:].strip().lower(), cells, line)
            elif names is None:
                names = _names(raw, cells, line)
            else:
                _read_row(raw, names, cells, line)
    except _NoNames as error:
        raw.refuse("", "", error.cells, _NAMES, error.line)
        return raw
    except csv.Error as error:
        raw.refuse("", "", path.name, f"it is not a table in CSV: {error}", begin)
        return raw
    if names is None:
        raw.refuse("", "", path.name, _NAMES, 1)
    return raw


def _delimiter(text: str) -> str:
    header = next((line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")), "")
    return max(",;\t", key=header.count)


def _names(raw: RawList, cells: list[str], line: int) -> list[str]:
    names = [cell.strip().lower().replace(" ", "_") for cell in cells]
    for number, name in enumerate(names, start=1):
        if name and names.count(name) > 1 and names.index(name) != number - 1:
            raw.refuse("", f"column {number}", name, "each column has a name of its own", line)
    if not any(name in FIELDS for name in names):
        raise _NoNames(", ".join(cells), line)
    return names


def _read_row(raw: RawList, names: list[str], cells: list[str], line: int) -> None:
    values: dict[str, Any] = {}
    for number, cell in enumerate(cells):
        text = cell.strip()
        if not text:
            continue
        if number >= len(names) or not names[number]:
            raw.refuse("", f"column {number + 1}", text, "the first line has no name for this column", line)
            continue
        try:
            values[names[number]] = read_cell(names[number], text)
        except ValueError as error:
            raw.refuse(values.get("id", f"shot {len(raw.shots) + 1}"), names[number], text, str(error), line)
    raw.shots.append(RawTable(values, Place(raw.path, line)))


def _read_project(raw: RawList, name: str, cells: list[str], line: int) -> None:
    if name not in _PROJECT or len(cells) < 2:
        return
    value: Any = cells[1].strip()
    if name == "resolution":
        parts = value.lower().replace("×", "x").split("x")
        value = [int(part) for part in parts] if all(part.strip().isdigit() for part in parts) else value
    raw.project.values[name] = value
    raw.project.lines[name] = line
