# SPDX-License-Identifier: GPL-3.0-or-later
"""An .otio file whose open places are to be filled: read, filled and written with nothing else changed."""

from __future__ import annotations

import importlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ExchangeError, StorageError
from .bridge import snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otio_bridge.open_places import OpenPlace

    from .bridge import Media

_package = snapshot.__name__.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class OpenEdit:
    """`lost`: a sentence for each prompt without a place. `notes`: what the reading changed, of newer schemas."""

    path: Path
    timeline: dict[str, Any]
    places: tuple[OpenPlace, ...]
    lost: tuple[str, ...]
    notes: tuple[str, ...]


def read_open_edit(path: Path) -> OpenEdit:
    """Raises ExchangeError where it is no timeline, StorageError where it cannot be read."""
    errors = importlib.import_module(f"{_package}.errors")
    reader = importlib.import_module(f"{_package}.read_file")
    finder = importlib.import_module(f"{_package}.open_places")
    if path.suffix != ".otio":
        raise ExchangeError(f"{path.name} is not an .otio file.", hint="Export the edit as .otio, without media.")
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error.strerror}.", hint="Look at its name and rights.") from error
    except UnicodeDecodeError as error:
        raise ExchangeError(f"{path.name} is no text in UTF-8.", hint="Export the edit again.") from error
    try:
        timeline, notes = reader.read_text(text)
        found = finder.find_open_places(timeline, str(path.absolute().parent), lambda one: Path(one).exists())
    except errors.BridgeError as error:
        raise ExchangeError(f"{path.name}: {error.message}", hint=error.hint) from error
    return OpenEdit(path, timeline, found.places, found.lost, notes)


def write_filled(edit: OpenEdit, takes: Mapping[str, tuple[int, Media]], path: Path) -> int:
    """The edit with the takes, number and file by shot id, in their places; how many. Whole or not at all.

    Raises StorageError for the disk.
    """
    filler = importlib.import_module(f"{_package}.fill")
    timeline = json.loads(json.dumps(edit.timeline))
    filled = 0
    for place in edit.places:
        if place.shot_id in takes:
            filler.fill_place(timeline, place, *takes[place.shot_id])
            filled += 1
    import opentimelineio as otio

    built = otio.core.deserialize_json_from_string(json.dumps(timeline))
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(built.to_json_string(indent=4), encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise StorageError(f"The edit cannot be written to {path}: {error}.", hint="Choose another folder.") from error
    return filled
