# SPDX-License-Identifier: GPL-3.0-or-later
"""Driving one job from wherever it stands to its take.

Each step is on record before the next begins, so a run that ends anywhere goes on from there. The rules about money:
the intent is committed before the POST; a create without an answer is looked up; it is sent again only when Kling
does not know it, and under the same external_task_id, which Kling accepts once (kling-api section 4). A refusal ends a
job only where no earlier create of its intent can have made a task: neither a look-up nor Kling's list shows one.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar, assert_never

from ..errors import AccountError, InputError, RetakeError, StorageError
from ..kling.errors import (
    KlingBadRequest,
    KlingBusy,
    KlingNotSent,
    KlingRefused,
    KlingUnknownOutcome,
    says_task_exists,
)
from ..kling.failure_reason import failure_error
from ..kling.possible import problems
from ..kling.request import ImageFile, ImageUrl
from ..kling.sent_media import SentMedia
from ..kling.task import KlingTask, TaskStatus
from ..kling.transport import ASKING_JOB, ResultGone
from ..media.probe import ClipFacts, DamagedClip
from ..redaction import logger
from .download import download, whole_clip
from .faces import lip_sync_of, lost_search
from .job import Job, TakeFacts
from .message import DownloadProgress, JobAdvanced, JobMessage, JobWaits
from .sidecar import write_sidecar
from .state import JobState

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from decimal import Decimal
    from pathlib import Path

    from ..kling.client import KlingClient
    from ..kling.lip_sync import FaceSession
    from ..kling.request import ImageInput, Speech
    from .budget import Caps
    from .ledger import Ledger
    from .places import Place, Places
    from .reference_upload import ReferenceUploads
    from .status_board import StatusBoard
    from .timing import Timing

_log = logger("jobs")

_T = TypeVar("_T")

MOST_CREATES = 3
"""How often one run sends an intent before it gives up; each time under the same id."""

MOST_DAMAGED_DOWNLOADS = 3

MOST_DOWNLOADS = 4
"""At once; more do not come faster."""


class JobDriver:
    """Drives jobs, each in its own coroutine. Engine's thread only.

    What jobs share is theirs by turns: `places` at Kling, `board` for reads of their tasks' states, `uploads` for their
    reference videos, and the downloads.
    """

    def __init__(
        self,
        ledger: Ledger,
        client: KlingClient,
        timing: Timing,
        publish: Callable[[JobMessage], None],
        places: Places,
        board: StatusBoard,
        uploads: ReferenceUploads,
    ) -> None:
        self._ledger = ledger
        self._client = client
        self._timing = timing
        self._publish = publish
        self._places = places
        self._board = board
        self._uploads = uploads
        self._downloads = asyncio.Semaphore(MOST_DOWNLOADS)

    async def drive(self, job: Job, caps: Caps) -> Job:
        """Until the job has its take or has ended. Raises RetakeError where it cannot go on now."""
        ASKING_JOB.set(job.job_id)
        place = self._places.of(job.request.model_name)
        try:
            return await self._drive(job, caps, place)
        finally:
            place.give_back()

    async def _over(self, job: Job) -> Job:
        """Kling has no use for the job's reference video any more."""
        await self._uploads.release(job)
        return job

    async def _drive(self, job: Job, caps: Caps, place: Place) -> Job:
        sent_before = job.creates_sent
        while True:
            match job.state:
                case JobState.QUEUED:
                    await place.take()
                    job = self._told(self._ledger.advance(job.job_id, JobState.PREPARING))
                case JobState.PREPARING:
                    await place.take()
                    job = await self._send_first(job, caps, place)
                case JobState.SUBMITTING:
                    # Found so at the start of a run: an earlier one ended between the intent and the answer.
                    if job.is_face_search_open:
                        error = lost_search()
                        await self._over(self._told(self._end_paid(job, error)))
                        raise error
                    job = self._told(self._ledger.advance(job.job_id, JobState.UNKNOWN))
                case JobState.UNKNOWN:
                    job = await self._resolve(job, caps, sent_before, place)
                case JobState.SUBMITTED | JobState.PROCESSING:
                    place.occupy()
                    job = await self._over(await self._follow(job))
                    place.give_back(task_ended=True)
                case JobState.DOWNLOADING:
                    async with self._downloads:
                        job = await self._fetch(job)
                case JobState.READY | JobState.PLACED | JobState.FAILED | JobState.REFUSED | JobState.CANCELLED:
                    return job
                case _:
                    assert_never(job.state)

    # Creating the task

    async def _send_first(self, job: Job, caps: Caps, place: Place) -> Job:
        try:
            for problem in problems(job.request):
                raise problem.error()
            media = await self._read_media(job)
            job = self._told(self._ledger.begin_submit(job.job_id, caps))
        except (AccountError, StorageError):
            # Of the user's storage or disk: once that is mended, the job goes on from here.
            raise
        except RetakeError as error:
            await self._over(self._told(self._ledger.advance(job.job_id, JobState.REFUSED, error=error)))
            raise
        return await self._send(job, media, place)

    async def _send(self, job: Job, media: SentMedia, place: Place) -> Job:
        """Send the create whose intent is on record, in a place that is taken."""
        busy = 0
        unreachable_since = time.monotonic()
        unreachable = 0
        while True:
            try:
                job, task = await self._create(job, media)
            except KlingBusy as error:
                busy += 1
                self._publish(JobWaits(job.job_id, str(error)))
                if error.has_no_place:
                    place.refuse()
                await asyncio.sleep(max(error.retry_after_s or 0.0, self._timing.busy_s(busy)))
                await place.take()
                # A signed address does not outlive a long wait.
                media = replace(media, video=await self._fresh_address(job))
            except KlingNotSent as error:
                unreachable += 1
                if time.monotonic() - unreachable_since > self._timing.send_patience_s:
                    raise
                self._publish(JobWaits(job.job_id, str(error)))
                await asyncio.sleep(self._timing.outage_s(unreachable))
            except KlingUnknownOutcome as error:
                _log.warning("job=%s create without an answer: %s %s", job.job_id, error, error.detail)
                if self._ledger.job(job.job_id).is_face_search_open:
                    # It cannot be looked up and may cost again: whether to ask again is the user's to decide.
                    await self._over(self._told(self._end_paid(job, error)))
                    raise
                return self._told(self._ledger.advance(job.job_id, JobState.UNKNOWN, error=error))
            except InputError as error:
                # Face and sound do not meet; finding that out was paid for.
                await self._over(self._told(self._end_paid(job, error)))
                raise
            except KlingRefused as error:
                known = await self._earlier_task(job, error)
                if known is not None:
                    return self._adopt(job, known)
                await self._over(self._told(self._end_paid(job, error)))
                raise
            else:
                return self._adopt(job, task)

    async def _fresh_address(self, job: Job) -> str | None:
        """Of a job that Kling had no place for. Where its video cannot be sent any more and no create before that one
        can have made a task, the job ends."""
        try:
            return await self._uploads.address(job)
        except InputError as error:
            if job.creates_sent == 1:
                await self._over(self._told(self._end_paid(job, error)))
            raise

    async def _create(self, job: Job, media: SentMedia) -> tuple[Job, KlingTask]:
        """The create of a job, which for a lip-sync is two calls: what the first one found is on record in between."""
        speech = job.request.speech
        if speech is None or job.request.video is None:
            task = await self._client.create(job.standard, job.request, job.external_task_id, media)
            return job, task
        # From the ledger: an attempt that ended as busy may have found and paid for them.
        faces = self._ledger.job(job.job_id).faces
        if faces is None:
            faces = await self._find_faces(job, media.video_url(job.request.video.source))
        job = self._ledger.note_faces(job.job_id, faces)
        return job, await self._client.sync_lips(lip_sync_of(faces, speech, media.sound or ""), job.external_task_id)

    async def _find_faces(self, job: Job, video_url: str) -> FaceSession:
        self._ledger.note_face_search(job.job_id, is_under_way=True)
        try:
            return await self._client.find_faces(video_url)
        except (KlingNotSent, KlingRefused):
            self._ledger.note_face_search(job.job_id, is_under_way=False)
            raise

    def _end_paid(self, job: Job, error: RetakeError) -> Job:
        """Refused, or failed where something was paid on the way."""
        job = self._ledger.job(job.job_id)
        if job.faces is None and not job.is_face_search_open:
            return self._ledger.advance(job.job_id, JobState.REFUSED, error=error)
        return self._ledger.advance(job.job_id, JobState.FAILED, billed_units=job.faces_units, error=error)

    async def _earlier_task(self, job: Job, refusal: KlingRefused) -> KlingTask | None:
        """The task that an earlier create of this intent made although this one was refused; None where there is none.

        The refusal is for a duplicate then, or for a reason that did not hold before. Raises KlingUnknownOutcome where
        Kling says that there is a task and does not show it: the job is `unknown` then, and not over.
        """
        is_there = says_task_exists(refusal)
        was_sent_before = job.creates_sent > 1
        if not (was_sent_before or isinstance(refusal, KlingBadRequest)):
            return None
        known = await self._read(job, partial(self._find, job))
        if known is None and (is_there or was_sent_before):
            self._publish(JobWaits(job.job_id, "Retake searches Kling's list for the task of an earlier request."))
            await asyncio.sleep(self._timing.lookup_pause_s)
            known = await self._read(job, partial(self._search, job))
        if known is None and is_there:
            self._told(self._ledger.advance(job.job_id, JobState.UNKNOWN, error=refusal))
            raise KlingUnknownOutcome(
                "Kling has this shot already, but does not show it yet.",
                hint="Run it again later: Retake looks for it then, and it cannot be billed twice.",
                detail=refusal.detail,
            )
        return known

    async def _resolve(self, job: Job, caps: Caps, sent_before: int, place: Place) -> Job:
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
        await place.take()
        media = await self._read_media(job)
        return await self._send(self._told(self._ledger.begin_submit(job.job_id, caps)), media, place)

    def _find(self, job: Job) -> Awaitable[KlingTask | None]:
        return self._client.find(job.standard, job.request.product, job.external_task_id)

    def _search(self, job: Job) -> Awaitable[KlingTask | None]:
        return self._client.search(job.standard, job.request.product, job.external_task_id, job.asked_at_utc)

    def _adopt(self, job: Job, task: KlingTask) -> Job:
        return self._told(self._ledger.advance(job.job_id, JobState.SUBMITTED, task_id=task.task_id))

    # Following it

    async def _follow(self, job: Job) -> Job:
        """Until Kling says that the task has ended: no clock of ours ends one."""
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        earliest_s = due_s = began_s
        while True:
            task = await self._read(job, partial(self._status, job, earliest_s, due_s))
            match task.status:
                case TaskStatus.SUBMITTED:
                    pass
                case TaskStatus.PROCESSING:
                    if job.state is JobState.SUBMITTED:
                        job = self._told(self._ledger.advance(job.job_id, JobState.PROCESSING))
                case TaskStatus.SUCCEEDED:
                    billed = _billed(job, task)
                    return self._told(self._ledger.advance(job.job_id, JobState.DOWNLOADING, billed_units=billed))
                case TaskStatus.FAILED:
                    error = failure_error(task.reason)
                    billed = _billed(job, task)
                    return self._told(
                        self._ledger.advance(job.job_id, JobState.FAILED, billed_units=billed, error=error)
                    )
                case _:
                    assert_never(task.status)
            poll_s = self._timing.poll_s(loop.time() - began_s)
            due_s = loop.time() + poll_s
            earliest_s = due_s - poll_s * self._timing.poll_early

    def _status(self, job: Job, earliest_s: float, due_s: float) -> Awaitable[KlingTask]:
        return self._board.task(job.standard, job.request.product, _task_id(job), earliest_s=earliest_s, due_s=due_s)

    def _task(self, job: Job) -> Awaitable[KlingTask]:
        return self._client.task(job.standard, job.request.product, _task_id(job))

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
                await asyncio.sleep(max(error.retry_after_s or 0.0, self._timing.outage_s(attempt)))

    # Fetching the result

    async def _fetch(self, job: Job) -> Job:
        clip = await whole_clip(job.file)
        billed_units = job.billed_units
        damaged = 0
        interrupted = 0
        since = time.monotonic()
        while clip is None:
            try:
                task = await self._finished_task(job)
                billed_units = _billed(job, task)
                clip = await download(
                    self._client, task.videos[0].url, job.file, lambda *counts: self._progress(job, *counts)
                )
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
        return self._told(
            self._ledger.advance(job.job_id, JobState.READY, billed_units=billed_units, facts=facts, warning=warning)
        )

    async def _finished_task(self, job: Job) -> KlingTask:
        """The task with its clip's address, which is fresh: addresses are signed, so none is ever stored."""
        task = await self._read(job, partial(self._task, job))
        if not task.videos:
            raise KlingUnknownOutcome("Kling says the shot is done but names no clip yet.", hint="Retake asks again.")
        return task

    def _progress(self, job: Job, received_bytes: int, total_bytes: int | None) -> None:
        self._publish(DownloadProgress(job.job_id, received_bytes, total_bytes))

    async def _read_media(self, job: Job) -> SentMedia:
        request = job.request
        return SentMedia(
            image=await _read_picture(request.image, "start image"),
            image_tail=await _read_picture(request.image_tail, "end image"),
            references=tuple(filter(None, [await _read_picture(one, "reference") for one in request.references])),
            video=await self._uploads.address(job),
            sound=await _read_sound(request.speech),
        )

    def _told(self, job: Job) -> Job:
        self._publish(JobAdvanced(job))
        return job


async def _read_picture(image: ImageInput | None, field: str) -> str | None:
    """The address, or the file as base64 without a `data:` prefix; a file that changed since is not sent."""
    match image:
        case None:
            return None
        case ImageUrl(url):
            return url
        case ImageFile(path, sha256):
            return await _read_file(path, sha256, field)


async def _read_file(path: Path, sha256: str, field: str) -> str:
    try:
        content = await asyncio.to_thread(path.read_bytes)
    except OSError as error:
        raise InputError(field, path, "it cannot be read any more") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise InputError(field, path, "it has changed since the shot was asked for")
    return base64.b64encode(content).decode("ascii")


async def _read_sound(speech: Speech | None) -> str | None:
    """As base64; a file that changed since is not sent."""
    if speech is None:
        return None
    return await _read_file(speech.sound.path, speech.sound.sha256, "speech")


def _billed(job: Job, task: KlingTask) -> Decimal | None:
    """With what a face search has cost before; None while Kling does not say what the task has."""
    if job.faces is None:
        return task.billed_units
    return job.faces_units + (task.billed_units or 0)


def _task_id(job: Job) -> str:
    if job.task_id is None:
        raise ValueError(f"job {job.job_id} is {job.state.value} without a task")
    return job.task_id


def _take_facts(clip: ClipFacts) -> TakeFacts:
    return TakeFacts(clip.frame_count, clip.rate, clip.width_px, clip.height_px, clip.has_sound)
