# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks a create's body against `field_table.py`, one field at a time.

It knows types, lengths, ranges and allowed words; which values go together is `create_rules.py`'s matter.
"" and null count as absent: official samples send "" for fields that are not used (null is a guess).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .field_table import Field
from .refusal import invalid_value, missing_field
from .source_image import ImageRejectedError, SourceImage, read_value


@dataclass(slots=True)
class CheckedBody:
    """What a body holds once each field was found to be good by itself.

    `values` has only fields that are present; image fields are `SourceImage` there. `ignored` names the keys no
    table knows, nested ones with their path ("watermark_info.colour").
    """

    values: dict[str, object] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)


def check_fields(body: Mapping[str, object], table: tuple[Field, ...], prefix: str = "") -> CheckedBody:
    """Check every known field of `body`; `prefix` goes before their names in sentences.

    Raises:
        Refusal: 400/1201 naming the first field that cannot be.
    """
    checked = CheckedBody()
    checked.values = _check_object(body, table, prefix, checked.ignored)
    return checked


def _check_object(
    body: Mapping[str, object], table: tuple[Field, ...], prefix: str, ignored: list[str]
) -> dict[str, object]:
    known = {entry.name for entry in table}
    ignored.extend(f"{prefix}{key}" for key in body if key not in known)
    values: dict[str, object] = {}
    for entry in table:
        path = f"{prefix}{entry.name}"
        value = body.get(entry.name)
        if value is None or value == "":
            if entry.required:
                raise missing_field(path)
            continue
        values[entry.name] = _check_value(value, entry, path, ignored)
    return values


def _check_value(value: object, entry: Field, path: str, ignored: list[str]) -> object:
    match entry.kind:
        case "string":
            return _check_string(value, entry, path)
        case "boolean":
            if not isinstance(value, bool):
                raise invalid_value(path, value, "it must be true or false")
            return value
        case "number" | "integer":
            return _check_number(value, entry, path)
        case "object":
            if not isinstance(value, dict):
                raise invalid_value(path, value, "it must be an object")
            return _check_object(value, entry.shape, f"{path}.", ignored)
        case "list":
            return _check_list(value, entry, path, ignored)
        case "image":
            return _check_image(value, entry, path)
        case "video_url":
            return _check_video_url(value, path)


def _check_string(value: object, entry: Field, path: str) -> str:
    if not isinstance(value, str):
        raise invalid_value(path, value, "it must be a string")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise invalid_value(path, value, "it is not Unicode text")
    if entry.allowed and value not in entry.allowed:
        raise invalid_value(path, value, f"it must be one of {', '.join(entry.allowed)}")
    if entry.max_chars is not None and len(value) > entry.max_chars:
        raise invalid_value(path, value, f"it has {len(value)} characters, at most {entry.max_chars} are allowed")
    return value


def _check_number(value: object, entry: Field, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int if entry.kind == "integer" else int | float):
        raise invalid_value(path, value, f"it must be a{'n' if entry.kind == 'integer' else ''} {entry.kind}")
    if entry.bounds is not None and not entry.bounds[0] <= value <= entry.bounds[1]:
        low, high = entry.bounds
        raise invalid_value(path, value, f"it must be between {low:g} and {high:g}")
    if entry.numbers and value not in entry.numbers:
        raise invalid_value(path, value, f"it must be one of {', '.join(map(str, entry.numbers))}")
    return value


def _check_list(value: object, entry: Field, path: str, ignored: list[str]) -> list[dict[str, object]]:
    if not isinstance(value, list):
        raise invalid_value(path, value, "it must be an array")
    if entry.items is not None and not entry.items[0] <= len(value) <= entry.items[1]:
        fewest, most = entry.items
        raise invalid_value(path, f"{len(value)} entries", f"it must have {fewest} to {most} entries")
    entries = []
    for index, item in enumerate(value):
        if not isinstance(item, dict):
            raise invalid_value(f"{path}[{index}]", item, "it must be an object")
        entries.append(_check_object(item, entry.shape, f"{path}[{index}].", ignored))
    return entries


def _check_image(value: object, entry: Field, path: str) -> SourceImage:
    if not isinstance(value, str):
        raise invalid_value(path, value, "it must be a string: a URL or raw base64")
    try:
        return read_value(value, entry.max_mb)
    except ImageRejectedError as error:
        raise invalid_value(path, value, str(error)) from error


def _check_video_url(value: object, path: str) -> str:
    if not isinstance(value, str):
        raise invalid_value(path, value, "it must be a string: a URL")
    if not value.startswith(("http://", "https://")):
        raise invalid_value(path, value, "it must be an http or https URL; a video is not taken as base64")
    return _check_string(value, Field("url", "string"), path)
