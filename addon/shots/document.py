# SPDX-License-Identifier: GPL-3.0-or-later
"""From a document of tables, be it TOML or JSON, to a raw list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .list_problem import ListProblem, did_you_mean
from .place import Place
from .raw_list import RawList, RawTable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    Lines = Mapping[tuple[str | int, ...], int]

_TABLES = ("project", "defaults", "variables", "cast")
_PLURALS = {"shots": "shot", "rules": "rule"}
_ALLOWED = "a list has include, project, defaults, variables, cast, rule and shot"


def raw_list_of(document: dict[str, Any], path: Path, lines: Lines) -> RawList:
    raw = RawList.empty(path)
    for given, value in document.items():
        name = _PLURALS.get(given, given)
        line = lines.get((given,), lines.get((given, 0)))
        if name in _TABLES:
            if isinstance(value, dict):
                setattr(raw, name, _table(value, path, (given,), lines))
            else:
                raw.refuse("", given, value, "a table of fields is needed", line)
        elif name in ("shot", "rule"):
            _read_tables(raw, given, value, lines)
        elif name == "include":
            _read_includes(raw, value, line)
        else:
            hint = did_you_mean(given, (*_TABLES, "include", "rule", "shot"))
            raw.problems.append(ListProblem(Place(path, line), "", given, value, _ALLOWED, hint))
    return raw


def _read_tables(raw: RawList, given: str, value: object, lines: Lines) -> None:
    name = _PLURALS.get(given, given)
    if not isinstance(value, list):
        allowed = f"a list of tables is needed, in TOML [[{name}]] for each"
        raw.refuse("", given, value, allowed, lines.get((given,)))
        return
    tables = raw.shots if name == "shot" else raw.rules
    for number, entry in enumerate(value):
        if isinstance(entry, dict):
            tables.append(_table(entry, raw.path, (given, number), lines))
        else:
            line = lines.get((given, number), lines.get((given,)))
            raw.refuse("", f"{name} {number + 1}", entry, "a table of fields is needed", line)


def _read_includes(raw: RawList, value: object, line: int | None) -> None:
    for one in [value] if isinstance(value, str) else value if isinstance(value, list) else [None]:
        if isinstance(one, str) and one.strip():
            raw.includes.append((one, Place(raw.path, line)))
        else:
            raw.refuse("", "include", value, "a file name or a list of file names is needed", line)


def _table(values: dict[str, Any], path: Path, at: tuple[str | int, ...], lines: Lines) -> RawTable:
    own = {name: lines[(*at, name)] for name in values if (*at, name) in lines}
    return RawTable(values, Place(path, lines.get(at)), own)
