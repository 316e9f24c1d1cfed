# SPDX-License-Identifier: GPL-3.0-or-later
"""A field in the cell of a table and back. A number that is none stays text, and the schema refuses it by name."""

from __future__ import annotations

import re
from typing import Any

TRUE, FALSE = ("yes", "true", "1", "on", "x"), ("no", "false", "0", "off")
WHOLE_NUMBERS = ("duration", "takes", "priority")
NUMBERS = ("cfg", "speech_at", "motion_in", "motion_out", "at", "length")
SWITCHES = ("sound", "keep_sound", "free_cuts")
LISTS = ("reference", "tags")
PAIRS = ("voices", "elements")

_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.IGNORECASE)
_CUT = re.compile(r"\s*(\d+)\s*:\s*(.+?)\s*", re.DOTALL)
_CAMERA_PART = re.compile(r"(?<!\w)(?!kind\b)(\w+)\s*=\s*([+-]?[\d.]+(?:e[+-]?\d+)?)", re.IGNORECASE)
_CAMERA_KIND = re.compile(r"kind\s*=\s*(\w+)")


def read_cell(name: str, text: str) -> Any:
    """Raises ValueError, with what is allowed, for a cell that cannot be taken apart.

    `voices`: `Alto=77; Gravel=88`, `cuts`: `3: a door opens | 4: rain`, `camera`: `pan=5`, lists: `a.png; b.png`.
    """
    if name in WHOLE_NUMBERS:
        return int(text) if re.fullmatch(r"[+-]?\d+", text) else text
    if name in NUMBERS:
        return _number(text)
    if name in SWITCHES:
        word = text.casefold()
        return True if word in TRUE else False if word in FALSE else text
    if name in LISTS:
        return [part.strip() for part in text.split(";") if part.strip()]
    if name in PAIRS:
        return _pairs(text)
    if name == "cuts":
        return [_cut(part) for part in text.split("|") if part.strip()]
    if name == "camera":
        return _camera(text)
    return text


def write_cell(name: str, value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
    if name in LISTS:
        return "; ".join(value)
    if name in PAIRS:
        return "; ".join(f"{key}={one}" for key, one in value.items())
    if name == "cuts":
        return " | ".join(f"{cut['duration']}: {cut['prompt']}" for cut in value)
    if name == "camera":
        kind = "" if value.get("kind", "simple") == "simple" else f"kind={value['kind']}; "
        return f"{kind}{value['axis']}={value.get('amount')}" if "axis" in value else kind.rstrip("; ") or "kind=simple"
    return str(value)


def _number(text: str) -> Any:
    plain = text.replace(",", ".") if text.count(",") == 1 and "." not in text else text
    if re.fullmatch(r"[+-]?\d+", plain):
        return int(plain)
    return float(plain) if _DECIMAL.fullmatch(plain) else text


def _pairs(text: str) -> Any:
    pairs = {}
    for part in text.split(";"):
        if not part.strip():
            continue
        name, _, value = part.partition("=")
        if not name.strip():
            raise ValueError("names and ids are needed, as Alto=77; Gravel=88")
        pairs[name.strip()] = value.strip()
    return pairs


def _cut(text: str) -> Any:
    found = _CUT.fullmatch(text)
    if found is None:
        raise ValueError("seconds and texts are needed, as 3: a door opens | 4: rain")
    return {"prompt": found[2], "duration": int(found[1])}


def _camera(text: str) -> Any:
    kind = _CAMERA_KIND.search(text)
    move = _CAMERA_PART.search(text)
    if kind is None and move is None:
        raise ValueError("an axis and a number are needed, as pan=5")
    camera: dict[str, Any] = {} if kind is None else {"kind": kind[1]}
    if move is not None:
        amount = _number(move[2])
        camera |= {"axis": move[1], "amount": float(amount) if isinstance(amount, int) else amount}
    return camera
