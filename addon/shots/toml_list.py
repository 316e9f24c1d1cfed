# SPDX-License-Identifier: GPL-3.0-or-later
"""Shot lists in TOML: `[project]`, `[defaults]` and one `[[shot]]` each."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from .shot_fields import ShotFields, read_fields

if TYPE_CHECKING:
    from pathlib import Path

SHOT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
SHOT_ID_ALLOWED = "up to 40 letters, digits, dots, dashes and underscores are allowed"


@dataclass(frozen=True, slots=True)
class ListedShot:
    shot_id: str
    fields: ShotFields


@dataclass(frozen=True, slots=True)
class ShotList:
    path: Path
    title: str
    shots: tuple[ListedShot, ...]
    """In the order of the file; at least one, no two with the same id."""


def read_toml_list(path: Path) -> ShotList:
    """Raises InputError naming the file, the shot, the field, its value and what is allowed."""
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
    defaults = _table(document.get("defaults", {}), f"{path.name}: defaults")
    entries = document.get("shot", [])
    if not isinstance(entries, list) or not entries:
        raise InputError(f"{path.name}: shot", entries, "a list has at least one [[shot]]")
    shots = tuple(_shot(entry, defaults, path.name, number) for number, entry in enumerate(entries, start=1))
    seen: set[str] = set()
    for shot in shots:
        if shot.shot_id in seen:
            raise InputError(f"{path.name}: id", shot.shot_id, "each shot has an id of its own")
        seen.add(shot.shot_id)
    title = _table(document.get("project", {}), f"{path.name}: project").get("title", path.stem)
    return ShotList(path, str(title), shots)


def _shot(entry: object, defaults: dict[str, Any], file_name: str, number: int) -> ListedShot:
    values = {**defaults, **_table(entry, f"{file_name}: shot {number}")}
    shot_id = values.pop("id", None)
    if not isinstance(shot_id, str) or not SHOT_ID.fullmatch(shot_id):
        raise InputError(f"{file_name}: id of shot {number}", shot_id, SHOT_ID_ALLOWED)
    return ListedShot(shot_id, read_fields(values, f"{file_name}: {shot_id}"))


def _table(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError(where, value, "a table of fields is needed")
    return value
