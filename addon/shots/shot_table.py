# SPDX-License-Identifier: GPL-3.0-or-later
"""A listed shot as the table that a list has of it, in any form: only what differs from what is meant without it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .list_shots import moved
from .shot_fields import ShotFields
from .variables import escaped

if TYPE_CHECKING:
    from fractions import Fraction
    from pathlib import Path

    from .shot_list import ListedShot

FIELD_ORDER = (
    "id", "prompt", "model", "quality", "duration", "aspect", "sound", "negative", "image", "end_image", "reference",
    "motion", "motion_in", "motion_out", "orientation", "feature_video", "base_video", "keep_sound", "voices",
    "elements", "cuts", "free_cuts", "camera", "cfg", "extend", "lips", "speech", "speech_at", "takes",
    "priority", "at", "length", "tags", "marker", "notes",
)  # fmt: skip
_ALWAYS = ("prompt", "model", "duration")


def shot_table(shot: ListedShot, folder: Path) -> dict[str, Any]:
    """With file names that count from `folder`, in `FIELD_ORDER`."""
    fields = shot.fields.model_dump(mode="python", exclude_none=True)
    usual = ShotFields().model_dump(mode="python")
    values: dict[str, Any] = {"id": shot.shot_id}
    for name, value in fields.items():
        if name in _ALWAYS or value != usual[name]:
            values[name] = moved(name, value, shot.folder, folder.absolute())
    values |= {link.field: link.written for link in shot.links}
    if shot.takes != 1:
        values["takes"] = shot.takes
    if shot.priority:
        values["priority"] = shot.priority
    for name, seconds in (
        ("motion_in", shot.motion_in_s),
        ("motion_out", shot.motion_out_s),
        ("at", shot.at_s),
        ("length", shot.length_s),
    ):
        if seconds is not None:
            values[name] = number(seconds)
    for name, text in (("marker", shot.marker), ("notes", shot.notes), ("tags", list(shot.tags))):
        if text:
            values[name] = text
    return {name: _written(values[name]) for name in FIELD_ORDER if name in values}


def project_table(title: str, fps: Fraction | None, resolution: tuple[int, int] | None) -> dict[str, Any]:
    table: dict[str, Any] = {"title": title}
    if fps is not None:
        table["fps"] = int(fps) if fps.denominator == 1 else f"{fps.numerator}/{fps.denominator}"
    if resolution is not None:
        table["resolution"] = list(resolution)
    return table


def number(seconds: Fraction) -> int | float:
    return int(seconds) if seconds.denominator == 1 else float(seconds)


def _written(value: Any) -> Any:
    """Lists in place of tuples, and braces doubled: nothing in it is a variable."""
    match value:
        case str():
            return escaped(value)
        case list() | tuple():
            return [_written(one) for one in value]
        case dict():
            return {name: _written(one) for name, one in value.items() if one is not None}
    return value
