# SPDX-License-Identifier: GPL-3.0-or-later
"""A shot list as a batch wants it: the shots' fields, and beside them takes, order and what they take from each other.

`takes`, `priority`, `motion_in` and `motion_out` (seconds) are a list's own fields. `start` and `end` are other words
for `image` and `end_image`. Where a file is named, `last frame of s010`, `first frame of s010` or, for videos and
`extend`, `clip of s010` stands for a piece of another shot's take.
"""

from __future__ import annotations

import re
import tomllib
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..shots.shot_fields import read_fields
from ..shots.toml_list import SHOT_ID, SHOT_ID_ALLOWED
from .wanted import Link, Piece, WantedList, WantedShot

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ..shots.shot_fields import ShotFields

DEFAULT_RATE = Fraction(24)
_MOST_TAKES = 20
_LINK = re.compile(r"\s*(?:the )?(first frame|last frame|clip) of ([A-Za-z0-9][A-Za-z0-9._-]{0,39})\s*")
_OTHER_WORDS = {"start": "image", "end": "end_image"}
_FRAME_FIELDS = ("image", "end_image")
_CLIP_FIELDS = ("extend", "motion", "feature_video", "base_video")


def read_wanted(path: Path) -> WantedList:
    """Raises InputError naming the file, the shot, the field, its value and what is allowed."""
    document = _document(path)
    project = _table(document.get("project", {}), f"{path.name}: project")
    defaults = _table(document.get("defaults", {}), f"{path.name}: defaults")
    entries = document.get("shot", [])
    if not isinstance(entries, list) or not entries:
        raise InputError(f"{path.name}: shot", entries, "a list has at least one [[shot]]")
    folder = path.absolute().parent
    shots: dict[str, WantedShot] = {}
    for number, entry in enumerate(entries, start=1):
        values = {**defaults, **_table(entry, f"{path.name}: shot {number}")}
        shot_id = values.pop("id", None)
        if not isinstance(shot_id, str) or not SHOT_ID.fullmatch(shot_id):
            raise InputError(f"{path.name}: id of shot {number}", shot_id, SHOT_ID_ALLOWED)
        if shot_id in shots:
            raise InputError(f"{path.name}: id", shot_id, "each shot has an id of its own")
        shots[shot_id] = _shot(shot_id, values, folder, f"{path.name}: {shot_id}")
    return WantedList(
        list_id=f"list/{path.absolute()}",
        title=str(project.get("title", path.stem)),
        shots=tuple(shots.values()),
        rate=_rate(project.get("fps", DEFAULT_RATE), path.name),
        size_px=_size(project.get("resolution"), path.name),
    )


def wanted_shot(shot_id: str, fields: ShotFields, folder: Path, **more: Any) -> WantedShot:
    """`fields` with its references to other shots taken out and made links. Raises InputError."""
    links = []
    update: dict[str, Any] = {}
    for name in (*_FRAME_FIELDS, *_CLIP_FIELDS):
        found = _LINK.fullmatch(getattr(fields, name) or "")
        if found is None:
            continue
        piece = Piece(found[1])
        if (piece is Piece.CLIP) != (name in _CLIP_FIELDS):
            allowed = "clip of SHOT" if name in _CLIP_FIELDS else "first frame of SHOT or last frame of SHOT"
            raise InputError(f"{shot_id}: {name}", found[0].strip(), f"{allowed} is meant")
        links.append(Link(name, piece, found[2]))
        update[name] = None
    return WantedShot(shot_id, fields.model_copy(update=update), folder, links=tuple(links), **more)


def _shot(shot_id: str, values: dict[str, Any], folder: Path, where: str) -> WantedShot:
    for word, field in _OTHER_WORDS.items():
        if word in values:
            if field in values:
                raise InputError(f"{where}: {word}", values[word], f"{field} is given, too, and means the same")
            values[field] = values.pop(word)
    takes = _whole(values.pop("takes", 1), 1, _MOST_TAKES, f"{where}: takes")
    priority = _whole(values.pop("priority", 0), -1000, 1000, f"{where}: priority")
    motion_in_s = _seconds(values.pop("motion_in", None), f"{where}: motion_in")
    motion_out_s = _seconds(values.pop("motion_out", None), f"{where}: motion_out")
    fields = read_fields(values, where)
    return wanted_shot(
        shot_id, fields, folder, takes=takes, priority=priority, motion_in_s=motion_in_s, motion_out_s=motion_out_s
    )


def _document(path: Path) -> Mapping[str, Any]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError("the list", path, f"it cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise InputError("the list", path, "it is not a text in UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise InputError("the list", path, f"it is not TOML: {error}") from error
    for name in document:
        if name not in ("project", "defaults", "shot"):
            raise InputError(f"{path.name}: {name}", document[name], "a list has [project], [defaults] and [[shot]]")
    return document


def _table(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError(where, value, "a table of fields is needed")
    return value


def _whole(value: object, least: int, most: int, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise InputError(where, value, f"a whole number of {least} to {most} is needed")
    return value


def _seconds(value: object, where: str) -> Fraction | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e6:
        raise InputError(where, value, "a number of seconds, 0 or more, is needed")
    return Fraction(str(value))


def _rate(value: object, file_name: str) -> Fraction:
    try:
        rate = Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if not 1 <= rate <= 240:
        raise InputError(f"{file_name}: fps", value, 'a rate such as 24, 25 or "24000/1001" is needed')
    return rate


def _size(value: object, file_name: str) -> tuple[int, int] | None:
    if value is None:
        return None
    if isinstance(value, list) and len(value) == 2 and all(isinstance(side, int) and side >= 16 for side in value):
        return value[0], value[1]
    raise InputError(f"{file_name}: resolution", value, "two sides in pixels are needed, as in [1280, 720]")
