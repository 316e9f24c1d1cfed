# SPDX-License-Identifier: GPL-3.0-or-later
"""What hosting needs of a place that keeps objects and hands out addresses of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

Progress = Callable[[float], None]
"""Called with the share that is done, 0 to 1; what it raises ends the work."""


class UploadNotes(Protocol):
    """What is kept of an upload under way, so that another process can go on with it. Raises StorageError."""

    def read(self) -> str | None: ...

    def write(self, upload_id: str | None) -> None:
        """None: it has ended."""


class Shelf(Protocol):
    """Every call blocks for as long as the network does. Raises AccountError, InputError and StorageError."""

    name: str
    """What the record of uploads is kept by."""
    address: str
    """Of the server, without a secret."""

    def size_bytes(self, object_name: str) -> int | None:
        """None where there is no such object."""

    def put(self, object_name: str, path: Path, content_type: str, progress: Progress, notes: UploadNotes) -> None:
        """Whole or not at all; of a large file what is there already is not sent again, where the place can that."""

    def abandon(self, object_name: str, upload_id: str) -> None:
        """Take away what is there of an upload that will not be ended."""

    def signed_url(self, object_name: str) -> str:
        """Whoever has it can fetch the object: it is a secret."""

    def delete(self, object_name: str) -> None:
        """One that is not there any more is no error."""
