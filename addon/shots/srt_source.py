# SPDX-License-Identifier: GPL-3.0-or-later
"""Subtitles (SRT): each one a shot, as long as it is shown."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

from .lyrics import TimedLine, add_lines
from .raw_list import RawList

if TYPE_CHECKING:
    from pathlib import Path

_TIME = r"(\d{1,3}):(\d{1,2}):(\d{1,2})(?:[,.](\d{1,3}))?"
_TIMES = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?")


def read_srt(text: str, path: Path) -> RawList:
    raw = RawList.empty(path)
    found: list[TimedLine] = []
    lines = [*text.split("\n"), ""]
    block: list[str] = []
    begin = 1
    for number, line in enumerate(lines, start=1):
        if line.strip():
            if not block:
                begin = number
            block.append(line)
            continue
        if block:
            _read_block(raw, block, begin, found)
        block = []
    if not found and not raw.problems:
        raw.refuse("", "", path.name, "there is no subtitle in it")
    add_lines(raw, found)
    return raw


def _read_block(raw: RawList, block: list[str], begin: int, found: list[TimedLine]) -> None:
    at = 1 if block[0].strip().isdigit() and len(block) > 1 else 0
    owner = f"subtitle {block[0].strip()}" if at else f"subtitle {len(found) + 1}"
    line = begin + at
    times = _TIMES.fullmatch(block[at])
    if times is None:
        raw.refuse(owner, "time", block[at], "it is written 00:01:02,500 --> 00:01:05,000", line)
        return
    start_s, end_s = _seconds(*times.groups()[:4]), _seconds(*times.groups()[4:])
    if not start_s < end_s:
        raw.refuse(owner, "time", block[at], "it ends after it begins", line)
        return
    if found and start_s < found[-1].start_s:
        raw.refuse(owner, "time", block[at], f"it begins after the one before, in line {found[-1].line}", line)
        return
    found.append(TimedLine(" ".join(block[at + 1 :]), start_s, end_s, line))


def _seconds(hours: str, minutes: str, seconds: str, part: str | None) -> Fraction:
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + Fraction(int((part or "0").ljust(3, "0")), 1000)
