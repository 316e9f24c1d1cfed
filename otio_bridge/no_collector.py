# SPDX-License-Identifier: GPL-3.0-or-later
"""Python's collector of cycles, held while a whole edit is built.

It looks through all that lives each time enough was made, so a clip of a long edit would cost more than one of a short
edit: 1.2 to 1.5 times more among ten thousand (measured on 3.11 and 3.13). Nothing that is built here has cycles.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_lock = Lock()
_holders: list[bool] = []
"""One for each thread and level that holds it; the first says whether it ran before."""


@contextmanager
def no_collector() -> Iterator[None]:
    """May be nested, and be used by several threads: the last one that leaves lets it run again."""
    with _lock:
        _holders.append(_holders[0] if _holders else gc.isenabled())
        gc.disable()
    try:
        yield
    finally:
        with _lock:
            if _holders.pop() and not _holders:
                gc.enable()
