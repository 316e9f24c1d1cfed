# SPDX-License-Identifier: GPL-3.0-or-later
"""Kling's lists, one entry after the other, over both of its kinds of paging. Nothing here sends a request.

By number (`pageNum` 1 to 1000) on the legacy paths, by cursor on the account's records (kling-api sections 2.7, 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from ..redaction import logger
from .errors import KlingBadAnswer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

_log = logger("kling")

LAST_PAGE = 1000
"""The highest `pageNum` (kling-api section 4 [D]), and the most pages that are followed by cursor."""

Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class CursorPage(Generic[Entry]):
    entries: tuple[Entry, ...]
    next_cursor: str
    """Empty on the last page."""


async def numbered_pages(
    fetch: Callable[[int], Awaitable[Sequence[Entry]]], page_size: int, key: Callable[[Entry], str]
) -> AsyncIterator[Entry]:
    """The entries of pages 1, 2, … as `fetch` gives them, ending with the first page that is not full.

    A page with nothing new ends the list too, and an entry whose `key` came before is left out: entries move on to
    the next page while new ones are made, and a list that does not know paging would never end.
    """
    seen: set[str] = set()
    for page_number in range(1, LAST_PAGE + 1):
        entries = await fetch(page_number)
        known = len(seen)
        for entry in entries:
            if (name := key(entry)) not in seen:
                seen.add(name)
                yield entry
        if len(entries) < page_size or len(seen) == known:
            return
    _log.warning("a list is longer than the API can show: pages=%s page_size=%s", LAST_PAGE, page_size)


async def cursor_pages(fetch: Callable[[str], Awaitable[CursorPage[Entry]]]) -> AsyncIterator[Entry]:
    """The entries of all pages; `fetch` is given "" at first, then the cursor of the page before.

    Raises KlingBadAnswer where the pages do not come to an end: a sum over half a record would be wrong.
    """
    cursor = ""
    used: set[str] = set()
    while cursor not in used and len(used) < LAST_PAGE:
        used.add(cursor)
        page = await fetch(cursor)
        for entry in page.entries:
            yield entry
        cursor = page.next_cursor
        if not cursor:
            return
    raise KlingBadAnswer(
        "Kling's record does not come to an end.",
        hint="Ask for a shorter time.",
        detail=f"pages={len(used)} repeated={cursor in used}",
    )
