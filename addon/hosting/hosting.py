# SPDX-License-Identifier: GPL-3.0-or-later
"""Files for Kling to fetch: uploaded once, signed for some hours, deleted once no job needs them."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..errors import InputError, RetakeError
from ..kling.public_address import check_public_url
from ..redaction import logger
from .record import HostedRecord

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .shelf import Progress, Shelf

CONTENT_TYPES = {".mp4": "video/mp4", ".mov": "video/quicktime", ".wav": "audio/wav", ".mp3": "audio/mpeg"}

_log = logger("hosting")


@dataclass(frozen=True, slots=True)
class HostedFile:
    """`url` opens the file to whoever has it: it goes to Kling and nowhere else."""

    url: str = field(repr=False)
    object_name: str
    was_there: bool
    """Nothing was uploaded: the same content is there already."""


class Hosting:
    """Blocks; for any thread but Blender's main one."""

    def __init__(self, home: Path, shelf: Shelf, prefix: str, api_base_url: str) -> None:
        """Objects lie under `prefix`. `api_base_url` is the Kling that is to fetch: a sandbox here may be given storage
        here, the real one not."""
        self._shelf = shelf
        self._prefix = prefix.strip("/")
        self._record = HostedRecord(home)
        self._api_base_url = api_base_url
        self._lock = threading.Lock()
        self._uploading: dict[str, threading.Lock] = {}

    def host(
        self, path: Path, job_id: str, progress: Progress = lambda _share: None, *, sha256: str | None = None
    ) -> HostedFile:
        """Upload `path` for the job, unless its content is there, and sign an address.

        Raises InputError for a file that Kling would not take or that is not the one with `sha256` (hex), and for
        storage that Kling cannot reach, before anything is sent; AccountError and StorageError from the storage.
        """
        content_type = CONTENT_TYPES.get(path.suffix.lower())
        if content_type is None:
            raise InputError("file", path.name, "mp4, mov, wav and mp3 are allowed")
        try:
            digest, size_bytes = _measure(path)
        except OSError as error:
            raise InputError("file", path.name, f"it cannot be read ({error.strerror})") from error
        if not size_bytes:
            raise InputError("file", path.name, "the file is empty")
        if sha256 not in (None, digest):
            raise InputError("file", path, "it has changed since the shot was asked for")
        object_name = f"{self._prefix}/{digest}{path.suffix.lower()}"
        check_public_url(self._shelf.address, self._api_base_url, "storage")
        self._record.add(self._shelf.name, object_name, job_id)
        # Two jobs with the same file: the second one waits, and finds it there.
        with self._locked(object_name):
            was_there = self._shelf.size_bytes(object_name) == size_bytes
            if not was_there:
                notes = _Notes(self._record, self._shelf.name, object_name)
                self._shelf.put(object_name, path, content_type, progress, notes)
        return HostedFile(self._shelf.signed_url(object_name), object_name, was_there)

    def release(self, job_id: str) -> int:
        """Forget the job; the number of objects deleted, those that no other job needs.

        Raises what the storage does; what could not be deleted stays on record for the next `sweep`.
        """
        mine = [name for name, owner in self._record.rows(self._shelf.name) if owner == job_id]
        return sum(self._drop(name, job_id) for name in mine)

    def sweep(self, is_running: Callable[[str], bool]) -> int:
        """Release every job that is not running any more, as after a crash; the number of objects deleted.

        What cannot be deleted now is left for the next time, and logged.
        """
        deleted = 0
        for object_name, job_id in self._record.rows(self._shelf.name):
            if is_running(job_id):
                continue
            try:
                deleted += self._drop(object_name, job_id)
            except RetakeError as error:
                _log.warning("%s stays on %s for now: %s", object_name, self._shelf.address, error)
        return deleted

    def _drop(self, object_name: str, job_id: str) -> bool:
        upload_id = self._record.unfinished(self._shelf.name, object_name)
        with self._record.dropping(self._shelf.name, object_name, job_id) as is_last:
            if is_last:
                if upload_id is not None:
                    self._shelf.abandon(object_name, upload_id)
                self._shelf.delete(object_name)
        if is_last and upload_id is not None:
            self._record.note_unfinished(self._shelf.name, object_name, None)
        return is_last

    def _locked(self, object_name: str) -> threading.Lock:
        with self._lock:
            return self._uploading.setdefault(object_name, threading.Lock())


@dataclass(frozen=True, slots=True)
class _Notes:
    record: HostedRecord
    place: str
    object_name: str

    def read(self) -> str | None:
        return self.record.unfinished(self.place, self.object_name)

    def write(self, upload_id: str | None) -> None:
        self.record.note_unfinished(self.place, self.object_name, upload_id)


def _measure(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return digest, file.tell()
