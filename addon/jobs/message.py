# SPDX-License-Identifier: GPL-3.0-or-later
"""What the engine's thread tells the main thread. Immutable, and free of anything that belongs to a thread."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import RetakeError
from .job import Job


@dataclass(frozen=True, slots=True)
class JobAdvanced:
    """The job took a step; `job` is as it stands after it."""

    job: Job


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    job_id: str
    received_bytes: int
    total_bytes: int | None


@dataclass(frozen=True, slots=True)
class JobWaits:
    """The job waits for Kling or the network and goes on by itself; `why` is a sentence for the user."""

    job_id: str
    why: str


@dataclass(frozen=True, slots=True)
class JobEnded:
    """The engine is done with the job: it has its take, or ended without one. Always the last message of a run."""

    job: Job


@dataclass(frozen=True, slots=True)
class JobStopped:
    """The engine cannot go on now; the job keeps its state and goes on when it is started again. Also a last one."""

    job: Job
    error: RetakeError


@dataclass(frozen=True, slots=True)
class JobBroke:
    """A fault in Retake itself. Also a last message."""

    job_id: str
    exception: BaseException


JobMessage = JobAdvanced | DownloadProgress | JobWaits | JobEnded | JobStopped | JobBroke
