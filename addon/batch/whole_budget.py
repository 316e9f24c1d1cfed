# SPDX-License-Identifier: GPL-3.0-or-later
"""The caps, asked for the whole of a plan before its first shot is sent: half a list helps nobody.

Each job is checked again when it is sent, in the ledger's transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import BudgetError
from ..kling.catalogue import catalogue

if TYPE_CHECKING:
    from decimal import Decimal

    from ..app import Settings
    from ..jobs.ledger import Ledger
    from .plan import BatchPlan


def check_whole(plan: BatchPlan, settings: Settings, ledger: Ledger, list_units: Decimal | None) -> None:
    """Raises BudgetError where what is to be made would exceed a cap."""
    for cap, committed, whose, setting in (
        (list_units, ledger.spent_units(plan.wanted.list_id), "", "--max-credits"),
        (
            settings.day_units,
            ledger.day_units(settings.account),
            " for the account today",
            "RETAKE_MAX_CREDITS_PER_DAY",
        ),
    ):
        if cap is not None and plan.takes_to_make and committed + plan.new_units > cap:
            raise BudgetError(
                f"The budget of {_credits(cap)} credits{whose} does not allow this list: what is missing costs "
                f"{_credits(plan.new_units)} and {_credits(committed)} are spent or reserved.",
                hint=f"Nothing was sent. Raise {setting}, or name fewer shots.",
            )


def _credits(units: Decimal) -> str:
    return f"{catalogue().credits(units).normalize():f}"
