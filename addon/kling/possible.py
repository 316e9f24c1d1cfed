# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a request is possible and, if not, which field is in the way and what is allowed instead.

`problems` is the one place that decides it, for the client, the command line and the panels alike. Rules and limits
are the catalogue's; which inputs go together is Kling's (kling-api sections 2.2 to 2.8).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import InputError
from .catalogue import ModelRow, ModeRow, catalogue
from .possible_inputs import input_problems
from .possible_speech import speech_problems
from .possible_text import text_problems
from .problem import Problem, either, where
from .product import Product
from .standard import Standard
from .wire_prompt import wire_prompt

if TYPE_CHECKING:
    from .request import GenerationRequest

_LEGACY_ONLY = (Product.MULTI_IMAGE_TO_VIDEO, Product.VIDEO_EXTEND)

_WITHOUT = {
    Product.TEXT_TO_VIDEO: ("model", "needs a start image"),
    Product.IMAGE_TO_VIDEO: ("start image", "takes no start image"),
    Product.MOTION_CONTROL: ("reference video", "has no motion control"),
    Product.OMNI_VIDEO: ("reference", "takes no reference images or videos"),
    Product.MULTI_IMAGE_TO_VIDEO: ("reference", "takes no reference images"),
    Product.VIDEO_EXTEND: ("extend", "cannot go on from a clip"),
}
"""For each call, the field that asks for it and what a model lacks that does not have it."""


def problems(request: GenerationRequest) -> tuple[Problem, ...]:
    """All that keeps `request` from being sent, in the order of the fields; empty where it is possible."""
    if request.product is Product.LIP_SYNC:
        return speech_problems(request)
    try:
        model = catalogue().model_row(request.model_name)
    except InputError as error:
        return (Problem(error.field, str(error.value), error.allowed),)
    if found := _model_problems(request, model):
        return found
    found = (*text_problems(request, model), *_length_problems(request, model), *_aspect_problems(request, model))
    mode = model.mode_row(request.mode)
    if mode is None:
        allowed = f"{model.label} has {either([row.name for row in model.mode])}"
        return (*found, Problem("quality", request.mode, allowed))
    quality = _quality_problems(request, model, mode)
    sound = () if quality else _sound_problems(request, model, mode)
    return (*found, *quality, *sound, *input_problems(request, model, mode))


def fitting_standards(request: GenerationRequest) -> tuple[Standard, ...]:
    """The standards that can say `request`, the legacy one first: it says more, and every key reaches it."""
    if request.product is Product.LIP_SYNC:
        return (Standard.LEGACY,)
    model = catalogue().model_row(request.model_name)
    return tuple(standard for standard in model.standards if _fits(request, model, standard))


def _fits(request: GenerationRequest, model: ModelRow, standard: Standard) -> bool:
    try:
        text = wire_prompt(request, standard).text
    except InputError:
        return False
    if not request.cuts and len(text) > model.prompt_limit(standard, request.product):
        return False
    if standard is Standard.LEGACY:
        return True
    only_legacy_says = (
        request.negative_prompt,
        request.camera,
        request.cfg_scale is not None,
        request.product in _LEGACY_ONLY,
        # Voices are parts of image to video there, and text to video has no parts.
        request.voices and request.product is Product.TEXT_TO_VIDEO,
        # A semicolon ends a shot there.
        any(";" in cut.prompt for cut in request.cuts),
    )
    return not any(only_legacy_says)


def _model_problems(request: GenerationRequest, model: ModelRow) -> tuple[Problem, ...]:
    if model.discontinued:
        in_use = [row.id for row in catalogue().model if not row.discontinued]
        return (Problem("model", model.id, f"Kling has discontinued it; there are {', '.join(in_use)}"),)
    product = request.product
    if product in model.products:
        return ()
    field, lack = _WITHOUT[product]
    if product is Product.TEXT_TO_VIDEO:
        return (Problem(field, model.id, f"{model.label} {lack}"),)
    able = [row.id for row in catalogue().model if product in row.products and not row.discontinued]
    return (Problem(field, _given(request), f"{model.label} {lack}; {either(able)} can"),)


def _given(request: GenerationRequest) -> str:
    if request.extends is not None:
        return request.extends
    if request.video is not None:
        return f"a video for {request.video.role.value}"
    return f"{len(request.references)} images" if request.references else "an image"


def _length_problems(request: GenerationRequest, model: ModelRow) -> tuple[Problem, ...]:
    if request.product is Product.VIDEO_EXTEND or request.follows_video:
        return ()
    lengths, when = model.durations_s, ""
    is_plain = not (request.image_tail or request.references or request.elements or request.video)
    if model.plain_durations_s is not None and is_plain:
        lengths, when = model.plain_durations_s, " without an end image or a reference"
    if request.duration_s in lengths:
        return ()
    return (Problem("duration", f"{request.duration_s} s", f"{model.label} makes {_seconds(lengths)}{when}"),)


def _aspect_problems(request: GenerationRequest, model: ModelRow) -> tuple[Problem, ...]:
    if request.aspect_ratio in model.aspect_ratios:
        return ()
    return (Problem("aspect", request.aspect_ratio, f"{model.label} makes {either(model.aspect_ratios)}"),)


def _quality_problems(request: GenerationRequest, model: ModelRow, mode: ModeRow) -> tuple[Problem, ...]:
    match request.product:
        case Product.MOTION_CONTROL:
            fitting = [row.name for row in model.mode if "motion" in row.units_per_s]
            what = "motion control"
        case Product.OMNI_VIDEO if request.video is not None:
            fitting = [row.name for row in model.mode if "video" in row.units_per_s]
            what = "a reference video"
        case Product.VIDEO_EXTEND:
            fitting = [row.name for row in model.mode if row.units_per_extension is not None]
            what = "going on from a clip"
        case _:
            return ()
    if mode.name in fitting:
        return ()
    return (Problem("quality", mode.name, f"{model.label} has {what} with quality {either(fitting)}"),)


def _sound_problems(request: GenerationRequest, model: ModelRow, mode: ModeRow) -> tuple[Problem, ...]:
    if request.video is not None:
        allowed = "with a reference video only the video's own sound can be kept"
        return (Problem("sound", "on", allowed),) if request.sound else ()
    if request.product in (Product.MULTI_IMAGE_TO_VIDEO, Product.VIDEO_EXTEND):
        return (Problem("sound", "on", "this kind of shot is silent"),) if request.sound else ()
    if request.sound and not mode.has_sound:
        return (Problem("sound", "on", where(model, [row.name for row in model.mode if row.has_sound])),)
    if not request.sound and not mode.has_silence:
        return (Problem("sound", "off", f"{model.label} always makes sound"),)
    return ()


def _seconds(values: tuple[int, ...]) -> str:
    if len(values) > 2 and values == tuple(range(values[0], values[-1] + 1)):
        return f"{values[0]} to {values[-1]} s"
    return f"{either([str(value) for value in values])} s"
