# SPDX-License-Identifier: GPL-3.0-or-later
"""Omni video as data: the two models under both their names, fields, prices, and what a reference video may be.

Source: kling-api 2.5, 2.8, sections 3, 7 (24 fps) and 8 [D O1 O2]. Guesses: a file of the new standard's o1 may have
200 MB at most as well; `keep_original_sound` is no when it is left out, as `audio` of the new standard is off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

from .field_table import Field
from .reference_limits import ReferenceLimits

NEW_OMNI_PRODUCT = "omni-video"
DEFAULT_OMNI_MODEL = "kling-video-o1"
DEFAULT_OMNI_MODE = "pro"
OMNI_FPS = 24
# Images and elements together, without and with a reference video.
INPUTS_MAX, INPUTS_MAX_WITH_VIDEO = 7, 4
ELEMENTS_MAX_WITH_FRAME = 3

OmniTrack = Literal["silent", "sound", "video"]


@dataclass(frozen=True, slots=True)
class OmniModel:
    """One model. `modes` and the keys of `per_second` are qualities; `name` is the legacy name.

    picked_durations_s     whole seconds when there is only a text, or a text and a first frame
    native_sound           it can make sound
    multi_shot             it takes shots
    bare_frames            first and last frame together take neither elements nor further images
    image_elements_only    elements made from a video of a character are refused
    prompt_max             longest prompt of the new standard, in Unicode code points
    per_second             units by quality and track; "video": with a reference video
    legacy_limits, new_limits   of the reference video, by standard
    """

    name: str
    new_name: str
    modes: tuple[str, ...]
    durations_s: tuple[int, ...]
    picked_durations_s: tuple[int, ...]
    native_sound: bool
    multi_shot: bool
    bare_frames: bool
    image_elements_only: bool
    prompt_max: int
    per_second: Mapping[tuple[str, OmniTrack], Decimal]
    legacy_limits: ReferenceLimits
    new_limits: ReferenceLimits

    def units(self, quality: str, track: OmniTrack, seconds: int) -> Decimal:
        return self.per_second[quality, track] * seconds


def _prices(**by_track: Mapping[str, str]) -> Mapping[tuple[str, OmniTrack], Decimal]:
    tracks: tuple[OmniTrack, ...] = ("silent", "sound", "video")
    return {(mode, track): Decimal(price) for track in tracks for mode, price in by_track.get(track, {}).items()}


def _limits(
    sides_px: tuple[int, int],
    longest_s: Fraction,
    tolerance_s: Fraction = Fraction(1, 10),
    *,
    area_max_px: int | None = None,
    ratios: tuple[Fraction, Fraction] | None = None,
) -> ReferenceLimits:
    return ReferenceLimits(
        max_mb=200,
        sides_px=sides_px,
        lengths_s=(Fraction(3), longest_s),
        tolerance_s=tolerance_s,
        rates_fps=(24, 60),
        area_max_px=area_max_px,
        ratios=ratios,
    )


_O1 = OmniModel(
    name="kling-video-o1",
    new_name="kling-o1",
    modes=("std", "pro"),
    durations_s=tuple(range(3, 11)),
    picked_durations_s=(5, 10),
    native_sound=False,
    multi_shot=False,
    bare_frames=True,
    image_elements_only=True,
    prompt_max=2500,
    per_second=_prices(silent={"std": "0.6", "pro": "0.8"}, video={"std": "0.9", "pro": "1.2"}),
    legacy_limits=_limits((720, 2160), Fraction(10)),
    new_limits=_limits((700, 2160), Fraction(10)),
)
_V3_OMNI = OmniModel(
    name="kling-v3-omni",
    new_name="kling-3.0-omni",
    modes=("std", "pro", "4k"),
    durations_s=tuple(range(3, 16)),
    picked_durations_s=tuple(range(3, 16)),
    native_sound=True,
    multi_shot=True,
    bare_frames=False,
    image_elements_only=False,
    prompt_max=3072,
    per_second=_prices(
        silent={"std": "0.6", "pro": "0.8", "4k": "3.0"},
        sound={"std": "0.8", "pro": "1.0", "4k": "3.0"},
        video={"std": "0.9", "pro": "1.2", "4k": "3.0"},
    ),
    legacy_limits=_limits((720, 2160), Fraction(15)),
    # The half second is the documents' own, so nothing is added to it.
    new_limits=_limits(
        (700, 4553),
        Fraction(31, 2),
        Fraction(0),
        area_max_px=8_294_400,
        ratios=(Fraction(2, 5), Fraction(2)),
    ),
)

# By the names of both standards.
OMNI_MODELS: MappingProxyType[str, OmniModel] = MappingProxyType(
    {name: model for model in (_O1, _V3_OMNI) for name in (model.name, model.new_name)}
)

NEW_OMNI_PARTS: MappingProxyType[str, int] = MappingProxyType(
    {
        "prompt": 1,
        "first_frame": 1,
        "last_frame": 1,
        "refer_image": INPUTS_MAX,
        "feature_video": 1,
        "base_video": 1,
        "element": INPUTS_MAX,
    }
)


def new_omni_settings(model: OmniModel) -> tuple[Field, ...]:
    """The fields of `settings` in the new standard."""
    sounds = ("off", "native", "original") if model.native_sound else ("off", "original")
    resolutions = ("720p", "1080p", "4k") if "4k" in model.modes else ("720p", "1080p")
    return (
        *((Field("multi_shot", "boolean"),) if model.multi_shot else ()),
        Field("audio", "string", allowed=sounds),
        Field("resolution", "string", allowed=resolutions),
        Field("aspect_ratio", "string", allowed=("16:9", "9:16", "1:1")),
        Field("duration", "integer", numbers=model.durations_s),
    )
