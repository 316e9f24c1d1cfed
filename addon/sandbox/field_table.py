# SPDX-License-Identifier: GPL-3.0-or-later
"""The fields of the legacy create requests, as data. What a value may be on its own; not what goes together.

Source: kling-api 2.1 to 2.6 and kling-api.json `text2video`, `image2video`, `omni-video`, `multi-image2video`,
`video-extend` (official docs O1, M Vercel's client).
Legacy numbers are strings: `duration` is a JSON string. Limits on models and combinations are in `model_table.py`
and `create_rules.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Standard = Literal["legacy", "new"]
Product = Literal["text2video", "image2video", "motion-control", "omni-video", "multi-image2video", "video-extend"]
PRODUCTS: tuple[Product, ...] = (
    "text2video",
    "image2video",
    "motion-control",
    "omni-video",
    "multi-image2video",
    "video-extend",
)
Orientation = Literal["image", "video"]

Kind = Literal["string", "boolean", "number", "integer", "object", "list", "image", "video_url"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a request or of an object in it.

    required   must be there; inside an object only (the top level's rules depend on other fields)
    allowed    the values a string may have; empty: any
    max_chars  longest string, in Unicode code points
    bounds     smallest and largest number, both included
    items      fewest and most entries of a list
    shape      the fields of an object, or of each entry of a list
    numbers    the values a number may have; empty: any
    max_mb     largest image file, in MB
    """

    name: str
    kind: Kind
    required: bool = False
    allowed: tuple[str, ...] = ()
    max_chars: int | None = None
    bounds: tuple[float, float] | None = None
    items: tuple[int, int] | None = None
    shape: tuple[Field, ...] = ()
    numbers: tuple[int, ...] = ()
    max_mb: int = 10


_CAMERA = Field(
    "camera_control",
    "object",
    shape=(
        Field(
            "type",
            "string",
            required=True,
            allowed=("simple", "down_back", "forward_up", "right_turn_forward", "left_turn_forward"),
        ),
        Field(
            "config",
            "object",
            shape=tuple(
                Field(name, "number", bounds=(-10, 10))
                for name in ("horizontal", "vertical", "pan", "tilt", "roll", "zoom")
            ),
        ),
    ),
)

_SHOTS = (
    Field("multi_shot", "boolean"),
    Field("shot_type", "string", allowed=("customize", "intelligence")),
    Field(
        "multi_prompt",
        "list",
        items=(0, 6),
        shape=(
            Field("index", "integer", required=True, bounds=(1, 6)),
            Field("prompt", "string", required=True, max_chars=512),
            Field("duration", "string", required=True, allowed=tuple(str(second) for second in range(1, 16))),
        ),
    ),
)

_VOICES = Field("voice_list", "list", items=(0, 2), shape=(Field("voice_id", "string", required=True),))

_TEXTS = (
    Field("prompt", "string", max_chars=2500),
    Field("negative_prompt", "string", max_chars=2500),
)

_QUALITY = (
    Field("sound", "string", allowed=("on", "off")),
    Field("cfg_scale", "number", bounds=(0, 1)),
    Field("mode", "string", allowed=("std", "pro", "4k")),
)

_DURATION = Field("duration", "string", allowed=tuple(str(second) for second in range(3, 16)))

_COMMON = (
    Field("callback_url", "string"),
    Field("external_task_id", "string"),
    Field("watermark_info", "object", shape=(Field("enabled", "boolean"),)),
)

_TEXT2VIDEO = (
    Field(
        "model_name",
        "string",
        allowed=(
            "kling-v1",
            "kling-v1-6",
            "kling-v2-master",
            "kling-v2-1-master",
            "kling-v2-5-turbo",
            "kling-v2-6",
            "kling-v3",
        ),
    ),
    *_TEXTS,
    *_SHOTS,
    _VOICES,
    *_QUALITY,
    _CAMERA,
    Field("aspect_ratio", "string", allowed=("16:9", "9:16", "1:1")),
    _DURATION,
    *_COMMON,
)

_IMAGE2VIDEO = (
    Field(
        "model_name",
        "string",
        allowed=(
            "kling-v1",
            "kling-v1-5",
            "kling-v1-6",
            "kling-v2-master",
            "kling-v2-1",
            "kling-v2-1-master",
            "kling-v2-5-turbo",
            "kling-v2-6",
            "kling-v3",
        ),
    ),
    Field("image", "image"),
    Field("image_tail", "image"),
    *_TEXTS,
    *_SHOTS,
    Field("element_list", "list", items=(0, 3), shape=(Field("element_id", "integer", required=True),)),
    _VOICES,
    *_QUALITY,
    Field("static_mask", "image"),
    Field(
        "dynamic_masks",
        "list",
        items=(0, 6),
        shape=(
            Field("mask", "image", required=True),
            Field(
                "trajectories",
                "list",
                required=True,
                items=(2, 77),
                shape=(Field("x", "integer", required=True), Field("y", "integer", required=True)),
            ),
        ),
    ),
    _CAMERA,
    _DURATION,
    *_COMMON,
)

_MOTION_CONTROL = (
    Field("model_name", "string", allowed=("kling-v2-6", "kling-v3")),
    Field("prompt", "string", max_chars=2500),
    Field("image_url", "image", required=True),
    Field("video_url", "video_url", required=True),
    Field("character_orientation", "string", required=True, allowed=("image", "video")),
    Field("mode", "string", required=True, allowed=("std", "pro")),
    Field("keep_original_sound", "string", allowed=("yes", "no")),
    Field("element_list", "list", items=(0, 1), shape=(Field("element_id", "integer", required=True),)),
    *_COMMON,
)

_RATIO = Field("aspect_ratio", "string", allowed=("16:9", "9:16", "1:1"))

_OMNI_VIDEO = (
    Field("model_name", "string", allowed=("kling-video-o1", "kling-v3-omni")),
    Field("prompt", "string", max_chars=2500),
    *_SHOTS,
    Field(
        "image_list",
        "list",
        items=(0, 7),
        shape=(
            Field("image_url", "image", required=True),
            Field("type", "string", allowed=("first_frame", "end_frame")),
        ),
    ),
    Field("element_list", "list", items=(0, 7), shape=(Field("element_id", "integer", required=True),)),
    Field(
        "video_list",
        "list",
        items=(0, 1),
        shape=(
            Field("video_url", "video_url", required=True),
            Field("refer_type", "string", allowed=("base", "feature")),
            Field("keep_original_sound", "string", allowed=("yes", "no")),
        ),
    ),
    Field("sound", "string", allowed=("on", "off")),
    Field("mode", "string", allowed=("std", "pro", "4k")),
    _RATIO,
    _DURATION,
    *_COMMON,
)

_MULTI_IMAGE2VIDEO = (
    Field("model_name", "string", allowed=("kling-v1-6",)),
    Field("image_list", "list", required=True, items=(1, 4), shape=(Field("image", "image", required=True),)),
    Field("prompt", "string", required=True, max_chars=2500),
    Field("negative_prompt", "string", max_chars=2500),
    Field("mode", "string", allowed=("std", "pro")),
    Field("duration", "string", allowed=("5", "10")),
    _RATIO,
    *_COMMON,
)

_VIDEO_EXTEND = (
    Field("video_id", "string", required=True),
    *_TEXTS,
    Field("cfg_scale", "number", bounds=(0, 1)),
    *_COMMON,
)

FIELDS: MappingProxyType[Product, tuple[Field, ...]] = MappingProxyType(
    {
        "text2video": _TEXT2VIDEO,
        "image2video": _IMAGE2VIDEO,
        "motion-control": _MOTION_CONTROL,
        "omni-video": _OMNI_VIDEO,
        "multi-image2video": _MULTI_IMAGE2VIDEO,
        "video-extend": _VIDEO_EXTEND,
    }
)
DEFAULT_MODEL = "kling-v1"
DEFAULT_MODE = "std"
DEFAULT_DURATION = "5"
DEFAULT_ASPECT_RATIO = "16:9"
