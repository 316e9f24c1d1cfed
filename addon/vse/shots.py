# SPDX-License-Identifier: GPL-3.0-or-later
"""The takes of a scene's shots, between Blender's properties and our own types."""

from __future__ import annotations

import json
import os
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ..timeline.take import Take

if TYPE_CHECKING:
    from bpy.types import Scene


def record_take(scene: Scene, take: Take, *, make_active: bool = True) -> None:
    """Add `take` to its shot, or renew what is known of it, and make it the active one."""
    shots = scene.retake.shots
    shot = shots.get(take.shot_id)
    if shot is None:
        shot = shots.add()
        shot.name = take.shot_id
    entry = next((entry for entry in shot.takes if entry.number == take.number), None)
    if entry is None:
        entry = shot.takes.add()
        entry.name = take.name
        entry.number = take.number
    entry.filepath = blend_path(take.file)
    entry.job_id = take.job_id
    entry.frame_count = take.frame_count
    entry.rate = str(take.rate)
    entry.has_sound = take.has_sound
    entry.cost_units = "" if take.cost_units is None else str(take.cost_units)
    entry.recipe = json.dumps(take.recipe, ensure_ascii=False)
    if make_active:
        shot.active_take = take.number


def knows_take(scene: Scene, shot_id: str, number: int) -> bool:
    """Whether the scene's list has the take."""
    shot = scene.retake.shots.get(shot_id)
    return shot is not None and any(entry.number == number for entry in shot.takes)


def takes_of(scene: Scene, shot_id: str) -> tuple[Take, ...]:
    """Empty where the scene knows no such shot."""
    shot = scene.retake.shots.get(shot_id)
    if shot is None:
        return ()
    return tuple(
        Take(
            shot_id=shot_id,
            number=entry.number,
            file=absolute_path(entry.filepath),
            frame_count=entry.frame_count,
            rate=Fraction(entry.rate),
            has_sound=entry.has_sound,
            job_id=entry.job_id,
            cost_units=Decimal(entry.cost_units) if entry.cost_units else None,
            recipe=json.loads(entry.recipe),
        )
        for entry in shot.takes
    )


def blend_path(file: Path) -> str:
    """`file` as a .blend keeps it: relative to a saved .blend on the same drive, else absolute."""
    if not bpy.data.filepath:
        return str(file)
    try:
        return bpy.path.relpath(str(file))
    except ValueError:  # another drive, on Windows
        return str(file)


def absolute_path(blend_path: str) -> Path:
    """The file that a path kept in this .blend names, without any `..` in it."""
    return Path(os.path.normpath(bpy.path.abspath(blend_path)))
