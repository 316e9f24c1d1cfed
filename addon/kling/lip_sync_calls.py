# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls on faces and lip-sync. Used on the engine's thread only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from .errors import KlingBadAnswer, KlingUnknownOutcome
from .input_check import check_id
from .library_calls import PAGE_SIZE, LibraryCalls
from .lip_sync import SEARCH_MAY_BE_PAID
from .wire_lip_sync import encode, encode_face_video, read_session, read_videos

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from .library_task import LibraryTask
    from .lip_sync import FaceSession, FaceVideo, LipSync, SyncedVideo
    from .signed_calls import SignedCalls

_IDENTIFY = "/v1/videos/identify-face"


class LipSyncCalls:
    def __init__(self, calls: SignedCalls, api_base_url: str) -> None:
        self._api_base_url = api_base_url
        self._calls = calls
        self._tasks = LibraryCalls(calls, "/v1/videos/advanced-lip-sync", read_videos)

    async def identify_faces(self, video: FaceVideo) -> FaceSession:
        """The faces in `video`, and the session in which one of them can be synced. Costs FACES_UNITS each time.

        Nothing finds the session again: the call takes no id of ours and makes no task. Keep the answer with the job.
        Raises KlingUnknownOutcome where the answer is lost (what was paid is lost with it, and a second call pays
        again), InputError before anything is sent, KlingNotSent and KlingRefused where nothing was paid.
        """
        video.check(self._api_base_url)
        try:
            envelope = await self._calls.call("POST", _IDENTIFY, body=encode_face_video(video).to_json())
        except KlingUnknownOutcome as error:
            raise type(error)(error.message, hint=SEARCH_MAY_BE_PAID, detail=error.detail) from error
        try:
            return read_session(envelope.data)
        except ValidationError as error:
            raise KlingBadAnswer(
                "Kling's answer holds no faces and no session.",
                hint=SEARCH_MAY_BE_PAID,
                detail=f"request_id={envelope.request_id} {error.error_count()} problems",
            ) from error

    async def create(self, sync: LipSync, external_task_id: str) -> LibraryTask[SyncedVideo]:
        """Costs `estimate_lip_sync_units` once it succeeds.

        Raises InputError before anything is sent, and the errors of LibraryCalls.create.
        """
        checked = sync.checked(self._api_base_url)
        check_id("external id", external_task_id)
        return await self._tasks.create(encode(checked, external_task_id))

    async def find(self, external_task_id: str) -> LibraryTask[SyncedVideo] | None:
        """See LibraryCalls.find. The answer is documented to leave the external id out."""
        return await self._tasks.find(external_task_id)

    async def task(self, task_id: str) -> LibraryTask[SyncedVideo]:
        """Raises KlingNotFound where Kling does not know the id (results are kept for 30 days)."""
        return await self._tasks.task(task_id)

    def tasks(self, page_size: int = PAGE_SIZE) -> AsyncIterator[LibraryTask[SyncedVideo]]:
        """The account's lip-sync tasks. `page_size` 1 to 500."""
        return self._tasks.tasks(page_size)
