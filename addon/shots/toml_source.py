# SPDX-License-Identifier: GPL-3.0-or-later
"""Shot lists in TOML: `[project]`, `[defaults]`, `[variables]`, `[cast]`, `[[rule]]` and one `[[shot]]` each."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

from .document import raw_list_of
from .raw_list import RawList
from .toml_lines import toml_lines

if TYPE_CHECKING:
    from pathlib import Path

_AT_LINE = re.compile(r" \(at line (\d+), column (\d+)\)")


def read_toml(text: str, path: Path) -> RawList:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raw = RawList.empty(path)
        said = str(error)
        found = _AT_LINE.search(said)
        line = int(found[1]) if found else len(text.splitlines())
        raw.refuse("", "", _line(text, line), f"it is not TOML: {_AT_LINE.sub('', said).rstrip('.').lower()}", line)
        return raw
    return raw_list_of(document, path, toml_lines(text.replace("\r\n", "\n")))


def _line(text: str, line: int) -> str:
    lines = text.splitlines()
    return lines[line - 1].strip() if 0 < line <= len(lines) else ""
