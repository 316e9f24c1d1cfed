# SPDX-License-Identifier: GPL-3.0-or-later
"""Create, look up, list and delete one kind of thing of the account's library. One call, one request, never a retry.

Used on the engine's thread only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import quote

from pydantic import ValidationError

from .errors import KlingBadAnswer, KlingBadRequest, KlingNotFound
from .input_check import check_id, check_range
from .paging import numbered_pages
from .task import TaskStatus, read_status
from .wire_library import ReceivedDeletion, read_library_task

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from .library_task import LibraryTask
    from .signed_calls import SignedCalls
    from .wire import Envelope, Sent

Result = TypeVar("Result")

PAGE_SIZE = 100


class LibraryCalls(Generic[Result]):
    """The calls below one `path`. `read_results` turns a task's `task_result` into the things it made."""

    def __init__(
        self,
        calls: SignedCalls,
        path: str,
        read_results: Callable[[dict[str, Any]], tuple[Result, ...]],
        *,
        page_size_max: int = 500,
    ) -> None:
        self._calls = calls
        self._path = path
        self._read_results = read_results
        self._page_size_max = page_size_max

    async def create(self, body: Sent) -> LibraryTask[Result]:
        """Raises KlingNotSent or KlingRefused (nothing was created), or KlingUnknownOutcome (find it first)."""
        task = self._task(await self._calls.call("POST", self._path, body=body.to_json()))
        if task is None:
            raise _bad_answer("the answer to a create is empty")
        return task

    async def find(self, external_task_id: str) -> LibraryTask[Result] | None:
        """The task made under our own id, or None where Kling does not know it.

        Kling refuses a second create with the same id, without a charge: after a lost answer, find the task, and send
        the create again under the same id only where this says None.
        """
        task = await self._look_up("external id", external_task_id)
        if task is not None and task.external_task_id not in (None, external_task_id):
            raise _bad_answer(f"asked={external_task_id} got={task.external_task_id}")
        return task

    async def task(self, task_id: str) -> LibraryTask[Result]:
        """Raises KlingNotFound where Kling does not know the id."""
        task = await self._look_up("task id", task_id)
        if task is None:
            raise KlingNotFound(
                f"Kling does not know the task {task_id}.",
                hint="It is known only under the account that made it.",
                code=0,
                http_status=200,
            )
        return task

    def tasks(self, page_size: int = PAGE_SIZE) -> AsyncIterator[LibraryTask[Result]]:
        """Every task that Kling lists, in its order."""
        return self._pages(self._path, self._tasks_of, lambda task: task.task_id, page_size)

    async def presets(
        self, path: str, key: Callable[[Result], str], page_size: int = PAGE_SIZE
    ) -> AsyncIterator[Result]:
        """The things of Kling's own library at `path`; only what a task made is read, not the task itself."""
        seen: set[str] = set()
        # An entry of the list is a task that may have made several things, or one whose id means nothing to us.
        async for results in self._pages(path, self._results_of, lambda made: "\n".join(map(key, made)), page_size):
            for result in results:
                if (name := key(result)) not in seen:
                    seen.add(name)
                    yield result

    async def delete(self, path: str, body: Sent, what: str) -> None:
        """`what` is deleted, or will be shortly. It cannot be undone.

        Raises KlingBadRequest where it is not there (any more) or is not the account's own.
        """
        envelope = await self._calls.call("POST", path, body=body.to_json())
        try:
            deletion = ReceivedDeletion.model_validate(envelope.data or {})
        except ValidationError as error:
            raise _not_readable(envelope, error) from error
        if read_status(deletion.task_status, what) is TaskStatus.FAILED:
            raise KlingBadRequest(
                f"Kling did not delete {what}.",
                hint="List what the account has, then try again.",
                code=0,
                http_status=200,
                request_id=envelope.request_id or "",
            )

    async def _look_up(self, field: str, wanted: str) -> LibraryTask[Result] | None:
        """An unknown id is answered live with 400/1201, by the documents with 404/1203 (kling-api section 11, 16)."""
        check_id(field, wanted)
        try:
            return self._task(await self._calls.call("GET", f"{self._path}/{quote(wanted, safe='')}"))
        except KlingBadRequest:
            return None

    def _pages(
        self,
        path: str,
        read: Callable[[Envelope], Sequence[_Entry]],
        key: Callable[[_Entry], str],
        page_size: int,
    ) -> AsyncIterator[_Entry]:
        check_range("page size", page_size, 1, self._page_size_max)

        async def fetch(page_number: int) -> Sequence[_Entry]:
            query = {"pageNum": str(page_number), "pageSize": str(page_size)}
            return read(await self._calls.call("GET", path, query=query))

        return numbered_pages(fetch, page_size, key)

    def _task(self, envelope: Envelope) -> LibraryTask[Result] | None:
        """The one task of an answer, which may come bare or as a list of one; None where there is none."""
        data = envelope.data[0] if isinstance(envelope.data, list) and envelope.data else envelope.data
        if not data:
            return None
        try:
            return read_library_task(data, self._read_results)
        except ValidationError as error:
            raise _not_readable(envelope, error) from error

    def _tasks_of(self, envelope: Envelope) -> list[LibraryTask[Result]]:
        try:
            return [read_library_task(data, self._read_results) for data in _entries(envelope)]
        except ValidationError as error:
            raise _not_readable(envelope, error) from error

    def _results_of(self, envelope: Envelope) -> list[tuple[Result, ...]]:
        try:
            return [self._read_results(data.get("task_result") or {}) for data in _entries(envelope)]
        except ValidationError as error:
            raise _not_readable(envelope, error) from error


_Entry = TypeVar("_Entry")


def _entries(envelope: Envelope) -> list[dict[str, Any]]:
    data = envelope.data or []
    if not isinstance(data, list) or not all(isinstance(entry, dict) for entry in data):
        raise _bad_answer(f"request_id={envelope.request_id} the data is no list of objects")
    return data


def _not_readable(envelope: Envelope, error: ValidationError) -> KlingBadAnswer:
    return _bad_answer(f"request_id={envelope.request_id} {error.error_count()} problems")


def _bad_answer(detail: str) -> KlingBadAnswer:
    return KlingBadAnswer(
        "Kling's answer does not hold what was asked for.",
        hint="Retake looks the task up before it sends anything again.",
        detail=detail,
    )
