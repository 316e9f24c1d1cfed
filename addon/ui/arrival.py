# SPDX-License-Identifier: GPL-3.0-or-later
"""A take comes back: onto the strips that wait for it, wherever they are by now, as one undo step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ..errors import RetakeError
from ..vse.shots import record_take
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
    try:
        scenes = [scene for scene in bpy.data.scenes if _waiting(scene, job.job_id)]
        for scene in scenes:
            show_take(scene, take, _waiting(scene, job.job_id))
            for strip in _waiting(scene, job.job_id):
                strip.retake.job_id = ""
        known = [scene for scene in bpy.data.scenes if scene == into or job.shot_id in scene.retake.shots]
        for scene in known:
            if scene not in scenes:
                record_take(scene, take)
    except RetakeError as error:
        entry.error = str(error)
        return
    if scenes:
        bpy.ops.ed.undo_push(message=f"Take {take.name}")
        session.note_placed(job)


def is_awaited(job_id: str) -> bool:
    return any(_waiting(scene, job_id) for scene in bpy.data.scenes)


def _waiting(scene: bpy.types.Scene, job_id: str) -> list[bpy.types.Strip]:
    editor = scene.sequence_editor
    return [] if editor is None else [strip for strip in editor.strips_all if strip.retake.job_id == job_id]
