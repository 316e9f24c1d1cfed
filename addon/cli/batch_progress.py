# SPDX-License-Identifier: GPL-3.0-or-later
"""What is seen of a batch under way: a bar for the whole and one for each shot that Kling has, or plain lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from ..batch.events import Downloading, JobChanged, JobDone, JobWaiting, ShotNotSent
from ..jobs.state import JobState
from .progress import STATE_SHARE, STATE_WORDS

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from rich.console import Console

    from ..batch.events import BatchEvent
    from ..batch.plan import BatchPlan


class BatchView(Protocol):
    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def show(self, event: BatchEvent) -> None: ...


def batch_view(console: Console, plan: BatchPlan) -> BatchView:
    total = plan.takes_to_make + sum(len(s.standing.under_way) + len(s.standing.older_sent) for s in plan.shots)
    return LiveView(console, total) if console.is_terminal else PlainView(console, total)


class PlainView:
    """A line for each change, and how many are done."""

    def __init__(self, console: Console, total: int) -> None:
        self._console = console
        self._total = total
        self._done = 0
        self._last_words: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def show(self, event: BatchEvent) -> None:
        match event:
            case JobChanged():
                self._say(event.job, f"{event.shot} take {event.take}: {STATE_WORDS[JobState(event.state)]}")
            case JobWaiting():
                self._say(event.job, f"{event.shot} take {event.take}: {event.why}")
            case JobDone():
                self._done += 1
                words = STATE_WORDS[JobState(event.state)] if event.error is None else event.error.message
                self._print(f"{event.shot} take {event.take}: {words} ({self._done} of {self._total} done)")
            case ShotNotSent():
                self._print(f"{event.shot}: {event.error.message}")

    def _say(self, job: str, words: str) -> None:
        if self._last_words.get(job) != words:
            self._last_words[job] = words
            self._print(words)

    def _print(self, words: str) -> None:
        self._console.print(words, markup=False, highlight=False)


class LiveView:
    """The bars of jobs that are done go, so that a thousand shots fit on a screen."""

    def __init__(self, console: Console, total: int) -> None:
        self._console = console
        self._progress = Progress(
            SpinnerColumn(), TextColumn("{task.fields[name]}"), BarColumn(), TextColumn("{task.description}"),
            TimeElapsedColumn(), console=console,
        )  # fmt: skip
        self._all = self._progress.add_task(f"0 of {total}", total=max(total, 1), name="All takes")
        self._total = total
        self._done = 0
        self._rows: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def show(self, event: BatchEvent) -> None:
        match event:
            case JobChanged():
                state = JobState(event.state)
                self._update(event, STATE_WORDS[state], STATE_SHARE[state])
            case JobWaiting():
                self._update(event, event.why, None)
            case Downloading():
                share = STATE_SHARE[JobState.DOWNLOADING]
                if event.total_bytes:
                    share += (100 - share) * event.received_bytes / event.total_bytes
                self._update(event, f"fetching the take, {event.received_bytes / 1e6:.1f} MB", share)
            case JobDone():
                self._end(event)
            case ShotNotSent():
                self._progress.console.print(f"{event.shot}: {event.error.message}", markup=False, highlight=False)

    def _update(self, event: JobChanged | JobWaiting | Downloading, words: str, share: float | None) -> None:
        row = self._rows.get(event.job)
        if row is None:
            row = self._progress.add_task(words, total=100, name=f"{event.shot} take {event.take}")
            self._rows[event.job] = row
        self._progress.update(row, description=words, completed=share)

    def _end(self, event: JobDone) -> None:
        row = self._rows.pop(event.job, None)
        if row is not None:
            self._progress.remove_task(row)
        self._done += 1
        self._progress.update(self._all, completed=self._done, description=f"{self._done} of {self._total}")
        if event.error is not None:
            words = f"{event.shot} take {event.take}: {event.error.message}"
            self._progress.console.print(words, markup=False, highlight=False)
