# SPDX-License-Identifier: GPL-3.0-or-later
"""Caps on what may be spent. Checked by the ledger inside the transaction that records the intent to send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import BudgetError
from ..kling.catalogue import catalogue

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Caps:
    """In units; None is no cap. The day is the account's, counted in UTC."""

    list_units: Decimal | None = None
    day_units: Decimal | None = None


def check_caps(caps: Caps, wanted_units: Decimal, list_units: Decimal, day_units: Decimal) -> None:
    """Raises BudgetError where `wanted_units` on top of what is committed already would exceed a cap."""
    for cap, committed, whose, setting in (
        (caps.list_units, list_units, "", "--max-credits"),
        (caps.day_units, day_units, " for the account today", "RETAKE_MAX_CREDITS_PER_DAY"),
    ):
        if cap is not None and committed + wanted_units > cap:
            raise BudgetError(
                f"The budget of {_credits(cap)} credits{whose} does not allow this shot: "
                f"it costs {_credits(wanted_units)} and {_credits(committed)} are spent or reserved.",
                hint=f"Raise {setting}, or choose a shorter or cheaper shot. Nothing was sent.",
            )


def _credits(units: Decimal) -> str:
    return f"{(units * catalogue().credits_per_unit).normalize():f}"
