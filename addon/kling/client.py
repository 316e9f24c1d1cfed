# SPDX-License-Identifier: GPL-3.0-or-later
"""Generation tasks: create one, look it up, list them, fetch a result. Nothing here sends a request again.

Used on the engine's thread only.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, assert_never
from urllib.parse import quote

from pydantic import ValidationError

from . import wire_legacy, wire_new
from .credentials import AccessKeyPair
from .errors import KlingBadAnswer, KlingBadRequest, KlingNotFound
from .lip_sync import FaceVideo
from .lip_sync_calls import LipSyncCalls
from .paging import LAST_PAGE, CursorPage
from .signed_calls import SignedCalls
from .standard import Standard
from .task import KlingTask

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from contextlib import AbstractAsyncContextManager

    from .credentials import Credential
    from .lip_sync import FaceSession, LipSync
    from .product import Product
    from .request import GenerationRequest
    from .sent_media import SentMedia
    from .transport import ResultBody
    from .wire import Envelope

GLOBAL_BASE_URL = "https://api-singapore.klingai.com"
"""Servers outside China (kling-api section 1)."""

MOST_IDS = 20
"""In one query of the new standard; seen live (kling-api section 2.8 [L])."""
PAGE_SIZE_MAX = 500
"""Tasks in one answer to a list call of either standard (kling-api sections 2.8, 4 [D])."""
CLOCK_TOLERANCE = timedelta(hours=26)
"""How far this computer's clock may be off where its time bounds a search: a wrong time zone and date line are."""


class KlingClient:
    def __init__(self, base_url: str, credential: Credential) -> None:
        self._calls = SignedCalls(base_url, credential)
        self._lips = LipSyncCalls(self._calls, base_url)
        self.has_new_standard = not isinstance(credential, AccessKeyPair)
        """Whether the key reaches the new standard's calls, which also know the legacy standard's tasks."""

    async def aclose(self) -> None:
        await self._calls.aclose()

    async def create(
        self,
        standard: Standard,
        request: GenerationRequest,
        external_task_id: str,
        media: SentMedia,
    ) -> KlingTask:
        """Ask for a task; from here on it may cost money.

        Raises KlingNotSent or KlingRefused (nothing was created), or KlingUnknownOutcome (look it up).
        """
        match standard:
            case Standard.LEGACY:
                path = f"/v1/videos/{request.product.value}"
                body = wire_legacy.encode(request, external_task_id, media).to_json()
            case Standard.NEW:
                path = wire_new.path(request)
                body = wire_new.encode(request, external_task_id, media).to_json()
            case _:
                assert_never(standard)
        task = _task(standard, await self._calls.call("POST", path, body=body))
        if task is None:
            raise _no_task("the answer to a create is empty")
        return task

    async def find_faces(self, video_url: str) -> FaceSession:
        """The first paid call of a lip-sync. See LipSyncCalls.identify_faces."""
        return await self._lips.identify_faces(FaceVideo(video_url=video_url))

    async def sync_lips(self, sync: LipSync, external_task_id: str) -> KlingTask:
        """The second one. Raises as `create` does, and InputError where face and sound do not meet."""
        task = await self._lips.create(sync, external_task_id)
        return KlingTask(task.task_id, external_task_id, task.status, task.reason, (), task.billed_units)

    async def find(self, standard: Standard, product: Product, external_task_id: str) -> KlingTask | None:
        """The task with our own id, or None where Kling does not know it."""
        task = await self._look_up(standard, product, external_task_id, "external_task_ids")
        if task is not None and task.external_task_id not in (None, external_task_id):
            raise KlingBadAnswer(
                "Kling answered with another task than the one asked for.",
                hint="Check KLING_BASE_URL; nothing is sent twice.",
                detail=f"asked={external_task_id} got={task.external_task_id}",
            )
        return task

    async def task(self, standard: Standard, product: Product, task_id: str) -> KlingTask:
        """Raises KlingNotFound where Kling does not know the id (results are kept for 30 days)."""
        task = await self._look_up(standard, product, task_id, "task_ids")
        if task is None:
            raise KlingNotFound(
                f"Kling does not know the task {task_id}.",
                hint="Tasks are kept for 30 days, and only under the account that made them.",
                code=0,
                http_status=200,
            )
        return task

    async def tasks_by_id(self, task_ids: Iterable[str]) -> dict[str, KlingTask]:
        """Those of up to MOST_IDS tasks that Kling knows, by id, whichever standard they were made on.

        Only where `has_new_standard`. Raises ValueError for too many ids, and the errors of kling/errors.py.
        """
        wanted = tuple(task_ids)
        if not 1 <= len(wanted) <= MOST_IDS:
            raise ValueError(f"{len(wanted)} ids do not fit into one query")
        envelope = await self._calls.call("GET", "/tasks", query={"task_ids": ",".join(wanted)})
        return {task.task_id: task for task in _tasks(Standard.NEW, envelope, envelope.data)}

    async def tasks_page(self, product: Product, page_number: int, page_size: int) -> tuple[KlingTask, ...]:
        """Page `page_number` (from 1) of the product's tasks on the legacy standard, `page_size` at most PAGE_SIZE_MAX.

        Newest first, as far as is known (guess).
        """
        query = {"pageNum": str(page_number), "pageSize": str(page_size)}
        envelope = await self._calls.call("GET", f"/v1/videos/{product.value}", query=query)
        return _tasks(Standard.LEGACY, envelope, envelope.data)

    async def tasks_since(self, since_utc: datetime, cursor: str = "") -> CursorPage[KlingTask]:
        """Tasks of all kinds made at `since_utc` or later, by Kling's clock; then what follows `cursor`."""
        body: dict[str, Any] = {"limit": PAGE_SIZE_MAX}
        if cursor:
            body["cursor"] = cursor
        else:
            body["start_time"] = round(since_utc.astimezone(UTC).timestamp() * 1000)
        envelope = await self._calls.call("POST", "/tasks", body=body)
        data = envelope.data if isinstance(envelope.data, dict) else {}
        tasks = _tasks(Standard.NEW, envelope, data.get("result"))
        return CursorPage(tasks, str(data.get("next_cursor") or "") if data.get("has_more") else "")

    async def search(
        self, standard: Standard, product: Product, external_task_id: str, since_utc: datetime
    ) -> KlingTask | None:
        """The task with our own id among all that Kling lists since `since_utc`, or None where it is not listed.

        A second opinion on `find`, which answers from another call. `since_utc` is by this computer's clock, which may
        be CLOCK_TOLERANCE off. Costs a request for each PAGE_SIZE_MAX tasks.
        """
        oldest = since_utc - CLOCK_TOLERANCE
        match standard:
            case Standard.LEGACY:
                return await self._search_pages(product, external_task_id, oldest)
            case Standard.NEW:
                return await self._search_by_cursor(external_task_id, oldest)
            case _:
                assert_never(standard)

    async def _search_pages(self, product: Product, external_task_id: str, oldest: datetime) -> KlingTask | None:
        for page_number in range(1, LAST_PAGE + 1):
            page = await self.tasks_page(product, page_number, PAGE_SIZE_MAX)
            found = _with_own_id(page, external_task_id)
            if found is not None or len(page) < PAGE_SIZE_MAX or _goes_back_before(page, oldest):
                return found
        raise _endless_list()

    async def _search_by_cursor(self, external_task_id: str, oldest: datetime) -> KlingTask | None:
        cursor = ""
        used: set[str] = set()
        while cursor not in used:
            used.add(cursor)
            page = await self.tasks_since(oldest, cursor)
            found = _with_own_id(page.entries, external_task_id)
            if found is not None or not page.next_cursor:
                return found
            cursor = page.next_cursor
        raise _endless_list()

    def result(self, url: str, offset: int) -> AbstractAsyncContextManager[ResultBody]:
        """The bytes of a result from `offset` on; sent without the key, which is not the file server's business."""
        return self._calls.result(url, offset)

    async def _look_up(self, standard: Standard, product: Product, wanted: str, new_parameter: str) -> KlingTask | None:
        """None where Kling does not know the id.

        The legacy standard answers an unknown id live with 400/1201, by its documentation with 404/1203 (kling-api
        section 11, number 16); the new one, and an empty legacy answer, with no data.
        """
        match standard:
            case Standard.LEGACY:
                try:
                    envelope = await self._calls.call("GET", f"/v1/videos/{product.value}/{quote(wanted, safe='')}")
                except KlingBadRequest:
                    return None
            case Standard.NEW:
                envelope = await self._calls.call("GET", "/tasks", query={new_parameter: wanted})
            case _:
                assert_never(standard)
        return _task(standard, envelope)


def _task(standard: Standard, envelope: Envelope) -> KlingTask | None:
    """The one task of an answer, which may come bare or as a list of one; None where there is none."""
    data = envelope.data[0] if isinstance(envelope.data, list) and envelope.data else envelope.data
    if not data:
        return None
    try:
        match standard:
            case Standard.LEGACY:
                return wire_legacy.read_task(wire_legacy.ReceivedTask.model_validate(data))
            case Standard.NEW:
                return wire_new.read_task(wire_new.ReceivedTask.model_validate(data))
            case _:
                assert_never(standard)
    except ValidationError as error:
        raise _no_task(f"request_id={envelope.request_id} {error.error_count()} problems") from error


def _tasks(standard: Standard, envelope: Envelope, entries: object) -> tuple[KlingTask, ...]:
    """Raises KlingBadAnswer for an entry that cannot be read: the one left out might be the one looked for."""
    if entries is None:
        return ()
    if not isinstance(entries, list):
        raise _no_task(f"request_id={envelope.request_id} the list is none")
    tasks = (_task(standard, envelope.model_copy(update={"data": entry})) for entry in entries)
    return tuple(task for task in tasks if task is not None)


def _with_own_id(tasks: Iterable[KlingTask], external_task_id: str) -> KlingTask | None:
    return next((task for task in tasks if task.external_task_id == external_task_id), None)


def _goes_back_before(page: Sequence[KlingTask], oldest: datetime) -> bool:
    """Whether the page ends before `oldest` and is seen to be in the order newest first, which no document promises."""
    times = [task.created_at_utc for task in page if task.created_at_utc is not None]
    if len(times) < len(page) or not times or times[-1] >= oldest:
        return False
    return times[0] > times[-1] and times == sorted(times, reverse=True)


def _endless_list() -> KlingBadAnswer:
    return KlingBadAnswer(
        "Kling's list of tasks does not come to an end.", hint="Run it again later; nothing is sent twice."
    )


def _no_task(detail: str) -> KlingBadAnswer:
    return KlingBadAnswer(
        "Kling's answer holds no task.",
        hint="Retake looks the task up before it sends anything again.",
        detail=detail,
    )
