# SPDX-License-Identifier: GPL-3.0-or-later
"""On which lines the tables and fields of a TOML document stand; tomllib itself does not tell."""

from __future__ import annotations

import re

_BARE_OR_QUOTED = r"(?:\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*'|[A-Za-z0-9_-]+)"
_NAME = re.compile(_BARE_OR_QUOTED)
_NAMES = rf"{_BARE_OR_QUOTED}(?:[ \t]*\.[ \t]*{_BARE_OR_QUOTED})*"
_HEADER = re.compile(rf"[ \t]*(\[\[?)[ \t]*({_NAMES})[ \t]*\]\]?")
_FIELD = re.compile(rf"[ \t]*({_NAMES})[ \t]*=")
_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|#[^\n]*|\n|[\[\]{}]|[^\"'#\n\[\]{}]+|.",
    re.DOTALL,
)


def toml_lines(text: str) -> dict[tuple[str | int, ...], int]:
    """By path, as `("shot", 0, "prompt")`; of a text that tomllib reads. Inside of inline tables nothing is found."""
    found: dict[tuple[str | int, ...], int] = {}
    counts: dict[tuple[str | int, ...], int] = {}
    table: tuple[str | int, ...] = ()
    place, line, depth, at_start = 0, 1, 0, True
    while place < len(text):
        if at_start and depth == 0:
            at_start = False
            if header := _HEADER.match(text, place):
                names = _names(header[2])
                table = _counted(names[:-1], counts)
                if header[1] == "[[":
                    array = (*table, names[-1])
                    counts[array] = counts.get(array, -1) + 1
                    table = (*array, counts[array])
                else:
                    table = _counted(names, counts)
                found.setdefault(table, line)
                place = header.end()
                continue
            if name := _FIELD.match(text, place):
                path = table
                for part in _names(name[1]):
                    path = (*path, part)
                    found.setdefault(path, line)
                place = name.end()
                continue
        token = _TOKEN.match(text, place)
        if token is None:
            break
        piece = token[0]
        if piece == "\n":
            at_start = True
        elif piece in "[{":
            depth += 1
        elif piece in "]}":
            depth -= 1
        line += piece.count("\n")
        place = token.end()
    return found


def _names(text: str) -> list[str]:
    return [name.strip("\"'") for name in _NAME.findall(text)]


def _counted(names: list[str], counts: dict[tuple[str | int, ...], int]) -> tuple[str | int, ...]:
    path: tuple[str | int, ...] = ()
    for name in names:
        path = (*path, name)
        if path in counts:
            path = (*path, counts[path])
    return path
