# SPDX-License-Identifier: GPL-3.0-or-later
"""What the account has left, asked before anything is sent."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from ..errors import AccountError
from ..kling.account import Period
from ..kling.errors import KlingBusy, KlingError, KlingNotSent, KlingUnknownOutcome
from ..redaction import logger
from .library import visit_library
from .price_words import plain

if TYPE_CHECKING:
    from decimal import Decimal

    from ..app import Settings
    from ..kling.account import AccountCosts
    from ..kling.library import KlingLibrary
    from .output import Output

_log = logger("cli")

_LOOK_BACK_MS = 90 * 24 * 3600 * 1000
"""The longest a package lasts (kling-api section 8)."""

_BUSY_PAUSE_S = 1.2
"""This call is answered once a second (kling-api section 5)."""


def read_costs(settings: Settings) -> AccountCosts:
    """The account's packages. Blocks for a request, or two. Raises the errors of kling/errors.py."""
    now_ms = int(time.time() * 1000)
    period = Period(now_ms - _LOOK_BACK_MS, now_ms)

    async def read(library: KlingLibrary) -> AccountCosts:
        try:
            return await library.account.costs(period)
        except KlingBusy as error:
            await asyncio.sleep(max(error.retry_after_s or 0.0, _BUSY_PAUSE_S))
            return await library.account.costs(period)

    return visit_library(settings, read)


def places_at_once(settings: Settings) -> int | None:
    """How many tasks the account lets run at once, by its packages; None where Kling does not say it now."""
    try:
        return read_costs(settings).video_concurrency
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
    if not any(pack.is_active and pack.product == "video" for pack in costs.packs):
        return
    left = costs.remaining_video_units
    if left < wanted_units:
        raise AccountError(
            f"The account's video packages hold {plain(left)} units, and this needs {plain(wanted_units)}.",
            hint="Nothing was sent. Buy a package in Kling's console, or send it anyway with --ignore-balance: "
            "the number may be up to 12 hours old.",
        )
