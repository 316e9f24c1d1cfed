# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON of the account's paths. Fields: kling-api reference section 2.7 and Kling's pages on its bills [D].

Amounts come as JSON numbers with decimals there. A number is taken by its shortest writing, 91.3 as 91.3.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from .account import BalanceDeduction, PackStatus, ResourcePack, UnitDeduction
from .task import decimal_or_none
from .wire import Received, Sent
from .wire_library import Many

if TYPE_CHECKING:
    from .account import BillingFilter, Period


class Filter(Sent):
    key: str
    values: tuple[str, ...]


class BillingBody(Sent):
    """The first page's question, or the cursor alone: with a cursor all else is without effect [D]."""

    start_time: int | None = None
    end_time: int | None = None
    limit: int | None = None
    filters: tuple[Filter, ...] | None = None
    cursor: str | None = None


class ReceivedPack(Received):
    resource_pack_name: str | None = None
    resource_pack_id: str | None = None
    resource_pack_type: str | None = None
    total_quantity: Decimal
    remaining_quantity: Decimal
    purchase_time: int | None = None
    effective_time: int | None = None
    invalid_time: int | None = None
    status: str | None = None


class ReceivedCosts(Received):
    """A second envelope inside the first."""

    code: int = 0
    msg: str | None = None
    resource_pack_subscribe_infos: Many[ReceivedPack] = ()


class _ReceivedDeduction(Received):
    task_id: str | None = None
    api_key_name: str | None = None
    product_function: str | None = None
    model_name: str | None = None
    resolution: str | None = None
    duration: str | None = None
    deduction_time: int | None = None
    """A text in the documentation's sample."""
    deduction_amount: Decimal


class ReceivedUnitDeduction(_ReceivedDeduction):
    package_id: str | None = None
    product_type: str | None = None
    unit_before_deduction: Decimal | None = None
    unit_after_deduction: Decimal | None = None


class ReceivedBalanceDeduction(_ReceivedDeduction):
    currency: str | None = None
    list_price: Decimal | None = None
    cash_type: str | None = None
    balance_before_deduction: Decimal | None = None
    balance_after_deduction: Decimal | None = None


class _ReceivedPage(Received):
    next_cursor: str | None = None
    has_more: bool = False


class ReceivedUnitRecords(Received):
    detail: Many[ReceivedUnitDeduction] = ()


class ReceivedUnitPage(_ReceivedPage):
    result: ReceivedUnitRecords | None = None


class ReceivedBalanceRecords(Received):
    detail: Many[ReceivedBalanceDeduction] = ()


class ReceivedBalancePage(_ReceivedPage):
    result: ReceivedBalanceRecords | None = None


def encode_billing(period: Period, records: BillingFilter, limit: int, cursor: str) -> BillingBody:
    if cursor:
        return BillingBody(cursor=cursor)
    named = (
        ("api_key_name", records.api_key_names),
        ("product_type", records.product_types),
        ("package_name", records.package_names),
        ("package_id", records.package_ids),
    )
    filters = tuple(Filter(key=key, values=values) for key, values in named if values)
    return BillingBody(start_time=period.start_ms, end_time=period.end_ms, limit=limit, filters=filters or None)


def read_pack(received: ReceivedPack) -> ResourcePack:
    known = {status.value: status for status in PackStatus}
    return ResourcePack(
        name=received.resource_pack_name or "",
        pack_id=received.resource_pack_id or "",
        kind=received.resource_pack_type or "",
        total_units=received.total_quantity,
        remaining_units=received.remaining_quantity,
        purchased_ms=received.purchase_time or None,
        effective_ms=received.effective_time or None,
        invalid_ms=received.invalid_time or None,
        status=known.get(received.status or "", PackStatus.UNKNOWN),
    )


def read_unit_deduction(received: ReceivedUnitDeduction) -> UnitDeduction:
    return UnitDeduction(
        task_id=received.task_id or "",
        api_key_name=received.api_key_name or "",
        product_function=received.product_function or "",
        model_name=received.model_name or "",
        resolution=received.resolution or "",
        duration_s=decimal_or_none(received.duration),
        deducted_ms=received.deduction_time,
        package_id=received.package_id or "",
        product_type=received.product_type or "",
        units=received.deduction_amount,
        units_before=received.unit_before_deduction,
        units_after=received.unit_after_deduction,
    )


def read_balance_deduction(received: ReceivedBalanceDeduction) -> BalanceDeduction:
    return BalanceDeduction(
        task_id=received.task_id or "",
        api_key_name=received.api_key_name or "",
        product_function=received.product_function or "",
        model_name=received.model_name or "",
        resolution=received.resolution or "",
        duration_s=decimal_or_none(received.duration),
        deducted_ms=received.deduction_time,
        amount=received.deduction_amount,
        currency=received.currency or "",
        list_price=received.list_price,
        cash_type=received.cash_type or "",
        balance_before=received.balance_before_deduction,
        balance_after=received.balance_after_deduction,
    )
