# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls on image generations. Used on the engine's thread only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .input_check import check_id
from .library_calls import PAGE_SIZE, LibraryCalls
from .wire_image import encode, read_images

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from .image import ImageRequest, ResultImage
    from .library_task import LibraryTask
    from .signed_calls import SignedCalls


class ImageCalls:
    def __init__(self, calls: SignedCalls, api_base_url: str) -> None:
        self._api_base_url = api_base_url
        self._calls = LibraryCalls(calls, "/v1/images/generations", read_images)

    async def create(self, request: ImageRequest, external_task_id: str) -> LibraryTask[ResultImage]:
        """Costs image units once it succeeds: `estimate_image_units`. It takes as many places as images are asked for.

        Raises InputError before anything is sent, and the errors of LibraryCalls.create.
        """
        checked = request.checked(self._api_base_url)
        check_id("external id", external_task_id)
        return await self._calls.create(encode(checked, external_task_id))

    async def find(self, external_task_id: str) -> LibraryTask[ResultImage] | None:
        """See LibraryCalls.find."""
        return await self._calls.find(external_task_id)

    async def task(self, task_id: str) -> LibraryTask[ResultImage]:
        """Raises KlingNotFound where Kling does not know the id (results are kept for 30 days)."""
        return await self._calls.task(task_id)

    def tasks(self, page_size: int = PAGE_SIZE) -> AsyncIterator[LibraryTask[ResultImage]]:
        """The account's image tasks. `page_size` 1 to 500."""
        return self._calls.tasks(page_size)
