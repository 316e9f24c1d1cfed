# SPDX-License-Identifier: GPL-3.0-or-later
"""The reference video of a job, put where Kling can fetch it, and taken away once Kling is done with it."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

from ..errors import InputError, RetakeError
from ..kling.request import VideoFile
from ..redaction import logger
from .message import JobMessage, JobWaits

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..hosting.hosting import Hosting
    from .job import Job

_log = logger("jobs")


class _NotWanted(Exception):
    """The job was called back while its video was on the way."""


class ReferenceUploads:
    """Engine's thread only; the work itself is done on others. `hosting` None: there is nowhere to put a video."""

    def __init__(self, hosting: Hosting | None, publish: Callable[[JobMessage], None]) -> None:
        self._hosting = hosting
        self._publish = publish

    async def address(self, job: Job) -> str | None:
        """A fresh address of the job's video; None where it has none or one of its own.

        Raises InputError where it cannot be sent at all, AccountError and StorageError where it cannot be sent now.
        """
        source = _file_of(job)
        if source is None:
            return None
        hosting = self._hosting
        if hosting is None:
            raise InputError(
                "reference video",
                source.path.name,
                "no storage is set up for Kling to fetch it from",
                hint="Set one up in the preferences or with RETAKE_STORAGE.",
            )
        is_unwanted = threading.Event()

        def progress(share: float) -> None:
            if is_unwanted.is_set():
                raise _NotWanted
            self._publish(JobWaits(job.job_id, f"The reference video is on its way: {share:.0%}."))

        try:
            hosted = await asyncio.to_thread(hosting.host, source.path, job.job_id, progress, sha256=source.sha256)
        except asyncio.CancelledError:
            is_unwanted.set()
            raise
        return hosted.url

    async def release(self, job: Job) -> None:
        """What cannot be deleted now is deleted when the next engine starts."""
        if self._hosting is None or _file_of(job) is None:
            return
        try:
            await asyncio.to_thread(self._hosting.release, job.job_id)
        except RetakeError as error:
            _log.warning("job=%s its reference video stays for now: %s", job.job_id, error)


def _file_of(job: Job) -> VideoFile | None:
    video = job.request.video
    return video.source if video is not None and isinstance(video.source, VideoFile) else None
