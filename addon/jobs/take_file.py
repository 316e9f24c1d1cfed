# SPDX-License-Identifier: GPL-3.0-or-later
"""What a take's file says of itself: whether it is there, since when, and a small picture of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ..media.thumbnail import thumbnail_of
from .deleted_takes import deleted_place

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class TakeFile:
    is_there: bool
    is_deleted: bool
    """Not there, and among the deleted takes instead."""
    made_at: datetime | None
    """In local time; None where neither sidecar nor file says."""
    thumbnail: Path | None


def look_at(clip: Path, thumbnails: Path) -> TakeFile:
    """Reads and decodes: not for the main thread. Raises nothing for a file that is missing or damaged."""
    deleted = deleted_place(clip)
    found = next((path for path in (clip, deleted) if path.is_file()), None)
    if found is None:
        return TakeFile(is_there=False, is_deleted=False, made_at=None, thumbnail=None)
    try:
        thumbnail = thumbnail_of(found, thumbnails)
    except OSError:
        thumbnail = None  # a full disk, say: the list does without
    return TakeFile(is_there=found == clip, is_deleted=found == deleted, made_at=_made_at(found), thumbnail=thumbnail)


def _made_at(clip: Path) -> datetime | None:
    try:
        content = json.loads(clip.with_suffix(".json").read_text(encoding="utf-8"))
        return datetime.fromisoformat(content["created_at_utc"]).astimezone()
    except (OSError, ValueError, KeyError, TypeError):
        pass
    try:
        return datetime.fromtimestamp(clip.stat().st_mtime, UTC).astimezone()
    except OSError:
        return None
