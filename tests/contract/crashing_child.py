# SPDX-License-Identifier: GPL-3.0-or-later
"""One run of one job in a process of its own, which kills itself with SIGKILL when it gets to a given point.

    python -m tests.contract.crashing_child HOME TAKES BASE_URL POINT

POINT is a state of a job, `progress` (in the middle of the download), or `never`. The keys come from the environment.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from addon.app import Services, Settings
from addon.jobs.job import JobDraft
from addon.jobs.message import DownloadProgress, JobAdvanced, JobEnded, JobMessage
from addon.jobs.state import JobState
from addon.kling.credentials import credential_from
from addon.kling.price import estimate_units
from addon.kling.standard import Standard
from tests.rehearsal import PLAIN, TIMING


def main(home: str, takes: str, base_url: str, point: str) -> int:
    def die_at(message: JobMessage) -> None:
        match message:
            case JobAdvanced(job) if job.state.value == point:
                os.kill(os.getpid(), signal.SIGKILL)
            case DownloadProgress() if point == "progress":
                os.kill(os.getpid(), signal.SIGKILL)

    settings = Settings(Path(home), base_url, credential_from(os.environ), "sandbox", TIMING, None)
    with Services(settings, on_message=die_at) as services:
        draft = JobDraft("sandbox", "list", "s010", PLAIN, Standard.LEGACY, Path(takes), estimate_units(PLAIN))
        job = services.ledger.enqueue(draft)
        if point == job.state.value == "queued":
            os.kill(os.getpid(), signal.SIGKILL)
        services.engine.submit(job.job_id)
        while True:
            for message in services.engine.pump():
                if isinstance(message, JobEnded):
                    if message.job.state is JobState.READY:
                        services.ledger.advance(job.job_id, JobState.PLACED)
                    if point == "placed":
                        os.kill(os.getpid(), signal.SIGKILL)
                    return 0
            time.sleep(0.01)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
