# SPDX-License-Identifier: GPL-3.0-or-later
"""How big a clip is. Facts: kling-api section 7, [D O1] 720p and 1080p, [1] 1440x1440, guess 960x960 and 4k."""

from __future__ import annotations

import math
from types import MappingProxyType

_BY_QUALITY = MappingProxyType({"std": (1280, 720), "pro": (1920, 1080), "4k": (3840, 2160)})


def text_clip_size(quality: str, aspect_ratio: str) -> tuple[int, int]:
    """Width and height in pixels for 16:9, 9:16 or 1:1; the square has as many pixels as the others."""
    width, height = _BY_QUALITY[quality]
    if aspect_ratio == "16:9":
        return width, height
    if aspect_ratio == "9:16":
        return height, width
    side = math.isqrt(width * height)
    return side, side


def image_clip_size(quality: str, image_width: int, image_height: int) -> tuple[int, int]:
    """Width and height that follow the image at about the quality's number of pixels, both even.

    That the ratio follows the image is known ([M]); the exact rule is a guess.
    """
    width, height = _BY_QUALITY[quality]
    exact_width = math.sqrt(width * height * image_width / image_height)
    return _even(exact_width), _even(exact_width * image_height / image_width)


def divided(size: tuple[int, int], divisor: int) -> tuple[int, int]:
    """Both sides `divisor` times shorter, and even."""
    width, height = size
    return _even(width / divisor), _even(height / divisor)


def _even(length: float) -> int:
    return round(length / 2) * 2
