# SPDX-License-Identifier: GPL-3.0-or-later
"""What it would cost to make a take again that is long enough for an edit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING, Any

from ..errors import RetakeError
from ..kling.possible import problems
from ..kling.price import estimate_units
from ..kling.request import GenerationRequest

if TYPE_CHECKING:
    from decimal import Decimal
    from fractions import Fraction

_LONGEST_S = 15
"""Of all models."""


@dataclass(frozen=True, slots=True)
class LongerTake:
    duration_s: int
    units: Decimal


def longer_take(recipe: dict[str, Any], needed_s: Fraction) -> LongerTake | None:
    """The shortest that is at least so long; None where the recipe cannot give it."""
    try:
        request = GenerationRequest.from_record(recipe)
    except (RetakeError, KeyError, TypeError, ValueError):
        return None
    for seconds in range(max(ceil(needed_s), 1), _LONGEST_S + 1):
        longer = replace(request, duration_s=seconds)
        if not problems(longer):
            return LongerTake(seconds, estimate_units(longer))
    return None
