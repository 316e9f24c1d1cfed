# SPDX-License-Identifier: GPL-3.0-or-later
"""Effects and markers of schemas that OpenTimelineIO 0.18 does not know. It refuses a whole file for one of them, where
it lets unknown ones pass among the clips; so it is shown a stand-in that holds the original."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .times import Json

if TYPE_CHECKING:
    from collections.abc import Container

_HELD = "retake_held_schema"
_STAND_INS = {"effects": {"OTIO_SCHEMA": "Effect.1", "effect_name": "unknown"}, "markers": {"OTIO_SCHEMA": "Marker.2"}}


def with_stand_ins(root: Any, known: Container[str]) -> tuple[Any, tuple[str, ...]]:
    """A copy as far as it differs, and the schemas that were stood in for. `root` stays as it is."""
    found: list[str] = []

    def replaced(value: Any) -> Any:
        if isinstance(value, list):
            return [replaced(one) for one in value]
        if not isinstance(value, dict):
            return value
        copy: Json = {}
        for key, one in value.items():
            stand_in = _STAND_INS.get(key)
            if stand_in is None or not isinstance(one, list):
                copy[key] = one if key == "metadata" else replaced(one)
                continue
            rows = []
            for each in one:
                schema = str(each.get("OTIO_SCHEMA", "")) if isinstance(each, dict) else ""
                if schema and schema.partition(".")[0] not in known:
                    found.append(schema)
                    rows.append({**stand_in, "name": "", "metadata": {_HELD: {"held": [_hidden(each)]}}})
                else:
                    rows.append(replaced(each))
            copy[key] = rows
        return copy

    copy = replaced(root)
    return (copy, tuple(sorted(set(found)))) if found else (root, ())


def without_stand_ins(root: Any) -> Any:
    """The originals again."""
    if isinstance(root, list):
        return [without_stand_ins(one) for one in root]
    if not isinstance(root, dict):
        return root
    held = root.get("metadata")
    if isinstance(held, dict) and isinstance(held.get(_HELD), dict):
        return _shown(held[_HELD]["held"][0])
    return {key: without_stand_ins(one) for key, one in root.items()}


def _hidden(value: Any) -> Any:
    """Without schema names, which OpenTimelineIO would read as objects."""
    if isinstance(value, list):
        return [_hidden(one) for one in value]
    if isinstance(value, dict):
        return {("schema of it" if key == "OTIO_SCHEMA" else key): _hidden(one) for key, one in value.items()}
    return value


def _shown(value: Any) -> Any:
    if isinstance(value, list):
        return [_shown(one) for one in value]
    if isinstance(value, dict):
        return {("OTIO_SCHEMA" if key == "schema of it" else key): _shown(one) for key, one in value.items()}
    return value
