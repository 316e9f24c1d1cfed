# SPDX-License-Identifier: GPL-3.0-or-later
"""Shot lists in JSON: an object with the tables of a TOML list, or only an array of shots."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from .document import raw_list_of
from .json_lines import json_lines
from .raw_list import RawList

if TYPE_CHECKING:
    from pathlib import Path


def read_json(text: str, path: Path) -> RawList:
    raw = RawList.empty(path)
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        lines = text.splitlines()
        shown = lines[error.lineno - 1].strip() if error.lineno <= len(lines) else ""
        raw.refuse("", "", shown, f"it is not JSON: {error.msg.lower()} in column {error.colno}", error.lineno)
        return raw
    except RecursionError:
        raw.refuse("", "", path.name, "it is nested too deeply")
        return raw
    try:
        json.dumps(document, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        half = error.object[error.start : error.end].encode("ascii", "backslashreplace").decode()
        raw.refuse("", "", half, "it is half of a character")
        return raw
    lines_by_path, repeated = json_lines(text)
    if isinstance(document, list):
        document = {"shot": document}
        lines_by_path = {("shot", *at): line for at, line in lines_by_path.items()}
    if not isinstance(document, dict):
        raw.refuse("", "", document, "an object with shots, or an array of them, is needed", 1)
        return raw
    raw = raw_list_of(document, path, lines_by_path)
    for name, line in repeated:
        raw.refuse("", name, "the second of that name", "each name stands once in an object", line)
    return raw
