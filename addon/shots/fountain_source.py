# SPDX-License-Identifier: GPL-3.0-or-later
"""Screenplays in Fountain as shots: a new one with each scene, and with action that follows speech.

A shot also ends where a third voice would begin, since Kling takes two, and where speech would last longer than a
clip. `[[RETAKE: model = "kling-3.0"; duration = 7]]` sets fields of the shot it stands in.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..kling.prompt_compiler import MOST_VOICES
from .field_lines import read_note
from .fountain_lines import Element, Kind, TitleEntry, character_name, elements, read_title_page
from .place import Place
from .raw_list import RawList, RawTable
from .shot_id import id_from_words

if TYPE_CHECKING:
    from pathlib import Path

_WORDS_PER_S = 2.5
"""Of speech: 150 a minute, as actors speak."""
_SPEECH_MARGIN_S = 1.0
_LONGEST_S = 10.0
"""Of a shot with speech: what every model makes."""
_PLACES = (
    (re.compile(r"(?:INT\.?/EXT|I/E)[.\s]\s*", re.IGNORECASE), "Interior and exterior"),
    (re.compile(r"INT[.\s]\s*", re.IGNORECASE), "Interior"),
    (re.compile(r"EXT[.\s]\s*", re.IGNORECASE), "Exterior"),
    (re.compile(r"EST[.\s]\s*", re.IGNORECASE), "Establishing shot"),
)
_PARTS = re.compile(r"\s+[-–—]\s+")


@dataclass(slots=True)
class _Speech:
    character: str
    manner: str = ""
    lines: list[str] = field(default_factory=list)
    is_sung: bool = False


@dataclass(slots=True)
class _Shot:
    line: int
    heading: str
    scene_number: str
    action: list[str] = field(default_factory=list)
    speeches: list[_Speech] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not (self.action or self.speeches or self.values)

    @property
    def speech_s(self) -> float:
        words = sum(len(line.split()) for speech in self.speeches for line in speech.lines)
        return words / _WORDS_PER_S + _SPEECH_MARGIN_S


def read_fountain(text: str, path: Path) -> RawList:
    raw = RawList.empty(path)
    entries, skip = read_title_page(text)
    for entry in entries:
        _read_title_entry(raw, entry)
    shots = _Shots(raw)
    for element in elements(text, skip):
        shots.add(element)
    shots.close()
    if not raw.shots and not raw.problems:
        raw.refuse("", "", path.name, "there is no action and no dialogue in it")
    return raw


class _Shots:
    def __init__(self, raw: RawList) -> None:
        self._raw = raw
        self._shot = _Shot(1, "", "")
        self._taken: set[str] = set()

    def add(self, element: Element) -> None:
        shot = self._shot
        match element.kind:
            case Kind.HEADING:
                self.close()
                self._shot = _Shot(element.line, _heading(element.text), element.scene_number)
            case Kind.ACTION:
                if shot.speeches:
                    self._next(element.line)
                self._begin_at(element.line)
                self._shot.action.append(element.text)
            case Kind.CHARACTER:
                name = string.capwords(character_name(element.text).lower())
                voices = {speech.character for speech in shot.speeches} | {name}
                if len(voices) > MOST_VOICES or (shot.speeches and shot.speech_s >= _LONGEST_S):
                    self._next(element.line)
                self._begin_at(element.line)
                self._shot.speeches.append(_Speech(name))
            case Kind.PARENTHETICAL if shot.speeches:
                speech = shot.speeches[-1]
                if speech.lines:
                    shot.speeches.append(_Speech(speech.character, element.text))
                else:
                    speech.manner = element.text
            case Kind.DIALOGUE if shot.speeches:
                self._say(element.text, element.line)
            case Kind.LYRIC if shot.speeches:
                shot.speeches[-1].is_sung = True
                self._say(element.text, element.line)
            case Kind.LYRIC:
                self._begin_at(element.line)
                shot.action.append(element.text)
            case Kind.NOTE:
                self._note(element)
            case Kind.SYNOPSIS | Kind.TRANSITION:
                shot.notes.append(element.text)

    def close(self) -> None:
        shot = self._shot
        if shot.is_empty:
            return
        values: dict[str, Any] = {}
        if shot.notes:
            values["notes"] = "\n".join(shot.notes)
        if shot.speeches:
            values["length"] = round(shot.speech_s, 1)
            values["tags"] = ["dialogue"]
        values |= shot.values
        line = _prompt(shot)
        if "id" not in values:
            words = [*shot.action, *(one for speech in shot.speeches for one in speech.lines)] or [shot.heading]
            number = re.sub(r"[^A-Za-z0-9.]", "", shot.scene_number)[:8].lstrip(".")
            stem = id_from_words(words[0], ())
            stem = f"{number}-{stem}" if number else stem
            shot_id, again = stem, 2
            while shot_id in self._taken:
                shot_id, again = f"{stem}-{again}", again + 1
            values["id"] = shot_id
        self._taken.add(str(values["id"]))
        table = RawTable(values, Place(self._raw.path, shot.line), shot.lines, {"line": line, "scene": shot.heading})
        self._raw.shots.append(table)

    def _say(self, text: str, line: int) -> None:
        speech = self._shot.speeches[-1]
        speech.lines.append(text)
        if self._shot.speech_s > _LONGEST_S and (len(self._shot.speeches) > 1 or len(speech.lines) > 1):
            # Too long with this line: it begins the next shot.
            speech.lines.pop()
            if not speech.lines:
                self._shot.speeches.pop()
            self._next(line)
            self._shot.speeches.append(_Speech(speech.character, speech.manner, [text], speech.is_sung))

    def _next(self, line: int) -> None:
        self.close()
        self._shot = _Shot(line, self._shot.heading, self._shot.scene_number)

    def _begin_at(self, line: int) -> None:
        if self._shot.is_empty:
            self._shot.line = line

    def _note(self, element: Element) -> None:
        owner = f"scene “{self._shot.heading}”" if self._shot.heading else "note"
        values = read_note(element.text, owner, Place(self._raw.path, element.line), self._raw)
        if values is None:
            self._shot.notes.append(element.text)
            return
        self._shot.values |= values
        self._shot.lines |= dict.fromkeys(values, element.line)


def _prompt(shot: _Shot) -> str:
    parts = [f"{shot.heading}." if shot.heading else "", " ".join(shot.action)]
    before = ""
    for speech in shot.speeches:
        label = ", ".join(
            part for part in (speech.character, "singing" if speech.is_sung else "", speech.manner) if part
        )
        said = " ".join(speech.lines).replace("“", "'").replace("”", "'")
        if said:
            # Two turns with nothing between them may both go to one voice (Kling's guide on dialogue).
            linker = "Immediately, " if before and before != speech.character else ""
            parts.append(f"{linker}[{label}]: “{said}”")
            before = speech.character
    return " ".join(part for part in parts if part)


def _heading(text: str) -> str:
    """`INT. KITCHEN - NIGHT` becomes `Interior, Kitchen, Night`."""
    for pattern, words in _PLACES:
        if found := pattern.match(text):
            rest = [string.capwords(part.lower()) for part in _PARTS.split(text[found.end() :]) if part.strip()]
            return ", ".join((words, *rest))
    return ", ".join(string.capwords(part.lower()) for part in _PARTS.split(text) if part.strip())


def _read_title_entry(raw: RawList, entry: TitleEntry) -> None:
    first = entry.values[0] if entry.values else None
    match entry.key:
        case "title" if first:
            title = " ".join(value for value, _ in entry.values)
            raw.project.values["title"], raw.project.lines["title"] = title.strip("*_ "), first[1]
        case "fps" if first:
            raw.project.values["fps"], raw.project.lines["fps"] = first
        case "style" if first:
            raw.variables.values["style"], raw.variables.lines["style"] = first
        case "voices":
            for value, line in entry.values:
                _read_voice(raw, value, line)


def _read_voice(raw: RawList, text: str, line: int) -> None:
    """`ANNA = Alto` or `ANNA = Alto = 77`, where 77 is Kling's id of the voice."""
    name, *rest = (part.strip() for part in text.split("="))
    if not name or not 1 <= len(rest) <= 2 or not all(rest):
        raw.refuse(
            "title page", "voices", text, "a character and a voice are needed, as ANNA = Alto, perhaps = its id", line
        )
        return
    raw.cast.values[name] = {"voice": rest[0], **({"voice_id": rest[1]} if len(rest) > 1 else {})}
    raw.cast.lines[name] = line
