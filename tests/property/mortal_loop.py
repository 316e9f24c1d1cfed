# SPDX-License-Identifier: GPL-3.0-or-later
"""An event loop that can be made to die between any two of its turns, as a process that is killed does."""

from __future__ import annotations

import asyncio


class Killed(BaseException):
    """The end of the process, as far as the loop is concerned."""


class MortalLoop(asyncio.SelectorEventLoop):
    """`turns_left` None is no limit. Each await that has to wait ends a turn."""

    turns_left: int | None = None

    def _run_once(self) -> None:
        if self.turns_left is not None:
            if self.turns_left == 0:
                raise Killed
            self.turns_left -= 1
        super()._run_once()  # type: ignore[misc]  # asyncio's own, which typeshed leaves out
