# SPDX-License-Identifier: GPL-3.0-or-later
"""What a shot takes from another shot's take: `start = "last frame of s010"`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from ..kling.problem import either


class Piece(Enum):
    """What of another shot's take is used."""

    FIRST_FRAME = "first frame"
    LAST_FRAME = "last frame"
    CLIP = "clip"
    """The whole of it, as a video."""


@dataclass(frozen=True, slots=True)
class Link:
    """`field` of a shot is filled with `piece` of the take that `shot_id` shows."""

    field: str
    piece: Piece
    shot_id: str

    def __str__(self) -> str:
        return f"the {self.piece.value} of {self.shot_id}"

    @property
    def written(self) -> str:
        """As it stands in a list."""
        return f"{self.piece.value} of {self.shot_id}"


PICTURE_FIELDS = ("image", "end_image")
VIDEO_FIELDS = ("motion", "feature_video", "base_video", "extend")
PIECES = {
    **dict.fromkeys(PICTURE_FIELDS, (Piece.FIRST_FRAME, Piece.LAST_FRAME)),
    **dict.fromkeys(VIDEO_FIELDS, (Piece.CLIP,)),
}
"""What each field may be filled with."""

_LINK = re.compile(r"(?:the\s+)?(first frame|last frame|clip)\s+of\s+(\S+)", re.IGNORECASE)
_NEARLY = re.compile(r"\s*(?:the\s+)?(?:\w+\s+)?(?:frame|clip)\s+of\b.*", re.IGNORECASE | re.DOTALL)


def read_link(field: str, value: str) -> Link | None:
    """None: it is no link. Raises ValueError, with what is allowed, where it only looks like one."""
    pieces = PIECES[field]
    written = [f"“{piece.value} of s010”" for piece in pieces]
    own = ["an id of Kling's"] if field == "extend" else ["a file", "an address"]
    found = _LINK.fullmatch(value.strip())
    if found is None:
        if _NEARLY.fullmatch(value):
            raise ValueError(f"it is {either([*own, *written])}")
        return None
    piece = Piece(found[1].lower())
    if piece not in pieces:
        raise ValueError(f"it takes {either(written)}")
    return Link(field, piece, found[2])
