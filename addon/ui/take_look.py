# SPDX-License-Identifier: GPL-3.0-or-later
"""What panels know of takes' files, found on a thread: a panel is drawn with what is known, and again once more is."""

from __future__ import annotations

import os
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import desk
from .host import blender_host

if TYPE_CHECKING:
    from pathlib import Path

    from ..jobs.take_file import TakeFile

_FRESH_S = 3.0
"""So often a file is looked at again while its row is drawn: it may be moved by another program."""
_MOST_KEPT = 2000


@dataclass(slots=True)
class _Look:
    future: Future[TakeFile]
    asked_s: float
    known: TakeFile | None = None
    """Of the look before, while the next is under way."""


_looks: dict[str, _Look] = {}
_pool: ThreadPoolExecutor | None = None


def look_of(clip: Path) -> TakeFile | None:
    """What is known of the file now; None until it was looked at. Never waits."""
    key = str(clip)
    look = _looks.get(key)
    now_s = time.monotonic()
    if look is not None and look.future.done():
        if look.future.exception() is None:
            look.known = look.future.result()
        if now_s - look.asked_s < _FRESH_S:
            return look.known
    if look is None or look.future.done():
        look = _Look(_ask(clip), now_s, look.known if look is not None else None)
        if len(_looks) >= _MOST_KEPT:
            _looks.clear()
        _looks[key] = look
        desk.redraw_when(_is_done)
    return look.known


def forget_looks() -> None:
    """After files were moved: all are looked at again."""
    for look in _looks.values():
        look.asked_s = float("-inf")


def _ask(clip: Path) -> Future[TakeFile]:
    global _pool
    from ..app import home_folder
    from ..jobs.take_file import look_at

    if _pool is None:
        _pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="retake-takes")
    return _pool.submit(look_at, clip, home_folder(os.environ, blender_host()) / "thumbs")


def _is_done() -> bool:
    return all(look.future.done() for look in _looks.values())


def register() -> None:
    """Nothing before a list is drawn."""


def unregister() -> None:
    global _pool
    pool, _pool = _pool, None
    if pool is not None:
        pool.shutdown(wait=True, cancel_futures=True)
    _looks.clear()
