# SPDX-License-Identifier: GPL-3.0-or-later
"""What the preferences ask and do about keys, on a thread: a keyring may wait for the user to unlock it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Generic, TypeVar

from . import desk
from .wrapped_label import wrapped_label

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    import bpy

_Status = TypeVar("_Status")


class KeyWork(Generic[_Status]):
    """Main thread only, but for what it is given to do."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._pool: ThreadPoolExecutor | None = None
        self._asked_for = ""
        self._work: Future[str] | None = None
        self.status: Future[_Status] | None = None

    def ask(self, asked_for: str, look: Callable[[], _Status]) -> _Status | None:
        """What `look` finds, which is asked again where `asked_for` changes and after work; None while it looks."""
        if self.status is None or self._asked_for != asked_for:
            self._asked_for = asked_for
            self.status = self._threads().submit(look)
            desk.redraw_when(self.status.done)
        return self.found()

    def found(self) -> _Status | None:
        """What was found last; None while it is looked for."""
        return self.status.result() if self.status is not None and self.status.done() else None

    def begin(self, do: Callable[[], str]) -> None:
        """`do` on the thread; then what it changed is looked at again. It returns a sentence, or raises one."""
        work = self._work = self._threads().submit(do)
        desk.redraw_when(work.done)
        work.add_done_callback(lambda _: self._look_again())

    def draw(self, layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
        """What is being done, or was done last."""
        work = self._work
        if work is not None and not work.done():
            layout.label(text="One moment …", icon="SORTTIME")
        elif work is not None:
            error = work.exception()
            words = work.result() if error is None else str(error)
            wrapped_label(layout, context, words, "ERROR" if error else "CHECKMARK")

    def close(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)
        self.status = self._work = None

    def _look_again(self) -> None:
        """On the thread: the next drawing asks for the status."""
        self.status = None

    def _threads(self) -> ThreadPoolExecutor:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=self._name)
        return self._pool
