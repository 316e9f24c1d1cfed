# SPDX-License-Identifier: GPL-3.0-or-later
"""Signs the body of a callback. Facts: kling-api section 4, [D O2]; the vendor's test vector is among the tests."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

_PREFIX = "whsec_"


def secret_bytes(secret: str) -> bytes:
    """The key that "whsec_" and base64 stand for.

    Raises:
        ValueError: it is not such a text.
    """
    if not secret.startswith(_PREFIX):
        raise ValueError(f"webhook_secret must begin with {_PREFIX}")
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError(f"webhook_secret must be {_PREFIX} and base64") from error
    if not key:
        raise ValueError("webhook_secret must not be empty")
    return key


def signature(secret: str, webhook_id: str, timestamp: str, body: bytes) -> str:
    """The value of the header webhook-signature; `timestamp` is in seconds."""
    signed = b".".join((webhook_id.encode(), timestamp.encode(), body))
    digest = hmac.new(secret_bytes(secret), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"
