# SPDX-License-Identifier: GPL-3.0-or-later
"""On which lines the members of a JSON document stand, and which names are there twice."""

from __future__ import annotations

import json
import re

_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|[\[\]{}:,]|[^\s"\[\]{}:,]+|\n')


def json_lines(text: str) -> tuple[dict[tuple[str | int, ...], int], list[tuple[str, int]]]:
    """Lines by path, as `("shot", 0, "prompt")`, and each repeated name with its line; of a text that json reads."""
    found: dict[tuple[str | int, ...], int] = {}
    repeated: list[tuple[str, int]] = []
    path: list[str | int] = []
    in_list: list[bool] = []
    line, awaits_name, name = 1, False, ""
    for token in _TOKEN.finditer(text):
        piece = token[0]
        if piece == "\n":
            line += 1
        elif piece in "{[":
            if in_list and in_list[-1]:
                found.setdefault(tuple(path), line)
            in_list.append(piece == "[")
            path.append(0 if piece == "[" else "")
            awaits_name = piece == "{"
        elif piece in "}]":
            in_list.pop()
            path.pop()
            awaits_name = False
        elif piece == ",":
            if in_list[-1]:
                path[-1] = int(path[-1]) + 1
            awaits_name = not in_list[-1]
        elif piece == ":":
            awaits_name = False
        elif awaits_name:
            name = json.loads(piece)
            path[-1] = name
            if tuple(path) in found:
                repeated.append((name, line))
            found.setdefault(tuple(path), line)
            awaits_name = False
    return found, repeated
