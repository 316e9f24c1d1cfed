# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of an .otio file as JSON of the schemas that OpenTimelineIO 0.18 knows.

OpenTimelineIO itself reads older schemas, and brings them up to date. It stops at newer ones: those are read as the
newest that is known, which the notes say. Unknown schemas pass through.
"""

from __future__ import annotations

import json
import re
from functools import cache
from itertools import accumulate
from typing import Any

from .errors import BridgeError
from .markers import nearest_color
from .times import Json
from .unknown_schemas import with_stand_ins, without_stand_ins

MOST_DEEP = 400
"""Levels of JSON. A nested edit takes four for each meta; far deeper ones exhaust the stack of any reader."""

_DAMAGED = "The file is damaged or of another kind: export the edit again."

_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_NO_BRACKETS = bytes(set(range(256)) - set(_STEPS))

_INFINITY = re.compile(r"(?<=[\s:,\[-])Inf(?=[\s,\]}])")

_SCHEMA = re.compile(r'"OTIO_SCHEMA"\s*:\s*"([^".]+)\.(\d+)"')


def read_text(text: str) -> tuple[Json, tuple[str, ...]]:
    """The root object, and notes for the report. Raises BridgeError, and nothing else, whatever `text` is.

    OpenTimelineIO checks the file, and brings what is old up to date. Where nothing is old, the numbers are Python's:
    OpenTimelineIO's reader is off in the last digit of many (measured on 0.18.1: 0.47089308500289917).
    """
    import opentimelineio as otio

    if _depth(text) > MOST_DEEP:
        raise BridgeError(f"The file is nested more than {MOST_DEEP} levels deep.", hint=_DAMAGED)
    notes: tuple[str, ...] = ()
    found = {(name, int(version)) for name, version in _SCHEMA.findall(text) if len(version) < 10}
    versions = known_versions()
    newer = {name: version for name, version in sorted(found) if version > versions.get(name, version)}
    is_old = any(name == "Sequence" or version < versions.get(name, version) for name, version in found)
    tree, text = _plain(text)
    if newer:
        notes = _bring_down(tree, newer)
        text = json.dumps(tree)
    held: tuple[str, ...] = ()
    checked = text
    if any(name not in versions for name, _ in found):
        shown, held = with_stand_ins(tree, versions)
        if held:
            checked = json.dumps(shown)
            notes = (*notes, *(f"{name} is not known to this program; it is kept, and not shown" for name in held))
    try:
        known = otio.core.deserialize_json_from_string(checked)
        if not isinstance(known, otio.core.SerializableObject):
            raise BridgeError("The file holds no OpenTimelineIO object.", hint=_DAMAGED)  # noqa: TRY301
        root = tree
        if is_old:
            root = json.loads(known.to_json_string(indent=-1))
            root = without_stand_ins(root) if held else root
    except BridgeError:
        raise
    except (
        otio.exceptions.OTIOError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        RuntimeError,
        MemoryError,
        OverflowError,
    ) as error:
        raise BridgeError(
            f"The file is not readable as OpenTimelineIO: {_first_line(error)}.", hint=_DAMAGED
        ) from error
    if not isinstance(root, dict):
        raise BridgeError("The file holds no OpenTimelineIO object.", hint=_DAMAGED)
    return root, notes


def _plain(text: str) -> tuple[Any, str]:
    """What the text holds, and the text as Python reads it: OpenTimelineIO knows infinity as Inf, too.

    OpenTimelineIO's own reader is never given what is no JSON: some of it ends the process (measured on 0.18.1).
    """
    try:
        return json.loads(text), text
    except ValueError as error:
        spelt = _INFINITY.sub("Infinity", text)
        if spelt != text:
            try:
                return json.loads(spelt), spelt
            except ValueError:
                pass
        raise BridgeError(f"The file is no JSON: {_first_line(error)}.", hint=_DAMAGED) from error


@cache
def known_versions() -> dict[str, int]:
    import opentimelineio as otio

    everything = otio.versioning.full_map()  # bound to a name: its parts do not keep it alive
    families = everything["OTIO_CORE"]
    newest = max(list(families), key=lambda label: [int(part) for part in label.split(".")])
    values = dict.fromkeys(("RationalTime", "TimeRange", "TimeTransform", "Color", "V2d", "Box2d"), 1)
    return {**values, **{str(name): int(version) for name, version in families[newest].items()}}


def _bring_down(root: Any, newer: dict[str, int]) -> tuple[str, ...]:
    known = known_versions()
    pending: list[Any] = [root]
    while pending:
        one = pending.pop()
        if isinstance(one, list):
            pending += one
        elif isinstance(one, dict):
            pending += one.values()
            name, _, version = str(one.get("OTIO_SCHEMA", "")).partition(".")
            if name in newer and version.isdigit() and int(version) > known[name]:
                if name == "Marker":
                    _name_color(one)
                one["OTIO_SCHEMA"] = f"{name}.{known[name]}"
    return tuple(
        f"{name}.{version} is newer than this program knows; read as {name}.{known[name]}"
        for name, version in sorted(newer.items())
    )


def _name_color(marker: Json) -> None:
    color = marker.get("color")
    if isinstance(color, dict):
        parts = [color.get(key) for key in "rgb"]
        name = str(color.get("name", "")).upper()
        if all(isinstance(one, int | float) for one in parts):
            marker["color"] = nearest_color(*parts)  # type: ignore[arg-type]
        else:
            marker["color"] = name or "GREEN"
    elif color is None:
        marker["color"] = "GREEN"


def _depth(text: str) -> int:
    """How deep brackets are nested, those within strings left out."""
    outside = text.replace("\\\\", "").replace('\\"', "").split('"')[::2]
    brackets = "".join(outside).encode(errors="replace").translate(None, _NO_BRACKETS)
    return max(accumulate(map(_STEPS.__getitem__, brackets)), default=0)


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200].rstrip(".")
