# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting jobs and waiting for all of them, while the user sees how far they are."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..jobs.message import JobBroke, JobEnded, JobStopped
from .progress import progress_view

if TYPE_CHECKING:
    from rich.console import Console

    from ..app import Services
    from ..jobs.job import Job

_PUMP_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job's run ended. `error` is None where it has its take."""

    job: Job
    error: BaseException | None


def follow(services: Services, jobs: tuple[Job, ...], console: Console) -> tuple[Outcome, ...]:
    """Drive `jobs` and return when the engine is done with each, in their order."""
    outcomes: dict[str, Outcome] = {}
    with progress_view(console, jobs) as view:
        for job in jobs:
            services.engine.submit(job.job_id)
        while len(outcomes) < len(jobs):
            for message in services.engine.pump():
                view.show(message)
                match message:
                    case JobEnded(job):
                        outcomes[job.job_id] = Outcome(job, job.end_error())
                    case JobStopped(job, error):
                        outcomes[job.job_id] = Outcome(job, error)
                    case JobBroke(job_id, exception):
                        outcomes[job_id] = Outcome(services.ledger.job(job_id), exception)
            time.sleep(_PUMP_EVERY_S)
    return tuple(outcomes[job.job_id] for job in jobs)
