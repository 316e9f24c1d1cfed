# SPDX-License-Identifier: GPL-3.0-or-later
"""The models, their limits and prices, read from catalogue.toml; and whether a request is possible.

`problems` is the one place that decides it, for the client, the command line and the panels alike.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..errors import InputError
from .request import GenerationRequest, Product
from .standard import Standard

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT_MODEL_NAME = "kling-2.6"


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ModeRow(_Row):
    name: Literal["std", "pro", "4k"]
    resolution: Literal["720p", "1080p", "4k"]
    is_sent: bool = True
    end_frame: Literal["no", "silent", "yes", "alone"]
    units_per_s: dict[Literal["silent", "sound"], Decimal] = Field(default_factory=dict)
    units_per_clip: dict[int, Decimal] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_one_kind_of_price(self) -> Self:
        if bool(self.units_per_s) == bool(self.units_per_clip):
            raise ValueError("a mode is priced by the second or by the clip")
        return self

    @property
    def has_sound(self) -> bool:
        return "sound" in self.units_per_s

    @property
    def has_silence(self) -> bool:
        return "silent" in self.units_per_s or bool(self.units_per_clip)

    def takes_end_frame(self, *, sound: bool) -> bool:
        return self.end_frame in ("yes", "alone") or (self.end_frame == "silent" and not sound)


class ModelRow(_Row):
    id: str
    label: str
    legacy_name: str | None = None
    new_name: str | None = None
    discontinued: bool = False
    text_to_video: bool = True
    durations_s: tuple[int, ...] = Field(min_length=1)
    aspect_ratios: tuple[str, ...] = Field(min_length=1)
    prompt_max_characters: int = Field(gt=0)
    new_prompt_max_characters: int | None = None
    has_multi_shot: bool = False
    spoken_languages: frozenset[str] = frozenset()
    source: str
    mode: tuple[ModeRow, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_on_a_standard(self) -> Self:
        if self.legacy_name is None and self.new_name is None:
            raise ValueError("a model needs a name on one standard at least")
        for row in self.mode:
            if row.units_per_clip and set(row.units_per_clip) != set(self.durations_s):
                raise ValueError(f"{row.name} has no price for each length")
        return self

    @property
    def has_sound(self) -> bool:
        return any(row.has_sound for row in self.mode)

    @property
    def always_has_sound(self) -> bool:
        return not any(row.has_silence for row in self.mode)

    @property
    def standards(self) -> tuple[Standard, ...]:
        named = ((Standard.LEGACY, self.legacy_name), (Standard.NEW, self.new_name))
        return tuple(standard for standard, name in named if name is not None)

    def prompt_limit(self, standard: Standard, product: Product) -> int:
        """Characters. With a start image the documents disagree about the new standard's limit: the lower one holds."""
        if standard is Standard.NEW and product is Product.TEXT_TO_VIDEO and self.new_prompt_max_characters:
            return self.new_prompt_max_characters
        return self.prompt_max_characters

    def mode_row(self, name: str) -> ModeRow | None:
        return next((row for row in self.mode if row.name == name), None)


class Catalogue(_Row):
    checked: object
    dollars_per_unit: Decimal
    credits_per_unit: int
    model: tuple[ModelRow, ...] = Field(min_length=1)

    def model_row(self, model_name: str) -> ModelRow:
        """Raises InputError naming the models there are."""
        for row in self.model:
            if row.id == model_name:
                return row
        raise InputError("model", f"“{model_name}”", f"it is one of {', '.join(row.id for row in self.model)}")


@cache
def catalogue() -> Catalogue:
    text = (Path(__file__).parent / "catalogue.toml").read_text(encoding="utf-8")
    return Catalogue.model_validate(tomllib.loads(text))


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a request is not possible: the field, what it holds, and what is allowed instead."""

    field: str
    value: str
    allowed: str

    def error(self) -> InputError:
        return InputError(self.field, self.value, self.allowed)


NEGATIVE_PROMPT_MAX_CHARACTERS = 2500
"""On the legacy standard; the new one has no negative prompt."""


def problems(request: GenerationRequest) -> tuple[Problem, ...]:
    """All that keeps `request` from being sent, in the order of the fields; empty where it is possible."""
    try:
        model = catalogue().model_row(request.model_name)
    except InputError as error:
        return (Problem(error.field, str(error.value), error.allowed),)
    found = [*_model_problems(request, model), *_text_problems(request, model)]
    if request.duration_s not in model.durations_s:
        found.append(Problem("duration", f"{request.duration_s} s", f"{model.label} makes {_seconds(model)}"))
    if request.aspect_ratio not in model.aspect_ratios:
        allowed = f"{model.label} makes {_either(model.aspect_ratios)}"
        found.append(Problem("aspect", request.aspect_ratio, allowed))
    mode = model.mode_row(request.mode)
    if mode is None:
        allowed = f"{model.label} has {_either([row.name for row in model.mode])}"
        return (*found, Problem("quality", request.mode, allowed))
    if request.sound and not mode.has_sound:
        found.append(Problem("sound", "on", _where(model, [row.name for row in model.mode if row.has_sound])))
    if not request.sound and not mode.has_silence:
        found.append(Problem("sound", "off", f"{model.label} always makes sound"))
    if request.image_tail is not None:
        found.extend(_end_frame_problems(request, model, mode))
    return tuple(found)


def fitting_standards(request: GenerationRequest) -> tuple[Standard, ...]:
    """The standards that can say `request`, the legacy one first: it says more, and every key reaches it."""
    model = catalogue().model_row(request.model_name)
    return tuple(
        standard
        for standard in model.standards
        if len(request.prompt) <= model.prompt_limit(standard, request.product)
        and (standard is Standard.LEGACY or not request.negative_prompt)
    )


def cheapest_mode(model_name: str, *, sound: bool, end_frame: bool) -> str:
    """The lowest mode of the model that can do what is wanted, or its lowest where none can."""
    model = catalogue().model_row(model_name)
    for row in model.mode:
        sound_fits = row.has_sound if sound else row.has_silence
        if sound_fits and (not end_frame or row.takes_end_frame(sound=sound)):
            return row.name
    return model.mode[0].name


def estimate_units(request: GenerationRequest) -> Decimal:
    """The list price in units of a possible request."""
    mode = catalogue().model_row(request.model_name).mode_row(request.mode)
    if mode is None:
        raise InputError("quality", request.mode, "the catalogue has no price for it")
    if mode.units_per_clip:
        return mode.units_per_clip[request.duration_s]
    return mode.units_per_s["sound" if request.sound else "silent"] * request.duration_s


def _model_problems(request: GenerationRequest, model: ModelRow) -> list[Problem]:
    if model.discontinued:
        in_use = [row.id for row in catalogue().model if not row.discontinued]
        return [Problem("model", model.id, f"Kling has discontinued it; there are {', '.join(in_use)}")]
    if request.product is Product.TEXT_TO_VIDEO and not model.text_to_video:
        return [Problem("model", model.id, f"{model.label} needs a start image")]
    return []


def _text_problems(request: GenerationRequest, model: ModelRow) -> list[Problem]:
    found = []
    if not request.prompt.strip() and request.product is Product.TEXT_TO_VIDEO:
        found.append(Problem("prompt", "an empty text", "a shot without a start image needs a prompt"))
    has_negative = Standard.LEGACY in model.standards
    if request.negative_prompt and not has_negative:
        found.append(Problem("negative", "a negative prompt", f"{model.label} does not take one"))
    # With a negative prompt only the legacy standard is left, and with it its limit.
    standards = (Standard.LEGACY,) if request.negative_prompt and has_negative else model.standards
    most = max(model.prompt_limit(standard, request.product) for standard in standards)
    for field, text, limit in (
        ("prompt", request.prompt, most),
        ("negative", request.negative_prompt, NEGATIVE_PROMPT_MAX_CHARACTERS),
    ):
        if len(text) > limit:
            found.append(Problem(field, f"a text of {len(text):,} characters", f"at most {limit:,} are allowed"))
    return found


def _end_frame_problems(request: GenerationRequest, model: ModelRow, mode: ModeRow) -> list[Problem]:
    if request.image is None and mode.end_frame != "alone":
        return [Problem("end image", "an end image alone", f"{model.label} needs a start image with it")]
    if mode.takes_end_frame(sound=request.sound):
        return []
    allowed = _where(model, [row.name for row in model.mode if row.end_frame != "no"])
    if any(row.end_frame == "silent" for row in model.mode):
        allowed += " and without sound"
    return [Problem("end image", f"an end image with quality {mode.name}", allowed)]


def _where(model: ModelRow, modes: Sequence[str]) -> str:
    return f"{model.label} has it with quality {_either(modes)}" if modes else f"{model.label} does not have it"


def _seconds(model: ModelRow) -> str:
    values = model.durations_s
    if len(values) > 2 and values == tuple(range(values[0], values[-1] + 1)):
        return f"{values[0]} to {values[-1]} s"
    return f"{_either([str(value) for value in values])} s"


def _either(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
