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
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from ..errors import InputError
from .request import GenerationRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT_MODEL_NAME = "kling-2.6"


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ModeRow(_Row):
    name: Literal["std", "pro", "4k"]
    resolution: Literal["720p", "1080p", "4k"]
    end_frame: Literal["no", "silent", "yes"]
    units_per_s: dict[Literal["silent", "sound"], Decimal] = Field(min_length=1)

    @property
    def has_sound(self) -> bool:
        return "sound" in self.units_per_s


class ModelRow(_Row):
    id: str
    label: str
    legacy_name: str
    durations_s: tuple[int, ...] = Field(min_length=1)
    aspect_ratios: tuple[str, ...] = Field(min_length=1)
    prompt_max_characters: int = Field(gt=0)
    negative_prompt_max_characters: int = Field(gt=0)
    mode: tuple[ModeRow, ...] = Field(min_length=1)

    @property
    def has_sound(self) -> bool:
        return any(row.has_sound for row in self.mode)

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


def problems(request: GenerationRequest) -> tuple[Problem, ...]:
    """All that keeps `request` from being sent, in the order of the fields; empty where it is possible."""
    try:
        model = catalogue().model_row(request.model_name)
    except InputError as error:
        return (Problem(error.field, str(error.value), error.allowed),)
    found = [*_text_problems(request, model)]
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
    if request.image_tail is not None:
        found.extend(_end_frame_problems(request, model, mode))
    return tuple(found)


def cheapest_mode(model_name: str, *, sound: bool, end_frame: bool) -> str:
    """The lowest mode of the model that can do what is wanted, or its lowest where none can."""
    model = catalogue().model_row(model_name)
    for row in model.mode:
        end_frame_fits = not end_frame or row.end_frame == "yes" or (row.end_frame == "silent" and not sound)
        if end_frame_fits and (row.has_sound or not sound):
            return row.name
    return model.mode[0].name


def estimate_units(request: GenerationRequest) -> Decimal:
    """The list price in units of a possible request."""
    mode = catalogue().model_row(request.model_name).mode_row(request.mode)
    if mode is None:
        raise InputError("quality", request.mode, "the catalogue has no price for it")
    return mode.units_per_s["sound" if request.sound else "silent"] * request.duration_s


def _text_problems(request: GenerationRequest, model: ModelRow) -> list[Problem]:
    found = []
    if not request.prompt.strip() and request.image is None:
        found.append(Problem("prompt", "an empty text", "a shot without a start image needs a prompt"))
    for field, text, most in (
        ("prompt", request.prompt, model.prompt_max_characters),
        ("negative", request.negative_prompt, model.negative_prompt_max_characters),
    ):
        if len(text) > most:
            found.append(Problem(field, f"a text of {len(text):,} characters", f"at most {most:,} are allowed"))
    return found


def _end_frame_problems(request: GenerationRequest, model: ModelRow, mode: ModeRow) -> list[Problem]:
    if request.image is None:
        return [Problem("end image", "an end image alone", f"{model.label} needs a start image with it")]
    if mode.end_frame == "yes" or (mode.end_frame == "silent" and not request.sound):
        return []
    able = [row.name for row in model.mode if row.end_frame != "no"]
    allowed = _where(model, able)
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
