# SPDX-License-Identifier: GPL-3.0-or-later
"""OpenTimelineIO's JSON as text, one clip a line: quick to write, and a change of one clip is one line in a diff."""

from __future__ import annotations

import json
from typing import Any

_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


def text_of(root: dict[str, Any]) -> str:
    """Deterministic. Numbers are written so that Python reads the very same."""
    return f"{_object(root, 0)}\n"


def _object(value: dict[str, Any], depth: int) -> str:
    children = value.get("children")
    tracks = value.get("tracks")
    if not isinstance(children, list) and not isinstance(tracks, dict):
        return _encode(value)
    pad, inner = " " * depth, " " * (depth + 1)
    rest = {key: each for key, each in value.items() if key not in ("children", "tracks")}
    rows = [f"{inner}{_encode(key)}: {_encode(each)}" for key, each in sorted(rest.items())]
    if isinstance(children, list):
        items = ",\n".join(f"{inner} {_object(one, depth + 2)}" for one in children)
        rows.append(f'{inner}"children": [\n{items}\n{inner}]' if items else f'{inner}"children": []')
    if isinstance(tracks, dict):
        rows.append(f'{inner}"tracks": {_object(tracks, depth + 1)}')
    return "{\n" + ",\n".join(rows) + f"\n{pad}}}"
