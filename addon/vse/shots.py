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
from .compat import left_handle, right_handle, set_left_handle, set_right_handle

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
        entry.label = f"Take {take.number}"
    entry.filepath = blend_path(take.file)
    entry.job_id = take.job_id
    entry.frame_count = take.frame_count
    entry.rate = str(take.rate)
    entry.has_sound = take.has_sound
    entry.size_px = take.size_px or (0, 0)
    entry.cost_units = "" if take.cost_units is None else str(take.cost_units)
    entry.recipe = json.dumps(take.recipe, ensure_ascii=False)
    entry.is_deleted = False
    if make_active:
        shot.active_take = take.number


def await_take(scene: Scene, shot_id: str, job_id: str) -> None:
    """Let all strips of the shot wait for the take of a job."""
    for strip in scene.sequence_editor.strips_all:
        if strip.retake.shot_id == shot_id:
            strip.retake.job_id = job_id
    note_asked(scene, shot_id, job_id)


def note_asked(scene: Scene, shot_id: str, job_id: str) -> None:
    """The take of this job belongs to this scene's shot, and not to a shot of that name in another edit."""
    shot = scene.retake.shots.get(shot_id)
    if shot is None:
        shot = scene.retake.shots.add()
        shot.name = shot_id
    if job_id not in shot.asked:
        shot.asked.add().name = job_id


def has_asked(scene: Scene, shot_id: str, job_id: str) -> bool:
    shot = scene.retake.shots.get(shot_id)
    return shot is not None and job_id in shot.asked


def is_on_timeline(scene: Scene, shot_id: str) -> bool:
    """Whether a strip of the scene belongs to the shot."""
    editor = scene.sequence_editor
    return editor is not None and any(strip.retake.shot_id == shot_id for strip in editor.strips_all)


def knows_take(scene: Scene, shot_id: str, number: int) -> bool:
    """Whether the scene's list has the take."""
    shot = scene.retake.shots.get(shot_id)
    return shot is not None and any(entry.number == number for entry in shot.takes)


def set_deleted(scene: Scene, shot_id: str, number: int, *, is_deleted: bool) -> None:
    """Take a take out of its shot's list, or put it back. What is known of it stays on record, its name too."""
    for entry in scene.retake.shots[shot_id].takes:
        if entry.number == number:
            entry.is_deleted = is_deleted


def shows_take(scene: Scene, shot_id: str, number: int) -> bool:
    """Whether a strip of the scene shows the take."""
    editor = scene.sequence_editor
    return editor is not None and any(
        strip.retake.take_number == number and strip.retake.shot_id == shot_id for strip in editor.strips_all
    )


def relink_take(scene: Scene, shot_id: str, number: int, file: Path) -> None:
    """Let the list, and the strips that show the take, know another place of the same clip."""
    path = blend_path(file)
    for entry in scene.retake.shots[shot_id].takes:
        if entry.number == number:
            entry.filepath = path
    editor = scene.sequence_editor
    for strip in editor.strips_all if editor is not None else ():
        if strip.retake.shot_id != shot_id or strip.retake.take_number != number:
            continue
        if strip.type == "MOVIE":
            start, end = left_handle(strip), right_handle(strip)
            strip.filepath = path
            set_left_handle(strip, start)
            set_right_handle(strip, end)
        elif strip.type == "SOUND" and strip.sound is not None:
            strip.sound.filepath = path


def takes_of(scene: Scene, shot_id: str, *, deleted: bool = False) -> tuple[Take, ...]:
    """Those in the list, or the `deleted` ones. Empty where the scene knows no such shot."""
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
            size_px=(entry.size_px[0], entry.size_px[1]) if all(entry.size_px) else None,
        )
        for entry in shot.takes
        if entry.is_deleted == deleted
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
