# SPDX-License-Identifier: GPL-3.0-or-later
"""What a request costs at list price, in Kling's units. Rounding and rows: kling-api section 8."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from ..errors import InputError
from .catalogue import catalogue
from .lip_sync import FACES_UNITS, estimate_lip_sync_units
from .product import Product
from .request import GenerationRequest, whole_seconds
from .wire_prompt import bound_voices

if TYPE_CHECKING:
    from .catalogue import Tariff


def estimate_units(request: GenerationRequest, *, voices_are_free: bool = False) -> Decimal:
    """The list price of a possible request. `voices_are_free`: subscribers do not pay extra for bound voices.

    Raises InputError where the catalogue has no price for what is asked.
    """
    if request.product is Product.LIP_SYNC and request.video is not None:
        length_s = request.video.duration_s
        return FACES_UNITS + estimate_lip_sync_units(Decimal(length_s.numerator) / Decimal(length_s.denominator))
    mode = catalogue().model_row(request.model_name).mode_row(request.mode)
    if mode is None:
        raise InputError("quality", request.mode, "the catalogue has no price for it")
    if request.product is Product.VIDEO_EXTEND:
        price = mode.units_per_extension
    elif mode.units_per_clip:
        price = mode.units_per_clip.get(request.duration_s)
    else:
        per_s = mode.units_per_s.get(tariff(request, voices_are_free=voices_are_free))
        price = None if per_s is None else per_s * billed_seconds(request)
    if price is None:
        raise InputError("quality", request.mode, "the catalogue has no price for it with these settings")
    return price


def billed_seconds(request: GenerationRequest) -> int:
    """The length that is paid for: what was asked, or that of the video it follows, to the nearest whole second."""
    if request.product is Product.VIDEO_EXTEND:
        return catalogue().extension_s
    if request.video is not None and request.follows_video:
        return whole_seconds(request.video.duration_s)
    return request.duration_s


def tariff(request: GenerationRequest, *, voices_are_free: bool = False) -> Tariff:
    """Which of a model's prices counts; "speech" is no model's."""
    if request.product is Product.LIP_SYNC:
        return "speech"
    if request.product is Product.MOTION_CONTROL:
        return "motion"
    if request.video is not None:
        return "video"
    if not request.sound:
        return "silent"
    return "voice" if bound_voices(request) and not voices_are_free else "sound"


def cheapest_mode(model_name: str, wanted: Tariff, *, end_frame: bool = False) -> str:
    """The lowest mode of the model that can do what is wanted, or its lowest where none can."""
    model = catalogue().model_row(model_name)
    for row in model.mode:
        fits = wanted in row.units_per_s or (wanted == "silent" and row.has_silence)
        if fits and (not end_frame or row.takes_end_frame(sound=wanted in ("sound", "voice"))):
            return row.name
    return model.mode[0].name
