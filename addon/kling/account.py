# SPDX-License-Identifier: GPL-3.0-or-later
"""What a Kling account has and has spent. Facts: kling-api 2.7, sections 5 and 8 [D, live]."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from ..errors import InputError
from .input_check import check_choice, check_times

PACK_PRODUCTS = ("video", "image", "try-on")
"""What a pack pays for. Text-to-speech, voices, lip-sync and sounds are paid with video units (live)."""

_CONCURRENCY = re.compile(r"(?<![0-9A-Za-z])([0-9]{1,4})Con(?![0-9A-Za-z])", re.IGNORECASE)
_PRODUCT_WORDS = (("try-on", "try-on"), ("video", "video"), ("image", "image"))


class PackStatus(Enum):
    TO_BE_ONLINE = "toBeOnline"
    ONLINE = "online"
    EXPIRED = "expired"
    RUN_OUT = "runOut"
    UNKNOWN = ""
    """A word that is not documented."""


@dataclass(frozen=True, slots=True)
class ResourcePack:
    """Units bought in advance. Times are milliseconds since 1970, None where Kling does not say."""

    name: str
    """Such as `Trial-Video-100Units-5Con-1Months`."""
    pack_id: str
    kind: str
    """`decreasing_total` or `constant_period`."""
    total_units: Decimal
    remaining_units: Decimal
    """Up to 12 hours old (kling-api 2.7 [D])."""
    purchased_ms: int | None
    effective_ms: int | None
    invalid_ms: int | None
    status: PackStatus

    @property
    def is_active(self) -> bool:
        return self.status is PackStatus.ONLINE

    @property
    def product(self) -> str | None:
        """One of PACK_PRODUCTS, read from the name, as nothing else tells it (a guess); None where it does not say."""
        name = self.name.casefold()
        return next((product for word, product in _PRODUCT_WORDS if word in name), None)

    @property
    def concurrency(self) -> int | None:
        """How many tasks the pack lets run at once, where its name says so (`…-5Con-…`)."""
        found = _CONCURRENCY.search(self.name)
        return int(found[1]) if found else None


@dataclass(frozen=True, slots=True)
class AccountCosts:
    packs: tuple[ResourcePack, ...]

    @property
    def remaining_video_units(self) -> Decimal:
        """In all active packs whose name says that they are for video. Up to 12 hours old."""
        return sum((pack.remaining_units for pack in self._active_video_packs()), Decimal(0))

    @property
    def video_concurrency(self) -> int | None:
        """The highest of the active video packs counts (kling-api section 5 [D]); None where no name says it."""
        said = [pack.concurrency for pack in self._active_video_packs() if pack.concurrency is not None]
        return max(said, default=None)

    def _active_video_packs(self) -> list[ResourcePack]:
        return [pack for pack in self.packs if pack.is_active and pack.product == "video"]


@dataclass(frozen=True, slots=True)
class BillingFilter:
    """Which records: of any of the named of each kind, and of every kind that names some. Empty is all."""

    api_key_names: tuple[str, ...] = ()
    product_types: tuple[str, ...] = ()
    """Of PACK_PRODUCTS; this and the following for units only."""
    package_names: tuple[str, ...] = ()
    package_ids: tuple[str, ...] = ()
    """Not together with names."""

    def check(self, *, units: bool) -> None:
        """Raises InputError. `units`: the records of packs are asked for, and not those of the balance."""
        if self.package_names and self.package_ids:
            raise InputError("packages", "names and ids", "Kling takes one of the two")
        if not units and (self.product_types or self.package_names or self.package_ids):
            raise InputError("packages", "a filter", "records of the balance know API keys only")
        for product_type in self.product_types:
            check_choice("product type", product_type, PACK_PRODUCTS)


ALL_RECORDS = BillingFilter()


@dataclass(frozen=True, slots=True)
class Period:
    """When a task was created, in milliseconds since 1970."""

    start_ms: int
    end_ms: int

    def check(self) -> None:
        """Raises InputError."""
        check_times(self.start_ms, self.end_ms)


@dataclass(frozen=True, slots=True)
class _Deduction:
    """What one task cost. Texts are empty and lengths None where Kling does not say."""

    task_id: str
    api_key_name: str
    product_function: str
    """Kling's words, such as `Image to Video`."""
    model_name: str
    resolution: str
    duration_s: Decimal | None
    deducted_ms: int | None
    """Milliseconds since 1970."""


@dataclass(frozen=True, slots=True)
class UnitDeduction(_Deduction):
    """Paid with the units of a pack."""

    package_id: str
    product_type: str
    """One of PACK_PRODUCTS."""
    units: Decimal
    units_before: Decimal | None
    units_after: Decimal | None


@dataclass(frozen=True, slots=True)
class BalanceDeduction(_Deduction):
    """Paid with money. `list_price` is before any discount."""

    amount: Decimal
    currency: str
    """`USD` or `CNY`."""
    list_price: Decimal | None
    cash_type: str
    """`balance` or `test_balance`."""
    balance_before: Decimal | None
    balance_after: Decimal | None
