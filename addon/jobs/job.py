# SPDX-License-Identifier: GPL-3.0-or-later
"""A job as the ledger holds it: one intention to get a take, and how far it has come."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import RetakeError
from ..kling.lip_sync import FACES_UNITS
from ..kling.price import billed_seconds
from .state import WITHOUT_TAKE, JobState

if TYPE_CHECKING:
    from ..kling.lip_sync import FaceSession
    from ..kling.request import GenerationRequest
    from ..kling.standard import Standard
    from ..timeline.take import Take


@dataclass(frozen=True, slots=True)
class ErrorNote:
    """What went wrong last, in the words shown to the user."""

    kind: str
    """The name of the error class."""
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class TakeFacts:
    """What the finished file holds, as measured."""

    frame_count: int
    rate: Fraction
    width_px: int
    height_px: int
    has_sound: bool


@dataclass(frozen=True, slots=True)
class JobDraft:
    """What is wanted, before it has a place in the ledger."""

    account: str
    """Whose money: the host of the API, or `sandbox`."""
    list_id: str
    """The shot list or command whose cap counts."""
    shot_id: str
    request: GenerationRequest
    standard: Standard
    """The request format it is sent in."""
    media_dir: Path
    estimate_units: Decimal
    job_id: str | None = None
    """32 hex digits, for who has to name the job before it is on record; None: the ledger makes one."""

    @property
    def key(self) -> str:
        """Equal for the same wish for the same shot: the same command again finds its job by it."""
        wish = [self.account, self.shot_id, self.request.to_record()]
        return hashlib.sha256(json.dumps(wish, sort_keys=True).encode()).hexdigest()


Kind = tuple[str, str, int]
"""What a job's time hangs on most: model, mode and whole seconds that are paid for."""


def kind_of(request: GenerationRequest) -> Kind:
    return request.model_name, request.mode, billed_seconds(request)


@dataclass(frozen=True, slots=True)
class Job:
    job_id: str
    key: str
    account: str
    list_id: str
    shot_id: str
    take_number: int
    state: JobState
    request: GenerationRequest
    standard: Standard
    """The request format it is sent in, and looked up in: a task is not known under the other's paths."""
    media_dir: Path
    file_name: str
    external_task_id: str
    """Ours, sent with every create of this job: Kling refuses a second task with it, so it cannot be billed twice."""
    task_id: str | None
    creates_sent: int
    estimate_units: Decimal
    billed_units: Decimal | None
    """What Kling deducted; None until it says so."""
    facts: TakeFacts | None
    faces: FaceSession | None
    """Of a lip-sync: what was found and paid for before it."""
    is_face_search_open: bool
    """A face search was about to be sent, and what became of it is not on record: it may have been paid for."""
    warning: str
    error: ErrorNote | None
    created_at_utc: str
    intent_at_utc: str | None
    """When it was first about to be sent; None before that."""

    @property
    def asked_at_utc(self) -> datetime:
        """No task of this job is older than this, by this computer's clock."""
        return datetime.fromisoformat(self.intent_at_utc or self.created_at_utc)

    @property
    def faces_units(self) -> Decimal:
        """What a face search has cost beside the task itself, or may have."""
        if self.is_face_search_open:
            return FACES_UNITS
        return Decimal(0) if self.faces is None or self.faces.billed_units is None else self.faces.billed_units

    @property
    def file(self) -> Path:
        return self.media_dir / self.file_name

    @property
    def committed_units(self) -> Decimal:
        """What this job takes from a budget now: reserved while it runs, settled once Kling has billed it."""
        match self.state:
            case JobState.QUEUED | JobState.PREPARING | JobState.REFUSED | JobState.CANCELLED:
                return Decimal(0)
            case JobState.FAILED:
                return self.billed_units or Decimal(0)
            case _:
                return self.estimate_units if self.billed_units is None else self.billed_units

    def end_error(self) -> RetakeError | None:
        """Why the job ended without a take; None where it did not."""
        if self.state not in WITHOUT_TAKE:
            return None
        if self.error is None:
            return RetakeError(f"The shot was {self.state.value}.")
        return RetakeError(self.error.message, hint=self.error.hint)

    def take(self) -> Take:
        """The take this job made. Raises ValueError where there is none yet."""
        from ..timeline.take import Take

        if self.facts is None:
            raise ValueError(f"job {self.job_id} is {self.state.value} and has no take yet")
        return Take(
            shot_id=self.shot_id,
            number=self.take_number,
            file=self.file,
            frame_count=self.facts.frame_count,
            rate=self.facts.rate,
            has_sound=self.facts.has_sound,
            job_id=self.job_id,
            cost_units=self.billed_units,
            recipe=self.request.to_record(),
            size_px=(self.facts.width_px, self.facts.height_px),
        )
