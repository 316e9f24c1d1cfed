# SPDX-License-Identifier: GPL-3.0-or-later
"""What result files are called. `N` is a result's id, 18 digits:

N.mp4, N-watermark.mp4      a clip, an element's video, the source of a face session
N.mp3                       how a voice sounds
N-0.png, N-0-watermark.png  an image
N-0.jpg                     an element's picture (0 is the frontal one), a face
"""

from __future__ import annotations

import re
from types import MappingProxyType

RESULT_FILE = re.compile(r"(\d{18})((-\d)?(-watermark)?\.(mp4|mp3|png|jpg))", re.ASCII)
MEDIA_TYPES: MappingProxyType[str, str] = MappingProxyType(
    {".mp4": "video/mp4", ".mp3": "audio/mpeg", ".png": "image/png", ".jpg": "image/jpeg"}
)


def clip_file(result_id: str, *, watermark: bool = False) -> str:
    return f"{result_id}{'-watermark' if watermark else ''}.mp4"


def voice_file(voice_id: str) -> str:
    return f"{voice_id}.mp3"


def image_file(result_id: str, number: int, *, watermark: bool = False) -> str:
    return f"{result_id}-{number}{'-watermark' if watermark else ''}.png"


def picture_file(result_id: str, number: int) -> str:
    return f"{result_id}-{number}.jpg"
