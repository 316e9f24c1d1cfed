# SPDX-License-Identifier: GPL-3.0-or-later
"""What a waiting user sees: a live line for each shot on a terminal, plain lines elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, assert_never

from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from ..jobs.message import DownloadProgress, JobAdvanced, JobBroke, JobEnded, JobStopped, JobWaits
from ..jobs.state import JobState

if TYPE_CHECKING:
    from types import TracebackType

    from rich.console import Console

    from ..jobs.job import Job
    from ..jobs.message import JobMessage

STATE_WORDS: dict[JobState, str] = {
    JobState.QUEUED: "queued",
    JobState.PREPARING: "preparing",
    JobState.SUBMITTING: "sending to Kling",
    JobState.UNKNOWN: "asking Kling whether it arrived",
    JobState.SUBMITTED: "waiting in Kling's queue",
    JobState.PROCESSING: "Kling is working on it",
    JobState.DOWNLOADING: "fetching the take",
    JobState.READY: "ready",
    JobState.PLACED: "on the timeline",
    JobState.FAILED: "failed",
    JobState.REFUSED: "refused",
    JobState.CANCELLED: "cancelled",
}

STATE_SHARE: dict[JobState, float] = {
    JobState.QUEUED: 0,
    JobState.PREPARING: 2,
    JobState.SUBMITTING: 5,
    JobState.UNKNOWN: 5,
    JobState.SUBMITTED: 10,
    JobState.PROCESSING: 20,
    JobState.DOWNLOADING: 80,
    JobState.READY: 100,
    JobState.PLACED: 100,
    JobState.FAILED: 100,
    JobState.REFUSED: 100,
    JobState.CANCELLED: 100,
}
"""How full the bar is, in percent. Kling says nothing of its own progress."""


class ProgressView(Protocol):
    def __enter__(self) -> ProgressView: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def show(self, message: JobMessage) -> None: ...


def progress_view(console: Console, jobs: tuple[Job, ...]) -> ProgressView:
    return LiveProgress(console, jobs) if console.is_terminal else PlainProgress(console, jobs)


class PlainProgress:
    """A line for each change."""

    def __init__(self, console: Console, jobs: tuple[Job, ...]) -> None:
        self._console = console
        self._names = {job.job_id: f"{job.shot_id} take {job.take_number}" for job in jobs}
        self._last_words: dict[str, str] = {}

    def __enter__(self) -> PlainProgress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def show(self, message: JobMessage) -> None:
        match message:
            case JobAdvanced(job):
                self._say(job.job_id, STATE_WORDS[job.state])
            case JobWaits(job_id, why):
                self._say(job_id, why)
            case DownloadProgress() | JobEnded() | JobStopped() | JobBroke():
                pass
            case _:
                assert_never(message)

    def _say(self, job_id: str, words: str) -> None:
        if self._last_words.get(job_id) != words:
            self._last_words[job_id] = words
            self._console.print(f"{self._names[job_id]}: {words}", markup=False, highlight=False)


class LiveProgress:
    """A bar for each shot, with the time it has taken."""

    def __init__(self, console: Console, jobs: tuple[Job, ...]) -> None:
        self._progress = Progress(
            SpinnerColumn(), TextColumn("{task.fields[name]}"), BarColumn(), TextColumn("{task.description}"),
            TimeElapsedColumn(), console=console,
        )  # fmt: skip
        self._rows: dict[str, TaskID] = {
            job.job_id: self._progress.add_task(
                STATE_WORDS[job.state], total=100, name=f"{job.shot_id} take {job.take_number}"
            )
            for job in jobs
        }

    def __enter__(self) -> LiveProgress:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def show(self, message: JobMessage) -> None:
        match message:
            case JobAdvanced(job) | JobEnded(job):
                self._progress.update(
                    self._rows[job.job_id], description=STATE_WORDS[job.state], completed=STATE_SHARE[job.state]
                )
            case DownloadProgress(job_id, received, total):
                share = STATE_SHARE[JobState.DOWNLOADING]
                if total:
                    share += (100 - share) * received / total
                words = f"fetching the take, {received / 1e6:.1f} MB"
                self._progress.update(self._rows[job_id], description=words, completed=share)
            case JobWaits(job_id, why):
                self._progress.update(self._rows[job_id], description=why)
            case JobStopped(job, error):
                self._progress.update(self._rows[job.job_id], description=error.message)
            case JobBroke():
                pass
            case _:
                assert_never(message)
