# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: RUF001 - Chinese prompts have full-width marks, and they are meant
"""What is likely wrong with a prompt before it is paid for: each finding with a name, a place, and a way out.

It reads the text the user writes, not the wire form, and knows the model only by LintContext. It never refuses
anything: what Kling would certainly refuse is `catalogue.problems`. Rules about dialogue are in lint_dialogue, about
sound in lint_sound; those about the text as a whole are here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from . import lint_dialogue, lint_sound
from .dialogue import Script, Span, read_script
from .lint_finding import Finding, LintContext, apply_fix, clause_around, clause_from, overlaps
from .prompt_compiler import compile_prompt
from .prompt_words import words
from .standard import Standard

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RULES", "Finding", "LintContext", "apply_fix", "lint_prompt"]

RULES = (
    "dialogue-without-label",
    "voice-without-label",
    "at-sign-in-line",
    "two-characters-one-voice",
    "voice-without-speech",
    "unknown-voice",
    "pronoun-after-label",
    "turns-without-linker",
    "too-many-sounds",
    "spoken-language",
    "sound-while-off",
    "prompt-too-long",
    "unknown-reference",
    "camera-ignored",
    "negative-ignored",
)
"""Every name a finding can have. They are stable: settings and tests may rely on them."""

_LEGACY_REFERENCE = re.compile(r"<{2,3}\s*([^<>\n]{1,40}?)\s*>{2,3}")
_HANDLE = re.compile(r"(?<![\w.+-])@([\w-]+)")
_NUMBERED = re.compile(r"(?:image|element|video|voice)_?\d+", re.IGNORECASE)


def lint_prompt(text: str, context: LintContext) -> tuple[Finding, ...]:
    """The findings in the order of the text. Empty: nothing was found, which is no promise. Never raises."""
    script = read_script(text)
    found = [
        *lint_dialogue.voice_without_label(text, script, context),
        *lint_dialogue.two_characters_one_voice(script, context),
        *lint_dialogue.voice_without_speech(text, script),
        *lint_dialogue.unknown_voice(script, context),
        *_too_long(text, context),
        *_unknown_references(text, script, context),
    ]
    if context.sound:
        found += lint_dialogue.dialogue_without_label(text, script, context)
        found += lint_dialogue.at_sign_in_line(text, script)
        found += lint_dialogue.pronoun_after_label(text, script)
        found += lint_dialogue.turns_without_linker(text, script)
        found += lint_sound.too_many_sounds(text, script)
        found += lint_sound.spoken_language(text, script, context)
    else:
        found += lint_sound.sound_while_off(text, script)
    if context.ignores_camera:
        found += _ignored_camera(text, script)
    if context.ignores_negative:
        found += _ignored_negative(text, script, context)
    # Two words of one clause may say the same.
    once = dict.fromkeys(found)
    return tuple(sorted(once, key=lambda one: (one.start, one.end_exclusive, one.rule)))


def _wire_length(text: str) -> int:
    # The longer of the two standards' forms; the voices' ids are in a list of their own and do not count.
    names = {label.voice_name for label in read_script(text).labels if label.voice_name}
    voices = {name: str(number % 2) for number, name in enumerate(sorted(names))}
    if re.search(r"<<<\s*voice_\d+\s*>>>", text):
        return len(text)
    return len(compile_prompt(text, voices, Standard.LEGACY).text)


def _too_long(text: str, context: LintContext) -> Iterator[Finding]:
    most = context.prompt_max_characters
    length = _wire_length(text)
    if length <= most:
        return
    cut = min(len(text), most)
    while cut > 0 and _wire_length(text[:cut]) > most:
        cut -= max(1, _wire_length(text[:cut]) - most)
    cut = max(cut, 0)
    for wall in read_script(text).turns:
        if wall.span.start < cut < wall.span.end_exclusive:
            cut = wall.span.start  # half a line would be spoken
    kept = text[:cut]
    sentence = max((stop.end() for stop in re.finditer(r"[.!?。！？](?=\s|$|[一-鿿])", kept)), default=0)
    word = kept.rfind(" ")
    if sentence > cut // 2:
        cut = sentence
    elif word > cut // 2:
        cut = word
    yield Finding(
        "prompt-too-long", "error", cut, len(text),
        f"The prompt has {length:,} characters with its references, and at most {most:,} are allowed.",
        "Shorten it; the fix cuts off what does not fit.", "",
    )  # fmt: skip


def _unknown_references(text: str, script: Script, context: LintContext) -> Iterator[Finding]:
    known = context.references
    names = ", ".join(sorted(known)) or "none"
    for token in _LEGACY_REFERENCE.finditer(text):
        if token[1] in known and token[0] == f"<<<{token[1]}>>>":
            continue
        near = token[1] if token[1] in known else lint_dialogue.nearest(token[1], known)
        start = token.start() - 1 if near is None and text[: token.start()].endswith(" ") else token.start()
        yield _unknown_reference(Span(start, token.end()), token[1], names, f"<<<{near}>>>" if near else "")
    hidden = [label.span for label in script.labels] + [quote.span for quote in script.quotes]
    strays = [Span(one.start, one.end_exclusive) for one in lint_dialogue.voice_without_label(text, script, context)]
    for handle in _HANDLE.finditer(text):
        span = Span(*handle.span())
        if handle[1] in known or overlaps(span, hidden + strays):
            continue
        near = lint_dialogue.nearest(handle[1], known)
        if near is None and not _NUMBERED.fullmatch(handle[1]):
            continue  # an ordinary handle, as of an account on a phone's screen
        yield _unknown_reference(span, handle[1], names, f"@{near}" if near else handle[1].replace("_", " "))


def _unknown_reference(span: Span, name: str, known: str, fix: str) -> Finding:
    return Finding(
        "unknown-reference", "error", span.start, span.end_exclusive,
        f"The prompt refers to “{name}”, which is not among the references of this shot.",
        f"Add it to the shot, or write one of: {known}.", fix,
    )  # fmt: skip


def _ignored_camera(text: str, script: Script) -> Iterator[Finding]:
    quotes = [quote.span for quote in script.quotes]
    walls = quotes + [label.span for label in script.labels]
    for move in words("camera", "moves").finditer(text):
        place = Span(*move.span())
        if overlaps(place, quotes):
            continue
        span = clause_around(text, place, walls)
        yield Finding(
            "camera-ignored", "note", span.start, span.end_exclusive,
            f"The model takes its camera from the reference, so “{move[0]}” does nothing.",
            "Take the camera words out.", "",
        )  # fmt: skip


def _ignored_negative(text: str, script: Script, context: LintContext) -> Iterator[Finding]:
    quotes = [quote.span for quote in script.quotes]
    walls = quotes + [label.span for label in script.labels]
    idioms = [Span(*one.span()) for one in words("negation", "idioms").finditer(text)]
    for negation in words("negation", "words").finditer(text):
        place = Span(*negation.span())
        if overlaps(place, walls + idioms):
            continue
        span = clause_from(text, place, walls)
        if context.sound and re.search(r"\b(?:music|sounds?|voices?|dialogue|noises?|bgm|speech)\b", span.of(text)):
            continue  # Kling's guide asks for "no background music" in the prompt itself
        yield Finding(
            "negative-ignored", "note", span.start, span.end_exclusive,
            f"The model does not know what to leave out; “{negation[0]} …” rather calls it in.",
            "Say what is to be seen instead.", "",
        )  # fmt: skip
