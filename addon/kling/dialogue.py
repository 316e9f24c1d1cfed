# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: RUF001 - Chinese prompts have full-width marks, and they are meant
"""What a prompt says aloud: labels, voices and quoted lines with their places in the text.

The form is that of Kling's VIDEO 2.6 guide, `[Anna, whispering]: "We made it."`, with a voice bound inside the label,
`[Anna@Warm Alto, whispering]`, or behind it as Kling's app writes it, `[Anna] @Warm Alto: "…"`. A voice name ends at a
comma, so it has none in it. This reads text and never refuses any: what is wrong with it is for prompt_lint, what it
becomes on the wire for prompt_compiler. All spans count characters from 0 and exclude their end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from .prompt_words import words

_QUOTE_PAIRS = {'"': '"', "“": '”"', "„": "“”", "「": "」", "『": "』", "«": "»", "＂": "＂"}
_BRACKETS = re.compile(r"[\[【［]([^\[\]【】［］\n]{1,160})[\]】］]")
_COMMA = re.compile(r"[,，、]")
_MAIL_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_VOICE_BEHIND = re.compile(r"[ \t]*@[ \t]*([^\[\]【】@:：,，.。!?\"“”「『\n]{1,40})(?=[:：,，\"“「『])")
_SENTENCE_END = re.compile(r"[.!?。！？\n]")
_CONJUNCTION = re.compile(r"[,;，；]|\b(?:and|then|while|as|but|before|after)\b", re.IGNORECASE)
_WORD = re.compile(r"\w")
_LONGEST_APPROACH = 160
"""Characters between a label and its line. A guess that fits a long action: further away they are not one turn."""


class Span(NamedTuple):
    """A piece of the text: `start` included, `end_exclusive` not."""

    start: int
    end_exclusive: int

    def of(self, text: str) -> str:
        return text[self.start : self.end_exclusive]


@dataclass(frozen=True, slots=True)
class Quote:
    """Quoted words: `span` with the marks, `line_span` without."""

    span: Span
    line_span: Span


@dataclass(frozen=True, slots=True)
class Label:
    """Words in brackets that may name who speaks. `span` ends behind a voice that follows the bracket."""

    name: str
    voice_name: str | None
    manner: str
    span: Span
    bracket_span: Span
    voice_span: Span | None
    """From the @ to the end of the voice's name."""

    @property
    def key(self) -> str:
        """The same for two labels that mean one character."""
        return " ".join(self.name.casefold().split())


@dataclass(frozen=True, slots=True)
class Turn:
    """One line spoken under a label. `voice_name` is None where this label binds none; `manner` may be empty."""

    label: str
    voice_name: str | None
    manner: str
    line: str
    """As heard: without the marks, escaped quotes resolved."""
    span: Span
    """From the label's bracket to behind the closing mark."""
    label_span: Span
    voice_span: Span | None
    line_span: Span
    """Inside the marks."""


@dataclass(frozen=True, slots=True)
class Script:
    """All that was read: labels, quotes and turns, each in the order of the text."""

    labels: tuple[Label, ...]
    quotes: tuple[Quote, ...]
    turns: tuple[Turn, ...]


def read_script(text: str) -> Script:
    """One pass over the text: a quote hides the brackets in it, and a bracket the quotes in it. Never raises."""
    labels: list[Label] = []
    quotes: list[Quote] = []
    place = 0
    while place < len(text):
        bracket = _BRACKETS.match(text, place)
        if bracket is not None:
            label = _read_label(text, bracket)
            labels.append(label)
            place = label.span.end_exclusive
            continue
        quote = _read_quote(text, place)
        if quote is not None:
            quotes.append(quote)
            place = quote.span.end_exclusive
            continue
        place += 1
    return Script(tuple(labels), tuple(quotes), tuple(_turns(text, labels, quotes)))


def last_match(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    return max(pattern.finditer(text), key=lambda found: found.start(), default=None)


def is_shown_not_spoken(before: str) -> bool:
    """Whether the words before a quote say that it is to be read: `a sign that says "OPEN"`.

    In `Anna looks at the sign and says` the conjunction tells that something else than the sign speaks.
    """
    last = last_match(words("dialogue", "signs"), before)
    return last is not None and _CONJUNCTION.search(before, last.end()) is None


def _read_label(text: str, bracket: re.Match[str]) -> Label:
    inner_start, inner = bracket.start(1), bracket[1]
    name_part, voice_name, voice_span = inner, None, None
    at = inner.find("@")
    if at > 0 and inner[:at].strip():
        comma = _COMMA.search(inner, at)
        voice_end = comma.start() if comma else len(inner)
        candidate = inner[at + 1 : voice_end].strip()
        is_mail = not inner[at - 1].isspace() and _MAIL_DOMAIN.fullmatch(candidate) is not None
        if candidate and "@" not in candidate and not is_mail:
            voice_name = " ".join(candidate.split())
            voice_span = Span(inner_start + at, inner_start + len(inner[:voice_end].rstrip()))
            name_part = inner[:at].rstrip() + inner[voice_end:]
    end = bracket.end()
    if voice_name is None:
        behind = _VOICE_BEHIND.match(text, end)
        if behind is not None:
            raw = without_speech_verb(behind[1]).rstrip()
            if raw:
                voice_name = " ".join(raw.split())
                voice_span = Span(text.index("@", end), behind.start(1) + len(raw))
                end = voice_span.end_exclusive
    parts = _COMMA.split(name_part, maxsplit=1)
    manner = parts[1].strip() if len(parts) > 1 else ""
    return Label(
        name=parts[0].strip(),
        voice_name=voice_name,
        manner=manner,
        span=Span(bracket.start(), end),
        bracket_span=Span(*bracket.span()),
        voice_span=voice_span,
    )


def without_speech_verb(name: str) -> str:
    # "[Anna] @Warm Alto says, …": the verb belongs to the sentence and not to the voice.
    verb = words("dialogue", "verbs").search(name)
    return name[: verb.start()] if verb and verb.start() > 0 else name


def _read_quote(text: str, place: int) -> Quote | None:
    mark = text[place]
    before = text[place - 1] if place else " "
    if mark in _QUOTE_PAIRS:
        if mark == '"' and (before.isdigit() or before == "\\"):
            return None  # inches (a 5" screen), and an escaped mark outside any quote
        closing = _QUOTE_PAIRS[mark]
    elif mark in "'‘" and _may_open_single(text, place):
        closing = "'" if mark == "'" else "’"
    else:
        return None
    end = place + 1
    while end < len(text):
        character = text[end]
        if character == "\\" and end + 1 < len(text):
            end += 2
            continue
        if mark in "'‘" and character in '"“”「[\n':
            return None
        if text.startswith("\n\n", end):
            return None  # an unclosed mark must not swallow the rest of the prompt
        if character in closing and not (mark in "'‘" and _is_apostrophe(text, end)):
            return Quote(Span(place, end + 1), Span(place + 1, end))
        end += 1
    return None


def _may_open_single(text: str, place: int) -> bool:
    # Apostrophes are far more frequent than single quotes: these open only behind what introduces speech.
    before = text[:place].rstrip()[-24:]
    if place + 1 >= len(text) or text[place + 1].isspace() or (place and text[place - 1].isalnum()):
        return False
    verb = last_match(words("dialogue", "verbs"), before)
    return before.endswith((":", "：", ",", "，", "]")) or (verb is not None and verb.end() == len(before))


def _is_apostrophe(text: str, place: int) -> bool:
    return place + 1 < len(text) and text[place + 1].isalnum()


def _turns(text: str, labels: list[Label], quotes: list[Quote]) -> list[Turn]:
    found: list[Turn] = []
    owner: Label | None = None
    previous: Quote | None = None
    for quote in quotes:
        since = previous.span.end_exclusive if previous else 0
        label = next((one for one in reversed(labels) if since <= one.span.start < quote.span.start), None)
        if label is not None and label.name and _introduces(text[label.span.end_exclusive : quote.span.start]):
            owner = label
        elif not (label is None and owner and previous and _goes_on(text[since : quote.span.start])):
            owner = None
        previous = quote
        if owner is None:
            continue
        start = owner.span.start if label is owner else quote.span.start
        found.append(
            Turn(
                label=owner.name,
                voice_name=owner.voice_name,
                manner=owner.manner,
                line=re.sub(r"\\(.)", r"\1", quote.line_span.of(text)),
                span=Span(start, quote.span.end_exclusive),
                label_span=owner.bracket_span,
                voice_span=owner.voice_span,
                line_span=quote.line_span,
            )
        )
    return found


def _introduces(between: str) -> bool:
    """Whether what stands between a label and a quote makes the quote its line."""
    if len(between) > _LONGEST_APPROACH or _SENTENCE_END.search(between.strip()) is not None:
        return False
    if _WORD.search(between) is None:
        return True
    if is_shown_not_spoken(between):
        return False
    return between.rstrip().endswith((":", "：")) or says_aloud(between)


def says_aloud(piece: str) -> bool:
    """Whether the words tell of speaking or singing."""
    return any(words("dialogue", name).search(piece) is not None for name in ("verbs", "singing"))


def _goes_on(between: str) -> bool:
    """`[Anna] says "Hi," then adds "Bye."`: the second quote is Anna's too."""
    piece = between.strip().lstrip(",，").strip()
    return bool(piece) and piece[0].islower() and _SENTENCE_END.search(piece) is None and says_aloud(piece)
