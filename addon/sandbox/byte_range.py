# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the Range header of RFC 9110 section 14, as far as one range of bytes goes."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SPEC = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)


class RangeNotSatisfiableError(Exception):
    """The range begins behind the end of the file: HTTP 416."""


@dataclass(frozen=True, slots=True)
class ByteRange:
    """`start` counts from 0, `end_exclusive` is the first byte after it."""

    start: int
    end_exclusive: int


def read_range(header: str | None, size: int) -> ByteRange | None:
    """The part of a file of `size` bytes that is asked for; None: all of it, with status 200.

    A header that is malformed or names several ranges is ignored, as the RFC allows.

    Raises:
        RangeNotSatisfiableError
    """
    match = _SPEC.fullmatch(header.strip()) if header is not None else None
    if match is None:
        return None
    first, last = match.groups()
    if not first and not last:
        return None
    if not first:
        length = min(int(last), size)
        if length == 0:
            raise RangeNotSatisfiableError
        return ByteRange(size - length, size)
    start = int(first)
    if last and int(last) < start:
        return None
    if start >= size:
        raise RangeNotSatisfiableError
    return ByteRange(start, min(int(last) + 1, size) if last else size)
