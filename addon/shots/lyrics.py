# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of text with times, of subtitles or of a song, as shots: a line, a shot."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .place import Place
from .raw_list import RawTable
from .shot_id import id_from_words

if TYPE_CHECKING:
    from fractions import Fraction

    from .raw_list import RawList

_TAGS = re.compile(r"</?[a-zA-Z][^<>]*>|\{\\[^{}]*\}")
"""Italics, fonts and places on the screen, as subtitles have them."""


@dataclass(frozen=True, slots=True)
class TimedLine:
    text: str
    start_s: Fraction
    end_s: Fraction | None
    """None: not known."""
    line: int


def add_lines(raw: RawList, lines: list[TimedLine]) -> None:
    """Their words become the prompt, or the variable `{line}` in the one that the defaults have."""
    taken: set[str] = set()
    for one in lines:
        text = " ".join(_TAGS.sub("", one.text).split())
        if not text:
            continue
        shot_id = id_from_words(text, taken)
        taken.add(shot_id)
        values = {"id": shot_id, "at": float(one.start_s), "marker": text}
        if one.end_s is not None:
            values["length"] = float(one.end_s - one.start_s)
        raw.shots.append(RawTable(values, Place(raw.path, one.line), words={"line": text}))
