# SPDX-License-Identifier: GPL-3.0-or-later
"""The account's calls: its packs, and what was deducted from them for which task.

Facts: kling-api 2.7 and the vendor's pages on account usage and unit deduction [D O2]. The list of packs is in a second
envelope; QPS at most 1; it takes both credentials (live). Guesses: more is refused with 1302, counted by the sandbox's
clock from the last question that was answered; a pack is told when it was bought in the time asked for; both
credentials are good for the lists of deductions too; they begin with the newest task; the account has one API key,
called sandbox, and no balance, so nothing was ever deducted from it; what costs nothing is in no list. What is left is
told at once, where the real one lags behind by up to 12 hours. The details whether a video was given, of which kind the
sound is and whether a voice was asked for are left out.
"""

from __future__ import annotations

import threading
from decimal import Decimal
from types import MappingProxyType

from starlette.concurrency import run_in_threadpool

from .answers import Envelope, length_text, success
from .billing_query import BALANCE_KEYS, PACKAGE_KEYS, BillingQuery, read_billing_query, read_time
from .exchange import Exchange, json_object
from .library_services import LibraryCall, LibraryServices
from .refusal import Refusal, invalid_value
from .resource_packs import ResourcePack, pack_name
from .task_store import Task, TaskProduct

_EVERY_MS = 1000
_KEY_NAME = "sandbox"
_FUNCTIONS: MappingProxyType[TaskProduct, str] = MappingProxyType(
    {
        "text2video": "Text to Video",
        "image2video": "Image to Video",
        "motion-control": "Motion Control",
        "omni-video": "Omni Video",
        "multi-image2video": "Multi-Image to Video",
        "video-extend": "Video Extension",
        "custom-voices": "Voice Customization",
        "advanced-custom-elements": "Element Customization",
        "images": "Image Generation",
        "advanced-lip-sync": "Lip Sync",
        "identify-face": "Face Recognition",
    }
)
_NO_CLIPS = frozenset({"custom-voices", "advanced-custom-elements", "images", "identify-face"})
_RESOLUTIONS = MappingProxyType({"std": "720p", "pro": "1080p", "4k": "4k"})


def account_calls(services: LibraryServices) -> tuple[LibraryCall, ...]:
    """Every route of the account."""
    account = _Account(services)
    return (
        LibraryCall("GET", "/account/costs", "other", account.costs),
        LibraryCall("POST", "/account/billing/package", "other", account.package),
        LibraryCall("POST", "/account/billing/balance", "other", account.balance),
    )


class _Account:
    def __init__(self, services: LibraryServices) -> None:
        self._services = services
        self._lock = threading.Lock()
        self._answered_ms: int | None = None

    async def costs(self, exchange: Exchange) -> Envelope:
        query, at_ms = exchange.request.query_params, self._services.clock()
        self._check_rate(at_ms)
        start_ms, end_ms = (read_time(name, query.get(name)) for name in ("start_time", "end_time"))
        if start_ms > end_ms:
            raise invalid_value("start_time", start_ms, "it must not be after end_time")
        name = query.get("resource_pack_name", "")
        packs = await run_in_threadpool(self._services.store.packs, self._services.settings.limits)
        told = [
            _pack(pack, at_ms) for pack in packs if start_ms <= pack.begins_ms <= end_ms and name in ("", pack.name)
        ]
        return success({"code": 0, "msg": "success", "resource_pack_subscribe_infos": told})

    async def package(self, exchange: Exchange) -> Envelope:
        query = read_billing_query(json_object(exchange.body), PACKAGE_KEYS)
        return success(await run_in_threadpool(self._deductions, query))

    async def balance(self, exchange: Exchange) -> Envelope:
        read_billing_query(json_object(exchange.body), BALANCE_KEYS)
        return success({"result": {"detail": [], "count": 0}, "next_cursor": "", "has_more": False})

    def _check_rate(self, at_ms: int) -> None:
        with self._lock:
            if self._answered_ms is not None and 0 <= at_ms - self._answered_ms < _EVERY_MS:
                raise Refusal(429, 1302, "API request too fast, exceeded rate limit")
            self._answered_ms = at_ms

    def _deductions(self, query: BillingQuery) -> dict[str, object]:
        limits, store = self._services.settings.limits, self._services.store
        passing: list[Task] = []
        for task in store.billed_between(query.start_ms, query.end_ms):
            paid_by, _ = store.pack_of(task, limits)
            values = {
                "api_key_name": _KEY_NAME,
                "product_type": task.package_type,
                "package_name": pack_name(task.package_type, limits),
                "package_id": paid_by,
            }
            if all(query.lets_pass(key, value) for key, value in values.items()):
                passing.append(task)
        shown = passing[query.skip : query.skip + query.limit]
        more = len(passing) > query.skip + query.limit
        return {
            "result": {"detail": [self._deduction(task) for task in shown], "count": len(shown)},
            "next_cursor": query.cursor() if more else "",
            "has_more": more,
        }

    def _deduction(self, task: Task) -> dict[str, object]:
        paid_by, before = self._services.store.pack_of(task, self._services.settings.limits)
        deduction: dict[str, object] = {
            "package_id": paid_by,
            "product_type": task.package_type,
            "task_id": task.task_id,
            "api_key_name": _KEY_NAME,
            "product_function": _FUNCTIONS[task.product],
            "model_name": task.clip.model_name,
            "resolution": _RESOLUTIONS.get(task.clip.quality, ""),
            "deduction_time": str(task.finished_ms),
            "unit_before_deduction": _number(before),
            "deduction_amount": _number(task.units),
            "unit_after_deduction": _number(before - task.units),
        }
        if task.product not in _NO_CLIPS:
            deduction["duration"] = length_text(task)
        return deduction


def _pack(pack: ResourcePack, at_ms: int) -> dict[str, object]:
    return {
        "resource_pack_name": pack.name,
        "resource_pack_id": pack.pack_id,
        "resource_pack_type": "decreasing_total",
        "total_quantity": _number(pack.total),
        "remaining_quantity": _number(pack.remaining),
        "purchase_time": pack.begins_ms,
        "effective_time": pack.begins_ms,
        "invalid_time": pack.ends_ms,
        "status": pack.status(at_ms),
    }


def _number(units: Decimal) -> float:
    """A JSON number, as in the vendor's samples; all prices have so few digits that it is the nearest one."""
    return float(units)
