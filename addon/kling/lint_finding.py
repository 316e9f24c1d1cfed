# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: RUF001 - Chinese prompts have full-width marks, and they are meant
"""What the prompt lint is told and what it answers, and how a clause is cut out of a text. No rule is here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from .dialogue import Span

if TYPE_CHECKING:
    from collections.abc import Iterable

Severity = Literal["error", "warning", "note"]
"""error: Kling would refuse it, or use another voice or picture than meant. warning: likely not what was meant."""

_BREAK = re.compile(r"[.!?。！？\n,;:，；：]|\b(?:as|while|and|with|then)\b", re.IGNORECASE)
_SENTENCE_MARKS = ".!?。！？\n"
_LEAD = re.compile(r"(?:[,，;]|\b(?:and|with|but|,\s*and))\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LintContext:
    """What the prompt is for. Names and ids are those the user writes; references without `<<<>>>` or @."""

    sound: bool
    prompt_max_characters: int
    """Of the prompt on the wire, the reference of each voice included."""
    voices: frozenset[str] = frozenset()
    """Names of the voices that can be bound."""
    references: frozenset[str] = frozenset()
    """Ids of images, elements, videos and voices the request carries, such as `image_1`."""
    ignores_camera: bool = False
    ignores_negative: bool = False
    spoken_languages: frozenset[str] = frozenset({"zh", "en"})
    """ISO 639-1. Kling VIDEO 2.6 speaks these two and translates all others to English; 3.0 speaks more."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at. Characters count from 0; the place excludes its end."""

    rule: str
    severity: Severity
    start: int
    end_exclusive: int
    message: str
    """One sentence for the user."""
    advice: str
    """What to do, in words; never empty."""
    fix: str | None = None
    """What to put in the place of the span, "" to take it out. None: it takes a human, as a translation does."""


def apply_fix(text: str, finding: Finding) -> str:
    """The text with the finding's fix; unchanged where it has none. The finding must be of this very text."""
    if finding.fix is None:
        return text
    return text[: finding.start] + finding.fix + text[finding.end_exclusive :]


def overlaps(span: Span, others: Iterable[Span]) -> bool:
    return any(span.start < one.end_exclusive and one.start < span.end_exclusive for one in others)


def clause_around(text: str, place: Span, walls: Iterable[Span] = ()) -> Span:
    """What to take out with the words at `place`, so that the rest still reads: their clause and one comma or
    conjunction that held it. Quotes and labels (`walls`) are never cut into."""
    left, left_mark = 0, ""
    right, right_end, right_mark = len(text), len(text), ""
    for found in _BREAK.finditer(text):
        if overlaps(Span(*found.span()), walls):
            continue
        if found.end() <= place.start:
            left, left_mark = found.end(), found[0]
        elif found.start() >= place.end_exclusive:
            right, right_end, right_mark = found.start(), found.end(), found[0]
            break
    left_start = left - len(left_mark)
    for wall in walls:
        if left_start < wall.end_exclusive <= place.start and wall.end_exclusive >= left:
            left, left_start, left_mark = wall.end_exclusive, wall.end_exclusive, ""
        if place.end_exclusive <= wall.start < right:
            right, right_end, right_mark = wall.start, wall.start, ""
    if left_mark and left_mark not in _SENTENCE_MARKS:
        if right_mark.isalpha() and text[right - 1] == " ":
            right -= 1  # the conjunction that follows keeps a space before it
        return Span(len(text[:left_start].rstrip(" ")), right)
    while left < place.start and text[left] == " ":
        left += 1
    if right_mark != "\n":
        while right_end < len(text) and text[right_end] == " ":
            right_end += 1
    return Span(left, right_end if right_mark != "\n" else right)


def clause_from(text: str, place: Span, walls: Iterable[Span] = ()) -> Span:
    """As clause_around, but what stands before `place` stays, save a conjunction that would hang."""
    right = clause_around(text, place, walls).end_exclusive
    if place.start > 0 and (lead := _LEAD.search(text, 0, place.start)):
        return Span(len(text[: lead.start()].rstrip(" ")), _before_mark(text, place, right))
    before = text[: place.start].rstrip(" ")
    if not before or before[-1] in _SENTENCE_MARKS:
        return Span(place.start, right)
    return Span(len(before), _before_mark(text, place, right))


def _before_mark(text: str, place: Span, right: int) -> int:
    # The mark that ends the clause also ends what stays.
    while right > place.end_exclusive and (text[right - 1] == " " or text[right - 1] in f"{_SENTENCE_MARKS},;，；"):
        right -= 1
    return right
