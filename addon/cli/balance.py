# SPDX-License-Identifier: GPL-3.0-or-later
"""What the account has left, asked before a command sends anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..balance import balance_of, read_costs
from ..kling.errors import KlingBusy, KlingError, KlingNotSent, KlingUnknownOutcome
from ..redaction import logger

if TYPE_CHECKING:
    from decimal import Decimal

    from ..app import Settings
    from .output import Output

_log = logger("cli")
_ADVICE = "Buy a package in Kling's console, or send it anyway with --ignore-balance"


def places_at_once(settings: Settings) -> int | None:
    """How many tasks the account lets run at once, by its packages; None where Kling does not say it now."""
    try:
        return balance_of(read_costs(settings)).places
    except KlingError as error:
        _log.info("the account's packages are not known: %s", error)
        return None


def check_balance(settings: Settings, wanted_units: Decimal, output: Output) -> None:
    """Raises AccountError where the account's video packages cannot pay for `wanted_units`.

    Where Kling does not say, or no package is there, the account may pay in other ways: nothing is refused then.
    """
    try:
        costs = read_costs(settings)
    except (KlingBusy, KlingNotSent, KlingUnknownOutcome) as error:
        output.notes.print(f"The balance is not known: {error.message}", markup=False, highlight=False)
        return
    balance_of(costs).check(wanted_units, _ADVICE)
