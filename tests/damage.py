# SPDX-License-Identifier: GPL-3.0-or-later
"""Damage to a JSON file that is hard to see: most of it is legal JSON of the right kinds, with wrong values."""

from __future__ import annotations

import copy
import json
import math
import random
from typing import Any

_STRANGE: tuple[Any, ...] = (
    None,
    0,
    -1,
    1,
    0.5,
    3e9,
    -1e12,
    "",
    "NOPE",
    [],
    {},
    True,
    [1, 2],
    {"OTIO_SCHEMA": "Clip.2"},
)


def damaged(text: str, chance: random.Random) -> str:
    """The same for the same state of `chance`."""
    root = json.loads(text)
    for _ in range(chance.randint(1, 4)):
        places = list(_places(root))
        holder, key = chance.choice(places)
        match chance.randrange(6):
            case 0:
                del holder[key]
            case 1:
                holder[key] = chance.choice(_STRANGE)
            case 2:  # what stands elsewhere
                other, there = chance.choice(places)
                holder[key] = copy.deepcopy(other[there])
            case 3:
                _again(holder, key)
            case _:
                _nudge(*chance.choice([place for place in places if _is_number(place)] or places), chance)
    written = json.dumps(root)
    if chance.random() < 0.1:
        at = chance.randrange(len(written))
        written = written[:at] + chance.choice(["", "}", "\x00", '"', "[[["]) + written[at + chance.randint(0, 3) :]
    return written


def _again(holder: Any, key: Any) -> None:
    """An item twice in its list, or a value under a second name."""
    if isinstance(holder, list):
        holder.insert(key, copy.deepcopy(holder[key]))
    else:
        holder[f"{key} again"] = copy.deepcopy(holder[key])


def _nudge(holder: Any, key: Any, chance: random.Random) -> None:
    value = holder[key]
    if not _is_number((holder, key)) or not math.isfinite(value):
        return
    holder[key] = chance.choice([-value, value + 1, value * 1000, value / 3, value + 0.37, chance.uniform(-200, 200)])


def _is_number(place: tuple[Any, Any]) -> bool:
    value = place[0][place[1]]
    return isinstance(value, int | float) and not isinstance(value, bool)


def _places(root: Any) -> Any:
    pending = [root]
    while pending:
        one = pending.pop()
        for key, value in one.items() if isinstance(one, dict) else enumerate(one):
            yield one, key
            if isinstance(value, dict | list):
                pending.append(value)
