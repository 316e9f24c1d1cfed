# SPDX-License-Identifier: GPL-3.0-or-later
"""What a shot may be called, and ids made from words."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

SHOT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
SHOT_ID_ALLOWED = "up to 40 letters, digits, dots, dashes and underscores are allowed"

_LONGEST_WORDS = 28


def id_from_words(text: str, taken: Collection[str]) -> str:
    """An id that none of `taken` is. It hangs on the words alone, not on a place in the list: a line that is put in
    before renames no shot, and so none is made and paid for again.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", re.sub(r"['’]", "", plain))
    stem = ""
    for word in words:
        longer = f"{stem}-{word}" if stem else word
        if len(longer) > _LONGEST_WORDS:
            break
        stem = longer
    if not stem:
        stem = f"x{hashlib.sha256(text.encode()).hexdigest()[:8]}"
    found, number = stem, 2
    while found in taken:
        found, number = f"{stem}-{number}", number + 1
    return found
