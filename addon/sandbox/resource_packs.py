# SPDX-License-Identifier: GPL-3.0-or-later
"""The account's resource packs: how many units there were, how many are left, and until when. No storing.

Facts: kling-api 2.7, section 5, section 8: packs are per type, carry their concurrency in the name, expire after 30 or
90 days; units are deducted at success. Guesses: when a pack's 30 days are over the same one is bought again, so that a
folder stays usable; running tasks reserve their price, and a create is refused when what is left would not pay for it;
a task whose price is known late may still empty the pack, which then shows 0; the image pack is named like the video
pack.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from .model_table import format_units
from .refusal import Refusal

PackageType = Literal["video", "image"]
PACKAGE_TYPES: tuple[PackageType, ...] = ("video", "image")
PackStatus = Literal["online", "expired", "runOut"]
PERIOD_MS = 30 * 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class AccountLimits:
    """What the account may do. `units` is the size of a new pack by type; 0: there is no such pack."""

    concurrency: int
    units: Mapping[PackageType, Decimal]


@dataclass(frozen=True, slots=True)
class ResourcePack:
    """One pack. It counts from `begins_ms` on and no longer at `ends_ms` (milliseconds since 1970)."""

    package_type: PackageType
    name: str
    pack_id: str
    total: Decimal
    spent: Decimal
    begins_ms: int
    ends_ms: int

    @property
    def remaining(self) -> Decimal:
        return max(Decimal(0), self.total - self.spent)

    def status(self, at_ms: int) -> PackStatus:
        if at_ms >= self.ends_ms:
            return "expired"
        return "online" if self.remaining else "runOut"


def pack_number(at_ms: int, began_ms: int) -> int:
    """Which pack counts at that moment, from 0; a moment before the account began belongs to the first."""
    return max(0, (at_ms - began_ms) // PERIOD_MS)


def pack_name(package_type: PackageType, limits: AccountLimits) -> str:
    units = format_units(limits.units[package_type])
    return f"Trial-{package_type.capitalize()}-{units}Units-{limits.concurrency}Con-1Months"


def pack_id(account_id: str, package_type: PackageType, number: int) -> str:
    """32 hexadecimal digits, the same at every start."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"{account_id}/{package_type}/{number}").hex


def balance_not_enough() -> Refusal:
    return Refusal(429, 1102, "Account balance not enough")
