# SPDX-License-Identifier: GPL-3.0-or-later
"""Frame rates as exact fractions, and lengths that are the same in seconds at another rate."""

from __future__ import annotations

from fractions import Fraction


def scene_rate(fps: int, fps_base: float) -> Fraction:
    """The exact rate of a scene, from Blender's `fps` and `fps_base`.

    Blender keeps `fps_base` as a 32-bit float: 1.001 reads back as 1.00100004… (measured on 4.5, 5.0 and 5.2). A
    denominator of up to 1000 gives the written value back, so 24 / 1.001 becomes 24000/1001.
    """
    return Fraction(fps) / Fraction(fps_base).limit_denominator(1000)


def frames_at_rate(media_frames: int, media_rate: Fraction, rate: Fraction) -> int:
    """How many whole frames `media_frames` last at `rate`, rounded down as Blender does when it adds a movie.

    Measured on 4.5.15, 5.0.1 and 5.2.3: 121 frames of 24 fps become 120, 121, 126, 151 and 302 frames at 23.976, 24,
    25, 30 and 60 fps.
    """
    return int(media_frames * rate / media_rate)
