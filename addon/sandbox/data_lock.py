# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps a second sandbox out of a `data_dir` that is in use. The system frees the lock when a process dies."""

from __future__ import annotations

import sqlite3
from pathlib import Path


class DataDirInUseError(RuntimeError):
    """Another running sandbox keeps its tasks in this folder."""


class DataLock:
    """Held from construction until `release`.

    SQLite's exclusive lock serves, because the standard library has no file lock that works on every system.

    Raises:
        DataDirInUseError
    """

    def __init__(self, data_dir: Path) -> None:
        self._lock = sqlite3.connect(data_dir / "in_use.lock", timeout=0, isolation_level=None, check_same_thread=False)
        try:
            self._lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            self._lock.close()
            raise DataDirInUseError(f"another sandbox is running in {data_dir}") from error

    def release(self) -> None:
        self._lock.close()
