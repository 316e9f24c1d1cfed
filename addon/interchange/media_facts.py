# SPDX-License-Identifier: GPL-3.0-or-later
"""What only the media files themselves know, put into a snapshot: exact rates, embedded timecode. On any thread."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from ..media.file_facts import file_facts
from .bridge import Media, StripKind

if TYPE_CHECKING:
    from ..media.file_facts import FileFacts
    from .bridge import StripSnapshot, TimelineSnapshot


def media_of_file(path: str) -> Media | None:
    """What the file says of its picture; None where it has none or is not there."""
    found = file_facts(Path(path)) if Path(path).is_file() else None
    if found is None or found.rate is None:
        return None
    return Media(path, found.rate, found.frame_count, start_frame=found.start_frame)


def with_media_facts(snapshot: TimelineSnapshot) -> TimelineSnapshot:
    """Each file is opened once. What cannot be read keeps what Blender knows of it."""
    known: dict[str, FileFacts | None] = {}

    def facts(path: str) -> FileFacts | None:
        if path not in known:
            known[path] = file_facts(Path(path)) if Path(path).is_file() else None
        return known[path]

    def media(one: Media, kind: StripKind) -> Media:
        if one.missing or kind not in (StripKind.MOVIE, StripKind.SOUND):
            return one
        found = facts(one.path)
        if found is None or found.rate is None:
            return one
        if kind is StripKind.SOUND:
            start_s = Fraction(found.start_frame) / found.rate
            return replace(one, start_frame=one.start_frame or round(start_s * one.rate))
        return replace(
            one,
            rate=found.rate,
            frame_count=found.frame_count or one.frame_count,
            start_frame=one.start_frame or found.start_frame,
            width_px=one.width_px or found.width_px,
            height_px=one.height_px or found.height_px,
        )

    def strip(one: StripSnapshot) -> StripSnapshot:
        if one.children:
            return replace(one, children=tuple(strip(child) for child in one.children))
        if not one.media:
            return one
        return replace(one, media={key: media(each, one.kind) for key, each in one.media.items()})

    return replace(snapshot, strips=tuple(strip(one) for one in snapshot.strips))
