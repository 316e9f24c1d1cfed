# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits in OpenTimelineIO: markers whose comment starts with `RETAKE:` carry prompts for what they stand on.

A gap or a clip with such a marker is a shot, as long as it is in the edit; several on one thing make one shot, the
first says what. A marker on a track or on the whole edit is a shot of the length it marks.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import opentimelineio as otio

from .field_lines import MARK, read_note
from .place import Place
from .raw_list import RawList, RawTable
from .schema import FIELDS, read_fps
from .shot_id import SHOT_ID, id_from_words

if TYPE_CHECKING:
    from pathlib import Path

METADATA = "retake"


def read_otio(path: Path) -> RawList:
    raw = RawList.empty(path)
    try:
        timeline = otio.adapters.read_from_file(str(path))
    except (otio.exceptions.OTIOError, ValueError, OSError, RuntimeError, KeyError, TypeError) as error:
        words = str(error).strip("'\" \n").splitlines()
        raw.refuse(
            "", "", path.name, f"it is not an edit in OpenTimelineIO: {words[0] if words else type(error).__name__}"
        )
        return raw
    if not isinstance(timeline, otio.schema.Timeline):
        raw.refuse("", "", path.name, "it holds no edit")
        return raw
    if timeline.name:
        raw.project.values["title"] = timeline.name
    rate = next((clip.trimmed_range().duration.rate for track in timeline.tracks for clip in _timed(track)), 0.0)
    if rate and read_fps(float(round(rate, 6))) is not None:
        raw.project.values["fps"] = float(round(rate, 6))
    reading = _Edit(raw, timeline)
    reading.read()
    if not raw.shots and not raw.problems:
        raw.refuse("", "", path.name, "no marker in it has a comment that starts with RETAKE:")
    return raw


class _Edit:
    def __init__(self, raw: RawList, timeline: Any) -> None:
        self._raw = raw
        self._timeline = timeline
        self._taken: set[str] = set()

    def read(self) -> None:
        self._marked(self._timeline.tracks, "the edit")
        for number, track in enumerate(self._timeline.tracks, start=1):
            where = f"track {track.name or number}"
            self._marked(track, where)
            for place, item in enumerate(track, start=1):
                if isinstance(item, otio.schema.Transition):
                    continue
                kind = "gap" if isinstance(item, otio.schema.Gap) else "clip"
                self._item(item, f"{where}, {kind} {item.name or place}")

    def _item(self, item: Any, owner: str) -> None:
        values: dict[str, Any] | None = None
        for marker in item.markers:
            found = self._values(marker, owner)
            if found is not None and values is None:
                values = found
        values = self._from_metadata(item) if values is None else values
        if values is None:
            return
        span = item.range_in_parent() if isinstance(item.parent(), otio.schema.Track) else item.trimmed_range()
        at = item.transformed_time_range(item.trimmed_range(), self._timeline.tracks).start_time
        self._add(values, item.name, owner, at, span.duration)

    def _marked(self, owner_item: Any, owner: str) -> None:
        for marker in owner_item.markers:
            values = self._values(marker, owner)
            if values is None:
                continue
            at = owner_item.transformed_time(marker.marked_range.start_time, self._timeline.tracks)
            self._add(values, "", owner, at, marker.marked_range.duration, marker.name)

    def _values(self, marker: Any, owner: str) -> dict[str, Any] | None:
        comment = getattr(marker, "comment", "") or str(marker.metadata.get("comment", ""))
        for text in (comment, marker.name or ""):
            values = read_note(text, owner, Place(self._raw.path), self._raw) if MARK.match(text) else None
            if values is not None:
                if text is comment and marker.name and "marker" not in values:
                    values["marker"] = marker.name
                return {**self._metadata(marker), **values}
        return None

    def _from_metadata(self, item: Any) -> dict[str, Any] | None:
        """Of what has no media, as a program may write it: `metadata["retake"]["prompt"]`."""
        is_clip = isinstance(item, otio.schema.Clip)
        is_empty = isinstance(item.media_reference, otio.schema.MissingReference) if is_clip else True
        values = self._metadata(item) if is_empty else {}
        return values if "prompt" in values else None

    def _metadata(self, item: Any) -> dict[str, Any]:
        found = item.metadata.get(METADATA, {})
        return (
            {name: _plain(value) for name, value in found.items() if name in FIELDS} if hasattr(found, "items") else {}
        )

    def _add(self, values: dict[str, Any], name: str, owner: str, at: Any, duration: Any, marker: str = "") -> None:
        seconds = _seconds(duration)
        if seconds > 0:
            values.setdefault("length", float(round(seconds, 6)))
        values.setdefault("at", float(round(_seconds(at), 6)))
        if not values.get("prompt"):
            self._raw.refuse(owner, "prompt", None, "a prompt is needed after RETAKE:")
            return
        if "id" not in values:
            wish = next((one for one in (name, marker) if SHOT_ID.fullmatch(one or "") and one not in self._taken), "")
            values["id"] = wish or id_from_words(str(values["prompt"]), self._taken)
        self._taken.add(str(values["id"]))
        self._raw.shots.append(RawTable(values, Place(self._raw.path)))


def _timed(track: Any) -> list[Any]:
    return [item for item in track if not isinstance(item, otio.schema.Transition)]


def _seconds(time: Any) -> Fraction:
    # Times and rates are floating point there: 24000/1001 is within a hair of what is meant.
    return Fraction(time.value) / Fraction(time.rate)


def _plain(value: Any) -> Any:
    if isinstance(value, str | bool | int | float) or value is None:
        return value
    if hasattr(value, "items"):
        return {str(name): _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value]
