# SPDX-License-Identifier: GPL-3.0-or-later
"""Driving one job from wherever it stands to its take.

Each step is on record before the next begins, so a run that ends anywhere goes on from there. The rules about money:
the intent is committed before the POST; a create without an answer is looked up; it is sent again only when Kling
does not know it, and under the same external_task_id, which Kling accepts once (kling-api section 4).
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import time
from functools import partial
from typing import TYPE_CHECKING, TypeVar, assert_never

from ..errors import InputError, RetakeError
from ..kling.errors import (
    KlingBadRequest,
    KlingBusy,
    KlingError,
    KlingNotSent,
    KlingRefused,
    KlingUnknownOutcome,
)
from ..kling.possible import problems
from ..kling.request import ImageFile, ImageUrl
from ..kling.sent_pictures import SentPictures
from ..kling.task import KlingTask, TaskStatus
from ..kling.transport import ResultGone
from ..media.probe import ClipFacts, DamagedClip
from ..redaction import logger
from .download import download, whole_clip
from .job import Job, TakeFacts
from .message import DownloadProgress, JobAdvanced, JobMessage, JobWaits
from .sidecar import write_sidecar
from .state import JobState

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ..kling.client import KlingClient
    from ..kling.request import ImageInput
    from .budget import Caps
    from .ledger import Ledger
    from .timing import Timing

_log = logger("jobs")

_T = TypeVar("_T")

MOST_CREATES = 3
"""How often one run sends an intent before it gives up; each time under the same id."""

MOST_DAMAGED_DOWNLOADS = 3


class JobDriver:
    """Drives jobs one at a time each in its own coroutine; holds no state of its own. Engine's thread only."""

    def __init__(
        self, ledger: Ledger, client: KlingClient, timing: Timing, publish: Callable[[JobMessage], None]
    ) -> None:
        self._ledger = ledger
        self._client = client
        self._timing = timing
        self._publish = publish

    async def drive(self, job: Job, caps: Caps) -> Job:
        """Until the job has its take or has ended. Raises RetakeError where it cannot go on now."""
        sent_before = job.creates_sent
        while True:
            match job.state:
                case JobState.QUEUED:
                    job = self._told(self._ledger.advance(job.job_id, JobState.PREPARING))
                case JobState.PREPARING:
                    job = await self._send_first(job, caps)
                case JobState.SUBMITTING:
                    # Found so at the start of a run: an earlier one ended between the intent and the answer.
                    job = self._told(self._ledger.advance(job.job_id, JobState.UNKNOWN))
                case JobState.UNKNOWN:
                    job = await self._resolve(job, caps, sent_before)
                case JobState.SUBMITTED | JobState.PROCESSING:
                    job = await self._follow(job)
                case JobState.DOWNLOADING:
                    job = await self._fetch(job)
                case JobState.READY | JobState.PLACED | JobState.FAILED | JobState.REFUSED | JobState.CANCELLED:
                    return job
                case _:
                    assert_never(job.state)

    # Creating the task

    async def _send_first(self, job: Job, caps: Caps) -> Job:
        try:
            for problem in problems(job.request):
                raise problem.error()
            pictures = await _read_pictures(job)
            job = self._told(self._ledger.begin_submit(job.job_id, caps))
        except RetakeError as error:
            self._told(self._ledger.advance(job.job_id, JobState.REFUSED, error=error))
            raise
        return await self._send(job, pictures)

    async def _send(self, job: Job, pictures: SentPictures) -> Job:
        """Send the create whose intent is on record."""
        busy = 0
        unreachable_since = time.monotonic()
        unreachable = 0
        while True:
            try:
                task = await self._client.create(job.standard, job.request, job.external_task_id, pictures)
            except KlingBusy as error:
                busy += 1
                self._publish(JobWaits(job.job_id, str(error)))
                await asyncio.sleep(max(error.retry_after_s or 0.0, self._timing.busy_s(busy)))
            except KlingNotSent as error:
                unreachable += 1
                if time.monotonic() - unreachable_since > self._timing.send_patience_s:
                    raise
                self._publish(JobWaits(job.job_id, str(error)))
                await asyncio.sleep(self._timing.outage_s(unreachable))
            except KlingUnknownOutcome as error:
                _log.warning("job=%s create without an answer: %s %s", job.job_id, error, error.detail)
                return self._told(self._ledger.advance(job.job_id, JobState.UNKNOWN, error=error))
            except KlingRefused as error:
                # An earlier create of this intent may have arrived: then this one is refused as a duplicate, or for
                # a reason that did not hold then. A refusal is final only when Kling does not know the task.
                if isinstance(error, KlingBadRequest) or job.creates_sent > 1:
                    known = await self._read(job, partial(self._find, job))
                    if known is not None:
                        return self._adopt(job, known)
                self._told(self._ledger.advance(job.job_id, JobState.REFUSED, error=error))
                raise
            else:
                return self._adopt(job, task)

    async def _resolve(self, job: Job, caps: Caps, sent_before: int) -> Job:
        """Find out what became of a create without an answer, and send it again only if nothing did."""
        known = await self._read(job, partial(self._find, job))
        if known is None:
            self._publish(JobWaits(job.job_id, "Kling does not know the task yet; Retake asks once more."))
            await asyncio.sleep(self._timing.lookup_pause_s)
            known = await self._read(job, partial(self._find, job))
        if known is not None:
            return self._adopt(job, known)
        if job.creates_sent - sent_before >= MOST_CREATES:
            last = f" {job.error.message}" if job.error else ""
            raise KlingUnknownOutcome(
                f"Kling did not confirm this shot after {MOST_CREATES} requests, and does not know the task.{last}",
                hint="Run it again later: the same request is sent under the same id and cannot be billed twice.",
            )
        pictures = await _read_pictures(job)
        return await self._send(self._told(self._ledger.begin_submit(job.job_id, caps)), pictures)

    def _find(self, job: Job) -> Awaitable[KlingTask | None]:
        return self._client.find(job.standard, job.request.product, job.external_task_id)

    def _adopt(self, job: Job, task: KlingTask) -> Job:
        return self._told(self._ledger.advance(job.job_id, JobState.SUBMITTED, task_id=task.task_id))

    # Following it

    async def _follow(self, job: Job) -> Job:
        began = time.monotonic()
        ask = partial(self._task, job)
        while True:
            task = await self._read(job, ask)
            match task.status:
                case TaskStatus.SUBMITTED:
                    pass
                case TaskStatus.PROCESSING:
                    if job.state is JobState.SUBMITTED:
                        job = self._told(self._ledger.advance(job.job_id, JobState.PROCESSING))
                case TaskStatus.SUCCEEDED:
                    return self._told(
                        self._ledger.advance(job.job_id, JobState.DOWNLOADING, billed_units=task.billed_units)
                    )
                case TaskStatus.FAILED:
                    reason = task.reason or "no reason given"
                    error = KlingError(
                        f"Kling could not make this shot: {reason}.",
                        hint="Change the prompt or the images and try again.",
                    )
                    return self._told(
                        self._ledger.advance(job.job_id, JobState.FAILED, billed_units=task.billed_units, error=error)
                    )
                case _:
                    assert_never(task.status)
            await asyncio.sleep(self._timing.poll_s(time.monotonic() - began))

    def _task(self, job: Job) -> Awaitable[KlingTask]:
        if job.task_id is None:
            raise ValueError(f"job {job.job_id} is {job.state.value} without a task")
        return self._client.task(job.standard, job.request.product, job.task_id)

    async def _read(self, job: Job, ask: Callable[[], Awaitable[_T]]) -> _T:
        """`ask`, again and again while the network or Kling is down: a read that failed says nothing of the task."""
        since = time.monotonic()
        attempt = 0
        while True:
            try:
                return await ask()
            except (KlingNotSent, KlingUnknownOutcome, KlingBusy) as error:
                attempt += 1
                if time.monotonic() - since > self._timing.outage_patience_s:
                    raise
                self._publish(JobWaits(job.job_id, str(error)))
                await asyncio.sleep(self._timing.outage_s(attempt))

    # Fetching the result

    async def _fetch(self, job: Job) -> Job:
        clip = await whole_clip(job.file)
        damaged = 0
        interrupted = 0
        since = time.monotonic()
        while clip is None:
            try:
                url = await self._result_url(job)
                clip = await download(self._client, url, job.file, lambda *counts: self._progress(job, *counts))
            except DamagedClip as error:
                damaged += 1
                if damaged >= MOST_DAMAGED_DOWNLOADS:
                    raise
                _log.warning("job=%s %s", job.job_id, error)
            except (KlingNotSent, KlingUnknownOutcome) as error:
                interrupted += 1
                if time.monotonic() - since > self._timing.outage_patience_s:
                    raise
                _log.warning("job=%s download: %s %s", job.job_id, error, error.detail)
                if not isinstance(error, ResultGone):
                    self._publish(JobWaits(job.job_id, str(error)))
                await asyncio.sleep(self._timing.outage_s(interrupted))
        facts = _take_facts(clip)
        await asyncio.to_thread(write_sidecar, job, facts)
        warning = "Sound was asked for, but Kling's clip has none." if job.request.sound and not facts.has_sound else ""
        return self._told(self._ledger.advance(job.job_id, JobState.READY, facts=facts, warning=warning))

    async def _result_url(self, job: Job) -> str:
        """A fresh address: addresses are signed, so none is ever stored."""
        task = await self._read(job, partial(self._task, job))
        if not task.videos:
            raise KlingUnknownOutcome("Kling says the shot is done but names no clip yet.", hint="Retake asks again.")
        return task.videos[0].url

    def _progress(self, job: Job, received_bytes: int, total_bytes: int | None) -> None:
        self._publish(DownloadProgress(job.job_id, received_bytes, total_bytes))

    def _told(self, job: Job) -> Job:
        self._publish(JobAdvanced(job))
        return job


async def _read_pictures(job: Job) -> SentPictures:
    return SentPictures(
        image=await _read_picture(job.request.image, "start image"),
        image_tail=await _read_picture(job.request.image_tail, "end image"),
        references=tuple(filter(None, [await _read_picture(one, "reference") for one in job.request.references])),
    )


async def _read_picture(image: ImageInput | None, field: str) -> str | None:
    """The address, or the file as base64 without a `data:` prefix; a file that changed since is not sent."""
    match image:
        case None:
            return None
        case ImageUrl(url):
            return url
        case ImageFile(path, sha256):
            try:
                content = await asyncio.to_thread(path.read_bytes)
            except OSError as error:
                raise InputError(field, path, "it cannot be read any more") from error
            if hashlib.sha256(content).hexdigest() != sha256:
                raise InputError(field, path, "it has changed since the shot was asked for")
            return base64.b64encode(content).decode("ascii")


def _take_facts(clip: ClipFacts) -> TakeFacts:
    return TakeFacts(clip.frame_count, clip.rate, clip.width_px, clip.height_px, clip.has_sound)
