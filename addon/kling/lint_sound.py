# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: RUF001 - Chinese prompts have full-width marks, and they are meant
"""The lint rules for what is heard: how many kinds of it, in which language, and sound that is switched off."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from .dialogue import Script, Span
from .lint_dialogue import unlabelled_lines
from .lint_finding import Finding, LintContext, clause_around, overlaps
from .prompt_words import function_words, languages_by_words, word_table, words

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_KINDS_OF_SOUND = 3
"""Kling's guide names voice, background sound and effects together as what a clip can mix. That more is too many is
ours, a guess."""

# Kinds whose words are parts of another's longer ones come later: "birds singing" is ambience.
_KINDS = ("effect", "music", "ambience", "singing", "speech")
_KIND_NAMES = {"effect": "effects", "music": "music", "ambience": "ambience", "singing": "singing", "speech": "speech"}
_NOT_WANTED = re.compile(r"\b(?:no|without|any)\b[^.,;!?。，\n]*$|(?:没有|不要|无)[^，。\n]*$", re.IGNORECASE)
_LINE_WORDS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SCRIPTS = {
    "HIRAGANA": "ja", "KATAKANA": "ja", "HANGUL": "ko", "CYRILLIC": "ru", "ARABIC": "ar", "HEBREW": "he", "GREEK": "el",
    "DEVANAGARI": "hi", "THAI": "th", "TAMIL": "ta", "BENGALI": "bn", "GEORGIAN": "ka", "ARMENIAN": "hy",
}  # fmt: skip
_LATIN_MARKS = {
    "¿": "es",
    "¡": "es",
    "ß": "de",
    "ł": "pl",
    "ã": "pt",
    "õ": "pt",
    "ğ": "tr",
    "ı": "tr",
    "œ": "fr",
    "ý": "cs",
    "ě": "cs",
    "ř": "cs",
    "ů": "cs",
    "å": "sv",
    "ø": "da",
}


class Heard(NamedTuple):
    kind: str
    span: Span


def heard_words(text: str, script: Script) -> list[Heard]:
    """The words that ask for sound, outside quotes, in their order; those after "no" or "without" are left out."""
    taken = [quote.span for quote in script.quotes]
    found: list[Heard] = []
    for kind in _KINDS:
        for match in words("sound", kind).finditer(text):
            span = Span(*match.span())
            if not overlaps(span, taken) and _NOT_WANTED.search(text, 0, span.start) is None:
                found.append(Heard(kind, span))
                taken.append(span)
    return sorted(found, key=lambda one: one.span)


def too_many_sounds(text: str, script: Script) -> Iterator[Finding]:
    heard = heard_words(text, script)
    kinds = list(dict.fromkeys(one.kind for one in heard if one.kind != "speech"))
    speaks = bool(script.turns) or any(one.kind == "speech" for one in heard)
    room = MOST_KINDS_OF_SOUND - speaks
    walls = [turn.span for turn in script.turns] + [quote.span for quote in script.quotes]
    for one in heard:
        if one.kind not in kinds[room:]:
            continue
        span = clause_around(text, one.span, walls)
        yield Finding(
            "too-many-sounds", "warning", span.start, span.end_exclusive,
            f"With {_KIND_NAMES[one.kind]} there are more than {MOST_KINDS_OF_SOUND} kinds of sound in one shot.",
            "Leave out the sounds that matter least, or add them in the edit.", "",
        )  # fmt: skip


def spoken_language(text: str, script: Script, context: LintContext) -> Iterator[Finding]:
    spoken = [turn.line_span for turn in script.turns]
    spoken += [line.quote.line_span for line in unlabelled_lines(text, script)]
    for span in sorted(spoken):
        language = language_of(span.of(text))
        if language is not None and language not in context.spoken_languages:
            yield Finding(
                "spoken-language", "warning", span.start, span.end_exclusive,
                "The model does not speak the language of this line and will translate it to English.",
                "Write the line in Chinese or English as it is to be heard, or take a model that speaks it.",
            )  # fmt: skip
    names = "|".join(word_table()["language"]["names"])
    speaks = (
        r"(?:says?|said|speaks?|speaking|spoken|asks?|whispers?|whispering|repl(?:y|ies)|talks?|talking|sings?|singing)"
    )
    said = rf"\b{speaks}(?: [a-z]+ly)?(?: in)? ({names})\b(?! accent|-accent)"
    quotes = [quote.span for quote in script.quotes]
    places = [(match.start(1), match.end(1)) for match in re.finditer(said, text)]
    for turn in script.turns:
        label = turn.label_span
        # Only as the last word of its part of the manner: "with a French accent" is no language.
        inside = re.compile(rf"(?:, ?(?:speaking |in |speaking in )?|\bin )({names})(?=\s*[,\]@])")
        found = inside.finditer(text, label.start, label.end_exclusive)
        places += [(match.start(1), match.end(1)) for match in found]
    codes = word_table()["language"]["codes"]
    for start, end in sorted(set(places)):
        if overlaps(Span(start, end), quotes) or codes.get(text[start:end], "") in context.spoken_languages:
            continue
        yield Finding(
            "spoken-language", "warning", start, end,
            f"The model does not speak {text[start:end]} and will speak English instead.",
            "Ask for Chinese or English, or take a model that speaks it.", "English",
        )  # fmt: skip


def language_of(line: str) -> str | None:
    """ISO 639-1 of a line's language where its letters or its short words give it away; None for English, Chinese,
    and whatever is too short to tell."""
    counts: dict[str, int] = {}
    for character in line:
        if character.isalpha() and not character.isascii():
            script_name = unicodedata.name(character, "").split(" ")[0].split("-")[0]
            if script_name in _SCRIPTS:
                counts[_SCRIPTS[script_name]] = counts.get(_SCRIPTS[script_name], 0) + 1
    if counts and max(counts.values()) > 1:
        return max(counts, key=lambda code: counts[code])
    # Each word once: "la la la" is no Spanish.
    tokens = {token.lower().replace("’", "'") for token in _LINE_WORDS.findall(line)}
    english = sum(token in function_words("en") for token in tokens)
    scores = {code: sum(token in function_words(code) for token in tokens) for code in languages_by_words()}
    best = max(scores, key=lambda code: scores[code])
    if scores[best] >= 2 and scores[best] > english:
        return best
    marks = [language for mark, language in _LATIN_MARKS.items() if mark in line.lower()]
    return marks[0] if marks and english == 0 else None


def sound_while_off(text: str, script: Script) -> Iterator[Finding]:
    """One finding for each spoken line and each word that asks for sound."""
    walls = [turn.span for turn in script.turns] + [quote.span for quote in script.quotes]
    lines = [_with_linker(text, turn.span) for turn in script.turns]
    lines += [_sentence(text, line.quote.span) for line in unlabelled_lines(text, script)]
    voiced = any(turn.voice_name for turn in script.turns)
    for span in sorted(lines):
        yield Finding(
            "sound-while-off", "error" if voiced else "warning", span.start, span.end_exclusive,
            "The sound is off, so this line is not heard.", "Switch the sound on, or take the line out.", "",
        )  # fmt: skip
    for one in heard_words(text, script):
        if overlaps(one.span, lines):
            continue
        span = clause_around(text, one.span, walls)
        yield Finding(
            "sound-while-off", "note", span.start, span.end_exclusive,
            f"The sound is off, so “{one.span.of(text)}” is not heard.", "Switch the sound on, or take it out.", "",
        )  # fmt: skip


def _with_linker(text: str, span: Span) -> Span:
    """The turn with an "Immediately," before it and the space behind it, which would be left hanging."""
    lead = re.search(r"(?:\b\w+|紧接着|立刻|随即),?\s*，?\s*$", text[: span.start])
    start = lead.start() if lead and words("dialogue", "linkers").search(lead[0]) else span.start
    end = span.end_exclusive
    while end < len(text) and text[end] in " .":
        end += 1
    return Span(start, end)


def _sentence(text: str, span: Span) -> Span:
    start = max((stop.end() for stop in re.finditer(r"[.!?。！？\n]\s*", text[: span.start])), default=0)
    behind = re.compile(r"[^.!?。！？\n\"“「\[]*[.。\n]?\s?").match(text, span.end_exclusive)
    return Span(start, behind.end() if behind else span.end_exclusive)
