# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: RUF001 - Chinese prompts have full-width marks, and they are meant
"""The lint rules for who speaks: labels, turns, pronouns and voices. Not for what is heard beside it: lint_sound.

The rules follow Kling's VIDEO 2.6 guide ("structured naming", "temporal control", the voice control chapter).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from .dialogue import Label, Quote, Script, Span, Turn, is_shown_not_spoken, last_match, without_speech_verb
from .lint_finding import Finding, LintContext, overlaps
from .prompt_compiler import match_voice_name
from .prompt_words import words

if TYPE_CHECKING:
    from collections.abc import Iterator

_STOP = re.compile(r"[.!?。！？\n]")
_COLON_SPEAKER = re.compile(
    r"(?:^|[.!?。！？\n]\s*)((?:[A-Z][\w'’-]*|[Tt]he|[Aa]n?)(?: [\w'’-]+){0,3}|[一-鿿]{1,8})"
    r"(?:\s*\([^()\n]*\))?\s*[:：]\s*$"  # "Mia (crying): "
)
_SPEECH_END = tuple(",.!?…，。！？")
_INTRODUCING = (",", ":", "，", "：")
_ARTICLES = frozenset(
    {"a", "an", "the", "then", "immediately", "suddenly", "meanwhile", "finally", "and", "his", "her", "our"}
)
_NO_NAME = frozenset({"is", "who", "with", "in", "on", "at", "and", "then", "as", "while", "from", "of", "to", "that"})
_PRONOUNS = frozenset({"he", "she", "they", "i", "we", "it", "you"})
_PRONOUN = re.compile(
    r"(?<![\w'’@])(he|she|they)(?= [a-z])|(他们|她们|他|她)(?=[一-鿿]{0,3}(?:说|问|喊|答|低语))", re.IGNORECASE
)
_HAND_VOICE = re.compile(r"<<<\s*voice_\d+\s*>>>")
_AT_IN_LINE = re.compile(r"(?<![\w.+-])[ \t]*@[\w][\w'’-]*")
_WHO = r"(?:(?:[Tt]he|[Aa]n?) (?P<noun>[\w'’-]+(?: [\w'’-]+)?) |(?P<name>[A-Z][\w'’-]*) )?"
_STRAY_VOICE = re.compile(
    rf"(?:(?<=^)|(?<=[\s.!?,])){_WHO}@ ?(?P<voice>[\w'’-]+(?: [\w'’-]+){{0,3}})(?=\s*[:：]\s*[\"“「'])", re.MULTILINE
)
_CJK = re.compile(r"[一-鿿]")


class UnlabelledLine(NamedTuple):
    """A quoted line that is spoken and by nobody named in brackets."""

    quote: Quote
    introduced_by: Span
    """The verb or the speaker's name that makes it speech."""
    before: bool
    """Whether that stands before the line."""
    speaker: str


def unlabelled_lines(text: str, script: Script) -> Iterator[UnlabelledLine]:
    spoken = {turn.line_span for turn in script.turns}
    previous_end = 0
    for quote in script.quotes:
        start, previous_end = previous_end, quote.span.end_exclusive
        if quote.line_span in spoken or not re.search(r"\w", quote.line_span.of(text)):
            continue
        for stop in _STOP.finditer(text, start, quote.span.start):
            start = stop.end()
        before = text[start : quote.span.start]
        if _HAND_VOICE.search(before) or is_shown_not_spoken(before):
            continue
        verb = last_match(words("dialogue", "verbs"), before)
        speech_like = quote.line_span.of(text).rstrip().endswith(_SPEECH_END) or before.rstrip().endswith(_INTRODUCING)
        # "explains the theory of "dark matter"": the further the verb, the more the quote must look like speech.
        if verb is not None and (speech_like or len(before[verb.end() :].split()) <= 2):
            place = Span(start + verb.start(), start + verb.end())
            yield UnlabelledLine(quote, place, before=True, speaker=_speaker(before, verb.start()))
            continue
        colon = _COLON_SPEAKER.search(before)
        if colon is not None:
            heading = words("dialogue", "headings").search(colon[1])
            if heading is None and words("dialogue", "signs").search(colon[1]) is None:
                place = Span(start + colon.start(1), start + colon.end(1))
                yield UnlabelledLine(quote, place, before=True, speaker=_speaker(colon[1], len(colon[1])))
            continue
        if before.rstrip().endswith((":", "：")) and quote.line_span.of(text).rstrip().endswith(_SPEECH_END):
            # "The detective slams the desk: "Where were you?""
            if words("dialogue", "headings").search(before) is None and len(before.split()) > 3:
                at = start + max(before.rfind(":"), before.rfind("："))
                yield UnlabelledLine(quote, Span(at, at + 1), before=True, speaker=_speaker(before, len(before)))
            continue
        behind = _verb_behind(text, quote)
        if behind is not None:
            yield behind


def _verb_behind(text: str, quote: Quote) -> UnlabelledLine | None:
    """`"Hello," says the man.`"""
    if not quote.line_span.of(text).rstrip().endswith(_SPEECH_END):
        return None
    end = quote.span.end_exclusive
    piece = _STOP.split(text[end : end + 60], maxsplit=1)[0]
    verb = words("dialogue", "verbs").search(piece)
    if verb is None or len(piece[: verb.start()].split()) > 3 or re.search(r"[\"“「\[:]", piece[: verb.start()]):
        return None
    ahead = piece[: verb.start()].strip(" ,，")
    speaker = _speaker(ahead, len(ahead)) if ahead else _speaker(piece[verb.end() :], len(piece))
    return UnlabelledLine(quote, Span(end + verb.start(), end + verb.end()), before=False, speaker=speaker)


def _speaker(clause: str, end: int) -> str:
    """A name for the label from the words before the verb: its first noun phrase, as far as plain rules find it."""
    chosen: list[str] = []
    parts = [part for part in re.split(r"[,，]", clause[:end]) if set(part.lower().split()) - _ARTICLES]
    for word in re.findall(r"[\w'’-]+", parts[0] if parts else ""):
        lower = word.lower()
        if not chosen and lower in _ARTICLES:
            continue
        if lower in _PRONOUNS or lower in _NO_NAME or (chosen and lower.endswith("s") and not lower.endswith("ss")):
            break
        chosen.append(word)
        if len(chosen) == 4 or _CJK.match(word):
            break
    if not chosen:
        return "Speaker"
    name = " ".join(chosen)
    verb = words("dialogue", "verbs").search(name)
    name = re.sub("[低轻大小高]声$", "", (name[: verb.start()] if verb else name).strip()) or "Speaker"
    return name[0].upper() + name[1:]


def dialogue_without_label(text: str, script: Script, context: LintContext) -> Iterator[Finding]:
    taken = [Span(one.start, one.end_exclusive) for one in pronoun_after_label(text, script)]
    taken += [Span(one.start, one.end_exclusive) for one in voice_without_label(text, script, context)]
    for line in unlabelled_lines(text, script):
        start = min(line.introduced_by.start, line.quote.span.start)
        end = max(line.introduced_by.end_exclusive, line.quote.span.end_exclusive)
        reach = max((stop.end() for stop in _STOP.finditer(text, 0, start)), default=0)
        if any(reach <= one.start < end for one in taken):
            continue
        quoted = line.quote.span.of(text)
        labelled = f"[{line.speaker}]: {quoted}"
        if line.before:
            verb = text[line.introduced_by.start : line.quote.span.start].rstrip(" ,:，：")
            if not verb:
                fix = f". {labelled}"  # the clause before the colon stays, as the action the line is bound to
            else:
                named = words("dialogue", "verbs").match(verb) is None
                fix = labelled if named else f"{verb}, {labelled}"
        else:
            fix = labelled + text[line.quote.span.end_exclusive : end]
        yield Finding(
            "dialogue-without-label", "warning", start, end,
            "A spoken line has no character label, so Kling guesses who says it.",
            f'Write the speaker in brackets before the line: [{line.speaker}]: "…"', fix,
        )  # fmt: skip


def voice_without_label(text: str, script: Script, context: LintContext) -> Iterator[Finding]:
    hidden = [quote.span for quote in script.quotes] + [label.span for label in script.labels]
    found: dict[int, tuple[Span, str | None, str]] = {}
    for stray in _STRAY_VOICE.finditer(text):
        voice = without_speech_verb(stray["voice"]).rstrip()
        if stray["voice"] not in context.references and voice:
            span = Span(stray.start(), stray.start("voice") + len(voice))
            found[stray.start()] = (span, stray["noun"] or stray["name"], voice)
    for name in sorted(context.voices, key=len, reverse=True):
        pattern = rf"{_WHO}(?<![\w.@])@ ?(?P<voice>{re.escape(name)})(?![\w@]|\.\w)"
        for stray in re.finditer(pattern, text):
            span = Span(*stray.span())
            if not overlaps(span, [one[0] for one in found.values()]):
                found[span.start] = (span, stray["noun"] or stray["name"], stray["voice"])
    for span, who, voice in sorted(found.values()):
        if overlaps(span, hidden):
            continue
        owner = next((one.name for one in script.labels if one.voice_name and one.voice_name == voice), None)
        name = who or owner or "Speaker"
        name = name[0].upper() + name[1:]
        yield Finding(
            "voice-without-label", "error", span.start, span.end_exclusive,
            "A voice stands without a character label, so nobody gets it.",
            f"Write the voice inside the label of who speaks: [{name}@{voice}].", f"[{name}@{voice}]",
        )  # fmt: skip


def at_sign_in_line(text: str, script: Script) -> Iterator[Finding]:
    for turn in script.turns:
        for at in _AT_IN_LINE.finditer(text, turn.line_span.start, turn.line_span.end_exclusive):
            yield Finding(
                "at-sign-in-line", "warning", at.start(), at.end(),
                "An @ inside the quoted line is read aloud or taken for a reference.",
                "Bind the voice in the label, and write the line as it is to be heard.", at[0].replace("@", "", 1),
            )  # fmt: skip


def two_characters_one_voice(script: Script, context: LintContext) -> Iterator[Finding]:
    owner_of: dict[str, str] = {}
    used = {_voice_key(label, context) for label in script.labels if label.voice_name}
    for label in script.labels:
        if label.voice_name is None or label.voice_span is None:
            continue
        owner = owner_of.setdefault(_voice_key(label, context), label.key)
        if owner == label.key:
            continue
        free = sorted(name for name in context.voices if name not in used)
        yield Finding(
            "two-characters-one-voice", "warning", label.voice_span.start, label.voice_span.end_exclusive,
            f"{label.name} has the same voice as another character, so they cannot be told apart.",
            "Give each character a voice of its own, or none.", f"@{free[0]}" if free else "",
        )  # fmt: skip


def voice_without_speech(text: str, script: Script) -> Iterator[Finding]:
    speaking = {" ".join(turn.label.casefold().split()) for turn in script.turns}
    hidden = [quote.span for quote in script.quotes]
    for label in script.labels:
        if label.voice_name is None or label.voice_span is None or label.key in speaking:
            continue
        end = min((one.span.start for one in script.labels if one.span.start > label.span.start), default=len(text))
        stop = _STOP.search(text, label.span.end_exclusive, end)
        own = text[label.span.start : stop.start() if stop else end]
        if overlaps(label.span, hidden) or any(words("dialogue", one).search(own) for one in ("verbs", "singing")):
            continue
        yield Finding(
            "voice-without-speech", "warning", label.voice_span.start, label.voice_span.end_exclusive,
            f"A voice is bound to {label.name}, which does not speak; it is paid for and not heard.",
            "Take the voice out, or give the character a line.", "",
        )  # fmt: skip


def unknown_voice(script: Script, context: LintContext) -> Iterator[Finding]:
    for label in script.labels:
        if label.voice_name is None or label.voice_span is None:
            continue
        if match_voice_name(label.voice_name, context.voices) is None:
            near = nearest(label.voice_name, context.voices)
            known = ", ".join(sorted(context.voices)) or "none"
            yield Finding(
                "unknown-voice", "error", label.voice_span.start, label.voice_span.end_exclusive,
                f"There is no voice “{label.voice_name}”.", f"The known voices are: {known}.",
                f"@{near}" if near else "",
            )  # fmt: skip


def pronoun_after_label(text: str, script: Script) -> Iterator[Finding]:
    """A pronoun that introduces speech always; any subject pronoun where several characters could be meant."""
    hidden = [quote.span for quote in script.quotes] + [label.bracket_span for label in script.labels]
    turn_labels = {turn.label_span for turn in script.turns}
    characters = [one for one in script.labels if one.bracket_span in turn_labels or one.voice_name]
    several = len({one.key for one in characters}) > 1
    speech = [line.introduced_by for line in unlabelled_lines(text, script)]
    for pronoun in _PRONOUN.finditer(text):
        earlier = [one for one in characters if one.span.end_exclusive <= pronoun.start()]
        if not earlier or overlaps(Span(*pronoun.span()), hidden):
            continue
        stop = _STOP.search(text, pronoun.end())
        sentence_end = stop.start() if stop else len(text)
        introduces = any(pronoun.end() <= one.start < sentence_end for one in speech)
        if not introduces and not several:
            continue
        names = list(dict.fromkeys(one.name for one in earlier))
        plural = pronoun[0].lower() in ("they", "他们", "她们")
        who = " and ".join(names[-2:]) if plural else earlier[-1].name
        yield Finding(
            "pronoun-after-label", "warning", pronoun.start(), pronoun.end(),
            f"“{pronoun[0]}” after a character label leaves open who is meant.",
            "Name the character as the label does, every time.", f"[{who}]" if introduces else who,
        )  # fmt: skip


def turns_without_linker(text: str, script: Script) -> Iterator[Finding]:
    """Two characters with nothing said between their lines: Kling then tends to let one speak on."""
    for first, second in zip(script.turns, script.turns[1:], strict=False):
        if _same(first, second) or second.span.start != second.label_span.start:
            continue
        between = text[first.span.end_exclusive : second.span.start]
        behind = text[second.label_span.end_exclusive : second.line_span.start]
        if words("dialogue", "linkers").search(behind) or re.search(r"\w", between.replace("and", "")):
            continue
        label = second.label_span
        chinese = _CJK.search(second.line) is not None
        yield Finding(
            "turns-without-linker", "warning", label.start, label.end_exclusive,
            "Two characters speak one after the other with nothing between, and Kling may give both lines to one.",
            "Write “Immediately,” before the second label, or what happens in between.",
            ("紧接着，" if chinese else "immediately, " if "and" in between else "Immediately, ") + label.of(text),
        )  # fmt: skip


def nearest(name: str, known: frozenset[str]) -> str | None:
    """The known name that `name` is likely a slip of."""
    from difflib import get_close_matches

    lower = {one.casefold(): one for one in sorted(known)}
    match = get_close_matches(name.casefold(), list(lower), n=1, cutoff=0.75)
    return lower[match[0]] if match else None


def _same(first: Turn, second: Turn) -> bool:
    return " ".join(first.label.casefold().split()) == " ".join(second.label.casefold().split())


def _voice_key(label: Label, context: LintContext) -> str:
    return match_voice_name(label.voice_name or "", context.voices) or (label.voice_name or "").casefold()
