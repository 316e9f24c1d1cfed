# SPDX-License-Identifier: GPL-3.0-or-later
"""What it would cost to make a take again that is long enough for an edit, and the way out where no take can be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING

from ..errors import RetakeError
from ..kling.catalogue import catalogue
from ..kling.possible import problems
from ..kling.price import estimate_units
from ..kling.product import Product
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


@dataclass(frozen=True, slots=True)
class MoreMaterial:
    """`longer` is the shortest take that is long enough, None where there is none; `longest_s` what its model makes at
    most, 0 where it is no take of Kling's. `advice` is a sentence for the user."""

    longer: LongerTake | None
    longest_s: int
    advice: str


def more_material(recipe: object, missing_frames: int, needed_s: Fraction, rate: Fraction) -> MoreMaterial:
    """For a strip that shows `missing_frames` more than its media has. `needed_s`: how long media would do, 0 where
    more at its end is of no use; `rate`: the media's frames per second."""
    frames = f"{missing_frames} frame{'' if missing_frames == 1 else 's'}"
    if not needed_s:
        return MoreMaterial(None, 0, f"{frames} before its media begins: the first picture is held there")
    request = _request(recipe)
    if request is None:
        return MoreMaterial(None, 0, f"{frames} longer than its media: trim it, or replace its media")
    if request.follows_video:
        return MoreMaterial(None, 0, f"{frames} longer than its take, which is as long as its reference video")
    if request.extends is not None:
        return MoreMaterial(None, 0, f"{frames} longer than its take: go on from it by Extend by Kling")
    longer = longer_take(request, needed_s, rate)
    if longer is not None:
        dollars = catalogue().dollars(longer.units)
        return MoreMaterial(
            longer,
            longer.duration_s,
            f"{frames} longer than its take: a take of {longer.duration_s} s would cost ${dollars:.2f} "
            f"({longer.units.normalize():f} units)",
        )
    longest = longest_take_s(request)
    row = catalogue().find(request.model_name)
    label = row.label if row is not None else request.model_name
    goes_on = row is not None and Product.VIDEO_EXTEND in row.products and not row.discontinued
    way = "Extend by Kling" if goes_on else "Extend, from its last frame"
    if not longest:
        return MoreMaterial(None, 0, f"{frames} longer than its take: go on from it by {way}")
    return MoreMaterial(
        None, longest, f"{frames} longer than its take, and {label} makes {longest} s at most: go on from it by {way}"
    )


def longer_take(request: GenerationRequest, needed_s: Fraction, rate: Fraction) -> LongerTake | None:
    """The shortest that is at least so long; None where the model makes none. A take has a frame more than its seconds
    have, 121 for 5 s of 24 fps."""
    for seconds in range(max(ceil(needed_s - 1 / rate), 1), _LONGEST_S + 1):
        longer = replace(request, duration_s=seconds)
        if not problems(longer):
            return LongerTake(seconds, estimate_units(longer))
    return None


def longest_take_s(request: GenerationRequest) -> int:
    """Seconds; 0 where the request is not possible at any length, as that of a model which is no more."""
    lengths = range(_LONGEST_S, 0, -1)
    return next((seconds for seconds in lengths if not problems(replace(request, duration_s=seconds))), 0)


def _request(recipe: object) -> GenerationRequest | None:
    """None for what is no record of ours."""
    if not isinstance(recipe, dict):
        return None
    try:
        return GenerationRequest.from_record(recipe)
    except (RetakeError, KeyError, TypeError, ValueError):
        return None
