# SPDX-License-Identifier: GPL-3.0-or-later
"""The models, their limits and prices, read from catalogue.toml. Whether a request is possible: possible.py."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..errors import InputError
from .product import Product
from .standard import Standard

DEFAULT_MODEL_NAME = "kling-2.6"

Tariff = Literal["silent", "sound", "voice", "video", "motion", "speech"]
Bounds = tuple[int, int]
"""Least and most, both allowed."""


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ModeRow(_Row):
    name: Literal["std", "pro", "4k"]
    resolution: Literal["720p", "1080p", "4k"]
    is_sent: bool = True
    end_frame: Literal["no", "silent", "yes", "alone"]
    camera: tuple[str, ...] = ()
    camera_durations_s: tuple[int, ...] = ()
    units_per_s: dict[Tariff, Decimal] = Field(default_factory=dict)
    units_per_clip: dict[int, Decimal] = Field(default_factory=dict)
    units_per_extension: Decimal | None = None

    @model_validator(mode="after")
    def _has_one_kind_of_price(self) -> Self:
        if bool(self.units_per_s) == bool(self.units_per_clip):
            raise ValueError("a mode is priced by the second or by the clip")
        if bool(self.camera) != bool(self.camera_durations_s):
            raise ValueError("camera moves need their lengths")
        return self

    @property
    def has_sound(self) -> bool:
        return "sound" in self.units_per_s

    @property
    def has_silence(self) -> bool:
        return "silent" in self.units_per_s or bool(self.units_per_clip)

    def takes_end_frame(self, *, sound: bool) -> bool:
        return self.end_frame in ("yes", "alone") or (self.end_frame == "silent" and not sound)


class Limits(_Row):
    """How many of each input one request may have; None where there is no limit of its own."""

    voices: int = 0
    elements: int = 0
    elements_with_frames: int | None = None
    references: int = 0
    references_with_video: int | None = None
    references_with_end_frame: int | None = None
    cuts: int = 0


class VideoLimits(_Row):
    seconds: Bounds
    sides_px: Bounds
    rates_fps: Bounds
    max_mb: int


class MotionLimits(_Row):
    seconds_by_orientation: dict[Literal["image", "video"], Bounds]
    sides_px: Bounds
    max_mb: int
    elements: int


class ImageLimits(_Row):
    suffixes: tuple[str, ...]
    max_mb: int
    min_side_px: int
    max_ratio: Decimal


class ModelRow(_Row):
    id: str
    label: str
    legacy_name: str | None = None
    new_name: str | None = None
    discontinued: bool = False
    products: tuple[Product, ...] = Field(min_length=1)
    durations_s: tuple[int, ...] = Field(min_length=1)
    plain_durations_s: tuple[int, ...] | None = None
    aspect_ratios: tuple[str, ...] = Field(min_length=1)
    prompt_max_characters: int = Field(gt=0)
    new_prompt_max_characters: int | None = None
    has_multi_shot: bool = False
    has_cfg_scale: bool = False
    spoken_languages: frozenset[str] = frozenset()
    limits: Limits = Limits()
    video: VideoLimits | None = None
    motion: MotionLimits | None = None
    source: str
    checked: date
    mode: tuple[ModeRow, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.legacy_name is None and self.new_name is None:
            raise ValueError("a model needs a name on one standard at least")
        for row in self.mode:
            if row.units_per_clip and set(row.units_per_clip) != set(self.durations_s):
                raise ValueError(f"{row.name} has no price for each length")
        for product, tariff, limits in (
            (Product.MOTION_CONTROL, "motion", self.motion),
            (Product.OMNI_VIDEO, "video", self.video),
        ):
            priced = any(tariff in row.units_per_s for row in self.mode)
            if not (product in self.products) == priced == (limits is not None):
                raise ValueError(f"{product.value}, its limits and a price for {tariff} go together")
        if (Product.VIDEO_EXTEND in self.products) != any(row.units_per_extension for row in self.mode):
            raise ValueError("video-extend needs a price, and the other way round")
        if bool(self.limits.voices) != any("voice" in row.units_per_s for row in self.mode):
            raise ValueError("voices need a price, and the other way round")
        return self

    @property
    def has_sound(self) -> bool:
        return any(row.has_sound for row in self.mode)

    @property
    def always_has_sound(self) -> bool:
        return not any(row.has_silence for row in self.mode)

    @property
    def makes_from_text(self) -> bool:
        return bool({Product.TEXT_TO_VIDEO, Product.OMNI_VIDEO} & set(self.products))

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
    checked: date
    dollars_per_unit: Decimal
    credits_per_unit: int
    negative_prompt_max_characters: int
    """On the legacy standard; the new one has no negative prompt."""
    cut_prompt_max_characters: int
    extension_s: int
    """What an extension adds: 4 to 5 s by the documents."""
    images: ImageLimits
    model: tuple[ModelRow, ...] = Field(min_length=1)

    def find(self, model_name: str) -> ModelRow | None:
        return next((row for row in self.model if row.id == model_name), None)

    def model_row(self, model_name: str) -> ModelRow:
        """Raises InputError naming the models there are."""
        row = self.find(model_name)
        if row is None:
            raise InputError("model", f"“{model_name}”", f"it is one of {', '.join(row.id for row in self.model)}")
        return row

    def credits(self, units: Decimal) -> Decimal:
        return units * self.credits_per_unit

    def dollars(self, units: Decimal) -> Decimal:
        """At list price; not rounded."""
        return units * self.dollars_per_unit


@cache
def catalogue() -> Catalogue:
    text = (Path(__file__).parent / "catalogue.toml").read_text(encoding="utf-8")
    return Catalogue.model_validate(tomllib.loads(text))
