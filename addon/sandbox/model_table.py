# SPDX-License-Identifier: GPL-3.0-or-later
"""What each model can do and costs, as data. Prices are in units; one unit lists at $0.14.

Sources: kling-api section 3 (capability matrix, [D O1+O2]), section 7 (rates, [D O1]; 24 fps for v2-6 and v3 is a
guess), section 8 (prices: [D O2] from v2-5-turbo on, [G] per clip for older models). Guesses: cfg_scale is refused
for v2.x only, as the document says no more than that; only kling-v1 is discontinued, as only that was seen; v2-6
takes voices in text2video as well as in image2video (the documents disagree).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from .field_table import Product

Track = Literal["silent", "sound", "voice"]

_STD_PRO = ("std", "pro")
_FIVE_TEN = (5, 10)
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Model:
    """One `model_name`.

    modes            what `mode` may be; empty: the model has no such choice and renders at `only_quality`
    durations_s      whole seconds
    sound_modes      modes with native audio
    voice_modes      modes that take voice_list
    tail_modes       modes that take image_tail together with image
    tail_only_modes  modes that take image_tail without image
    tail_silent      image_tail only without sound
    mask_modes       modes with the motion brush (5 s only)
    per_second       units by mode and track
    per_clip         units by mode and seconds, for models priced by the clip
    rate_fps         frames a second by product
    """

    name: str
    modes: tuple[str, ...] = _STD_PRO
    only_quality: str | None = None
    durations_s: tuple[int, ...] = _FIVE_TEN
    sound_modes: frozenset[str] = _NONE
    voice_modes: frozenset[str] = _NONE
    tail_modes: frozenset[str] = _NONE
    tail_only_modes: frozenset[str] = _NONE
    tail_silent: bool = False
    mask_modes: frozenset[str] = _NONE
    multi_shot: bool = False
    elements: bool = False
    cfg_scale: bool = False
    discontinued: bool = False
    per_second: Mapping[tuple[str, Track], Decimal] = field(default_factory=dict)
    per_clip: Mapping[tuple[str, int], Decimal] = field(default_factory=dict)
    rate_fps: Mapping[Product, int] = field(default_factory=dict)

    def fps(self, product: Product) -> int:
        return self.rate_fps.get(product, 24)

    def units(self, mode: str, track: Track, duration_s: int) -> Decimal:
        """What one clip costs. The requested whole seconds are billed (kling-api section 8, rounding)."""
        per_clip = self.per_clip.get((mode, duration_s))
        if per_clip is not None:
            return per_clip
        return self.per_second[mode, track] * duration_s


def _clip_prices(**by_mode: tuple[str, str]) -> Mapping[tuple[str, int], Decimal]:
    return {
        (mode, seconds): Decimal(price)
        for mode, prices in by_mode.items()
        for seconds, price in zip(_FIVE_TEN, prices, strict=True)
    }


def _second_prices(**by_track: Mapping[str, str]) -> Mapping[tuple[str, Track], Decimal]:
    tracks: tuple[Track, ...] = ("silent", "sound", "voice")
    return {(mode, track): Decimal(price) for track in tracks for mode, price in by_track.get(track, {}).items()}


_MODELS = (
    Model(
        "kling-v1",
        discontinued=True,
        tail_modes=frozenset(_STD_PRO),
        mask_modes=frozenset(_STD_PRO),
        cfg_scale=True,
        per_clip=_clip_prices(std=("1", "2"), pro=("3.5", "7")),
        rate_fps={"text2video": 30, "image2video": 30},
    ),
    Model(
        "kling-v1-5",
        tail_modes=frozenset({"pro"}),
        tail_only_modes=frozenset({"pro"}),
        mask_modes=frozenset({"pro"}),
        cfg_scale=True,
        per_clip=_clip_prices(std=("2", "4"), pro=("3.5", "7")),
        rate_fps={"image2video": 30},
    ),
    Model(
        "kling-v1-6",
        tail_modes=frozenset({"pro"}),
        tail_only_modes=frozenset({"pro"}),
        cfg_scale=True,
        per_clip=_clip_prices(std=("2", "4"), pro=("3.5", "7")),
        rate_fps={"image2video": 30},
    ),
    Model(
        "kling-v2-master",
        modes=(),
        only_quality="std",
        per_clip=_clip_prices(std=("10", "20")),
    ),
    Model(
        "kling-v2-1",
        tail_modes=frozenset({"pro"}),
        per_clip=_clip_prices(std=("2", "4"), pro=("3.5", "7")),
    ),
    Model(
        "kling-v2-1-master",
        modes=(),
        only_quality="pro",
        per_clip=_clip_prices(pro=("10", "20")),
    ),
    Model(
        "kling-v2-5-turbo",
        tail_modes=frozenset({"pro"}),
        per_second=_second_prices(silent={"std": "0.3", "pro": "0.5"}),
    ),
    Model(
        "kling-v2-6",
        sound_modes=frozenset({"pro"}),
        voice_modes=frozenset({"pro"}),
        tail_modes=frozenset({"pro"}),
        tail_silent=True,
        per_second=_second_prices(silent={"std": "0.3", "pro": "0.5"}, sound={"pro": "1.0"}, voice={"pro": "1.2"}),
    ),
    Model(
        "kling-v3",
        modes=("std", "pro", "4k"),
        durations_s=tuple(range(3, 16)),
        sound_modes=frozenset({"std", "pro", "4k"}),
        tail_modes=frozenset({"std", "pro", "4k"}),
        multi_shot=True,
        elements=True,
        cfg_scale=True,
        per_second=_second_prices(
            silent={"std": "0.6", "pro": "0.8", "4k": "3.0"}, sound={"std": "0.9", "pro": "1.2", "4k": "3.0"}
        ),
    ),
)

MODELS: MappingProxyType[str, Model] = MappingProxyType({model.name: model for model in _MODELS})


def format_units(units: Decimal) -> str:
    """As Kling writes it: a plain decimal string without trailing zeros, such as "1.5" or "6"."""
    return format(units.normalize(), "f")
