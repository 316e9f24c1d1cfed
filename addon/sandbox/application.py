# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP side: routes, the order of checks, faults, and a log line for each request.

The order for the API is: fault that replaces processing, authorization, body, fields, external id, concurrency.
That authorization comes before the body is known (kling-api section 11); the rest of the order is a guess. It runs on
one event loop; SQLite, images and files are touched in worker threads.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Never

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from .answers import Envelope, created_task, queried_task, refused, success
from .bearer import check_authorization
from .create_rules import read_order
from .fault_book import FaultBook, RequestKind
from .faults import FAILED_TASK_MESSAGE, Action, Fault
from .field_table import PRODUCTS, Product
from .refusal import Refusal, invalid_body, invalid_value, task_not_found, wrong_method
from .renderer import Renderer
from .request_log import LogEntry, RequestLog
from .result_files import file_response, forbidden
from .result_urls import RESULTS_PATH, is_allowed, signed_path
from .secrets_file import SandboxSecrets
from .settings import SandboxSettings
from .simulated_time import now_ms, submitted_ms, total_ms
from .task_store import Schedule, Task, TaskStore
from .transport import DroppedResponse

# Two images and six masks of 10 MB, a third longer as base64, fit; the real limit is not known.
BODY_MAX_BYTES = 128 * 2**20
_RESULT_FILE = re.compile(r"(\d{18})(-watermark)?\.mp4", re.ASCII)
_ERROR_PAGE = """<!DOCTYPE html>
<html><head><title>{status} error</title></head>
<body><center><h1>{status} error</h1></center><hr><center>gateway</center></body></html>
"""


@dataclass(frozen=True, slots=True)
class _Exchange:
    """One request to the API. `body` is None when it was too long."""

    request: Request
    body: bytes | None
    entry: LogEntry
    struck: tuple[Fault, ...]

    @property
    def product(self) -> Product:
        for product in PRODUCTS:
            if self.request.path_params["product"] == product:
                return product
        raise HTTPException(404)


Handler = Callable[[_Exchange], Awaitable[Envelope]]


@dataclass(frozen=True, slots=True)
class Services:
    """What the routes work with."""

    settings: SandboxSettings
    secrets: SandboxSecrets
    store: TaskStore
    renderer: Renderer
    log: RequestLog
    faults: FaultBook


def build_application(services: Services) -> Starlette:
    """The ASGI application. It must be served by `BreakableProtocol`, or faults cannot drop connections."""
    routes = _Routes(services)
    application = Starlette(
        routes=[
            Route("/v1/videos/{product}", routes.create, methods=["POST"]),
            Route("/v1/videos/{product}", routes.page, methods=["GET"]),
            Route("/v1/videos/{product}/{wanted:path}", routes.task, methods=["GET"]),
            Route(f"{RESULTS_PATH}/{{file}}", routes.result, methods=["GET"]),
        ],
        exception_handlers={HTTPException: routes.unknown_route},
    )
    # A redirect for a slash too many would hide a mistake of the client.
    application.router.redirect_slashes = False
    return application


class _Routes:
    def __init__(self, services: Services) -> None:
        self._settings = services.settings
        self._secrets = services.secrets
        self._store = services.store
        self._renderer = services.renderer
        self._log = services.log
        self._faults = services.faults

    async def create(self, request: Request) -> Response:
        return await self._api(request, "create", self._create)

    async def page(self, request: Request) -> Response:
        return await self._api(request, "read", self._page)

    async def task(self, request: Request) -> Response:
        return await self._api(request, "read", self._task)

    async def result(self, request: Request) -> Response:
        entry, struck = self._begin(request, "result")
        instead = await self._before(struck, entry)
        if instead is not None:
            return instead
        file = request.path_params["file"]
        task = await run_in_threadpool(self._allowed_task, file, request.query_params)
        response: Response = forbidden()
        if task is not None and not _has(struck, "expire_url"):
            entry.task_id, entry.external_task_id = task.task_id, task.external_task_id
            path = self._renderer.clip_path(task, watermark="-watermark" in file)
            response = await file_response(request, path, struck)
        return await self._finish(entry, struck, response)

    async def unknown_route(self, request: Request, error: Exception) -> Response:
        """404 in plain text for a path that is not there, 404/1202 for a method that is not."""
        if not isinstance(error, HTTPException):
            raise error
        entry, struck = self._begin(request, "other")
        instead = await self._before(struck, entry)
        if instead is not None:
            return instead
        response: Response = PlainTextResponse("404 page not found\n", status_code=404)
        if error.status_code == 405:
            refusal = wrong_method(request.method)
            entry.code = refusal.code
            response = JSONResponse(refused(refusal), status_code=refusal.http_status)
        return await self._finish(entry, struck, response)

    async def _api(self, request: Request, kind: RequestKind, handle: Handler) -> Response:
        if request.path_params["product"] not in PRODUCTS:
            return await self.unknown_route(request, HTTPException(404))
        entry, struck = self._begin(request, kind)
        try:
            # Read even when it is not looked at: an answer in the middle of an upload would break the connection.
            body = await _read_body(request)
        except ClientDisconnect:
            await run_in_threadpool(self._log.write, entry)
            return Response()
        instead = await self._before(struck, entry)
        if instead is not None:
            return instead
        status = 200
        try:
            check_authorization(request.headers.get("authorization"), self._secrets.credentials)
            envelope = await handle(_Exchange(request, body, entry, struck))
        except Refusal as refusal:
            status, envelope = refusal.http_status, refused(refusal)
        code = envelope["code"]
        entry.code = code if isinstance(code, int) else None
        for fault in struck:
            if fault.action == "extra_fields":
                _add_fields(envelope, fault.fields)
        return await self._finish(entry, struck, JSONResponse(envelope, status_code=status))

    async def _create(self, exchange: _Exchange) -> Envelope:
        task = await run_in_threadpool(self._make_task, exchange)
        self._renderer.add(task)
        return success(created_task(task))

    def _make_task(self, exchange: _Exchange) -> Task:
        entry = exchange.entry
        values = _json_object(exchange.body)
        external_id = values.get("external_task_id")
        entry.external_task_id = external_id if isinstance(external_id, str) and external_id else None
        order = read_order(exchange.product, values)
        entry.ignored_fields = list(order.ignored_fields)
        speed = self._settings.speed
        schedule = Schedule(
            submitted_ms=submitted_ms(speed),
            total_ms=total_ms(order.quality, order.duration_s, speed),
            failure=_planned_failure(exchange.struck),
            stuck=_has(exchange.struck, "stuck"),
        )
        task = self._store.create(order, schedule, self._settings.concurrency)
        entry.task_id, entry.accepted = task.task_id, True
        return task

    async def _task(self, exchange: _Exchange) -> Envelope:
        wanted = exchange.request.path_params["wanted"]
        task = await run_in_threadpool(self._store.find, exchange.product, wanted)
        if task is None:
            raise task_not_found(wanted)
        exchange.entry.task_id, exchange.entry.external_task_id = task.task_id, task.external_task_id
        return success(queried_task(task, now_ms(), self._address(exchange.request)))

    async def _page(self, exchange: _Exchange) -> Envelope:
        query = exchange.request.query_params
        number = _query_number(query, "pageNum", 1, 1000)
        size = _query_number(query, "pageSize", 30, 500)
        tasks = await run_in_threadpool(self._store.page, exchange.product, number, size)
        at_ms, address = now_ms(), self._address(exchange.request)
        return success([queried_task(task, at_ms, address) for task in tasks])

    def _address(self, request: Request) -> Callable[[str, int], str]:
        base = str(request.base_url).rstrip("/")
        return lambda file, updated_ms: base + signed_path(file, updated_ms, self._secrets.url_secret)

    def _allowed_task(self, file: str, query: Mapping[str, str]) -> Task | None:
        """The finished task whose file this is, None when the address is wrong, expired or of nothing."""
        match = _RESULT_FILE.fullmatch(file)
        signature = query.get("Signature", "")
        if match is None or not is_allowed(file, query.get("Expires", ""), signature, self._secrets.url_secret):
            return None
        task = self._store.find_video(match[1])
        return task if task is not None and task.status(now_ms()) == "succeed" else None

    def _begin(self, request: Request, kind: RequestKind) -> tuple[LogEntry, tuple[Fault, ...]]:
        struck = self._faults.strike(request.method, request.url.path, kind)
        entry = LogEntry(method=request.method, path=request.url.path)
        entry.fault = "+".join(fault.action for fault in struck) or None
        return entry, struck

    async def _before(self, struck: Iterable[Fault], entry: LogEntry) -> Response | None:
        """Do what faults do before or instead of processing; the first that answers wins."""
        for fault in struck:
            response: Response
            match fault.action:
                case "delay_before":
                    await asyncio.sleep(fault.seconds or 0)
                    continue
                case "drop_before":
                    response = DroppedResponse()
                case "status":
                    refusal = Refusal(*fault.refusal())
                    entry.code = refusal.code
                    response = JSONResponse(refused(refusal), status_code=refusal.http_status)
                case "html":
                    page_status = fault.http or 502
                    response = HTMLResponse(_ERROR_PAGE.format(status=page_status), status_code=page_status)
                case _:
                    continue
            await self._write(entry, response)
            return response
        return None

    async def _finish(self, entry: LogEntry, struck: Iterable[Fault], response: Response) -> Response:
        """Log, wait, and lose the answer if a fault says so."""
        if _has(struck, "drop_after"):
            response = DroppedResponse()
        await self._write(entry, response)
        for fault in struck:
            if fault.action == "delay":
                await asyncio.sleep(fault.seconds or 0)
        return response

    async def _write(self, entry: LogEntry, response: Response) -> None:
        entry.http_status = None if isinstance(response, DroppedResponse) else response.status_code
        await run_in_threadpool(self._log.write, entry)


def _has(struck: Iterable[Fault], action: Action) -> bool:
    return any(fault.action == action for fault in struck)


def _planned_failure(struck: Iterable[Fault]) -> str | None:
    for fault in struck:
        if fault.action == "fail_task":
            return fault.message if fault.message is not None else FAILED_TASK_MESSAGE
    return None


def _add_fields(envelope: Envelope, extra: Mapping[str, object]) -> None:
    """Add what is not there yet: the fault is about unknown fields, not about wrong values."""
    data = envelope.get("data")
    for target in (envelope, *(data if isinstance(data, list) else [data])):
        if isinstance(target, dict):
            for name, value in extra.items():
                target.setdefault(name, value)


async def _read_body(request: Request) -> bytes | None:
    """The whole body, or None when it is longer than `BODY_MAX_BYTES` (the rest is read and thrown away)."""
    chunks: list[bytes] = []
    length = 0
    async for chunk in request.stream():
        length += len(chunk)
        if length > BODY_MAX_BYTES:
            chunks.clear()
        else:
            chunks.append(chunk)
    return b"".join(chunks) if length <= BODY_MAX_BYTES else None


def _json_object(body: bytes | None) -> dict[str, object]:
    if body is None:
        raise invalid_body(f"the body is longer than {BODY_MAX_BYTES} bytes")
    try:
        values = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise invalid_body("the body is not JSON") from error
    if not isinstance(values, dict):
        raise invalid_body("the body is not a JSON object")
    return values


def _no_constant(name: str) -> Never:
    raise ValueError(f"{name} is not JSON")


def _query_number(query: Mapping[str, str], name: str, default: int, largest: int) -> int:
    given = query.get(name, "")
    if not given:
        return default
    if not (given.isascii() and given.isdecimal()) or len(given) > 9 or not 1 <= int(given) <= largest:
        raise invalid_value(name, given, f"it must be a whole number from 1 to {largest}")
    return int(given)
