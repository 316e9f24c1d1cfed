# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses of result files that carry their own permission: `Expires` and a `Signature`.

Facts: kling-api section 4: signed, `Expires` is the update time plus 30 days [D, L]. The way of signing is the
sandbox's own.
"""

from __future__ import annotations

import hashlib
import hmac

LIFETIME_S = 30 * 24 * 3600
RESULTS_PATH = "/results"


def signed_path(file: str, updated_ms: int, secret: bytes, folder: str = RESULTS_PATH) -> str:
    """Path and query for `file` ("<video id>.mp4") under `folder`, good for 30 days from `updated_ms`."""
    expires = str(updated_ms // 1000 + LIFETIME_S)
    return f"{folder}/{file}?Expires={expires}&Signature={_signature(file, expires, secret)}"


def is_allowed(file: str, expires: str, signature: str, secret: bytes, at_ms: int) -> bool:
    """True when the signature fits `file` and `expires`, and that moment (seconds since 1970) is after `at_ms`."""
    wanted = _signature(file, expires, secret)
    if not hmac.compare_digest(wanted.encode(), signature.encode()):
        return False
    return expires.isdecimal() and int(expires) * 1000 > at_ms


def _signature(file: str, expires: str, secret: bytes) -> str:
    return hmac.new(secret, f"{file}\n{expires}".encode(), hashlib.sha256).hexdigest()
