# SPDX-License-Identifier: GPL-3.0-or-later
"""Which part of which file a sound strip plays."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from ..timeline.rate import scene_rate
from ..vse.compat import content_start, content_trim, left_handle, right_handle
from ..vse.shots import absolute_path

if TYPE_CHECKING:
    from pathlib import Path

    import bpy


@dataclass(frozen=True, slots=True)
class SoundRange:
    """`start_s` counts from the start of the file."""

    file: Path
    start_s: Fraction
    length_s: Fraction


def sound_range(
    scene: bpy.types.Scene, strip: bpy.types.Strip, start: int | None = None, end_exclusive: int | None = None
) -> SoundRange | None:
    """What the strip plays from frame `start` of the edit on, up to `end_exclusive`; None: all that is heard of it.

    None for a strip without a file of its own, or one that is retimed.
    """
    if strip.sound is None or strip.sound.packed_file is not None or len(strip.retiming_keys):
        return None
    rate = scene_rate(scene.render.fps, scene.render.fps_base)
    first = left_handle(strip) if start is None else start
    last = right_handle(strip) if end_exclusive is None else end_exclusive
    hidden = first - round(content_start(strip)) + content_trim(strip)[0]
    start_s = hidden / rate - Fraction(strip.sound_offset).limit_denominator(48_000)
    return SoundRange(absolute_path(strip.sound.filepath), max(start_s, Fraction(0)), (last - first) / rate)
