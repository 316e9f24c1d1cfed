# SPDX-License-Identifier: GPL-3.0-or-later
"""What is where: one row for each object and each job that needs it, kept so that a crash leaves nothing for ever."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from ..errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RECORD_FILE = "hosted.db"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS hosted (
    place TEXT NOT NULL,
    object TEXT NOT NULL,
    job_id TEXT NOT NULL,
    PRIMARY KEY (place, object, job_id)
) STRICT
"""
_SCHEMA_UNFINISHED = """
CREATE TABLE IF NOT EXISTS unfinished (
    place TEXT NOT NULL,
    object TEXT NOT NULL,
    upload_id TEXT NOT NULL,
    PRIMARY KEY (place, object)
) STRICT
"""


class HostedRecord:
    """Safe from several threads and processes: each call opens the file anew. Raises StorageError."""

    def __init__(self, home: Path) -> None:
        self._path = home / RECORD_FILE

    def add(self, place: str, object_name: str, job_id: str) -> None:
        """Written before the upload begins. Waits while the same file is being deleted."""
        with self._writing() as database:
            database.execute("INSERT OR IGNORE INTO hosted VALUES (?, ?, ?)", (place, object_name, job_id))

    def rows(self, place: str) -> tuple[tuple[str, str], ...]:
        """Object and job, oldest first."""
        if not self._path.exists():
            return ()
        with self._writing() as database:
            found = database.execute("SELECT object, job_id FROM hosted WHERE place = ? ORDER BY rowid", (place,))
            return tuple((str(row[0]), str(row[1])) for row in found)

    def unfinished(self, place: str, object_name: str) -> str | None:
        """The storage's id of the object's upload that has not ended."""
        with self._writing() as database:
            found = database.execute(
                "SELECT upload_id FROM unfinished WHERE (place, object) = (?, ?)", (place, object_name)
            ).fetchone()
            return None if found is None else str(found[0])

    def note_unfinished(self, place: str, object_name: str, upload_id: str | None) -> None:
        """None: it has ended."""
        with self._writing() as database:
            database.execute("DELETE FROM unfinished WHERE (place, object) = (?, ?)", (place, object_name))
            if upload_id is not None:
                database.execute("INSERT INTO unfinished VALUES (?, ?, ?)", (place, object_name, upload_id))

    @contextmanager
    def dropping(self, place: str, object_name: str, job_id: str) -> Iterator[bool]:
        """Whether nothing else needs the object. The row goes when the block ends well, and stays when it raises.

        Nobody can take the object into use meanwhile: `add` waits until the block has ended.
        """
        with self._writing() as database:
            database.execute("DELETE FROM hosted WHERE (place, object, job_id) = (?, ?, ?)",
                             (place, object_name, job_id))  # fmt: skip
            others = database.execute("SELECT 1 FROM hosted WHERE (place, object) = (?, ?)", (place, object_name))
            yield others.fetchone() is None

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=60.0, isolation_level=None)) as database:
                database.execute(_SCHEMA)
                database.execute(_SCHEMA_UNFINISHED)
                database.execute("BEGIN IMMEDIATE")
                try:
                    yield database
                except BaseException:
                    database.execute("ROLLBACK")
                    raise
                database.execute("COMMIT")
        except (OSError, sqlite3.Error) as error:
            raise StorageError(
                f"The record of uploaded files in {self._path.parent} cannot be used: {error}.",
                hint="Set RETAKE_HOME to a folder that can be written.",
            ) from error
