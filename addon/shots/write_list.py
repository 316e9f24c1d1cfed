# SPDX-License-Identifier: GPL-3.0-or-later
"""A shot list written out: each shot with all that holds for it, so that the file needs no other."""

from __future__ import annotations

import csv
import io
import json
import os
from typing import TYPE_CHECKING, Any

from ..errors import InputError, StorageError
from ..kling.problem import either
from .csv_cell import read_cell, write_cell
from .list_problem import shown
from .shot_table import FIELD_ORDER, project_table, shot_table
from .toml_text import toml_table

if TYPE_CHECKING:
    from pathlib import Path

    from .shot_list import ShotList

SUFFIXES = (".toml", ".csv", ".json")


def write_list(listed: ShotList, path: Path) -> None:
    """The form goes by the suffix. Written whole or not at all.

    Raises InputError for another suffix and for what the form cannot say, StorageError for the disk.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError("OUT", path.name, f"a list is written as {either(SUFFIXES)}")
    project = project_table(listed.title, listed.fps, listed.resolution)
    shots = [shot_table(shot, path.parent) for shot in listed.shots]
    match suffix:
        case ".toml":
            text = list_as_toml(project, shots)
        case ".json":
            text = json.dumps({"project": project, "shots": shots}, ensure_ascii=False, indent=2) + "\n"
        case _:
            text = list_as_csv(project, shots)
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise StorageError(f"The list cannot be written to {path}: {error.strerror or error}.") from error


def list_as_toml(project: dict[str, Any], shots: list[dict[str, Any]]) -> str:
    tables = ["[project]\n" + toml_table(project), *("[[shot]]\n" + toml_table(shot) for shot in shots)]
    return "\n".join(tables)


def list_as_csv(project: dict[str, Any], shots: list[dict[str, Any]]) -> str:
    """Raises InputError for what a cell cannot say."""
    names = [name for name in FIELD_ORDER if any(name in shot for shot in shots)]
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    for name, value in project.items():
        table.writerow([f"#{name}", "x".join(map(str, value)) if name == "resolution" else value])
    table.writerow(names)
    for shot in shots:
        table.writerow([_cell(shot, name) for name in names])
    return text.getvalue()


def _cell(shot: dict[str, Any], name: str) -> str:
    if name not in shot or shot[name] == "":
        return ""
    cell = write_cell(name, shot[name])
    if "\r" in cell or not _says(name, cell, shot[name]):
        allowed = "a cell of a table cannot say it; TOML and JSON can"
        raise InputError(f"{shot['id']}: {name}", shown(shot[name]), allowed)
    return cell


def _says(name: str, cell: str, value: Any) -> bool:
    try:
        return bool(read_cell(name, cell.strip()) == value)
    except ValueError:
        return False
