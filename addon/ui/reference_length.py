# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the reference video of the Shot panel is, which its price hangs on. Looked at on a thread of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from . import desk
from .host import is_address_here, why_offline

if TYPE_CHECKING:
    from concurrent.futures import Future
    from fractions import Fraction

_looking: ThreadPoolExecutor | None = None
_asked: dict[str, Future[Fraction]] = {}


def length_s(address: str) -> Fraction | None:
    """None while it is not known. Returns at once; panels are drawn again when it is."""
    future = _asked.get(address)
    if future is None:
        if not _may_look(address):
            return None
        future = _asked[address] = _pool().submit(_look, address)
        desk.redraw_when(future.done)
    return future.result() if future.done() and future.exception() is None else None


def why_unknown(address: str) -> str:
    """A sentence; empty where the length is known."""
    if not address.startswith(("http://", "https://")):
        return "Give the address of the video (https://…): Kling fetches it from the internet."
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
    return address.startswith(("http://", "https://")) and (is_address_here(address) or not why_offline())


def _pool() -> ThreadPoolExecutor:
    global _looking
    if _looking is None:
        _looking = ThreadPoolExecutor(max_workers=1, thread_name_prefix="retake-look")
    return _looking


def _look(address: str) -> Fraction:
    """Raises InputError."""
    from ..media.video_length import video_length_s

    return video_length_s(address, "reference video")
