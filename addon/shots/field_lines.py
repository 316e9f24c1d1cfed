# SPDX-License-Identifier: GPL-3.0-or-later
"""What a note says after `RETAKE:`, in a marker of an edit or in a screenplay: a prompt, and `name = value`."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from .schema import FIELDS

if TYPE_CHECKING:
    from .place import Place
    from .raw_list import RawList

MARK = re.compile(r"\s*RETAKE\s*:\s*", re.IGNORECASE)
_FIELD = re.compile(r"\s*([A-Za-z_]+)\s*=\s*(.+?)\s*")
_PARTS = re.compile(r"\n|;(?=\s*[A-Za-z_]+\s*=)")


def read_note(text: str, owner: str, place: Place, raw: RawList) -> dict[str, Any] | None:
    """`RETAKE: rain on a window` with more lines, such as `model = "kling-3.0"`; None where it does not begin so."""
    mark = MARK.match(text)
    if mark is None:
        return None
    values: dict[str, Any] = {}
    prompt: list[str] = []
    for part in _PARTS.split(text[mark.end() :]):
        found = _FIELD.fullmatch(part)
        if found is None or found[1].lower() not in FIELDS:
            prompt.append(part.strip())
            continue
        name = found[1].lower()
        try:
            values[name] = tomllib.loads(f"value = {found[2]}")["value"]
        except tomllib.TOMLDecodeError:
            # Nobody types quotes into a marker.
            values[name] = found[2]
    said = "\n".join(prompt).strip()
    if said:
        if "prompt" in values:
            raw.refuse(owner, "prompt", values["prompt"], "it is there already, before the fields", place.line)
        values.setdefault("prompt", said)
    return values
