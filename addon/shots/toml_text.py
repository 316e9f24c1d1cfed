# SPDX-License-Identifier: GPL-3.0-or-later
"""Values as TOML writes them."""

from __future__ import annotations

import json
import re
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml_table(values: dict[str, Any]) -> str:
    """A line for each field; tables within it on that line."""
    return "".join(f"{_key(name)} = {toml_value(value)}\n" for name, value in values.items())


def toml_value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            # A string of JSON is one of TOML, but for this one character, which JSON leaves as it is.
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
        case int() | float():
            return repr(value)
        case list() | tuple():
            return f"[{', '.join(map(toml_value, value))}]"
        case dict():
            inside = ", ".join(f"{_key(name)} = {toml_value(one)}" for name, one in value.items())
            return f"{{ {inside} }}" if inside else "{}"
    raise TypeError(f"{type(value).__name__} has no form in a shot list")


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else toml_value(name)
