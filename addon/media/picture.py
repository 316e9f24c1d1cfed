# SPDX-License-Identifier: GPL-3.0-or-later
"""Start and end images: what Kling takes, checked before anything is paid.

jpg, jpeg or png; at most 10 MB; sides of at least 300 px; ratio 1:2.5 to 2.5:1 (kling-api section 6, legacy standard).
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from ..errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 10 * 1024 * 1024
MIN_SIDE_PX = 300
MAX_RATIO = Fraction(5, 2)
SUFFIXES = (".jpg", ".jpeg", ".png")


def check_picture(path: Path, field: str) -> None:
    """Raises InputError, naming `field`, where Kling would refuse the picture or it cannot be read."""
    import av

    if not path.is_file():
        raise InputError(field, path, "there is no such file")
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(field, path.name, "Kling takes jpg and png pictures")
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise InputError(field, f"{path.name} with {size / 1e6:.1f} MB", "at most 10 MB are allowed")
    try:
        with av.open(str(path)) as container:
            frame = next(container.decode(video=0))
    except (av.FFmpegError, StopIteration, IndexError) as error:
        raise InputError(field, path.name, "it cannot be read as a picture") from error
    width, height = frame.width, frame.height
    if min(width, height) < MIN_SIDE_PX:
        raise InputError(field, f"{path.name} with {width} × {height} px", "both sides need at least 300 px")
    if not 1 / MAX_RATIO <= Fraction(width, height) <= MAX_RATIO:
        raise InputError(field, f"{path.name} with {width} × {height} px", "the ratio may be 1:2.5 to 2.5:1")
