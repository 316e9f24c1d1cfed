# SPDX-License-Identifier: GPL-3.0-or-later
"""The fields of the library's create requests, as data. What a value may be on its own; not what goes together.

Source: kling-api 2.6, 2.7 and kling-api.json `custom-voices`, `elements`, `image-generations`, `identify-face`,
`advanced-lip-sync` [D O2]. Prices: kling-api section 8. Times: seen live for a voice, an element and an image [L], a
guess for a lip-sync.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from .field_table import Field
from .reference_limits import ReferenceLimits

VOICE_UNITS, FACE_UNITS, LIP_UNITS_PER_5_S = Decimal("0.05"), Decimal("0.05"), Decimal("0.5")
ELEMENT_UNITS = Decimal(0)
VOICE_TAKES_S, ELEMENT_TAKES_S, IMAGE_TAKES_S, LIP_TAKES_S = 9.0, 5.0, 24.0, 60.0

_TASK = (Field("callback_url", "string"), Field("external_task_id", "string"))
_WATERMARK = Field("watermark_info", "object", shape=(Field("enabled", "boolean"),))

CUSTOM_VOICE = (
    Field("voice_name", "string", required=True, max_chars=20),
    Field("voice_url", "video_url"),
    Field("video_id", "string"),
    *_TASK,
)
DELETE_VOICE = (Field("voice_id", "string", required=True),)

TAGS = {
    "o_101": "Hottest",
    "o_102": "Character",
    "o_103": "Animal",
    "o_104": "Item",
    "o_105": "Costume",
    "o_106": "Scene",
    "o_107": "Effect",
    "o_108": "Others",
}
CUSTOM_ELEMENT = (
    Field("element_name", "string", required=True, max_chars=20),
    Field("element_description", "string", required=True, max_chars=100),
    Field("reference_type", "string", required=True, allowed=("image_refer", "video_refer")),
    Field(
        "element_image_list",
        "object",
        shape=(
            Field("frontal_image", "image", required=True),
            Field(
                "refer_images",
                "list",
                required=True,
                items=(1, 3),
                shape=(Field("image_url", "image", required=True),),
            ),
        ),
    ),
    Field(
        "element_video_list",
        "object",
        shape=(
            Field(
                "refer_videos",
                "list",
                required=True,
                items=(1, 1),
                shape=(Field("video_url", "video_url", required=True),),
            ),
        ),
    ),
    Field("element_voice_id", "string"),
    Field("tag_list", "list", shape=(Field("tag_id", "string", required=True, allowed=tuple(TAGS)),)),
    *_TASK,
)
# "1080P, 16:9 or 9:16": taken as exactly these two sizes (guess), which the sides and the ratios leave.
ELEMENT_VIDEO_LIMITS = ReferenceLimits(max_mb=200, sides_px=(1080, 1920), lengths_s=(Fraction(3), Fraction(8)))
ELEMENT_VIDEO_SIZES = ((1920, 1080), (1080, 1920))

IMAGES = (
    Field("model_name", "string", allowed=("kling-v2-1", "kling-v3")),
    Field("prompt", "string", required=True, max_chars=2500),
    Field("negative_prompt", "string", max_chars=2500),
    Field("image", "image"),
    Field("image_reference", "string", allowed=("subject", "face")),
    Field("image_fidelity", "number", bounds=(0, 1)),
    Field("human_fidelity", "number", bounds=(0, 1)),
    Field("element_list", "list", items=(0, 10), shape=(Field("element_id", "integer", required=True),)),
    Field("resolution", "string", allowed=("1k", "2k")),
    Field("n", "integer", bounds=(1, 9)),
    Field("aspect_ratio", "string", allowed=("16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9")),
    _WATERMARK,
    *_TASK,
)

IDENTIFY_FACE = (Field("video_id", "string"), Field("video_url", "video_url"))
FACE_VIDEO_LIMITS = ReferenceLimits(max_mb=100, sides_px=(512, 2160), lengths_s=(Fraction(2), Fraction(60)))
# Of a clip that was made here only the length is limited.
FACE_CLIP_LIMITS = ReferenceLimits(max_mb=1000, sides_px=(2, 2**16), lengths_s=(Fraction(0), Fraction(60)))

LIP_SYNC = (
    Field("session_id", "string", required=True),
    Field(
        "face_choose",
        "list",
        required=True,
        items=(1, 1),
        shape=(
            Field("face_id", "string", required=True),
            Field("audio_id", "string"),
            Field("sound_file", "string"),
            Field("sound_start_time", "integer", required=True, bounds=(0, 60_000)),
            Field("sound_end_time", "integer", required=True, bounds=(0, 60_000)),
            Field("sound_insert_time", "integer", required=True, bounds=(0, 60_000)),
            Field("sound_volume", "number", bounds=(0, 2)),
            Field("original_audio_volume", "number", bounds=(0, 2)),
        ),
    ),
    _WATERMARK,
    *_TASK,
)
