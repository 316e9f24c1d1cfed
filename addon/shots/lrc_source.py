# SPDX-License-Identifier: GPL-3.0-or-later
"""Lyrics (LRC): each line a shot, until the next one begins; an empty line ends the one before it."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from .lyrics import TimedLine, add_lines
from .raw_list import RawList

if TYPE_CHECKING:
    from pathlib import Path

_STAMP = re.compile(r"\s*\[(\d{1,3}):(\d{1,2})(?:[.:](\d{1,3}))?\]")
_FACT = re.compile(r"\s*\[([a-zA-Z#]+)\s*:\s*(.*)\]\s*")
_WORD_STAMP = re.compile(r"<\d{1,3}:\d{1,2}(?:[.:]\d{1,3})?>")
"""Of single words, in the enhanced form."""
_MINUTES = re.compile(r"(\d{1,3}):(\d{1,2})(?:[.:](\d{1,3}))?")


def read_lrc(text: str, path: Path) -> RawList:
    raw = RawList.empty(path)
    stamped: list[tuple[Fraction, str, int]] = []
    offset_s, length_s = Fraction(0), None
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        stamps, rest = _stamps(line)
        if stamps:
            stamped += [(at, _WORD_STAMP.sub("", rest).strip(), number) for at in stamps]
            continue
        fact = _FACT.fullmatch(line)
        if fact is None:
            raw.refuse("", "", line, "a line begins with its time, as [01:02.50]", number)
            continue
        name, value = fact[1].lower(), fact[2].strip()
        if name == "ti" and value:
            raw.project.values["title"], raw.project.lines["title"] = value, number
        elif name == "offset":
            if re.fullmatch(r"[+-]?\d+", value):
                offset_s = Fraction(int(value), 1000)
            else:
                raw.refuse("", "offset", value, "milliseconds are needed, as +250", number)
        elif name == "length":
            if found := _MINUTES.fullmatch(value):
                length_s = _seconds(*found.groups())
            else:
                raw.refuse("", "length", value, "minutes and seconds are needed, as 03:20", number)
    # A positive offset shows the words sooner.
    by_time: dict[Fraction, TimedLine] = {}
    for at, words, number in sorted(stamped, key=lambda one: (one[0], one[2])):
        start_s = max(at - offset_s, Fraction(0))
        before = by_time.get(start_s)
        # Two lines at one time are one, as with a translation below each.
        said = " / ".join(one for one in (before.text if before else "", words) if one)
        by_time[start_s] = TimedLine(said, start_s, None, before.line if before else number)
    ends_s: list[Fraction | None] = [*list(by_time)[1:], length_s][: len(by_time)]
    found_lines = [
        replace(one, end_s=end_s)
        for one, end_s in zip(by_time.values(), ends_s, strict=True)
        if one.text and (end_s is None or end_s > one.start_s)
    ]
    if not found_lines and not raw.problems:
        raw.refuse("", "", path.name, "there is no line with a time in it")
    add_lines(raw, found_lines)
    return raw


def _stamps(line: str) -> tuple[list[Fraction], str]:
    found, place = [], 0
    while stamp := _STAMP.match(line, place):
        found.append(_seconds(*stamp.groups()))
        place = stamp.end()
    return found, line[place:]


def _seconds(minutes: str, seconds: str, part: str | None) -> Fraction:
    return int(minutes) * 60 + int(seconds) + Fraction(int((part or "0").ljust(3, "0")), 1000)
