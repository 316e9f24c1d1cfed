# SPDX-License-Identifier: GPL-3.0-or-later
"""An .otio file whose open places are to be filled: read, filled and written with nothing else changed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ExchangeError
from .bridge import bridge_module
from .otio_file import translated

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from otio_bridge.open_places import LostPrompt, OpenPlace

    from .bridge import Media


@dataclass(frozen=True, slots=True)
class OpenEdit:
    """`notes`: what the reading changed, of newer schemas."""

    path: Path
    timeline: dict[str, Any]
    rate: Fraction
    places: tuple[OpenPlace, ...]
    lost: tuple[LostPrompt, ...]
    notes: tuple[str, ...]


def read_open_edit(path: Path) -> OpenEdit:
    """Raises ExchangeError where it is no timeline, StorageError where it cannot be read."""
    if path.suffix != ".otio":
        raise ExchangeError(f"{path.name} is not an .otio file.", hint="Export the edit as .otio, without media.")
    with translated(f"{path} cannot be read", "Look at its name and rights."):
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise ExchangeError(f"{path.name} is no text in UTF-8.", hint="Export the edit again.") from error
        timeline, notes = bridge_module("read_file").read_text(text)
        finder = bridge_module("open_places")
        found = finder.find_open_places(timeline, str(path.absolute().parent), lambda one: Path(one).exists())
    return OpenEdit(path, timeline, found.rate, found.places, found.lost, notes)


def write_filled(edit: OpenEdit, takes: Mapping[str, tuple[int, Media]], path: Path) -> int:
    """The edit with the takes, number and file by shot id, in their places; how many. Whole or not at all.

    Raises StorageError for the disk.
    """
    filler = bridge_module("fill")
    timeline = json.loads(json.dumps(edit.timeline))
    filled = 0
    for place in edit.places:
        if place.shot_id in takes:
            filler.fill_place(timeline, place, *takes[place.shot_id])
            filled += 1
    import opentimelineio as otio

    built = otio.core.deserialize_json_from_string(json.dumps(timeline))
    part = path.with_name(f"{path.name}.part")
    with translated(f"The edit cannot be written to {path}", "Choose another folder."):
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(built.to_json_string(indent=4), encoding="utf-8")
        part.replace(path)
    return filled
