# SPDX-License-Identifier: GPL-3.0-or-later
"""What an imported edit says and Blender has no place for, kept as JSON in a property: it goes out again unchanged."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ..interchange.bridge import Media, bridge_module

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..interchange.bridge import StripSnapshot

from_record: Callable[..., Any] = bridge_module("record").from_record
to_record: Callable[..., dict[str, Any]] = bridge_module("record").to_record


def kept_of(text: str) -> dict[str, Any]:
    """Empty where the property holds nothing, or what no import of ours wrote there."""
    if not text:
        return {}
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def media_of(kept: dict[str, Any]) -> tuple[dict[str, Media], str]:
    records = kept.get("media")
    if not isinstance(records, dict):
        return {}, ""
    return {key: from_record(Media, record) for key, record in records.items()}, str(kept.get("active", ""))


def to_keep(strip: StripSnapshot) -> dict[str, Any]:
    """Of a strip that is written to Blender as what it is."""
    kept: dict[str, Any] = {}
    if strip.foreign:
        kept["foreign"] = dict(strip.foreign)
    if strip.markers:
        kept["markers"] = [to_record(marker) for marker in strip.markers]
    if strip.media and not _is_told_by_blender(strip):
        kept["media"] = {key: to_record(media) for key, media in strip.media.items()}
        kept["active"] = strip.active_media
    return kept


def as_text(kept: dict[str, Any]) -> str:
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":")) if kept else ""


def _is_told_by_blender(strip: StripSnapshot) -> bool:
    """A shot's takes are on the scene's record; of other strips Blender knows the one file that is shown."""
    if strip.shot_id:
        return True
    shown = strip.shown
    if shown is None or len(strip.media) > 1:
        return False
    return not (shown.foreign or shown.metadata or shown.name or shown.start_frame or shown.missing)
