# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls on the account: what it has left, and what it has spent. All are free. Used on the engine's thread only."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from ..redaction import redact
from .account import ALL_RECORDS, AccountCosts
from .errors import KlingBadAnswer, error_for
from .input_check import check_range
from .paging import CursorPage, cursor_pages
from .wire_account import (
    ReceivedBalancePage,
    ReceivedCosts,
    ReceivedUnitPage,
    encode_billing,
    read_balance_deduction,
    read_pack,
    read_unit_deduction,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from .account import BalanceDeduction, BillingFilter, Period, UnitDeduction
    from .signed_calls import SignedCalls
    from .wire import Envelope

_Model = TypeVar("_Model", bound=BaseModel)

RECORDS_MAX = 500
"""In one answer (kling-api 2.7 [D])."""


class AccountCalls:
    def __init__(self, calls: SignedCalls) -> None:
        self._calls = calls

    async def costs(self, period: Period, pack_name: str = "") -> AccountCosts:
        """The packs of `period`, or the one called `pack_name`. Not more than once a second (kling-api section 5 [D]).

        The documentation does not say which of a pack's times has to be within the period.
        """
        period.check()
        query = {"start_time": str(period.start_ms), "end_time": str(period.end_ms)}
        if pack_name:
            query["resource_pack_name"] = pack_name
        envelope = await self._calls.call("GET", "/account/costs", query=query)
        received = _read(ReceivedCosts, envelope)
        if received.code != 0:
            raise error_for(received.code, 200, envelope.request_id or "", redact(received.msg or ""))
        return AccountCosts(tuple(map(read_pack, received.resource_pack_subscribe_infos)))

    def unit_deductions(
        self, period: Period, records: BillingFilter = ALL_RECORDS, limit: int = RECORDS_MAX
    ) -> AsyncIterator[UnitDeduction]:
        """What tasks created in `period` took from packs, `limit` (1 to 500) in each request."""
        period.check()
        records.check(units=True)
        check_range("limit", limit, 1, RECORDS_MAX)

        async def fetch(cursor: str) -> CursorPage[UnitDeduction]:
            body = encode_billing(period, records, limit, cursor).to_json()
            page = _read(ReceivedUnitPage, await self._calls.call("POST", "/account/billing/package", body=body))
            entries = page.result.detail if page.result else ()
            return CursorPage(tuple(map(read_unit_deduction, entries)), _next_cursor(page))

        return cursor_pages(fetch)

    def balance_deductions(
        self, period: Period, records: BillingFilter = ALL_RECORDS, limit: int = RECORDS_MAX
    ) -> AsyncIterator[BalanceDeduction]:
        """What tasks created in `period` took from the balance, `limit` (1 to 500) in each request."""
        period.check()
        records.check(units=False)
        check_range("limit", limit, 1, RECORDS_MAX)

        async def fetch(cursor: str) -> CursorPage[BalanceDeduction]:
            body = encode_billing(period, records, limit, cursor).to_json()
            page = _read(ReceivedBalancePage, await self._calls.call("POST", "/account/billing/balance", body=body))
            entries = page.result.detail if page.result else ()
            return CursorPage(tuple(map(read_balance_deduction, entries)), _next_cursor(page))

        return cursor_pages(fetch)


def _next_cursor(page: ReceivedUnitPage | ReceivedBalancePage) -> str:
    return (page.next_cursor or "") if page.has_more else ""


def _read(model: type[_Model], envelope: Envelope) -> _Model:
    try:
        return model.model_validate(envelope.data or {})
    except ValidationError as error:
        raise KlingBadAnswer(
            "Kling's answer about the account cannot be read.",
            hint="Check KLING_BASE_URL.",
            detail=f"request_id={envelope.request_id} {error.error_count()} problems",
        ) from error
