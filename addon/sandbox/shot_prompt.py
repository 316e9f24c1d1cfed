# SPDX-License-Identifier: GPL-3.0-or-later
"""A prompt that is written as shots: `shot n, m, words;` one after the other.

Facts: kling-api 2.8: n from 1 to 6, m seconds of at least 1, the sum is the duration, the words have at most 512
characters. Guesses: n counts from 1 without gaps; a prompt is read as shots when it begins with `shot <number>,`
and is then refused where it does not keep the form (in the setting of the real service such prompts are a known trap);
upper case and missing blanks are fine, and so is a missing semicolon at the end.
"""

from __future__ import annotations

import re

from .refusal import invalid_value

_SHOTS_MAX = 6
_WORDS_MAX = 512
_BEGINNING = re.compile(r"\s*shot\s*\d+\s*,", re.IGNORECASE | re.ASCII)
_SHOT = re.compile(r"\s*shot\s*(\d{1,4})\s*,\s*(\d{1,4})\s*,(.*)", re.IGNORECASE | re.ASCII | re.DOTALL)


def check_shots(name: str, prompt: str, duration_s: int) -> None:
    """Return when `prompt`, the value of the field `name`, is no list of shots or a good one.

    Raises:
        Refusal: 400/1201.
    """
    if _BEGINNING.match(prompt) is None:
        return
    pieces = [piece for piece in prompt.split(";") if piece.strip()]
    if len(pieces) > _SHOTS_MAX:
        raise invalid_value(name, f"{len(pieces)} shots", f"there may be at most {_SHOTS_MAX} shots")
    total_s = 0
    for position, piece in enumerate(pieces, start=1):
        match = _SHOT.fullmatch(piece)
        if match is None:
            raise invalid_value(name, piece.strip(), "a shot is written 'shot n, m, words;'")
        number, seconds, words = int(match[1]), int(match[2]), match[3].strip()
        if number != position:
            raise invalid_value(name, piece.strip(), "the shots count from 1 without gaps")
        if seconds < 1 or not words or len(words) > _WORDS_MAX:
            raise invalid_value(
                name, piece.strip(), f"a shot has at least 1 second and 1 to {_WORDS_MAX} characters of words"
            )
        total_s += seconds
    if total_s != duration_s:
        raise invalid_value(name, f"{total_s} s", f"the shots must last {duration_s} s together")
