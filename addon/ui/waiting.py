# SPDX-License-Identifier: GPL-3.0-or-later
"""The placeholder of a shot that Kling is making."""

from __future__ import annotations

import hashlib
from fractions import Fraction
from typing import TYPE_CHECKING

import bpy
from bpy.app.translations import pgettext_rpt as rpt_

from ..app import home_folder
from ..kling.catalogue import catalogue
from ..media.slate import make_slate
from ..timeline.rate import frames_at_rate, scene_rate
from ..vse.placeholder import place_placeholder
from .host import blender_host

if TYPE_CHECKING:
    from pathlib import Path

    from ..shots.shot_fields import ShotFields
    from ..timeline.spot import Spot

_RATE = Fraction(24)
"""Of Kling's clips; a take of another rate is handled when it arrives."""
_SIZES_PX = {"16:9": (320, 180), "9:16": (180, 320), "1:1": (240, 240)}


def place_waiting(scene: bpy.types.Scene, shot_id: str, job_id: str, fields: ShotFields, spot: Spot) -> str:
    """As long as the take will be, or as the spot has room. Raises PlacementError or StorageError.

    Returns a sentence on what the take and the spot do not share; empty where they fit.
    """
    frame_count = fields.duration * _RATE.numerator + 1
    model = catalogue().model_row(fields.model)
    has_sound = model.always_has_sound if fields.sound is None else fields.sound
    placement = place_placeholder(
        scene,
        shot_id=shot_id,
        job_id=job_id,
        slate=_slate(frame_count, fields.aspect, has_sound=has_sound),
        frame_count=frame_count,
        rate=_RATE,
        has_sound=has_sound,
        frame=spot.frame,
        lowest_channel=spot.lowest_channel,
        room=spot.room,
        channel=spot.channel,
    )
    if spot.room is None:
        return ""
    rate = scene_rate(scene.render.fps, scene.render.fps_base)
    over = frames_at_rate(frame_count, _RATE, rate) - spot.room.length
    if over > 0:
        return rpt_("{:.1f} s more lie behind its right handle").format(float(over / rate))
    left = spot.room.end_exclusive - placement.frames.end_exclusive
    return rpt_("{:.1f} s of the room stay empty").format(float(left / rate)) if left else ""


def _slate(frame_count: int, aspect: str, *, has_sound: bool) -> Path:
    """One file for all placeholders of a kind, kept with Retake's own."""
    import os

    kind = hashlib.sha256(f"{frame_count} {aspect} {has_sound}".encode()).hexdigest()[:12]
    path = home_folder(os.environ, blender_host()) / "slates" / f"{kind}.mp4"
    if not path.is_file():
        make_slate(path, frame_count, _RATE, _SIZES_PX[aspect], has_sound=has_sound)
    return path
