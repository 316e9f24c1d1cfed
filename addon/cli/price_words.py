# SPDX-License-Identifier: GPL-3.0-or-later
"""A price as the user reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..kling.catalogue import catalogue

if TYPE_CHECKING:
    from decimal import Decimal

    from ..kling.catalogue import Tariff

PRICED_FOR: dict[Tariff, str] = {
    "silent": "silent",
    "sound": "with sound",
    "voice": "with sound and voices",
    "video": "with a reference video",
    "motion": "motion control",
    "speech": "lip-sync",
}


def price_words(units: Decimal) -> str:
    """`5 units = 50 credits = $0.70 list price`."""
    whole = catalogue()
    return f"{plain(units)} units = {plain(whole.credits(units))} credits = ${whole.dollars(units):.2f} list price"


def plain(number: Decimal) -> str:
    """Without trailing zeros or an exponent."""
    return f"{number.normalize():f}"
