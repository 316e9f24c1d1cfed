# SPDX-License-Identifier: GPL-3.0-or-later
"""The one session of this Blender, the one timer that pumps it, and what the panels show of it. Main thread only.

A tick takes messages for at most TICK_BUDGET_S, and puts at most one take on the timeline: the next waits for the next
tick. Nothing here waits for the network, a file or a decoder.
"""

from __future__ import annotations

import os
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import bpy

from . import loading
from .host import blender_host
from .preferences import preferences

if TYPE_CHECKING:
    from pathlib import Path

    from ..errors import RetakeError
    from ..jobs.job import Job
    from ..session import Session, SessionMessage
    from ..shots.shot_fields import ShotFields

TICK_S = 0.1
TICK_BUDGET_S = 0.002


@dataclass(slots=True)
class QueueEntry:
    """One job as the Queue panel shows it."""

    job_id: str
    shot_id: str
    began_s: float
    """By time.monotonic, when this Blender first heard of it."""
    job: Job | None = None
    """None until it is on record."""
    waits: str = ""
    """Why it stands still just now."""
    share: float | None = None
    """Of the download, 0 to 1."""
    error: str = ""


@dataclass(slots=True)
class Desk:
    session: Session | None = None
    entries: dict[str, QueueEntry] = field(default_factory=dict)
    """By job, oldest first."""
    trouble: str = ""
    """Why there is no session."""
    arrived: list[Job] = field(default_factory=list)
    """Takes that wait to be put on the timeline."""


_desk = Desk()


def desk() -> Desk:
    return _desk


def open_session() -> Session:
    """The running session, or a new one. Returns at once; the rest happens on the session's threads."""
    from ..session import Session

    if _desk.session is None:
        _desk.trouble = ""
        _desk.session = Session(os.environ, blender_host(), sandbox=preferences().use_sandbox)
    if not bpy.app.timers.is_registered(tick):
        bpy.app.timers.register(tick, first_interval=TICK_S, persistent=True)
    return _desk.session


def new_job_id() -> str:
    return uuid.uuid4().hex


def wish(job_id: str, shot_id: str, fields: ShotFields, folder: Path, media_dir: Path) -> None:
    """Ask for a new take of a shot, under an id from `new_job_id`."""
    from ..session import Wish

    _desk.entries[job_id] = QueueEntry(job_id, shot_id, time.monotonic())
    open_session().wish(Wish(job_id, shot_id, fields, folder, media_dir))


def close() -> None:
    """Stop the timer and the session. Jobs stay on record."""
    for timer in (tick, _redraw_when_loaded):
        if bpy.app.timers.is_registered(timer):
            bpy.app.timers.unregister(timer)
    session, _desk.session = _desk.session, None
    if session is not None:
        session.close()
    _desk.entries.clear()
    _desk.arrived.clear()
    _desk.trouble = ""


def tick() -> float | None:
    """One turn of the timer; also for tests, where timers do not run. None ends it."""
    session = _desk.session
    if session is None:
        return None
    messages = session.pump(TICK_BUDGET_S)
    for message in messages:
        _take_in(message)
    if _desk.arrived:
        from .arrival import arrive

        arrive(session, _desk.arrived.pop(0))
    if messages:
        _redraw()
    return TICK_S


def _take_in(message: SessionMessage) -> None:
    from ..jobs.message import DownloadProgress, JobAdvanced, JobBroke, JobEnded, JobStopped, JobWaits
    from ..session import Opened, OpenFailed, WishRefused

    match message:
        case Opened(_, jobs):
            from .arrival import is_awaited

            for job in jobs:
                _note(job)
                if job.facts is not None and is_awaited(job.job_id):
                    # It came while this file was closed.
                    _desk.arrived.append(job)
        case OpenFailed(error):
            _desk.trouble = _sentence(error)
            _desk.session = None
        case WishRefused(job_id, shot_id, error):
            _entry(job_id, shot_id).error = _sentence(error)
        case JobAdvanced(job):
            _note(job)
        case JobWaits(job_id, why):
            _entry(job_id).waits = why
        case DownloadProgress(job_id, received, total):
            _entry(job_id).share = received / total if total else None
        case JobEnded(job):
            entry = _note(job)
            ended = job.end_error()
            entry.error = _sentence(ended) if ended else ""
            if job.facts is not None:
                _desk.arrived.append(job)
        case JobStopped(job, error):
            _note(job).error = _sentence(error)
        case JobBroke(job_id, exception):
            _entry(job_id).error = f"Retake failed inside: {exception!r}. Please report it with Retake's log."


def _note(job: Job) -> QueueEntry:
    entry = _entry(job.job_id, job.shot_id)
    entry.job = job
    entry.shot_id = job.shot_id
    entry.waits = ""
    return entry


def _entry(job_id: str, shot_id: str = "") -> QueueEntry:
    if job_id not in _desk.entries:
        _desk.entries[job_id] = QueueEntry(job_id, shot_id, time.monotonic())
    return _desk.entries[job_id]


def _sentence(error: RetakeError) -> str:
    return str(error)


def _redraw() -> None:
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "SEQUENCE_EDITOR":
                area.tag_redraw()


def load_when_drawn() -> bool:
    """Whether panels can draw; begins to load what they need where they cannot yet."""
    if loading.is_done():
        return True
    loading.begin()
    if not bpy.app.timers.is_registered(_redraw_when_loaded):
        bpy.app.timers.register(_redraw_when_loaded)
    return False


def _redraw_when_loaded() -> float | None:
    if not loading.is_done():
        return TICK_S
    _redraw()
    return None
