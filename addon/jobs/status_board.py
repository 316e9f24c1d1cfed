# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of tasks' states, gathered: jobs that want one at about the same time share a request.

With an API key one query has up to 20 tasks of either standard; with a key pair one page of the legacy list has the
newest tasks of a product. A task that such an answer does not show is asked for by itself. Used on the engine's thread
only.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..kling.client import MOST_IDS
from ..kling.errors import KlingBusy, KlingNotThere, KlingRefused
from ..kling.standard import Standard
from ..kling.task import ENDED
from ..redaction import logger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..kling.client import KlingClient
    from ..kling.product import Product
    from ..kling.task import KlingTask

_log = logger("jobs")

_LIST_PAGE_SIZE = 30
"""Kling's own default (kling-api section 4)."""


@dataclass(frozen=True, slots=True, eq=False)
class _Want:
    standard: Standard
    product: Product
    task_id: str
    earliest_s: float
    due_s: float
    answer: asyncio.Future[KlingTask]


class StatusBoard:
    """One for all jobs of an engine."""

    def __init__(self, client: KlingClient) -> None:
        self._client = client
        self._wants: set[_Want] = set()
        self._reads: set[asyncio.Task[None]] = set()
        self._knows_batches = True

    async def aclose(self) -> None:
        """End the reads under way; whoever waits for one has to be cancelled first."""
        for read in self._reads:
            read.cancel()
        await asyncio.gather(*self._reads, return_exceptions=True)

    async def task(
        self, standard: Standard, product: Product, task_id: str, *, earliest_s: float = 0.0, due_s: float = 0.0
    ) -> KlingTask:
        """The task as Kling shows it at `due_s`, or from `earliest_s` on where another job's read takes it along.

        Both in seconds of the event loop's clock; in the past is at once. Raises the errors of kling/errors.py.
        """
        loop = asyncio.get_running_loop()
        want = _Want(standard, product, task_id, earliest_s, due_s, loop.create_future())
        self._wants.add(want)
        timer = loop.call_at(due_s, self._read_due, want)
        try:
            return await want.answer
        finally:
            timer.cancel()
            self._wants.discard(want)

    def _read_due(self, due: _Want) -> None:
        if due not in self._wants:
            return  # taken along by another's read
        now_s = asyncio.get_running_loop().time()
        others = [
            want for want in self._wants if want is not due and want.earliest_s <= now_s and self._suits(due, want)
        ]
        others.sort(key=lambda want: want.due_s)
        together = [due, *others[: MOST_IDS - 1]]
        self._wants.difference_update(together)
        read = asyncio.create_task(self._read(together))
        self._reads.add(read)
        read.add_done_callback(self._reads.discard)

    def _suits(self, one: _Want, other: _Want) -> bool:
        """Whether one request can have both."""
        if not self._knows_batches:
            return False
        if self._client.has_new_standard:
            return True
        return one.standard is other.standard is Standard.LEGACY and one.product is other.product

    async def _read(self, wants: Sequence[_Want]) -> None:
        try:
            known = await self._read_together(wants) if len(wants) > 1 else {}
        except Exception as error:  # noqa: BLE001
            # Whatever it is belongs to the jobs that wait, each of which handles it.
            for want in wants:
                _fail(want, error)
            return
        await asyncio.gather(*(self._hand_over(want, known.get(want.task_id)) for want in wants))

    async def _read_together(self, wants: Sequence[_Want]) -> dict[str, KlingTask]:
        """Those of the tasks that one request shows, by id."""
        try:
            if self._client.has_new_standard:
                return await self._client.tasks_by_id(want.task_id for want in wants)
            page_size = max(_LIST_PAGE_SIZE, 2 * len(wants))
            page = await self._client.tasks_page(wants[0].product, 1, page_size)
            return {task.task_id: task for task in page}
        except KlingBusy:
            raise
        except KlingRefused as error:
            # One bad id refuses the whole query, and a relay may not have it at all: each by itself then.
            _log.warning("batched read refused: %s %s", error, error.detail)
            self._knows_batches = self._knows_batches and not isinstance(error, KlingNotThere)
            return {}

    async def _hand_over(self, want: _Want, known: KlingTask | None) -> None:
        # The new standard shows legacy tasks translated; the end of one, with its price, is read in its own words.
        is_translated = self._client.has_new_standard and want.standard is Standard.LEGACY
        try:
            if known is None or (is_translated and known.status in ENDED):
                known = await self._client.task(want.standard, want.product, want.task_id)
        except Exception as error:  # noqa: BLE001
            _fail(want, error)
        else:
            if not want.answer.done():
                want.answer.set_result(known)


def _fail(want: _Want, error: Exception) -> None:
    if not want.answer.done():
        want.answer.set_exception(error)
