# SPDX-License-Identifier: GPL-3.0-or-later
"""The creates of the new standard ("API 2.0"), as data: one `NewEndpoint` for each path.

Source: kling-api 2.8 and kling-api.json `endpoints.new` [D O2]; what a model can do besides and its prices are those of
the same model in `model_table.py` (sections 3 and 8). What goes together is checked in `new_create_rules.py`.
Guesses: image-to-video needs its first_frame on every model (said of 3.0 only), the prompt may be left out there;
3.0-turbo renders 24 fps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from .field_table import Field, Product
from .model_table import MODELS, Model

NewProduct = Literal["text-to-video", "image-to-video"]
NEW_PRODUCTS: tuple[NewProduct, ...] = ("text-to-video", "image-to-video")
# Names of resolutions here, of qualities in the rest of the sandbox.
QUALITY_OF: MappingProxyType[str, str] = MappingProxyType({"720p": "std", "1080p": "pro", "4k": "4k"})
DEFAULT_RESOLUTION = "720p"
DEFAULT_DURATION = 5
DEFAULT_ASPECT_RATIO = "16:9"
IMAGE_MAX_MB = 50

OPTIONS = (
    Field("callback_url", "string"),
    Field("external_task_id", "string"),
    Field("watermark_info", "object", shape=(Field("enabled", "boolean"),)),
)

_IMAGE_PART = (Field("url", "image", required=True, max_mb=IMAGE_MAX_MB), Field("id", "string"))
_VIDEO_PART = (Field("url", "video_url", required=True), Field("id", "string"))
_TEXT_PART = (Field("text", "string", required=True),)
# The keys of each kind of part in `contents`, beside `type`.
PART_FIELDS: MappingProxyType[str, tuple[Field, ...]] = MappingProxyType(
    {
        "prompt": _TEXT_PART,
        "first_frame": _IMAGE_PART,
        "last_frame": _IMAGE_PART,
        "image": _IMAGE_PART,
        "refer_image": _IMAGE_PART,
        "video": _VIDEO_PART,
        "feature_video": _VIDEO_PART,
        "base_video": _VIDEO_PART,
        "element": (Field("element_id", "string", required=True), Field("id", "string")),
        "voice": (Field("voice_id", "string", required=True), Field("id", "string")),
    }
)

_HD = ("720p", "1080p")
_THREE_TO_FIFTEEN = tuple(range(3, 16))


def _settings(
    *, resolutions: tuple[str, ...], durations_s: tuple[int, ...], ratio: bool, extra: tuple[Field, ...] = ()
) -> tuple[Field, ...]:
    ratios = (Field("aspect_ratio", "string", allowed=("16:9", "9:16", "1:1")),) if ratio else ()
    return (
        *extra,
        Field("resolution", "string", allowed=resolutions),
        *ratios,
        Field("duration", "integer", numbers=durations_s),
    )


_AUDIO = Field("audio", "string", allowed=("off", "native"))
_MULTI_SHOT = Field("multi_shot", "boolean")


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """One path.

    parts            what `contents` may hold and how many of each; empty: there is a top-level `prompt` instead
    required_parts   parts that must be there
    prompt_max       longest prompt in Unicode code points
    settings         the fields of `settings`
    always_sound     native audio without being asked
    shots_in_prompt  the prompt may be written as shots: by the setting multi_shot, always or never
    """

    product: Product
    model: Model
    prompt_max: int
    settings: tuple[Field, ...]
    parts: Mapping[str, int] = field(default_factory=dict)
    required_parts: tuple[str, ...] = ()
    always_sound: bool = False
    shots_in_prompt: Literal["setting", "always", "never"] = "never"


_TURBO = Model(
    "kling-3.0-turbo",
    durations_s=_THREE_TO_FIFTEEN,
    sound_modes=frozenset({"std", "pro"}),
    per_second={("std", "sound"): Decimal("0.8"), ("pro", "sound"): Decimal("1.0")},
)
_V3, _V2_6, _V2_5 = MODELS["kling-v3"], MODELS["kling-v2-6"], MODELS["kling-v2-5-turbo"]

NEW_ENDPOINTS: MappingProxyType[tuple[str, str], NewEndpoint] = MappingProxyType(
    {
        ("text-to-video", "kling-3.0-turbo"): NewEndpoint(
            "text2video",
            _TURBO,
            prompt_max=3072,
            settings=_settings(resolutions=_HD, durations_s=_THREE_TO_FIFTEEN, ratio=True),
            always_sound=True,
            shots_in_prompt="always",
        ),
        ("image-to-video", "kling-3.0-turbo"): NewEndpoint(
            "image2video",
            _TURBO,
            prompt_max=2500,
            settings=_settings(resolutions=_HD, durations_s=_THREE_TO_FIFTEEN, ratio=False),
            parts={"prompt": 1, "first_frame": 1},
            required_parts=("first_frame",),
            always_sound=True,
            shots_in_prompt="always",
        ),
        ("text-to-video", "kling-3.0"): NewEndpoint(
            "text2video",
            _V3,
            prompt_max=3072,
            settings=_settings(
                resolutions=(*_HD, "4k"), durations_s=_THREE_TO_FIFTEEN, ratio=True, extra=(_MULTI_SHOT, _AUDIO)
            ),
            shots_in_prompt="setting",
        ),
        ("image-to-video", "kling-3.0"): NewEndpoint(
            "image2video",
            _V3,
            prompt_max=3072,
            settings=_settings(
                resolutions=(*_HD, "4k"), durations_s=_THREE_TO_FIFTEEN, ratio=False, extra=(_MULTI_SHOT, _AUDIO)
            ),
            parts={"prompt": 1, "first_frame": 1, "last_frame": 1, "element": 3},
            required_parts=("first_frame",),
            shots_in_prompt="setting",
        ),
        ("text-to-video", "kling-2.6"): NewEndpoint(
            "text2video",
            _V2_6,
            prompt_max=2500,
            settings=_settings(resolutions=_HD, durations_s=(5, 10), ratio=True, extra=(_AUDIO,)),
        ),
        ("image-to-video", "kling-2.6"): NewEndpoint(
            "image2video",
            _V2_6,
            prompt_max=2500,
            settings=_settings(resolutions=_HD, durations_s=(5, 10), ratio=False, extra=(_AUDIO,)),
            parts={"prompt": 1, "first_frame": 1, "last_frame": 1, "voice": 2},
            required_parts=("first_frame",),
        ),
        ("text-to-video", "kling-2.5-turbo"): NewEndpoint(
            "text2video",
            _V2_5,
            prompt_max=2500,
            settings=_settings(resolutions=_HD, durations_s=(5, 10), ratio=True),
        ),
        ("image-to-video", "kling-2.5-turbo"): NewEndpoint(
            "image2video",
            _V2_5,
            prompt_max=2500,
            settings=_settings(resolutions=_HD, durations_s=(5, 10), ratio=False),
            parts={"prompt": 1, "first_frame": 1, "last_frame": 1},
            required_parts=("first_frame",),
        ),
    }
)
