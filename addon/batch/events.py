# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens in a batch, one JSON object a line, for programs that watch it.

Every line has `event`, which says what kind it is and with it which other fields there are, and `at_utc`. Fields are
added in later versions, never taken away.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from ..errors import InputError, RetakeError
from ..redaction import redact

if TYPE_CHECKING:
    from typing import Self, TextIO

    from ..jobs.job import Job


class _Event(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    at_utc: str = Field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="milliseconds"))


class ErrorWords(BaseModel):
    """`kind` is the name of the error class; the other two are sentences for the user."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    message: str
    hint: str

    @classmethod
    def of(cls, error: BaseException) -> Self:
        if isinstance(error, RetakeError):
            return cls(kind=type(error).__name__, message=redact(error.message), hint=redact(error.hint))
        return cls(kind=type(error).__name__, message=redact(str(error)), hint="")


class BatchStarted(_Event):
    """Before the first job. `expected_s` counts from here, in seconds of Kling's time."""

    event: Literal["batch_started"] = "batch_started"
    title: str
    account: str
    shots: int
    takes_to_make: int
    estimated_units: float
    expected_s: float


class _OfJob(_Event):
    shot: str
    take: int
    job: str


class JobChanged(_OfJob):
    """A job took a step. `state` is one of the ledger's; `task_id` is Kling's, once there is a task."""

    event: Literal["job_changed"] = "job_changed"
    state: str
    model: str
    external_task_id: str
    task_id: str | None

    @classmethod
    def of(cls, job: Job) -> Self:
        return cls(
            shot=job.shot_id, take=job.take_number, job=job.job_id, state=job.state.value,
            model=job.request.model_name, external_task_id=job.external_task_id, task_id=job.task_id,
        )  # fmt: skip


class JobWaiting(_OfJob):
    """It waits for Kling, the network or an upload and goes on by itself; `why` is a sentence."""

    event: Literal["job_waiting"] = "job_waiting"
    why: str


class Downloading(_OfJob):
    """At most one a second for each job."""

    event: Literal["downloading"] = "downloading"
    received_bytes: int
    total_bytes: int | None


class JobDone(_OfJob):
    """The run is done with the job: with a file, or with an error. `cost_units` is what Kling billed, once it says."""

    event: Literal["job_done"] = "job_done"
    state: str
    task_id: str | None
    file: str | None
    cost_units: float | None
    error: ErrorWords | None


class ShotNotSent(_Event):
    """Nothing was asked of Kling for this shot's missing takes."""

    event: Literal["shot_not_sent"] = "shot_not_sent"
    shot: str
    error: ErrorWords


class BatchEnded(_Event):
    """The last line of a run that was not killed. `interrupted`: by the user, with Ctrl-C."""

    event: Literal["batch_ended"] = "batch_ended"
    made: int
    failed: int
    not_sent: int
    spent_units: float
    elapsed_s: float
    interrupted: bool


BatchEvent = BatchStarted | JobChanged | JobWaiting | Downloading | JobDone | ShotNotSent | BatchEnded

ANY_EVENT: TypeAdapter[BatchEvent] = TypeAdapter(Annotated[BatchEvent, Field(discriminator="event")])
"""Reads any line back."""


class EventFile:
    """Appends to a file, or to a pipe that somebody reads. Each line is out when `write` returns."""

    def __init__(self, path: Path) -> None:
        """Raises InputError where it cannot be opened."""
        try:
            self._file: TextIO = path.open("a", encoding="utf-8")
        except OSError as error:
            raise InputError("--events", path, f"it cannot be written ({error.strerror})") from error

    def write(self, event: BatchEvent) -> None:
        self._file.write(event.model_dump_json() + "\n")
        self._file.flush()

    def close(self) -> None:
        self._file.close()
