# SPDX-License-Identifier: GPL-3.0-or-later
"""Start, end and reference images: what Kling takes, checked before anything is paid."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from ..errors import InputError

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class PictureLimits:
    """`max_ratio` is that of the longer side to the shorter one; a MB is 2^20 bytes."""

    suffixes: tuple[str, ...]
    max_mb: int
    min_side_px: int
    max_ratio: Decimal


def check_picture(path: Path, field: str, limits: PictureLimits) -> None:
    """Raises InputError, naming `field`, where Kling would refuse the picture or it cannot be read."""
    import av

    if not path.is_file():
        raise InputError(field, path, "there is no such file")
    if path.suffix.lower() not in limits.suffixes:
        raise InputError(field, path.name, "Kling takes jpg and png pictures")
    size = path.stat().st_size
    if size > limits.max_mb * 2**20:
        raise InputError(field, f"{path.name} with {size / 1e6:.1f} MB", f"at most {limits.max_mb} MB are allowed")
    try:
        with av.open(str(path)) as container:
            frame = next(container.decode(video=0))
    except (av.FFmpegError, StopIteration, IndexError) as error:
        raise InputError(field, path.name, "it cannot be read as a picture") from error
    width, height = frame.width, frame.height
    shown = f"{path.name} with {width} × {height} px"
    if min(width, height) < limits.min_side_px:
        raise InputError(field, shown, f"both sides need at least {limits.min_side_px} px")
    if Fraction(max(width, height), min(width, height)) > Fraction(limits.max_ratio):
        raise InputError(field, shown, f"the ratio may be 1:{limits.max_ratio} to {limits.max_ratio}:1")
