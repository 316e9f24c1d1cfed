# SPDX-License-Identifier: GPL-3.0-or-later
"""The word lists of prompt_words.toml as compiled patterns. Data and its loading only; no rule is decided here."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def word_table() -> dict[str, Any]:
    """The whole table; read once."""
    return tomllib.loads((Path(__file__).parent / "prompt_words.toml").read_text(encoding="utf-8"))


@cache
def words(section: str, name: str) -> re.Pattern[str]:
    """One list, with its Chinese companion `<name>_zh` where there is one, as a pattern for `search`."""
    table = word_table()[section]
    # The longest first: an alternation takes the first that fits, and "speaker switches" must win over a part of it.
    latin = "|".join(sorted(table[name], key=len, reverse=True))
    # Not \b: it sees no edge between a Latin word and a Chinese one, and the lists mix with Chinese text.
    pattern = rf"(?<![A-Za-z0-9_])(?:{latin})(?![A-Za-z0-9_])"
    chinese = table.get(f"{name}_zh", [])
    if chinese:
        pattern = f"{pattern}|{'|'.join(sorted(chinese, key=len, reverse=True))}"
    return re.compile(pattern, re.IGNORECASE)


@cache
def function_words(language: str) -> frozenset[str]:
    """The short words that give a language away, by ISO 639-1 code, lower case."""
    return frozenset(word_table()["language"]["function_words"][language])


def languages_by_words() -> tuple[str, ...]:
    """The ISO 639-1 codes other than English that have function words."""
    return tuple(code for code in word_table()["language"]["function_words"] if code != "en")
