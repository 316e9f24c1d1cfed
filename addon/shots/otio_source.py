# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits in OpenTimelineIO: the gaps and the clips without their media that carry prompts, as `retake otio fill` fills
them, and markers over nothing to be filled that mark some length: a shot of that length each.

The comment of a marker after `RETAKE:` has the prompt, and further fields as field_lines.py reads them.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ..errors import ExchangeError, StorageError
from ..interchange.open_edit import read_open_edit
from .field_lines import read_note
from .place import Place
from .raw_list import RawList, RawTable
from .schema import FIELDS
from .shot_id import SHOT_ID, id_from_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def read_otio(path: Path) -> RawList:
    raw = RawList.empty(path)
    try:
        edit = read_open_edit(path)
    except (ExchangeError, StorageError) as error:
        raw.refuse("", "", path.name, error.message[:1].lower() + error.message[1:].rstrip("."))
        return raw
    if isinstance(name := edit.timeline.get("name"), str) and name:
        raw.project.values["title"] = name
    raw.project.values["fps"] = str(edit.rate)
    taken = {place.shot_id for place in edit.places}
    for place in edit.places:
        wishes = {name: value for name, value in place.wishes.items() if name in FIELDS}
        if place.marker:
            wishes.setdefault("marker", place.marker)
        _add(raw, place.where, place.prompt, place.shot_id, wishes, place.at_s, place.needed_s)
    for prompt in edit.lost:
        if prompt.length_s:
            is_name = SHOT_ID.fullmatch(prompt.name) and prompt.name not in taken
            shot_id = prompt.name if is_name else id_from_words(prompt.prompt, taken)
            taken.add(shot_id)
            _add(
                raw,
                prompt.where or "the edit",
                prompt.prompt,
                shot_id,
                {"marker": prompt.name} if prompt.name else {},
                prompt.at_s,
                prompt.length_s,
            )
        else:
            raw.refuse(prompt.where or "the edit", "marker", prompt.prompt, "it lies over no gap and no clip without "
                       "its media, and marks no length")  # fmt: skip
    if not raw.shots and not raw.problems:
        raw.refuse("", "", path.name, "no gap, no clip without its media and no marker in it has a prompt")
    return raw


def _add(
    raw: RawList, where: str, prompt: str, shot_id: str, wishes: Mapping[str, Any], at_s: Fraction, length_s: Fraction
) -> None:
    told = read_note(f"RETAKE: {prompt}", where, Place(raw.path), raw) or {}
    values: dict[str, Any] = {**wishes, **told}
    if not values.get("prompt"):
        raw.refuse(where, "prompt", None, "a prompt is needed after RETAKE:")
        return
    # The place's own id: what fills the edit has to find it again.
    values["id"] = shot_id
    values.setdefault("length", float(round(length_s, 6)))
    values.setdefault("at", float(round(at_s, 6)))
    raw.shots.append(RawTable(values, Place(raw.path)))
