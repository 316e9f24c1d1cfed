# SPDX-License-Identifier: GPL-3.0-or-later
"""Generation tasks: create one, look it up, fetch its result. One call, one request: nothing here retries a create.

Used on the engine's thread only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never
from urllib.parse import quote

from pydantic import ValidationError

from . import wire_legacy, wire_new
from .errors import KlingBadAnswer, KlingBadRequest, KlingNotFound
from .signed_calls import SignedCalls
from .standard import Standard

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from .credentials import Credential
    from .product import Product
    from .request import GenerationRequest
    from .sent_pictures import SentPictures
    from .task import KlingTask
    from .transport import ResultBody
    from .wire import Envelope

GLOBAL_BASE_URL = "https://api-singapore.klingai.com"
"""Servers outside China (kling-api section 1)."""


class KlingClient:
    def __init__(self, base_url: str, credential: Credential) -> None:
        self._calls = SignedCalls(base_url, credential)

    async def aclose(self) -> None:
        await self._calls.aclose()

    async def create(
        self,
        standard: Standard,
        request: GenerationRequest,
        external_task_id: str,
        pictures: SentPictures,
    ) -> KlingTask:
        """Ask for a task; from here on it may cost money.

        Raises KlingNotSent or KlingRefused (nothing was created), or KlingUnknownOutcome (look it up).
        """
        match standard:
            case Standard.LEGACY:
                path = f"/v1/videos/{request.product.value}"
                body = wire_legacy.encode(request, external_task_id, pictures).to_json()
            case Standard.NEW:
                path = wire_new.path(request)
                body = wire_new.encode(request, external_task_id, pictures).to_json()
            case _:
                assert_never(standard)
        task = _task(standard, await self._calls.call("POST", path, body=body))
        if task is None:
            raise _no_task("the answer to a create is empty")
        return task

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


def _no_task(detail: str) -> KlingBadAnswer:
    return KlingBadAnswer(
        "Kling's answer holds no task.",
        hint="Retake looks the task up before it sends anything again.",
        detail=detail,
    )
