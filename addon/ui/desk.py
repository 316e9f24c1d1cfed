# SPDX-License-Identifier: GPL-3.0-or-later
"""The one session of this Blender, the one timer that pumps it, and what the panels show of it. Main thread only.

A tick takes messages for at most TICK_BUDGET_S, and puts at most one take on the timeline: the next waits for the next
tick. Nothing here waits for the network, a file or a decoder.
"""

from __future__ import annotations

import sys
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Thread
from typing import TYPE_CHECKING

import bpy

from . import loading
from .host import blender_host
from .progress import is_under_way

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from decimal import Decimal
    from pathlib import Path

    from ..balance import Balance
    from ..errors import RetakeError
    from ..jobs.job import Job, Kind
    from ..session import Session, SessionMessage, Wish
    from ..shots.shot_fields import ShotFields

TICK_S = 0.1
TICK_BUDGET_S = 0.002
_SHORT_TURN_S = 0.0002


@dataclass(slots=True)
class QueueEntry:
    """One job as the Queue panel shows it."""

    job_id: str
    shot_id: str
    began_s: float
    """By time.monotonic, when it was asked for."""
    job: Job | None = None
    """None until it is on record."""
    waits: str = ""
    """Why it stands still just now."""
    share: float | None = None
    """Of the download, 0 to 1."""
    error: str = ""
    note: str = ""
    """What the user should know of the take that came."""
    unsent: Wish | None = None
    """What was asked for, until it is on record."""
    again_of: str = ""
    """The job that this one repeats, until it is on record."""
    lacks_balance: bool = False
    is_cleared: bool = False
    """Out of the panel's list. What is known of it stays: an undo may need it."""


@dataclass(slots=True)
class Desk:
    session: Session | None = None
    entries: dict[str, QueueEntry] = field(default_factory=dict)
    """By job, oldest first."""
    trouble: str = ""
    """Why there is no session."""
    arrived: list[Job] = field(default_factory=list)
    """Takes that wait to be put on the timeline."""
    is_paused: bool = False
    shows_all_files: bool = True
    """Whether the Queue lists the jobs of other files too."""
    balance: Balance | None = None
    """None while it is not known."""
    day_left_units: Decimal | None = None
    """Of the day's budget; None without one."""
    typical_s: dict[Kind, float] = field(default_factory=dict)
    drawn_s: int = 0
    """The second, by time.monotonic, that elapsed times were last drawn for."""
    opened_with: object = None
    """The settings of the session."""
    was_loaded: bool = False
    """Another file is open than at the last tick."""
    asked_here: set[str] = field(default_factory=set)
    """The jobs that were asked for since this file was loaded."""
    was_undone: bool = False
    """Something was undone or redone since the last tick."""
    holds_arrivals: bool = False
    """An edit is being written: a take that came would be an undo step in its middle."""


_desk = Desk()
_awaited: list[Callable[[], bool]] = []
"""What panels wait for."""


def desk() -> Desk:
    return _desk


def open_session() -> Session:
    """The running session, or a new one. Returns at once; the rest happens on the session's threads."""
    # What the ticks use is loaded now, at the user's click, and not in one of them.
    from ..jobs import message
    from ..session import Session
    from . import arrival
    from .preferences import environ, preferences

    _ = arrival, message
    own, variables = preferences(), environ()
    settings = (own.use_sandbox, own.tasks_at_once, variables)
    if _desk.session is not None and settings != _desk.opened_with:
        _leave()
    if _desk.session is None:
        _desk.opened_with = settings
        _desk.trouble = ""
        _desk.is_paused = False
        _desk.session = Session(variables, blender_host(), sandbox=own.use_sandbox, in_flight=own.tasks_at_once or None)
    if not bpy.app.timers.is_registered(tick):
        bpy.app.timers.register(tick, first_interval=TICK_S, persistent=True)
    return _desk.session


def _leave() -> None:
    """The preferences were changed: another account, say. What is on record goes on when they are changed back."""
    session, _desk.session = _desk.session, None
    if session is not None:
        # Closing waits for what is being done.
        Thread(target=session.close, name="retake-close").start()
    _desk.entries.clear()
    _desk.arrived.clear()
    _desk.balance = _desk.day_left_units = None
    _desk.typical_s = {}


def new_job_id() -> str:
    return uuid.uuid4().hex


def wish(job_id: str, shot_id: str, fields: ShotFields, folder: Path, media_dir: Path) -> None:
    """Ask for a new take of a shot, under an id from `new_job_id`."""
    from ..session import Wish

    send(Wish(job_id, shot_id, fields, folder, media_dir))


def send(wish: Wish) -> None:
    session = open_session()
    _desk.asked_here.add(wish.job_id)
    _desk.entries[wish.job_id] = QueueEntry(wish.job_id, wish.shot_id, time.monotonic(), unsent=wish)
    session.wish(wish)


def ask_again(job_id: str, new_job_id: str, *, ignores_balance: bool = False) -> None:
    """The same as a job asked for, as a new job under an id from `new_job_id`."""
    shot_id = _desk.entries[job_id].shot_id
    session = open_session()
    _desk.asked_here.add(new_job_id)
    _desk.entries[new_job_id] = QueueEntry(new_job_id, shot_id, time.monotonic(), again_of=job_id)
    session.ask_again(job_id, new_job_id, ignores_balance=ignores_balance)


def is_rehearsal() -> bool:
    from .preferences import preferences

    return bool(preferences().use_sandbox)


def set_paused(*, paused: bool) -> None:
    """Send nothing new while paused. What Kling has goes on."""
    session = open_session()
    _desk.is_paused = paused
    if paused:
        session.pause()
    else:
        session.resume()


def hold_arrivals(*, held: bool) -> None:
    """What comes meanwhile is put on the timeline afterwards."""
    _desk.holds_arrivals = held


def note_load() -> None:
    """The next tick puts what came meanwhile on the file that was loaded."""
    _desk.asked_here.clear()
    _desk.was_loaded = True


def note_undo() -> None:
    """The next tick gives back to the lists what undo took from them."""
    _desk.was_undone = True


def close() -> None:
    """Stop the timer and the session. Jobs stay on record."""
    for timer in (tick, _redraw_when_done):
        if bpy.app.timers.is_registered(timer):
            bpy.app.timers.unregister(timer)
    session, _desk.session = _desk.session, None
    if session is not None:
        session.close()
    _desk.entries.clear()
    _desk.arrived.clear()
    _desk.asked_here.clear()
    _desk.trouble = ""
    _desk.balance = _desk.day_left_units = None
    _desk.typical_s = {}
    _awaited.clear()


def tick() -> float | None:
    """One turn of the timer; also for tests, where timers do not run. None ends it."""
    session = _desk.session
    if session is None:
        return None
    with _short_turns():
        _turn(session)
    return TICK_S


@contextmanager
def _short_turns() -> Iterator[None]:
    """Python's lock comes back to this thread soon after another one took it, instead of after 5 ms each time."""
    before_s = sys.getswitchinterval()
    sys.setswitchinterval(_SHORT_TURN_S)
    try:
        yield
    finally:
        sys.setswitchinterval(before_s)


def _turn(session: Session) -> None:
    messages = session.pump(TICK_BUDGET_S)
    for message in messages:
        _take_in(message)
    if _desk.was_loaded or _desk.was_undone:
        from .arrival import arrive_late, keep_takes

        keep_takes()
        arrive_late(only_new=not _desk.was_loaded)
        _desk.was_loaded = _desk.was_undone = False
    if _desk.arrived and not _desk.holds_arrivals:
        from .arrival import arrive

        arrive(session, _desk.arrived.pop(0))
    if messages or _is_a_new_second():
        redraw()


def _is_a_new_second() -> bool:
    """Whether the elapsed times in the panels have to go on."""
    now_s = int(time.monotonic())
    if now_s == _desk.drawn_s:
        return False
    _desk.drawn_s = now_s
    return any(map(is_under_way, _desk.entries.values()))


def _take_in(message: SessionMessage) -> None:
    from ..jobs.message import DownloadProgress, JobAdvanced, JobBroke, JobEnded, JobStopped, JobWaits
    from ..session import MoneyLeft, Opened, OpenFailed, WishRefused

    match message:
        case Opened(_, jobs):
            for job in jobs:
                _note(job)
            # What came while this file was closed.
            _desk.was_loaded = True
        case OpenFailed(error):
            _desk.trouble = _sentence(error)
            _desk.session = None
            for entry in _desk.entries.values():
                if entry.job is None:
                    entry.error = "Nothing was sent: Retake could not start."
        case WishRefused(job_id, shot_id, error, lacks_balance):
            entry = _entry(job_id, shot_id)
            entry.error = _sentence(error)
            entry.lacks_balance = lacks_balance
        case MoneyLeft(balance, day_left_units, typical_s):
            _desk.balance = balance
            _desk.day_left_units = day_left_units
            _desk.typical_s = dict(typical_s)
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
    if entry.job is None:
        entry.began_s = time.monotonic() - (datetime.now(UTC) - job.asked_at_utc).total_seconds()
    entry.job = job
    entry.unsent = None
    entry.again_of = ""
    entry.shot_id = job.shot_id
    entry.waits = ""
    return entry


def _entry(job_id: str, shot_id: str = "") -> QueueEntry:
    if job_id not in _desk.entries:
        _desk.entries[job_id] = QueueEntry(job_id, shot_id, time.monotonic())
    return _desk.entries[job_id]


def _sentence(error: RetakeError) -> str:
    return str(error)


def redraw() -> None:
    """Draw the sequencers and the preferences again."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type in ("SEQUENCE_EDITOR", "PREFERENCES"):
                area.tag_redraw()


def redraw_sidebars() -> None:
    """Draw the panels again, and not the timeline beside them, which takes longer the longer it is."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "SEQUENCE_EDITOR":
                for region in area.regions:
                    if region.type == "UI":
                        region.tag_redraw()


def load_when_drawn() -> bool:
    """Whether panels can draw; begins to load what they need where they cannot yet."""
    if loading.is_done():
        return True
    loading.begin()
    redraw_when(loading.is_done)
    return False


def redraw_when(is_done: Callable[[], bool]) -> None:
    """Draw the panels again once `is_done`, which is asked ten times a second and answers at once."""
    if is_done not in _awaited:
        _awaited.append(is_done)
    if not bpy.app.timers.is_registered(_redraw_when_done):
        bpy.app.timers.register(_redraw_when_done, first_interval=TICK_S)


def _redraw_when_done() -> float | None:
    before = len(_awaited)
    _awaited[:] = [is_done for is_done in _awaited if not is_done()]
    if len(_awaited) < before:
        redraw()
    return TICK_S if _awaited else None
