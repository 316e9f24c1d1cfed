# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a job is, in words and as a share: the same in the Queue and on the strip."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .desk import Desk, QueueEntry

WORDS = {
    "queued": "waits for its turn",
    "preparing": "is being prepared",
    "submitting": "is being sent",
    "unknown": "Retake asks Kling what became of it",
    "submitted": "waits in Kling's queue",
    "processing": "Kling is working on it",
    "downloading": "fetching the take",
    "ready": "the take is there",
    "placed": "on the timeline",
    "failed": "Kling could not make it",
    "refused": "refused; nothing was paid",
    "cancelled": "called back",
}
_SHARES = {"queued": 0.0, "preparing": 0.02, "submitting": 0.04, "unknown": 0.04, "submitted": 0.1, "processing": 0.15,
           "downloading": 0.9}  # fmt: skip
_WORK = 0.72
"""How much of the bar Kling's work takes."""
_ALMOST = 0.95
"""Of that, at most: what takes longer than usual is not done yet."""


def state_of(entry: QueueEntry) -> str:
    return entry.job.state.value if entry.job else "queued"


def is_under_way(entry: QueueEntry) -> bool:
    return not entry.error and state_of(entry) in _SHARES


def typical_s(desk: Desk, entry: QueueEntry) -> float | None:
    """How long such a job took so far; None where there was none yet."""
    from ..jobs.job import kind_of

    return desk.typical_s.get(kind_of(entry.job.request)) if entry.job else None


def share(desk: Desk, entry: QueueEntry) -> float:
    """0 to 1. Kling tells no progress: while it works, the time that such jobs took so far is the measure."""
    state = state_of(entry)
    part = _SHARES.get(state, 1.0)
    if state == "downloading" and entry.share is not None:
        return part + (1 - part) * entry.share
    typical = typical_s(desk, entry) if state == "processing" else None
    if typical:
        part += _WORK * min(elapsed_s(entry) / typical, _ALMOST)
    return min(part, 1.0)


def elapsed_s(entry: QueueEntry) -> float:
    return max(time.monotonic() - entry.began_s, 0.0)


def line(desk: Desk, entry: QueueEntry) -> str:
    """Such as `Kling is working on it, 42 s of about 80 s`."""
    state = state_of(entry)
    words = "paused" if desk.is_paused and state in ("queued", "preparing") else entry.waits or WORDS[state]
    typical = typical_s(desk, entry)
    usual = f" of about {_duration(typical)}" if typical else ""
    return f"{words}, {_duration(elapsed_s(entry))}{usual}"


def _duration(seconds: float) -> str:
    whole = round(seconds)
    return (
        f"{whole} s"
        if whole < 120
        else f"{whole // 60} min {whole % 60:02d} s"
        if whole < 3600
        else f"{whole // 3600} h"
    )
