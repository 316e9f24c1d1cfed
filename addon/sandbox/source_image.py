# SPDX-License-Identifier: GPL-3.0-or-later
"""Images given to a create: raw base64 or an http(s) URL. Decoding, checking, fetching; no drawing.

Facts: kling-api 2.3 and section 6: jpg, jpeg, png, at most 10 MB (50 in the new standard), sides of at least 300 px,
ratio 1:2.5 to 2.5:1, no `data:` prefix. Guesses: 10 MB are 10 * 2**20 bytes of the decoded file; base64 is checked at
the create and a URL when the task is worked on; the new standard, which is silent on it, refuses the prefix too.
"""

from __future__ import annotations

import base64
import binascii
import io
import urllib.error
from dataclasses import dataclass, field
from http.client import HTTPException

from PIL import Image, ImageOps

from .url_opener import open_url

IMAGE_MAX_MB = 10
_MB = 2**20
IMAGE_MIN_SIDE_PX = 300
# 2.5 to 1 either way, as whole numbers so that 750x300 is inside exactly.
_RATIO_NUMERATOR, _RATIO_DENOMINATOR = 5, 2
# A JPEG with a second picture inside, as telephones write them, is opened by the first of these too.
_FORMATS = ("JPEG", "PNG")


class ImageRejectedError(Exception):
    """The image cannot be used; the text says why, in words fit for an answer."""


@dataclass(frozen=True, slots=True)
class SourceImage:
    """An image as it was given: exactly one of `url` and `content` (the encoded file) is set."""

    url: str | None = None
    content: bytes | None = field(default=None, repr=False)


def read_value(value: str, max_mb: int = IMAGE_MAX_MB) -> SourceImage:
    """Take the value of an image field apart, and check the picture when it is here already.

    Raises:
        ImageRejectedError
    """
    if value.startswith(("http://", "https://")):
        return SourceImage(url=value)
    if value.startswith("data:"):
        raise ImageRejectedError("raw base64 without a 'data:' prefix is required")
    # Four characters carry three bytes: far too much is refused before it is decoded.
    if len(value) > (max_mb * _MB * 4) // 3 + 4:
        raise ImageRejectedError(f"the image must have at most {max_mb} MB")
    try:
        content = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ImageRejectedError("it is neither a URL nor base64") from error
    check_content(content, max_mb)
    return SourceImage(content=content)


def check_content(content: bytes, max_mb: int = IMAGE_MAX_MB) -> tuple[int, int]:
    """Check an encoded image file and return its size in pixels.

    Raises:
        ImageRejectedError
    """
    return decode(content, max_mb).size


def decode(content: bytes, max_mb: int = IMAGE_MAX_MB) -> Image.Image:
    """Decode and check; the picture comes back upright and in RGB.

    Raises:
        ImageRejectedError
    """
    if len(content) > max_mb * _MB:
        raise ImageRejectedError(f"the image must have at most {max_mb} MB")
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
            _check_size(*opened.size)
            upright = ImageOps.exif_transpose(opened)
            return upright.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        # Pillow reports a broken file by any of these.
        raise ImageRejectedError("it is not a readable jpg, jpeg or png image") from error


def load(source: SourceImage, max_mb: int = IMAGE_MAX_MB) -> Image.Image:
    """The picture itself; a URL is fetched. Blocks for up to 10 s of silence; call it from a worker thread.

    Raises:
        ImageRejectedError
    """
    if source.content is not None:
        return decode(source.content, max_mb)
    if source.url is None:
        raise ImageRejectedError("there is no image")
    return decode(_fetch(source.url, max_mb), max_mb)


def _check_size(width: int, height: int) -> None:
    fits = (
        min(width, height) >= IMAGE_MIN_SIDE_PX
        and max(width, height) * _RATIO_DENOMINATOR <= min(width, height) * _RATIO_NUMERATOR
    )
    if not fits:
        # The live sentence of a task that failed for its image.
        raise ImageRejectedError(f"The resolution or aspect ratio of the input image is invalid ({width}x{height})")


def _fetch(url: str, max_mb: int) -> bytes:
    try:
        with open_url(url) as response:
            content: bytes = response.read(max_mb * _MB + 1)
    except urllib.error.HTTPError as error:
        error.close()
        raise ImageRejectedError(f"Failed to download the image: HTTP {error.code}") from error
    except (OSError, HTTPException, ValueError) as error:
        raise ImageRejectedError("Failed to download the image") from error
    return content
