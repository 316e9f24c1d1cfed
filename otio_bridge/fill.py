# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes put into the open places of an edit, with nothing else of it changed."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from .import_time import active_reference, children_of, time_scalar
from .media_url import UrlForm
from .namespaces import RETAKE, SCHEMA, own_part
from .references import media_reference
from .times import Json, known_rate

if TYPE_CHECKING:
    from .open_places import OpenPlace, Path
    from .snapshot import Media


def fill_place(timeline: Json, place: OpenPlace, take_number: int, media: Media) -> None:
    """Change `timeline`, the one `place` was found in: the item becomes a clip of `media`.

    It keeps its duration as it is written, its name, markers, effects, metadata and the media references it had. The
    source begins with what a transition before needs; what the take has beyond is its tail.
    """
    siblings, number = _siblings(timeline["tracks"], place.path)
    item = siblings[number]
    duration = item["source_range"]["duration"] if isinstance(item.get("source_range"), dict) else None
    if duration is None:
        # A clip without a range of its own lasts as long as what its reference says is available.
        duration = active_reference(item)[1]["available_range"]["duration"]
    rate = duration["rate"] or 24.0
    scalar = time_scalar(item)
    begins_s = place.head_s if scalar >= 0 else place.tail_s
    references: Json = dict(item.get("media_references") or {})
    key = _free_key(references, f"take {take_number}")
    references[key] = media_reference(key, media, known_rate(rate), UrlForm.PATH, "", known_rate(1.0))
    metadata: Json = dict(item.get("metadata") or {})
    metadata[RETAKE] = {
        **own_part(metadata, RETAKE), "schema": SCHEMA, "shot": place.shot_id, "take": take_number,
    }  # fmt: skip
    kept: Json = {name: item[name] for name in ("effects", "markers", "enabled", "color") if name in item}
    siblings[number] = {
        "OTIO_SCHEMA": "Clip.2",
        "metadata": metadata,
        "name": item.get("name") or place.shot_id,
        "source_range": {
            "OTIO_SCHEMA": "TimeRange.1",
            "duration": deepcopy(duration),
            "start_time": {
                "OTIO_SCHEMA": "RationalTime.1",
                "rate": rate,
                "value": float(begins_s * known_rate(rate)),
            },
        },
        **kept,
        "media_references": references,
        "active_media_reference_key": key,
    }


def _siblings(stack: Json, path: Path) -> tuple[list[Json], int]:
    """The list that holds the item, and its place there."""
    holder = stack
    for step in path[:-1]:
        holder = children_of(holder)[step]
    return holder["children"], path[-1]


def _free_key(references: Json, wanted: str) -> str:
    number = 2
    key = wanted
    while key in references:
        key, number = f"{wanted} ({number})", number + 1
    return key
