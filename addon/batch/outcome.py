# SPDX-License-Identifier: GPL-3.0-or-later
"""What a batch came to, take by take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..jobs.state import WITH_TAKE

if TYPE_CHECKING:
    from decimal import Decimal

    from ..jobs.job import Job
    from .plan import PlannedShot

NOT_SENT = "not_sent"
PLANNED = "planned"


@dataclass(frozen=True, slots=True)
class TakeRow:
    """One take of a shot, made or not. `job` None: nothing was asked for it; `error` says why, where it is known."""

    planned: PlannedShot
    job: Job | None
    error: BaseException | None
    is_new: bool
    """Whether this run did something for it."""

    @property
    def state(self) -> str:
        if self.job is not None:
            return self.job.state.value
        return NOT_SENT

    @property
    def has_take(self) -> bool:
        return self.job is not None and self.job.state in WITH_TAKE and self.error is None


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    rows: tuple[TakeRow, ...]
    """In the order of the edit, each shot's by take number."""
    elapsed_s: float
    is_interrupted: bool
    spent_units: Decimal
    """Billed so far for the list, plus what is reserved for its running jobs."""

    @property
    def errors(self) -> tuple[tuple[str, BaseException], ...]:
        return tuple((row.planned.shot_id, row.error) for row in self.rows if row.error is not None)

    @property
    def made(self) -> int:
        return sum(row.has_take and row.is_new for row in self.rows)

    @property
    def failed(self) -> int:
        return sum(row.job is not None and row.error is not None for row in self.rows)

    @property
    def not_sent(self) -> int:
        return sum(row.job is None for row in self.rows)

    @property
    def at_kling(self) -> int:
        """How many clips are on their way, paid for or about to be."""
        ended = ("failed", "refused", "cancelled", "queued", "preparing", NOT_SENT)
        return sum(row.state not in ended and not row.has_take for row in self.rows)
