# SPDX-License-Identifier: GPL-3.0-or-later
"""From the prompt a user writes to the prompt and the voice list that Kling gets, on either standard.

`[Anna@Warm Alto, whispering]: "We made it."` becomes `[Anna, whispering] <<<voice_1>>>: "We made it."` on the legacy
standard and `[Anna, whispering] @voice_1: "We made it."` on the new one. It changes labels that bind a voice and
nothing else, and judges nothing but the voices: style is for prompt_lint.

Where the reference stands, and why:

- Legacy: Kling's documentation of `prompt` says `<<<voice_1>>>` follows the order of `voice_list`, two at most, and
  gives `The man <<<voice_1>>> said, "Hello."` (app.klingai.com/global/dev, image-to-video and omni-video, "prompt"):
  directly behind the speaker and before the speech.
- New: image-to-video/kling-2.6 documents "Specify a voice in the format of @xxx" with parts `{type, voice_id, id}`,
  two at most, each `id` unique.
- Labels in brackets, and `[Livestream Host] @Sweet Female Voice: "…"`, are Kling's VIDEO 2.6 guide and its voice
  control chapter; there, too, the voice follows the speaker.
- A guess: that the API reads a bracketed label followed by its reference as the app reads a label followed by its
  voice. A guess as well: that a character's later lines need the reference again; it is repeated with each of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain, count
from typing import TYPE_CHECKING

from ..errors import InputError
from .dialogue import Label, Span, read_script
from .standard import Standard

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_VOICES = 2
"""In one task, on both standards (Kling's documentation of `voice_list` and of voice parts)."""

_LEGACY_VOICE_TOKEN = re.compile(r"<<<\s*voice_\d+\s*>>>")


@dataclass(frozen=True, slots=True)
class BoundVoice:
    """A voice of the task. `reference_id` is the part's `id` on the new standard; the legacy one goes by position."""

    voice_id: str
    reference_id: str


@dataclass(frozen=True, slots=True)
class CompiledPrompt:
    """The prompt for the wire, and its voices in the order of the list to send. Empty: send no list."""

    text: str
    voices: tuple[BoundVoice, ...]


def compile_prompt(text: str, voices: Mapping[str, str], standard: Standard) -> CompiledPrompt:
    """`voices` maps the names the user knows to Kling's voice ids; case and spacing of a name do not matter.

    A text that binds no voice comes back unchanged, with its mail addresses, handles and references. The same text
    always gives the same result. Raises InputError for an unknown voice, for more than MOST_VOICES of them, and for a
    legacy voice reference written by hand beside bound voices, whose number would point at another voice.
    """
    labels = read_script(text).labels
    bound = [label for label in labels if label.voice_name is not None]
    if not bound:
        return CompiledPrompt(text, ())
    if standard is Standard.LEGACY and (by_hand := _LEGACY_VOICE_TOKEN.search(text)):
        raise InputError("prompt", by_hand[0], "beside a label with a voice, name every voice in its label")
    id_of_label = {label.span: _voice_id(label.voice_name or "", voices) for label in bound}
    voice_ids = list(dict.fromkeys(id_of_label.values()))
    if len(voice_ids) > MOST_VOICES:
        names = ", ".join(dict.fromkeys(label.voice_name or "" for label in bound))
        raise InputError("voice", names, f"at most {MOST_VOICES} voices fit one shot")
    references = _reference_ids(text, len(voice_ids), standard)
    written = {
        voice_id: f"<<<{reference}>>>" if standard is Standard.LEGACY else f"@{reference}"
        for voice_id, reference in zip(voice_ids, references, strict=True)
    }
    pieces: list[str] = []
    place = 0
    voice_of_character: dict[str, str] = {}
    speaking = _speaking_labels(text)
    for label in labels:
        voice_id = id_of_label.get(label.span)
        if voice_id is not None:
            voice_of_character[label.key] = voice_id
        elif label.bracket_span in speaking:
            voice_id = voice_of_character.get(label.key)
        if voice_id is None:
            continue
        pieces += [text[place : label.span.start], _bracket_without_voice(text, label), " ", written[voice_id]]
        place = label.span.end_exclusive
        if text[place : place + 1].isalnum() or text[place : place + 1] == "_":
            pieces.append(" ")  # "@voice_1says" would be another reference
    pieces.append(text[place:])
    found = (BoundVoice(voice_id, reference) for voice_id, reference in zip(voice_ids, references, strict=True))
    return CompiledPrompt("".join(pieces), tuple(found))


def match_voice_name(name: str, known: Mapping[str, str] | frozenset[str]) -> str | None:
    """The known name that `name` means: exact, else the only one equal but for case and spacing."""
    if name in known:
        return name
    alike = [one for one in known if _folded(one) == _folded(name)]
    return alike[0] if len(alike) == 1 else None


def _voice_id(name: str, voices: Mapping[str, str]) -> str:
    match = match_voice_name(name, voices)
    if match is None:
        known = ", ".join(sorted(voices)) if voices else "none"
        raise InputError("voice", f"“{name}”", f"the known voices are: {known}")
    return voices[match]


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _speaking_labels(text: str) -> frozenset[Span]:
    return frozenset(turn.label_span for turn in read_script(text).turns)


def _bracket_without_voice(text: str, label: Label) -> str:
    bracket, voice = label.bracket_span, label.voice_span
    if voice is None or voice.start >= bracket.end_exclusive:
        return bracket.of(text)
    return text[bracket.start : voice.start].rstrip() + text[voice.end_exclusive : bracket.end_exclusive]


def _reference_ids(text: str, number: int, standard: Standard) -> list[str]:
    """Legacy ones are fixed by the list's positions. New ones must not occur in the text by chance, nor be the
    beginning of each other or of a reference in it: the same stem and one digit each sees to that."""
    stem = "voice" if standard is Standard.LEGACY else next(_free_stems(text))
    return [f"{stem}_{position}" for position in range(1, number + 1)]


def _free_stems(text: str) -> Iterator[str]:
    folded = text.casefold()
    for stem in chain(("voice", "tone", "speaker"), (f"tone{number}" for number in count(2))):
        # A user's own "@tone" would be the beginning of "@tone_1".
        if f"{stem}_" not in folded and re.search(rf"@{stem}(?!\w)", folded) is None:
            yield stem
