# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be wrong with a request's texts: prompt, negative prompt, cuts, and what they refer to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import InputError
from .catalogue import catalogue
from .problem import Problem
from .product import Product
from .standard import Standard
from .wire_prompt import reference_names, unknown_references, wire_prompt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .catalogue import ModelRow
    from .request import GenerationRequest

_NEEDS_PROMPT = {
    Product.TEXT_TO_VIDEO: "a shot without a start image needs a prompt",
    Product.OMNI_VIDEO: "this kind of shot needs a prompt",
    Product.MULTI_IMAGE_TO_VIDEO: "a shot from several images needs a prompt",
}
_WITHOUT_NEGATIVE = (Product.MOTION_CONTROL, Product.OMNI_VIDEO)
_WITH_CUTS = (Product.TEXT_TO_VIDEO, Product.IMAGE_TO_VIDEO, Product.OMNI_VIDEO)


def text_problems(request: GenerationRequest, model: ModelRow) -> Iterator[Problem]:
    if not request.prompt.strip() and not request.cuts and request.product in _NEEDS_PROMPT:
        yield Problem("prompt", "an empty text", _NEEDS_PROMPT[request.product])
    yield from _prompt_problems(request, model)
    for name in unknown_references(request):
        known = ", ".join(f"@{one}" for one in reference_names(request)) or "none"
        yield Problem("prompt", f"@{name}", f"the shot's references are: {known}")
    if request.negative_prompt:
        yield from _negative_problems(request, model)
    if request.cuts or request.free_cuts:
        yield from _cut_problems(request, model)


def _prompt_problems(request: GenerationRequest, model: ModelRow) -> Iterator[Problem]:
    # What only the legacy standard can say leaves its limit as the one that holds.
    says_legacy = bool(request.negative_prompt or request.camera or request.cfg_scale is not None)
    only_legacy = says_legacy and Standard.LEGACY in model.standards
    lengths: list[tuple[int, int]] = []
    for standard in (Standard.LEGACY,) if only_legacy else model.standards:
        try:
            text = wire_prompt(request, standard).text
        except InputError as error:
            yield Problem(error.field, str(error.value), error.allowed)
            return
        lengths.append((len(text), model.prompt_limit(standard, request.product)))
    if not request.cuts and all(length > limit for length, limit in lengths):
        length, limit = min(lengths, key=lambda one: one[0] - one[1])
        yield Problem("prompt", f"a text of {length:,} characters", f"at most {limit:,} are allowed")


def _negative_problems(request: GenerationRequest, model: ModelRow) -> Iterator[Problem]:
    if Standard.LEGACY not in model.standards:
        yield Problem("negative", "a negative prompt", f"{model.label} does not take one")
    elif request.product in _WITHOUT_NEGATIVE:
        yield Problem("negative", "a negative prompt", "this kind of shot takes none")
    most, length = catalogue().negative_prompt_max_characters, len(request.negative_prompt)
    if length > most:
        yield Problem("negative", f"a text of {length:,} characters", f"at most {most:,} are allowed")


def _cut_problems(request: GenerationRequest, model: ModelRow) -> Iterator[Problem]:
    given = f"{len(request.cuts)} cuts" if request.cuts else "cuts of Kling's own choice"
    most = model.limits.cuts
    if not most or request.product not in _WITH_CUTS:
        able = ", ".join(row.id for row in catalogue().model if row.limits.cuts)
        yield Problem("cuts", given, f"{model.label} makes one shot here; {able} can cut, without motion control")
    elif request.free_cuts:
        if request.cuts:
            yield Problem("cuts", given, "cuts are either planned or left to Kling")
        elif not model.has_multi_shot:
            yield Problem("cuts", given, f"{model.label} cuts only as planned")
    else:
        yield from _planned_cut_problems(request, model, given)


def _planned_cut_problems(request: GenerationRequest, model: ModelRow, given: str) -> Iterator[Problem]:
    if request.prompt.strip():
        yield Problem("prompt", request.prompt, "with planned cuts each cut has its own text, and the prompt is empty")
    if request.video is not None:
        yield Problem("cuts", given, "with a reference video only Kling can choose the cuts")
    if len(request.cuts) > model.limits.cuts:
        yield Problem("cuts", given, f"{model.label} makes at most {model.limits.cuts}")
    total_s = sum(cut.duration_s for cut in request.cuts)
    if total_s != request.duration_s:
        yield Problem("cuts", f"{total_s} s in all", f"they must last {request.duration_s} s together")
    most = catalogue().cut_prompt_max_characters
    for number, cut in enumerate(request.cuts, start=1):
        if cut.duration_s < 1:
            yield Problem(f"cut {number}", f"{cut.duration_s} s", "a cut lasts 1 s or more")
        if not cut.prompt.strip():
            yield Problem(f"cut {number}", "an empty text", "each cut needs a text")
        if len(cut.prompt) > most:
            yield Problem(f"cut {number}", f"a text of {len(cut.prompt):,} characters", f"at most {most} are allowed")
