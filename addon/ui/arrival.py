# SPDX-License-Identifier: GPL-3.0-or-later
"""A take comes back: onto the strips that wait for it, wherever they are by now, as one undo step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ..errors import RetakeError
from ..vse.shots import knows_take, record_take
from ..vse.take_switch import show_take
from . import desk

if TYPE_CHECKING:
    from ..jobs.job import Job
    from ..session import Session


def arrive(session: Session, job: Job, *, into: bpy.types.Scene | None = None) -> None:
    """Put the take of `job` where its placeholder is now. Without one it lands in its shot's list: it is not lost.

    A file that knows neither strip nor shot is another edit, and left alone; `into` gets it all the same.
    """
    entry = desk.desk().entries[job.job_id]
    take = job.take()
    waiting = {scene: strips for scene in bpy.data.scenes if (strips := _waiting(scene, job.job_id))}
    try:
        for scene, strips in waiting.items():
            report = show_take(scene, take, strips)
            entry.note = " ".join(report.sentences)
        for scene in bpy.data.scenes:
            if scene not in waiting and (scene == into or job.shot_id in scene.retake.shots):
                record_take(scene, take)
    except RetakeError as error:
        entry.error = str(error)
        return
    if waiting:
        bpy.ops.ed.undo_push(message=f"Take {take.name}")
        session.note_placed(job)


def arrive_late() -> None:
    """After a file was loaded: what its placeholders wait for and is there comes with the next ticks."""
    state = desk.desk()
    for job_id in awaited_jobs():
        entry = state.entries.get(job_id)
        job = entry.job if entry is not None else None
        if job is not None and job.facts is not None and job not in state.arrived:
            state.arrived.append(job)


def keep_takes() -> None:
    """After a step was undone or redone, or a file loaded: no shot's list loses a take that this Blender knows.

    What an undo took from the timeline stays away: its strips wait, and Place Again brings it back.
    """
    for entry in desk.desk().entries.values():
        job = entry.job
        if job is None or job.facts is None:
            continue
        for scene in bpy.data.scenes:
            if job.shot_id in scene.retake.shots and not knows_take(scene, job.shot_id, job.take_number):
                record_take(scene, job.take(), make_active=False)


def awaited_jobs() -> frozenset[str]:
    """The ids of all jobs that strips of this file wait for."""
    editors = (scene.sequence_editor for scene in bpy.data.scenes)
    strips = (strip for editor in editors if editor is not None for strip in editor.strips_all)
    return frozenset(strip.retake.job_id for strip in strips if strip.retake.job_id)


def _waiting(scene: bpy.types.Scene, job_id: str) -> list[bpy.types.Strip]:
    editor = scene.sequence_editor
    return [] if editor is None else [strip for strip in editor.strips_all if strip.retake.job_id == job_id]
