# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers of frames of two rates that last equally many frames of a scene."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .rate import frames_at_rate

if TYPE_CHECKING:
    from fractions import Fraction


def equal_lengths(first: Fraction, second: Fraction, scene: Fraction, most: int) -> tuple[int, int] | None:
    """The fewest frames of each rate, up to `most`, that make the same whole number of the scene's frames, at least 1.

    None where there are no such numbers.
    """
    lasting: dict[int, int] = {}
    for count in range(1, most + 1):
        lasting.setdefault(frames_at_rate(count, first, scene), count)
    for count in range(1, most + 1):
        length = frames_at_rate(count, second, scene)
        if length and length in lasting:
            return lasting[length], count
    return None
