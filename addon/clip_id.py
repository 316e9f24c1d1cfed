# SPDX-License-Identifier: GPL-3.0-or-later
"""What Kling calls a clip that it made, for calls that go on from it. Blocks for a request: not for the main thread."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from .errors import InputError
from .jobs.ledger import Ledger
from .kling.client import KlingClient

if TYPE_CHECKING:
    from .app import Settings
    from .kling.task import KlingTask


def clip_id(settings: Settings, job_id: str) -> str:
    """Of the take that a job made; Kling keeps it for 30 days.

    Raises InputError where the job is of another account or made none, and the errors of ledger and kling/errors.py.
    """
    ledger = Ledger(settings.home / "ledger.db")
    try:
        job = ledger.job(job_id)
    finally:
        ledger.close()
    if job.account != settings.account or job.task_id is None:
        raise InputError("take", job.file_name, f"it was not made with {settings.account}")

    async def read() -> KlingTask:
        client = KlingClient(settings.base_url, settings.credential)
        try:
            return await client.task(job.standard, job.request.product, job.task_id or "")
        finally:
            await client.aclose()

    task = asyncio.run(read())
    if not task.videos or not task.videos[0].video_id:
        raise InputError("take", job.file_name, "Kling names no clip of it any more: it keeps them for 30 days")
    return task.videos[0].video_id
