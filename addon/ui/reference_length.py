# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the reference video of the Shot panel is, which its price hangs on. Looked at on a thread of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from . import desk
from .host import is_address_here, why_offline

if TYPE_CHECKING:
    from concurrent.futures import Future
    from fractions import Fraction

_ADDRESSES = ("http://", "https://")

_looking: ThreadPoolExecutor | None = None
_asked: dict[str, Future[Fraction]] = {}


def length_s(address: str) -> Fraction | None:
    """Of an address or a file; None while it is not known. Returns at once; panels are drawn again when it is."""
    if not address.startswith(_ADDRESSES):
        address = _stamped(address)
    future = _asked.get(address)
    if future is None:
        if not _may_look(address):
            return None
        future = _asked[address] = _pool().submit(_look, address)
        desk.redraw_when(future.done)
    return future.result() if future.done() and future.exception() is None else None


def why_unknown(address: str) -> str:
    """A sentence; empty where the length is known."""
    future = _asked.get(address)
    if future is None:
        return why_offline()
    if not future.done():
        return "The video is being looked at …"
    error = future.exception()
    return "" if error is None else str(error)


def forget() -> None:
    """What was found out; a look under way is left to end by itself."""
    global _looking
    pool, _looking = _looking, None
    if pool is not None:
        pool.shutdown(wait=False, cancel_futures=True)
    _asked.clear()


def _may_look(address: str) -> bool:
    return not address.startswith(_ADDRESSES) or is_address_here(address) or not why_offline()


def _stamped(path: str) -> str:
    """The name with what changes when another file takes it."""
    try:
        facts = Path(path).stat()
    except OSError:
        return path
    return f"{path}\n{facts.st_mtime_ns}\n{facts.st_size}"


def _pool() -> ThreadPoolExecutor:
    global _looking
    if _looking is None:
        _looking = ThreadPoolExecutor(max_workers=1, thread_name_prefix="retake-look")
    return _looking


def _look(address: str) -> Fraction:
    """Raises InputError."""
    if address.startswith(_ADDRESSES):
        from ..media.video_length import video_length_s

        return video_length_s(address, "reference video")
    from ..media.video_source import open_video_source

    return open_video_source(Path(address.partition("\n")[0])).duration_s
