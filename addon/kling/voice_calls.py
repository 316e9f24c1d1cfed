# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls on voices. Used on the engine's thread only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .input_check import check_id
from .library_calls import PAGE_SIZE, LibraryCalls
from .wire_voice import DeleteVoiceBody, encode, read_voices

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from .library_task import LibraryTask
    from .signed_calls import SignedCalls
    from .voice import NewVoice, Voice

_PAGE_SIZE_MAX = 1000


class VoiceCalls:
    def __init__(self, calls: SignedCalls, api_base_url: str) -> None:
        self._api_base_url = api_base_url
        self._calls = LibraryCalls(calls, "/v1/general/custom-voices", read_voices, page_size_max=_PAGE_SIZE_MAX)

    async def create(self, voice: NewVoice, external_task_id: str) -> LibraryTask[Voice]:
        """Costs CUSTOM_VOICE_UNITS once it succeeds.

        Raises InputError before anything is sent, and the errors of LibraryCalls.create.
        """
        voice.check(self._api_base_url)
        check_id("external id", external_task_id)
        return await self._calls.create(encode(voice, external_task_id))

    async def find(self, external_task_id: str) -> LibraryTask[Voice] | None:
        """See LibraryCalls.find."""
        return await self._calls.find(external_task_id)

    async def task(self, task_id: str) -> LibraryTask[Voice]:
        """Raises KlingNotFound where Kling does not know the id."""
        return await self._calls.task(task_id)

    def tasks(self, page_size: int = PAGE_SIZE) -> AsyncIterator[LibraryTask[Voice]]:
        """The account's own voices, each with the task that made it. `page_size` 1 to 1000."""
        return self._calls.tasks(page_size)

    def presets(self, page_size: int = PAGE_SIZE) -> AsyncIterator[Voice]:
        """Kling's own voices. `page_size` 1 to 1000."""
        return self._calls.presets("/v1/general/presets-voices", lambda voice: voice.voice_id, page_size)

    async def delete(self, voice_id: str) -> None:
        """Free; it cannot be undone, and Kling's own voices cannot be deleted. See LibraryCalls.delete."""
        check_id("voice id", voice_id)
        await self._calls.delete(
            "/v1/general/delete-voices", DeleteVoiceBody(voice_id=voice_id), f"the voice {voice_id}"
        )
