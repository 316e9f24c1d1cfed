# SPDX-License-Identifier: GPL-3.0-or-later
"""References in a prompt to what came with it: `<<<image_1>>>` by position in the legacy standard, `@id` in the new.

Facts: kling-api 2.5 and 2.8. Guesses: the sentences; a triple bracket around anything but image, element, video or
voice with a number is plain text; so is an `@` before a word that is no id, as people write such things, unless the
word has the form of an id that can only be meant as one (`@image_3`, `@video_1`, `@element_2`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from .refusal import invalid_value

_BY_POSITION = re.compile(r"<<<\s*(image|element|video|voice)_(\d{1,4})\s*>>>", re.ASCII)
_NUMBERED = re.compile(r"@((?:image|element|video|voice)_\d+)", re.ASCII)


def check_positions(name: str, text: str, counts: Mapping[str, int]) -> None:
    """Check the references in `text`, the value of the field `name`; `counts` says how many there are of each kind.

    Raises:
        Refusal: 400/1201.
    """
    for match in _BY_POSITION.finditer(text):
        there = counts.get(match[1], 0)
        if not 1 <= int(match[2]) <= there:
            raise invalid_value(name, match[0], f"it points at nothing: there are {there} of {match[1]}")


def check_ids(name: str, text: str, ids: Collection[str]) -> None:
    """Check the references in `text` of the new standard against the ids of the parts.

    Raises:
        Refusal: 400/1201.
    """
    for match in _NUMBERED.finditer(text):
        # An id may be followed by letters without a blank, as in Chinese.
        if not any(text.startswith(one, match.start(1)) for one in ids):
            raise invalid_value(name, match[0], "it points at nothing: no part has this id")
