# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP side: routes, the order of checks, faults, and a log line for each request.

The order for the API is: fault that replaces processing, authorization, body, fields, external id, concurrency.
That authorization comes before the body is known (kling-api section 11); the rest of the order is a guess. It runs on
one event loop; SQLite, images and files are touched in worker threads.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from .account_calls import account_calls
from .answers import Envelope, created_task, refused, success
from .bearer import check_api_key, check_authorization
from .create_readers import ALL_NEW_PRODUCTS, ReadOrder, legacy_reader, new_reader
from .exchange import BODY_MAX_BYTES, Exchange, Handler, has_fault, json_object, planned_failure, query_number
from .fault_book import FaultBook, RequestKind
from .faults import ANSWER_ACTIONS, Fault
from .field_table import PRODUCTS, Product
from .library_calls import library_calls
from .library_files import MEDIA_TYPES, RESULT_FILE
from .library_services import LibraryCall, LibraryServices
from .library_use import LibraryLookup, check_uses, nothing_known
from .new_answers import created_new_task
from .refusal import Refusal, task_not_found, wrong_method
from .renderer import Renderer
from .request_log import LogEntry, RequestLog
from .result_files import file_response, forbidden
from .result_urls import RESULTS_PATH, is_allowed, signed_path
from .secrets_file import SandboxSecrets
from .settings import Credentials, SandboxSettings
from .simulated_time import Clock, submitted_ms, total_ms
from .task_query import read_listing, read_wanted
from .task_state import TaskState, state_of
from .task_store import Schedule, Task, TaskStore
from .task_views import has_type, legacy_view, new_view
from .transport import DroppedResponse
from .uploads import UPLOADS_PATH, Uploads

# A clip that follows a reference is as quick as one of this length (guess; its own is not known at the create).
_FOLLOWING_TAKES_AS_S = 10
_ERROR_PAGE = """<!DOCTYPE html>
<html><head><title>{status} error</title></head>
<body><center><h1>{status} error</h1></center><hr><center>gateway</center></body></html>
"""


CheckBearer = Callable[[str | None, Credentials], None]


@dataclass(frozen=True, slots=True)
class Services:
    """What the routes work with. `library` tells of elements and voices that creates name."""

    settings: SandboxSettings
    secrets: SandboxSecrets
    store: TaskStore
    renderer: Renderer
    log: RequestLog
    faults: FaultBook
    clock: Clock
    library: LibraryLookup = nothing_known


def build_application(services: Services) -> Starlette:
    """The ASGI application. It must be served by `BreakableProtocol`, or faults cannot drop connections."""
    routes = _Routes(services)
    application = Starlette(
        routes=[
            # Before the paths of videos, which would take those of lip-sync for theirs.
            *(
                Route(call.path, routes.through(call), methods=[call.method])
                for call in (*library_calls(routes.library), *account_calls(routes.library))
            ),
            Route("/v1/videos/{product}", routes.create, methods=["POST"]),
            Route("/v1/videos/{product}", routes.page, methods=["GET"]),
            Route("/v1/videos/{product}/{wanted:path}", routes.task, methods=["GET"]),
            *(Route(f"/{product}/{{model}}", routes.new_create, methods=["POST"]) for product in ALL_NEW_PRODUCTS),
            Route("/tasks", routes.tasks_by_id, methods=["GET"]),
            Route("/tasks", routes.tasks_listed, methods=["POST"]),
            Route(f"{RESULTS_PATH}/{{file}}", routes.result, methods=["GET"]),
            Route(f"{UPLOADS_PATH}/{{name}}", routes.upload, methods=["PUT", "HEAD", "DELETE", "GET"]),
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
        self._clock = services.clock
        self._library = services.library
        self._uploads = Uploads(services.settings.data_dir / "uploads", services.secrets.url_secret, services.clock)
        self.library = LibraryServices(
            settings=services.settings,
            store=services.store,
            renderer=services.renderer,
            clock=services.clock,
            url_secret=services.secrets.url_secret,
            lookup=services.library,
            folder=services.renderer.folder,
        )

    def through(self, call: LibraryCall) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint of a call of the library or the account, which are of the legacy standard."""

        async def endpoint(request: Request) -> Response:
            return await self._api(request, call.kind, call.handle, check_authorization)

        return endpoint

    async def create(self, request: Request) -> Response:
        return await self._legacy(request, "create", self._create)

    async def page(self, request: Request) -> Response:
        return await self._legacy(request, "read", self._page)

    async def task(self, request: Request) -> Response:
        return await self._legacy(request, "read", self._task)

    async def new_create(self, request: Request) -> Response:
        return await self._api(request, "create", self._new_create, check_api_key)

    async def tasks_by_id(self, request: Request) -> Response:
        return await self._api(request, "read", self._tasks_by_id, check_api_key)

    async def tasks_listed(self, request: Request) -> Response:
        return await self._api(request, "read", self._tasks_listed, check_api_key)

    async def result(self, request: Request) -> Response:
        entry, struck = self._begin(request, "result")
        instead = await self._before(struck, entry)
        if instead is not None:
            return instead
        file = request.path_params["file"]
        allowed = await run_in_threadpool(self._allowed_file, file, request.query_params)
        response: Response = forbidden()
        if allowed is not None and not has_fault(struck, "expire_url"):
            path, task = allowed
            if task is not None:
                entry.task_id, entry.external_task_id = task.task_id, task.external_task_id
            response = await file_response(request, path, struck)
            if "content-type" in response.headers:
                response.headers["content-type"] = MEDIA_TYPES[path.suffix]
        return await self._finish(entry, struck, response)

    async def upload(self, request: Request) -> Response:
        """Not one of Kling's calls, so no fault strikes it but those that are for every request."""
        entry, struck = self._begin(request, "other")
        instead = await self._before(struck, entry)
        if instead is not None:
            return instead
        handle = {"PUT": self._uploads.put, "HEAD": self._uploads.head, "DELETE": self._uploads.delete}.get(
            request.method
        )
        try:
            if handle is None:
                response = await self._uploads.get(request)
            else:
                check_authorization(request.headers.get("authorization"), self._secrets.credentials)
                response = await handle(request)
        except Refusal as refusal:
            response = PlainTextResponse(f"{refusal.message}\n", status_code=refusal.http_status)
        except ClientDisconnect:
            response = Response()
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

    async def _legacy(self, request: Request, kind: RequestKind, handle: Handler) -> Response:
        if request.path_params["product"] not in PRODUCTS:
            return await self.unknown_route(request, HTTPException(404))
        return await self._api(request, kind, handle, check_authorization)

    async def _api(self, request: Request, kind: RequestKind, handle: Handler, check: CheckBearer) -> Response:
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
            check(request.headers.get("authorization"), self._secrets.credentials)
            envelope = await handle(Exchange(request, body, entry, struck))
        except Refusal as refusal:
            status, envelope = refusal.http_status, refused(refusal)
        code = envelope["code"]
        entry.code = code if isinstance(code, int) else None
        for fault in struck:
            if fault.action == "extra_fields":
                _add_fields(envelope, fault.fields)
        return await self._finish(entry, struck, JSONResponse(envelope, status_code=status))

    async def _create(self, exchange: Exchange) -> Envelope:
        read = legacy_reader(_product(exchange), self._store.find_video, self._clock())
        task = await run_in_threadpool(self._make_task, exchange, read)
        self._renderer.add(task)
        return success(created_task(task))

    async def _new_create(self, exchange: Exchange) -> Envelope:
        model_name = exchange.request.path_params["model"]
        product = exchange.request.url.path.split("/")[1]
        # Read as one of the rules' refusals: an unknown model is answered as late as a bad field.
        task = await run_in_threadpool(
            self._make_task, exchange, lambda values: new_reader(product, model_name)(values)
        )
        self._renderer.add(task)
        return success(created_new_task(task))

    def _make_task(self, exchange: Exchange, read: ReadOrder) -> Task:
        entry = exchange.entry
        values = json_object(exchange.body)
        options = values.get("options")
        # Known before the body is found good, so that refused creates can be told apart in the log.
        for holder in (values, options if isinstance(options, dict) else {}):
            external_id = holder.get("external_task_id")
            if isinstance(external_id, str) and external_id:
                entry.external_task_id = external_id
        order = read(values)
        check_uses(order.library_uses, self._library)
        entry.external_task_id = order.external_task_id
        entry.ignored_fields = list(order.ignored_fields)
        speed = self._settings.speed
        schedule = Schedule(
            submitted_ms=submitted_ms(speed),
            total_ms=total_ms(order.quality, order.new_s or order.duration_s or _FOLLOWING_TAKES_AS_S, speed),
            failure=planned_failure(exchange.struck),
            stuck=has_fault(exchange.struck, "stuck"),
        )
        with self._renderer.inputs.kept(order) as kept:
            task = self._store.create(kept, schedule, self._settings.limits)
        entry.task_id, entry.accepted = task.task_id, True
        return task

    async def _task(self, exchange: Exchange) -> Envelope:
        wanted = exchange.request.path_params["wanted"]
        task = await run_in_threadpool(self._store.find, _product(exchange), wanted)
        if task is None or has_fault(exchange.struck, "unseen"):
            raise task_not_found(wanted)
        exchange.entry.task_id, exchange.entry.external_task_id = task.task_id, task.external_task_id
        state = self._state(task, self._clock(), exchange)
        return success(legacy_view(task, state, self._address(exchange.request)))

    async def _page(self, exchange: Exchange) -> Envelope:
        query = exchange.request.query_params
        number = query_number(query, "pageNum", 1, 1000)
        size = query_number(query, "pageSize", 30, 500)
        tasks = await run_in_threadpool(self._store.page, _product(exchange), number, size)
        at_ms, address = self._clock(), self._address(exchange.request)
        return success([legacy_view(task, self._state(task, at_ms, exchange), address) for task in tasks])

    async def _tasks_by_id(self, exchange: Exchange) -> Envelope:
        wanted = read_wanted(exchange.request.query_params)
        tasks: list[Task] = []
        for one in wanted.ids:
            task = await run_in_threadpool(self._store.find_any, wanted.column, one)
            if task is not None and not has_fault(exchange.struck, "unseen"):
                tasks.append(task)
        if len(tasks) == 1:
            exchange.entry.task_id, exchange.entry.external_task_id = tasks[0].task_id, tasks[0].external_task_id
        at_ms, address = self._clock(), self._address(exchange.request)
        return success([new_view(task, self._state(task, at_ms, exchange), address) for task in tasks])

    async def _tasks_listed(self, exchange: Exchange) -> Envelope:
        at_ms, address = self._clock(), self._address(exchange.request)
        # An empty body asks for everything (guess).
        wanted = read_listing(json_object(b"{}" if exchange.body == b"" else exchange.body), at_ms)
        states: list[tuple[Task, TaskState]] = []
        below, has_more = wanted.below_seq, True
        while has_more and len(states) <= wanted.limit:
            tasks = await run_in_threadpool(
                self._store.created_between, wanted.start_ms, wanted.end_ms, below, wanted.limit + 1
            )
            has_more = len(tasks) == wanted.limit + 1
            for task in tasks:
                below, state = task.seq, self._state(task, at_ms, exchange)
                if state.new_status in wanted.statuses and has_type(task, wanted.product_types):
                    states.append((task, state))
        shown = states[: wanted.limit]
        more = len(states) > wanted.limit
        return success(
            {
                "result": [new_view(task, state, address) for task, state in shown],
                "count": len(shown),
                "next_cursor": wanted.cursor_below(shown[-1][0].seq) if more else "",
                "has_more": more,
            }
        )

    def _state(self, task: Task, at_ms: int, exchange: Exchange) -> TaskState:
        return state_of(task, at_ms, backwards=has_fault(exchange.struck, "status_backwards"))

    def _address(self, request: Request) -> Callable[[str, int], str]:
        base = str(request.base_url).rstrip("/")
        return lambda file, updated_ms: base + signed_path(file, updated_ms, self._secrets.url_secret)

    def _allowed_file(self, file: str, query: Mapping[str, str]) -> tuple[Path, Task | None] | None:
        """The file and the finished task that it is of; None when the address is wrong, expired or of nothing."""
        match = RESULT_FILE.fullmatch(file)
        signature = query.get("Signature", "")
        if match is None:
            return None
        at_ms = self._clock()
        if not is_allowed(file, query.get("Expires", ""), signature, self._secrets.url_secret, at_ms):
            return None
        path = self._renderer.folder / file
        if self._renderer.library.make_preset(file):
            return path, None
        task = self._store.find_video(match[1])
        if task is None or task.status(at_ms) != "succeed" or not path.exists():
            return None
        return path, task

    def _begin(self, request: Request, kind: RequestKind) -> tuple[LogEntry, tuple[Fault, ...]]:
        struck = self._faults.strike(request.method, request.url.path, kind)
        entry = LogEntry(method=request.method, path=request.url.path)
        entry.fault = "+".join(fault.action for fault in struck) or None
        return entry, struck

    async def _before(self, struck: Iterable[Fault], entry: LogEntry) -> Response | None:
        """Do what faults do before or instead of processing; the first that answers wins."""
        for fault in struck:
            response: Response
            if fault.action == "delay_before":
                await asyncio.sleep(fault.seconds or 0)
                continue
            if fault.action == "drop_before":
                response = DroppedResponse()
            elif fault.action in ANSWER_ACTIONS and not fault.accept:
                response = _instead(fault, entry)
            else:
                continue
            await self._write(entry, response)
            return response
        return None

    async def _finish(self, entry: LogEntry, struck: Iterable[Fault], response: Response) -> Response:
        """Log, wait, and replace or lose the answer if a fault says so; the first that answers wins."""
        answering = next((fault for fault in struck if fault.action in ANSWER_ACTIONS), None)
        if answering is not None:
            response = _instead(answering, entry)
        if has_fault(struck, "drop_after"):
            response = DroppedResponse()
        await self._write(entry, response)
        for fault in struck:
            if fault.action == "delay":
                await asyncio.sleep(fault.seconds or 0)
        return response

    async def _write(self, entry: LogEntry, response: Response) -> None:
        entry.http_status = None if isinstance(response, DroppedResponse) else response.status_code
        await run_in_threadpool(self._log.write, entry)


def _instead(fault: Fault, entry: LogEntry) -> Response:
    """The answer of a fault that answers in the server's stead; the log gets the code that the client sees."""
    entry.code = None
    if fault.action == "html":
        status = fault.http or 502
        return HTMLResponse(_ERROR_PAGE.format(status=status), status_code=status)
    if fault.action == "garbage":
        return Response(fault.garbage(), media_type="application/json")
    refusal = Refusal(*fault.refusal())
    entry.code = refusal.code
    return JSONResponse(refused(refusal), status_code=refusal.http_status)


def _add_fields(envelope: Envelope, extra: Mapping[str, object]) -> None:
    """Add what is not there yet: the fault is about unknown fields, not about wrong values."""
    data = envelope.get("data")
    for target in (envelope, *(data if isinstance(data, list) else [data])):
        if isinstance(target, dict):
            for name, value in extra.items():
                target.setdefault(name, value)


def _product(exchange: Exchange) -> Product:
    for product in PRODUCTS:
        if exchange.request.path_params["product"] == product:
            return product
    raise HTTPException(404)


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
