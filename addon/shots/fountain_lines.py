# SPDX-License-Identifier: GPL-3.0-or-later
"""A screenplay in Fountain as its elements in their order. After the syntax of fountain.io, as far as shots need it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_BONEYARD = re.compile(r"/\*.*?\*/", re.DOTALL)
_NOTE = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
_HEADING = re.compile(r"(?:INT|EXT|EST|INT\.?/EXT|I/E)(?:\.|\s)\s*.+", re.IGNORECASE)
_SCENE_NUMBER = re.compile(r"\s*#([^#\n]+)#\s*$")
_TITLE_KEY = re.compile(r"([A-Za-z][A-Za-z ]*):\s*(.*)")
_EMPHASIS = re.compile(r"(?<!\\)(\*{1,3}|_)(?=\S)(.+?)(?<=\S)\1")
_EXTENSION = re.compile(r"\s*\(.*?\)\s*")


class Kind(Enum):
    HEADING = auto()
    ACTION = auto()
    CHARACTER = auto()
    PARENTHETICAL = auto()
    DIALOGUE = auto()
    LYRIC = auto()
    TRANSITION = auto()
    SYNOPSIS = auto()
    NOTE = auto()


@dataclass(frozen=True, slots=True)
class Element:
    kind: Kind
    text: str
    line: int
    scene_number: str = ""


@dataclass(frozen=True, slots=True)
class TitleEntry:
    key: str
    values: tuple[tuple[str, int], ...]
    """Each line of it, with its number."""
    line: int


def read_title_page(text: str) -> tuple[list[TitleEntry], int]:
    """The entries, and how many lines they take."""
    lines = text.split("\n")
    entries: list[TitleEntry] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            return (entries, number) if entries else ([], 0)
        found = _TITLE_KEY.fullmatch(line.strip())
        if line[:1] in " \t" and entries:
            last = entries[-1]
            entries[-1] = TitleEntry(last.key, (*last.values, (line.strip(), number)), last.line)
        elif found is not None and not _HEADING.fullmatch(line.strip()):
            values = ((found[2].strip(), number),) if found[2].strip() else ()
            entries.append(TitleEntry(found[1].strip().lower(), values, number))
        else:
            return [], 0
    return entries, len(lines)


def elements(text: str, skip: int) -> Iterator[Element]:
    """Of the lines after the first `skip`. Emphasis is taken off."""
    text = _BONEYARD.sub(lambda found: "\n" * found[0].count("\n"), text)
    lines = text.split("\n")
    at, in_dialogue, after_blank = skip, False, True
    while at < len(lines):
        line, number = lines[at], at + 1
        # A note may be longer than its line.
        while line.count("[[") > line.count("]]") and at + 1 < len(lines) and lines[at + 1].strip():
            at += 1
            line += "\n" + lines[at]
        at += 1
        notes = [Element(Kind.NOTE, note.strip(), number) for note in _NOTE.findall(line)]
        had_text = bool(line.strip())
        line = _NOTE.sub("", line)
        bare = line.strip()
        if not bare:
            yield from notes
            if not had_text:
                in_dialogue, after_blank = False, True
            continue
        following = lines[at].strip() if at < len(lines) else ""
        element = _element(bare, number, in_dialogue=in_dialogue, after_blank=after_blank, following=following)
        after_blank = False
        if element is None:
            in_dialogue = False
            yield from notes
            continue
        in_dialogue = element.kind in (Kind.CHARACTER, Kind.PARENTHETICAL, Kind.DIALOGUE) or (
            element.kind is Kind.LYRIC and in_dialogue
        )
        yield element
        yield from notes


def character_name(text: str) -> str:
    """Without `(V.O.)`, `(CONT'D)` and the mark of two who speak at once."""
    return _EXTENSION.sub(" ", text.removeprefix("@").rstrip("^ ")).strip()


def _element(bare: str, line: int, *, in_dialogue: bool, after_blank: bool, following: str) -> Element | None:
    if bare.startswith("~"):
        return Element(Kind.LYRIC, _plain(bare[1:].strip()), line)
    if in_dialogue:
        kind = Kind.PARENTHETICAL if bare.startswith("(") and bare.endswith(")") else Kind.DIALOGUE
        return Element(kind, _plain(bare.strip("()") if kind is Kind.PARENTHETICAL else bare), line)
    if re.fullmatch(r"={3,}", bare) or bare.startswith("#"):
        return None
    if bare.startswith("="):
        return Element(Kind.SYNOPSIS, bare[1:].strip(), line)
    if bare.startswith("!"):
        return Element(Kind.ACTION, _plain(bare[1:]), line)
    is_forced = bare.startswith(".") and not bare.startswith("..")
    if is_forced or (after_blank and _HEADING.fullmatch(bare)):
        number = _SCENE_NUMBER.search(bare)
        text = _SCENE_NUMBER.sub("", bare.removeprefix(".") if is_forced else bare)
        return Element(Kind.HEADING, text.strip(), line, number[1].strip() if number else "")
    if bare.startswith(">"):
        centred = bare.endswith("<")
        return Element(Kind.ACTION if centred else Kind.TRANSITION, _plain(bare.strip("<> ")), line)
    if after_blank and bare.isupper() and bare.endswith("TO:") and not following:
        return Element(Kind.TRANSITION, bare, line)
    name = character_name(bare)
    if after_blank and following and (bare.startswith("@") or (name.isupper() and any(map(str.isalpha, name)))):
        return Element(Kind.CHARACTER, bare, line)
    return Element(Kind.ACTION, _plain(bare), line)


def _plain(text: str) -> str:
    before = ""
    while before != text:
        before, text = text, _EMPHASIS.sub(r"\2", text)
    return re.sub(r"\\([*_])", r"\1", text)
