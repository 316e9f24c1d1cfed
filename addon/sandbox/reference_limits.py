# SPDX-License-Identifier: GPL-3.0-or-later
"""What a reference video may be, as data. The values are in the tables of the products that take one."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class ReferenceLimits:
    """Bounds, all included.

    max_mb       largest file; 1 MB is 2**20 bytes (guess)
    sides_px     each side
    lengths_s    shortest and longest
    tolerance_s  how much longer than the longest it may be: Kling's own clips are one frame longer than their name
                 says (guess)
    rates_fps    frames a second; None: any
    area_max_px  largest picture in pixels; None: any
    ratios       width divided by height; None: any
    when         goes behind the sentence on the length
    """

    max_mb: int
    sides_px: tuple[int, int]
    lengths_s: tuple[Fraction, Fraction]
    tolerance_s: Fraction = Fraction(1, 10)
    rates_fps: tuple[int, int] | None = None
    area_max_px: int | None = None
    ratios: tuple[Fraction, Fraction] | None = None
    when: str = ""
