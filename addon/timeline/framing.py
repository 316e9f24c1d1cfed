# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeping what a picture fills of the frame when its media gets another size. Sizes are (width, height) in pixels."""

from __future__ import annotations

from fractions import Fraction

Size = tuple[int, int]


def refit_factor(before: Size, after: Size, frame: Size) -> Fraction:
    """What a strip's scale is to be multiplied with.

    A scale counts from the media's own pixels. What the user made of it is its share of the scale that fits the whole
    picture into the frame, and that share stays: 720p and 1080p fill the same, and an upright picture put for a wide
    one is fitted, enlarged or reduced as that one was.
    """
    return _fit(after, frame) / _fit(before, frame)


def crop_factors(before: Size, after: Size) -> tuple[Fraction, Fraction]:
    """What crops on the left and right, and those on top and bottom, are to be multiplied with."""
    return Fraction(after[0], before[0]), Fraction(after[1], before[1])


def _fit(size: Size, frame: Size) -> Fraction:
    return min(Fraction(frame[0], size[0]), Fraction(frame[1], size[1]))
