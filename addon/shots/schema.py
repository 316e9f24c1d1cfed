# SPDX-License-Identifier: GPL-3.0-or-later
"""What may stand in a shot of a list, whatever its form: the fields of a shot and those of its place in a batch."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .list_problem import did_you_mean
from .shot_fields import FIELD_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_TAKES = 20
PRIORITIES = (-1000, 1000)
AUTO = "auto"
"""In place of a model: the rules choose."""

ALIASES = {"start": "image", "end": "end_image", "start_image": "image", "references": "reference", "note": "notes"}
FILE_FIELDS = ("image", "end_image", "motion", "feature_video", "base_video", "lips", "speech")
"""Fields with one file or address; `reference` has several."""

Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]


class _Fields(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ListFields(_Fields):
    """What a list says of a shot beside what is wanted of Kling; lengths are in seconds."""

    takes: int = Field(default=1, ge=1, le=MOST_TAKES)
    priority: int = Field(default=0, ge=PRIORITIES[0], le=PRIORITIES[1])
    notes: str = ""
    marker: str = ""
    tags: tuple[str, ...] = Field(default=(), strict=False)
    motion_in: Seconds | None = None
    motion_out: Seconds | None = None
    at: Seconds | None = None
    length: Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)] | None = None


LIST_FIELD_NAMES = frozenset(ListFields.model_fields)
FIELDS = frozenset({"id", *FIELD_NAMES, *LIST_FIELD_NAMES, *ALIASES})

_NEEDED = {
    "int_type": "a whole number is needed",
    "int_from_float": "a whole number is needed",
    "float_type": "a number is needed",
    "finite_number": "a number is needed",
    "string_type": "a text is needed",
    "bool_type": "true or false is needed",
    "tuple_type": "a list is needed",
    "dict_type": "a table is needed",
    "model_type": "a table is needed",
    "model_attributes_type": "a table is needed",
    "missing": "it is needed",
}
_BOUNDS = {"takes": (1, MOST_TAKES), "priority": PRIORITIES}
_QUOTED = ("int_type", "float_type", "bool_type")


def wrong(model: type[BaseModel], values: dict[str, Any]) -> Iterator[tuple[str, str, object, str]]:
    """Of each value that does not fit: the field, the place within it, the value and what is allowed."""
    try:
        model.model_validate(values)
    except ValidationError as error:
        for one in error.errors(include_url=False):
            name, *within = (str(part) for part in one["loc"])
            yield name, ".".join((name, *_numbered(within))), _given(one), _allowed(one)


def field_hint(name: str) -> tuple[str, str]:
    """What is allowed in place of a field that is none, and which was meant perhaps."""
    known = sorted(FIELDS - set(ALIASES))
    return f"the fields are {', '.join(known)}", did_you_mean(name, FIELDS)


def read_fps(value: object) -> Fraction | None:
    """24, 23.976, "24000/1001" or "23.976"; None where it is no rate of 1 to 240."""
    found: Fraction | None = None
    match value:
        case bool():
            return None
        case int() | float():
            found = _rate(str(value))
        case str():
            found = _rate(value.strip())
    return found if found is not None and 1 <= found <= 240 else None


def exact(seconds: float | None) -> Fraction | None:
    """As written: 0.1 is a tenth."""
    return None if seconds is None else Fraction(str(seconds))


def _rate(text: str) -> Fraction | None:
    if found := re.fullmatch(r"(\d{1,6})\s*/\s*(\d{1,5})", text):
        return Fraction(int(found[1]), int(found[2])) if int(found[2]) else None
    if not re.fullmatch(r"\d{1,3}(?:\.\d{1,9})?", text):
        return None
    given = Fraction(text)
    for whole in (24, 30, 48, 60, 120):
        ntsc = Fraction(whole * 1000, 1001)
        if abs(given - ntsc) < Fraction(1, 200):
            return ntsc
    return given


def _numbered(parts: list[str]) -> list[str]:
    """Counted from one, as people do."""
    return [str(int(part) + 1) if part.isdigit() else part for part in parts]


def _given(error: Any) -> object:
    given = None if error["type"] == "missing" else error.get("input")
    # Without its marks, “5” would look like the number that is needed.
    return f"“{given}”" if isinstance(given, str) and error["type"] in _QUOTED else given


def _allowed(error: Any) -> str:
    kind, context = error["type"], error.get("ctx", {})
    bounds = _BOUNDS.get(error["loc"][0]) if len(error["loc"]) == 1 else None
    if bounds is not None and kind in ("int_type", "greater_than_equal", "less_than_equal"):
        return f"a whole number of {bounds[0]} to {bounds[1]} is needed"
    if kind in _NEEDED:
        return _NEEDED[kind]
    if kind == "extra_forbidden":
        return "there is no such field"
    match kind:
        case "too_short":
            return f"{context['min_length']} or more are needed"
        case "greater_than_equal":
            return f"{context['ge']:g} or more is allowed"
        case "less_than_equal":
            return f"at most {context['le']:g} is allowed"
        case "greater_than":
            return f"more than {context['gt']:g} is needed"
    said = str(error["msg"])
    return said[:1].lower() + said[1:]
