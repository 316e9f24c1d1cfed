# SPDX-License-Identifier: GPL-3.0-or-later
"""A file in a request: an address that Kling fetches, or the bytes as base64.

Kling wants bare base64 and refuses a `data:` prefix (kling-api section 6); users paste one often, so it is removed.
"""

from __future__ import annotations

import base64
import binascii

from ..errors import InputError
from .public_address import check_public_url

PICTURE_MAX_BYTES = 10 * 1024 * 1024
"""Kling-api 2.3 and 2.7 [D]: 10 MB; that a MB is 1024 * 1024 bytes is a guess."""

SOUND_MAX_BYTES = 5 * 1024 * 1024
"""Kling-api 2.6 [D]: 5 MB; the same guess."""


def sent_file(value: str, api_base_url: str, field: str, max_bytes: int) -> str:
    """`value` as it is sent: an address unchanged, base64 without a prefix and line breaks.

    Raises InputError, naming `field` and never showing the content, for an address that Kling cannot reach, for what
    is neither, and for more than `max_bytes` bytes of content.
    """
    if "://" in value[:16]:
        check_public_url(value, api_base_url, field)
        return value
    encoded = "".join(_without_prefix(value, field).split())
    try:
        size = len(base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError) as error:
        raise InputError(field, "this text", "it has to be an address, or a file as base64") from error
    if not size:
        raise InputError(field, "an empty file", "it has to be an address, or a file as base64")
    if size > max_bytes:
        allowed = f"at most {max_bytes // (1024 * 1024)} MB are allowed"
        raise InputError(field, f"a file of {size / (1024 * 1024):.1f} MB", allowed)
    return encoded


def _without_prefix(value: str, field: str) -> str:
    """The part after `data:image/png;base64,`."""
    if value[:5].lower() != "data:":
        return value
    prefix, comma, content = value.partition(",")
    if not comma or not prefix.lower().endswith(";base64"):
        raise InputError(field, "a data: address that is not base64", "it has to be an address, or a file as base64")
    return content
