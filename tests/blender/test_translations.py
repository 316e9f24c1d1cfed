# SPDX-License-Identifier: GPL-3.0-or-later
"""German words for all that Retake shows. The bpy module is built without other languages: a window shows them."""

from __future__ import annotations

import re
import string

import pytest

from addon.ui.progress import WORDS
from addon.ui.translations.german import GERMAN, GERMAN_OPERATORS
from tests.blender.ui_texts import texts

_NOT_WORDS = re.compile(r"[a-z.-]+|https://…|A lighthouse in the rain, camera rising slowly")
"""Names of threads and computers, and examples in English, which Kling reads best."""


def _fields(text: str) -> list[tuple[str | None, str | None]]:
    return [(name, spec) for _, name, spec, _ in string.Formatter().parse(text) if name is not None]


def test_the_source_is_read() -> None:
    found = {(one.words, one.is_operator) for one in texts()}
    assert {
        ("Generate", True),
        ("Place", False),
        ("From the prompt alone", False),
        ("Select a strip that Retake made", False),
    } <= found
    assert len(found) > 150


def test_every_text_has_german_words() -> None:
    missing = {
        one
        for one in texts()
        if one.words not in (GERMAN_OPERATORS if one.is_operator else GERMAN) and not _NOT_WORDS.fullmatch(one.words)
    }
    assert not sorted(missing)
    assert set(WORDS.values()) <= set(GERMAN)


@pytest.mark.parametrize("words", [GERMAN, GERMAN_OPERATORS], ids=["texts", "operators"])
def test_german_fills_in_the_same_values_and_ends_alike(words: dict[str, str]) -> None:
    for english, german in words.items():
        assert _fields(english) == _fields(german), english
        assert english.endswith(("…", "?")) == german.endswith(("…", "?")), english
        # Tooltips have no full stop at the end: Blender sets it.
        assert not german.endswith(".") or english.endswith("."), german
