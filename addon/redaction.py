# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps secrets out of logs, errors, the ledger and sidecars.

A text is cleaned by shape (bearer tokens, JWTs, signed query strings, long base64) and by value (the keys in use,
which `remember_secret` is told). It is a net under the code that never writes secrets, not a licence to write them.
"""

from __future__ import annotations

import logging
import re

REMOVED = "[removed]"

_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?i)\b(bearer\s+)[^\s\"',;]+"), rf"\1{REMOVED}"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), REMOVED),
    (
        re.compile(
            r"(?i)\b((?:x-amz-|x-goog-|x-oss-)?(?:signature|credential|security-token)|expires|sig|token|"
            r"access_?key(?:_?id)?|secret_?key|api_?key|ossaccesskeyid)(=|\"?\s*:\s*\"?)[^\s&\"',;]+"
        ),
        rf"\1\2{REMOVED}",
    ),
    (re.compile(r"[A-Za-z0-9+/]{200,}={0,2}"), REMOVED),
)

_secrets: set[str] = set()


def remember_secret(value: str) -> None:
    """Have `value` removed wherever it appears from now on. Values under 6 characters are too common to replace."""
    if len(value) >= 6:
        _secrets.add(value)


def redact(text: str) -> str:
    for secret in _secrets:
        text = text.replace(secret, REMOVED)
    for shape, replacement in _SHAPES:
        text = shape.sub(replacement, text)
    return text


class RedactionFilter(logging.Filter):
    """Cleans a record once its arguments are merged, and its traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = redact(record.getMessage())
        record.args = None
        if record.exc_info:
            record.exc_text = redact(logging.Formatter().formatException(record.exc_info))
            record.exc_info = None
        return True


def logger(part: str) -> logging.Logger:
    """A logger below the fixed root `retake` (inside Blender `__name__` would carry the repository's name)."""
    result = logging.getLogger(f"retake.{part}")
    if not any(isinstance(each, RedactionFilter) for each in result.filters):
        result.addFilter(RedactionFilter())
    return result
