# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls on elements. Used on the engine's thread only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .input_check import check_id, check_number_id
from .library_calls import PAGE_SIZE, LibraryCalls
from .wire_element import DeleteElementBody, encode, read_elements

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from .element import Element, NewElement
    from .library_task import LibraryTask
    from .signed_calls import SignedCalls

_DELETE = "/v1/general/delete-advanced-elements"
"""/v1/general/delete-elements works on the same store (live)."""


class ElementCalls:
    def __init__(self, calls: SignedCalls, api_base_url: str) -> None:
        self._api_base_url = api_base_url
        self._calls = LibraryCalls(calls, "/v1/general/advanced-custom-elements", read_elements)

    async def create(self, element: NewElement, external_task_id: str) -> LibraryTask[Element]:
        """Free. Raises InputError before anything is sent, and the errors of LibraryCalls.create."""
        checked = element.checked(self._api_base_url)
        check_id("external id", external_task_id)
        return await self._calls.create(encode(checked, external_task_id))

    async def find(self, external_task_id: str) -> LibraryTask[Element] | None:
        """See LibraryCalls.find."""
        return await self._calls.find(external_task_id)

    async def task(self, task_id: str) -> LibraryTask[Element]:
        """By the id of the task that made it, not the element's. Raises KlingNotFound."""
        return await self._calls.task(task_id)

    def tasks(self, page_size: int = PAGE_SIZE) -> AsyncIterator[LibraryTask[Element]]:
        """The account's own elements, deleted ones too, each with the task that made it. `page_size` 1 to 500."""
        return self._calls.tasks(page_size)

    def presets(self, page_size: int = PAGE_SIZE) -> AsyncIterator[Element]:
        """Kling's own elements. `page_size` 1 to 500."""
        return self._calls.presets(
            "/v1/general/advanced-presets-elements", lambda element: element.element_id, page_size
        )

    async def delete(self, element_id: str) -> None:
        """Free; it cannot be undone, and Kling's own elements cannot be deleted. See LibraryCalls.delete."""
        check_number_id("element id", element_id)
        await self._calls.delete(_DELETE, DeleteElementBody(element_id=element_id), f"the element {element_id}")
