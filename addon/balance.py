# SPDX-License-Identifier: GPL-3.0-or-later
"""What the account has left, for whoever is about to spend it. Blocks for a request or two: not for the main thread."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import AccountError
from .kling.account import Period
from .kling.errors import KlingBusy
from .kling.library import KlingLibrary

if TYPE_CHECKING:
    from decimal import Decimal

    from .app import Settings
    from .kling.account import AccountCosts

_LOOK_BACK_MS = 90 * 24 * 3600 * 1000
"""The longest a package lasts (kling-api section 8)."""

_BUSY_PAUSE_S = 1.2
"""This call is answered once a second (kling-api section 5)."""


@dataclass(frozen=True, slots=True)
class Balance:
    """What Kling said; its numbers are up to 12 hours old (kling-api 2.7 [D])."""

    remaining_units: Decimal | None
    """In active video packages; None where there is none: the account may pay in other ways."""
    places: int | None
    """How many tasks the packages let run at once, where their names say so."""
    expires_ms: int | None
    """When the first active video package with units ends, in milliseconds since 1970."""

    def check(self, wanted_units: Decimal, advice: str) -> None:
        """Raises AccountError, with `advice` on what to do, where the packages hold less than `wanted_units`."""
        if self.remaining_units is not None and self.remaining_units < wanted_units:
            left, wanted = (f"{units.normalize():f}" for units in (self.remaining_units, wanted_units))
            raise AccountError(
                f"The account's video packages hold {left} units, and this needs {wanted}.",
                hint=f"Nothing was sent. {advice}: the number may be up to 12 hours old.",
            )


def balance_of(costs: AccountCosts) -> Balance:
    packs = [pack for pack in costs.packs if pack.is_active and pack.product == "video"]
    ends = [pack.invalid_ms for pack in packs if pack.invalid_ms is not None and pack.remaining_units > 0]
    return Balance(
        remaining_units=costs.remaining_video_units if packs else None,
        places=costs.video_concurrency,
        expires_ms=min(ends, default=None),
    )


def read_costs(settings: Settings) -> AccountCosts:
    """The account's packages. Raises the errors of kling/errors.py."""
    now_ms = int(time.time() * 1000)
    period = Period(now_ms - _LOOK_BACK_MS, now_ms)

    async def read() -> AccountCosts:
        library = KlingLibrary(settings.base_url, settings.credential)
        try:
            return await library.account.costs(period)
        except KlingBusy as error:
            await asyncio.sleep(max(error.retry_after_s or 0.0, _BUSY_PAUSE_S))
            return await library.account.costs(period)
        finally:
            await library.aclose()

    return asyncio.run(read())
