# SPDX-License-Identifier: GPL-3.0-or-later
"""The placeholder of a shot that Kling is making."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.app.translations import pgettext_rpt as rpt_

from ..timeline.rate import frames_at_rate, scene_rate
from ..vse.placeholder import place_placeholder, split_in_parts
from .slates import slate_of, slate_ready

if TYPE_CHECKING:
    from ..shots.shot_fields import ShotFields
    from ..timeline.spot import Spot


def place_waiting(scene: bpy.types.Scene, shot_id: str, job_id: str, fields: ShotFields, spot: Spot) -> str:
    """As long as the take will be, or as the spot has room. Raises PlacementError or StorageError.

    Returns a sentence on what the take and the spot do not share; empty where they fit.
    """
    slate = slate_of(fields)
    placement = place_placeholder(
        scene,
        shot_id=shot_id,
        job_id=job_id,
        slate=slate_ready(slate),
        frame_count=slate.frame_count,
        rate=slate.rate,
        has_sound=slate.has_sound,
        frame=spot.frame,
        lowest_channel=spot.lowest_channel,
        room=spot.room,
        channel=spot.channel,
        head_share=spot.head_share,
    )
    if fields.cuts:
        split_in_parts(scene, job_id, [cut.duration for cut in fields.cuts])
    if spot.room is None:
        return ""
    rate = scene_rate(scene.render.fps, scene.render.fps_base)
    over = frames_at_rate(slate.frame_count, slate.rate, rate) - spot.room.length
    if over > 0 and spot.head_share:
        return rpt_("{:.1f} s more lie beyond its handles").format(float(over / rate))
    if over > 0:
        return rpt_("{:.1f} s more lie behind its right handle").format(float(over / rate))
    left = spot.room.end_exclusive - placement.frames.end_exclusive
    return rpt_("{:.1f} s of the room stay empty").format(float(left / rate)) if left else ""
