# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls of the library: voices, elements, images, faces and lip-sync. Facts: kling-api 2.6, 2.7, section 4.

Guesses: a list of official voices or elements has a task for each and pages like the others; deleting an element
answers without `data` (seen live) and deleting a voice with the documented one; official ones cannot be deleted.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from starlette.concurrency import run_in_threadpool

from .answers import Envelope, created_task, success
from .element_rules import read_element_order
from .exchange import Exchange, has_fault, json_object, planned_failure, query_number
from .face_call import identify_face
from .image_rules import read_image_order
from .library_answers import Address, preset_elements, preset_voices, queried_library_task
from .library_lookup import voice_facts
from .library_order import LibraryOrder, LibraryProduct
from .library_services import LibraryCall, LibraryServices
from .library_table import DELETE_VOICE
from .lip_sync_rules import read_lip_sync_order
from .refusal import Refusal, invalid_value, missing_field, task_not_found
from .task_store import Schedule, Task
from .validation import check_fields
from .voice_rules import read_voice_order

_SUBMITTED_S = 1.0
_ELEMENT_ID_DIGITS = 19
ReadLibraryOrder = Callable[[Mapping[str, object]], LibraryOrder]
Presets = Callable[[Address, int], list[dict[str, object]]]


def library_calls(services: LibraryServices) -> tuple[LibraryCall, ...]:
    """Every route of the library."""
    store, lookup, clock = services.store, services.lookup, services.clock

    def read_element(body: Mapping[str, object]) -> LibraryOrder:
        order = read_element_order(lookup, body)
        voice_id = order.facts["voice_id"]
        voice = voice_facts(store, voice_id) if isinstance(voice_id, str) else {}
        return replace(order, facts={**order.facts, **voice})

    general, deletes = "/v1/general", _Deletes(services)
    return (
        *_Tasks(services, "custom-voices", lambda body: read_voice_order(store, body, clock()), page_max=1000).calls(
            f"{general}/custom-voices"
        ),
        LibraryCall("GET", f"{general}/presets-voices", "read", _presets(services, preset_voices, 1000)),
        LibraryCall("POST", f"{general}/delete-voices", "other", deletes.voice),
        *_Tasks(services, "advanced-custom-elements", read_element).calls(f"{general}/advanced-custom-elements"),
        LibraryCall("GET", f"{general}/advanced-presets-elements", "read", _presets(services, preset_elements, 500)),
        LibraryCall("POST", f"{general}/delete-advanced-elements", "other", deletes.element),
        LibraryCall("POST", f"{general}/delete-elements", "other", deletes.element),
        *_Tasks(services, "images", lambda body: read_image_order(lookup, body)).calls("/v1/images/generations"),
        LibraryCall("POST", "/v1/videos/identify-face", "other", lambda exchange: identify_face(services, exchange)),
        *_Tasks(services, "advanced-lip-sync", lambda body: read_lip_sync_order(store, body, clock())).calls(
            "/v1/videos/advanced-lip-sync"
        ),
    )


class _Tasks:
    """Create, query and list the tasks of one product."""

    def __init__(
        self, services: LibraryServices, product: LibraryProduct, read: ReadLibraryOrder, page_max: int = 500
    ) -> None:
        self._services = services
        self._product = product
        self._read = read
        self._page_max = page_max

    def calls(self, path: str) -> tuple[LibraryCall, ...]:
        return (
            LibraryCall("POST", path, "create", self._create),
            LibraryCall("GET", path, "read", self._page),
            LibraryCall("GET", f"{path}/{{wanted:path}}", "read", self._task),
        )

    async def _create(self, exchange: Exchange) -> Envelope:
        task = await run_in_threadpool(self._make, exchange)
        self._services.renderer.add(task)
        return success(created_task(task))

    def _make(self, exchange: Exchange) -> Task:
        entry, services = exchange.entry, self._services
        values = json_object(exchange.body)
        external_id = values.get("external_task_id")
        # Known before the body is found good, so that refused creates can be told apart in the log.
        if isinstance(external_id, str) and external_id:
            entry.external_task_id = external_id
        order = self._read(values)
        order = replace(order, facts={**order.facts, "owned_by": services.store.account_id})
        entry.ignored_fields = list(order.ignored_fields)
        speed = services.settings.speed
        schedule = Schedule(
            submitted_ms=round(_SUBMITTED_S * 1000 / speed),
            total_ms=round(order.takes_s * 1000 / speed),
            failure=planned_failure(exchange.struck),
            stuck=has_fault(exchange.struck, "stuck"),
        )
        task = services.store.create(order, schedule, services.settings.limits)
        entry.task_id, entry.accepted = task.task_id, True
        return task

    async def _task(self, exchange: Exchange) -> Envelope:
        wanted, services = exchange.request.path_params["wanted"], self._services
        task = await run_in_threadpool(services.store.find, self._product, wanted)
        if task is None:
            raise task_not_found(wanted)
        exchange.entry.task_id, exchange.entry.external_task_id = task.task_id, task.external_task_id
        state = services.state(task, services.clock(), exchange)
        return success(queried_library_task(task, state, services.address(exchange.request)))

    async def _page(self, exchange: Exchange) -> Envelope:
        query, services = exchange.request.query_params, self._services
        number = query_number(query, "pageNum", 1, 1000)
        size = query_number(query, "pageSize", 30, self._page_max)
        # A deleted element says so; a deleted voice could not, and is left out.
        tasks = await run_in_threadpool(
            lambda: services.store.page(self._product, number, size, deleted=self._product != "custom-voices")
        )
        at_ms, address = services.clock(), services.address(exchange.request)
        return success([queried_library_task(task, services.state(task, at_ms, exchange), address) for task in tasks])


class _Deletes:
    """Takes voices and elements out of the library."""

    def __init__(self, services: LibraryServices) -> None:
        self._services = services

    async def voice(self, exchange: Exchange) -> Envelope:
        values = check_fields(json_object(exchange.body), DELETE_VOICE).values
        voice_id = str(values["voice_id"])
        task = await run_in_threadpool(self._delete, "custom-voices", "voice_id", voice_id)
        exchange.entry.task_id = task.task_id
        return success({"task_id": task.task_id, "task_status": "succeed"})

    async def element(self, exchange: Exchange) -> Envelope:
        element_id = _element_id(json_object(exchange.body).get("element_id"))
        task = await run_in_threadpool(self._delete, "advanced-custom-elements", "element_id", element_id)
        exchange.entry.task_id = task.task_id
        envelope = success(None)
        del envelope["data"]
        return envelope

    def _delete(self, product: LibraryProduct, name: str, library_id: str) -> Task:
        store, at_ms = self._services.store, self._services.clock()
        task = store.find_video(library_id)
        if task is None or task.product != product or task.status(at_ms) != "succeed":
            raise invalid_value(name, library_id, "there is none of your own with this id")
        if task.deleted_ms is not None:
            # The sentence is live for elements, and a guess for voices.
            raise Refusal(400, 1201, f"{name.split('_')[0].capitalize()} already be deleted for id: {library_id}")
        store.set_deleted(task.task_id)
        return task


def _element_id(given: object) -> str:
    """A string in the documents; a number is taken too (guess), as the create of a clip has one."""
    if given is None or given == "":
        raise missing_field("element_id")
    if isinstance(given, bool) or not isinstance(given, str | int):
        raise invalid_value("element_id", given, "it must be a string of digits")
    text = str(given)
    if not (text.isascii() and text.isdecimal()) or len(text) > _ELEMENT_ID_DIGITS:
        raise invalid_value("element_id", given, "it must be a string of digits")
    return text


def _presets(services: LibraryServices, make: Presets, largest: int) -> Callable[[Exchange], Awaitable[Envelope]]:
    async def presets(exchange: Exchange) -> Envelope:
        query = exchange.request.query_params
        number = query_number(query, "pageNum", 1, 1000)
        size = query_number(query, "pageSize", 30, largest)
        every = make(services.address(exchange.request), services.clock())
        return success(every[(number - 1) * size : number * size])

    return presets
