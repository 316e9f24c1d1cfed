# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies on the timeline while a shot is being made: a strip like that of its take, which shows a slate.

The take replaces the slate in place, so the placeholder may be moved, trimmed, renamed or put in a meta meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..timeline.take import Take
from .place import add_take, placement_of

if TYPE_CHECKING:
    from fractions import Fraction
    from pathlib import Path

    from bpy.types import Scene

    from .place import Placement

_COLOR = "COLOR_03"


def place_placeholder(
    scene: Scene,
    *,
    shot_id: str,
    job_id: str,
    slate: Path,
    frame_count: int,
    rate: Fraction,
    has_sound: bool,
    frame: int,
    lowest_channel: int | None = None,
) -> Placement:
    """Lay `slate`, a clip of `frame_count` frames at `rate`, at `frame` on free channels. Raises PlacementError."""
    standing_in = Take(
        shot_id=shot_id,
        number=0,
        file=slate,
        frame_count=frame_count,
        rate=rate,
        has_sound=has_sound,
        job_id=job_id,
        cost_units=None,
        recipe={},
    )
    strips = add_take(scene, standing_in, frame, lowest_channel)
    for strip in strips:
        strip.name = f"{shot_id} (waiting)" if strip.type == "MOVIE" else f"{shot_id} (waiting) sound"
        strip.color_tag = _COLOR
        strip.retake.job_id = job_id
    # The shot is known from now on: a take whose placeholder was deleted still finds its list.
    if shot_id not in scene.retake.shots:
        scene.retake.shots.add().name = shot_id
    return placement_of(strips)
