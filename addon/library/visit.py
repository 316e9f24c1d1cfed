# SPDX-License-Identifier: GPL-3.0-or-later
"""One visit to the account's library: opened, used and closed. Blocks until it is done."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING, TypeVar

from ..errors import RetakeError
from ..kling.library import KlingLibrary
from ..kling.task import TaskStatus

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
    from typing import Any

    from ..app import Settings
    from ..kling.library_task import LibraryTask

_T = TypeVar("_T")


def visit_library(settings: Settings, use: Callable[[KlingLibrary], Coroutine[Any, Any, _T]]) -> _T:
    """What `use` answers. Raises the errors of kling/errors.py."""

    async def visit() -> _T:
        library = KlingLibrary(settings.base_url, settings.credential)
        try:
            return await use(library)
        finally:
            await library.aclose()

    return asyncio.run(visit())


async def gathered(things: AsyncIterator[_T]) -> list[_T]:
    return [thing async for thing in things]


async def make_once(
    settings: Settings,
    wish: str,
    find: Callable[[str], Awaitable[LibraryTask[_T] | None]],
    create: Callable[[str], Awaitable[LibraryTask[_T]]],
    is_deleted: Callable[[_T], bool] = lambda _: False,
) -> LibraryTask[_T]:
    """The finished task for `wish`: found where the same wish was made before, else created. Never made twice.

    The id comes from the wish, so a command whose answer was lost finds its task when it is run again. What was made
    and deleted since, `is_deleted`, is made anew.
    """
    number = 0
    while True:
        told = wish if number == 0 else f"{wish} {number}"
        external_task_id = f"retake-{hashlib.sha256(told.encode()).hexdigest()[:32]}"
        task = await find(external_task_id)
        if task is None:
            task = await create(external_task_id)
        if not (task.results and all(map(is_deleted, task.results))):
            break
        number += 1
    while task.status not in (TaskStatus.SUCCEEDED, TaskStatus.FAILED):
        await asyncio.sleep(settings.timing.poll_first_s)
        task = await find(external_task_id) or task
    if task.status is TaskStatus.FAILED:
        raise RetakeError(
            f"Kling could not make it: {task.reason or 'no reason given'}.", hint="Change what it is from."
        )
    return task
