# SPDX-License-Identifier: GPL-3.0-or-later
"""The pictures of one request in the form they are sent in. Read when a create is sent, and never kept."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SentPictures:
    """Each an address, or a file as base64 without a `data:` prefix; in the request's own order."""

    image: str | None = None
    image_tail: str | None = None
    references: tuple[str, ...] = ()
