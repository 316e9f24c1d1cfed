# SPDX-License-Identifier: GPL-3.0-or-later
"""A take comes back: onto the strips that wait for it, wherever they are by now, as one undo step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ..errors import RetakeError
from ..jobs.state import JobState
from ..vse.shared_shots import bring_shots
from ..vse.shots import has_asked, is_on_timeline, knows_take, note_asked, record_take
from ..vse.take_switch import show_take
from . import desk

if TYPE_CHECKING:
    from ..jobs.job import Job
    from ..session import Session


def arrive(session: Session, job: Job, *, into: bpy.types.Scene | None = None) -> None:
    """Put the take of `job` where its placeholder is now. Without one it lands in its shot's list: it is not lost.

    A file that neither waits nor asked for it is another edit, and left alone, even where it has a shot of that name;
    `into` gets it all the same.
    """
    entry = desk.desk().entries[job.job_id]
    take = job.take()
    waiting = {scene: strips for scene in bpy.data.scenes if (strips := _waiting(scene, job.job_id))}
    try:
        for scene, strips in waiting.items():
            report = show_take(scene, take, strips)
            entry.note = " ".join(report.sentences)
        for scene in bpy.data.scenes:
            if scene not in waiting and (scene == into or _is_of(scene, job)):
                record_take(scene, take, make_active=not is_on_timeline(scene, job.shot_id))
                note_asked(scene, job.shot_id, job.job_id)
    except RetakeError as error:
        entry.error = str(error)
        return
    if waiting:
        bpy.ops.ed.undo_push(message=f"Take {take.name}")
        session.note_placed(job)


def arrive_late(*, only_new: bool = False) -> None:
    """After a file was loaded: what its placeholders wait for and is there comes with the next ticks.

    After an undo or redo only what was never on a timeline: what was, was taken back on purpose.
    """
    state = desk.desk()
    for job_id in awaited_jobs():
        entry = state.entries.get(job_id)
        job = entry.job if entry is not None else None
        is_wanted = job is not None and job.facts is not None and not (only_new and job.state is JobState.PLACED)
        if is_wanted and job not in state.arrived:
            state.arrived.append(job)


def keep_takes() -> None:
    """After a step was undone or redone, or a file loaded: no shot's list loses a take that this Blender knows.

    What an undo took from the timeline stays away: its strips wait, and Place Again brings it back.
    """
    for scene in bpy.data.scenes:
        bring_shots(scene)
    for entry in desk.desk().entries.values():
        job = entry.job
        if job is None or job.facts is None:
            continue
        for scene in bpy.data.scenes:
            if _is_of(scene, job) and not knows_take(scene, job.shot_id, job.take_number):
                record_take(scene, job.take(), make_active=False)
                note_asked(scene, job.shot_id, job.job_id)


def _is_of(scene: bpy.types.Scene, job: Job) -> bool:
    """Whether a shot of the scene asked for this job, be it that the asking itself was undone.

    A name alone says nothing: the first shot of every edit is s010.
    """
    is_asked_here = job.job_id in desk.desk().asked_here and job.shot_id in scene.retake.shots
    return is_asked_here or has_asked(scene, job.shot_id, job.job_id)


def awaited_jobs() -> frozenset[str]:
    """The ids of all jobs that strips of this file wait for."""
    editors = (scene.sequence_editor for scene in bpy.data.scenes)
    strips = (strip for editor in editors if editor is not None for strip in editor.strips_all)
    return frozenset(strip.retake.job_id for strip in strips if strip.retake.job_id)


def unlisted_jobs() -> frozenset[str]:
    """The ids of the jobs that shots of this file asked for, and whose takes their lists do not have."""
    shots = [shot for scene in bpy.data.scenes for shot in scene.retake.shots]
    listed = {take.job_id for shot in shots for take in shot.takes}
    return frozenset(asked.name for shot in shots for asked in shot.asked) - listed


def _waiting(scene: bpy.types.Scene, job_id: str) -> list[bpy.types.Strip]:
    editor = scene.sequence_editor
    return [] if editor is None else [strip for strip in editor.strips_all if strip.retake.job_id == job_id]
