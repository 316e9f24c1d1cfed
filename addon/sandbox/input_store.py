# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps the `Inputs` of tasks whose clips are not made yet, in SQLite, so that a restart can make them.

They are written before their task and the task carries their key: there is never a task without its inputs. What a
crash leaves behind without a task is dropped at the next start.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from .create_rules import ClipOrder
from .source_image import SourceImage
from .task_inputs import Inputs, kept_mark

INPUTS_FILE = "inputs.sqlite3"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS inputs (
    key TEXT PRIMARY KEY,
    video_url TEXT,
    role TEXT
);
CREATE TABLE IF NOT EXISTS pictures (
    key TEXT NOT NULL REFERENCES inputs (key) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    url TEXT,
    content BLOB,
    PRIMARY KEY (key, position)
);
"""


class InputStore:
    """Every method may be called from any thread; a lock lets one in at a time."""

    def __init__(self, data_dir: Path) -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._database = sqlite3.connect(
            data_dir / INPUTS_FILE, timeout=30, isolation_level=None, check_same_thread=False
        )
        try:
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = FULL")
            self._database.execute("PRAGMA foreign_keys = ON")
            for statement in filter(str.strip, _SCHEMA.split(";")):
                self._database.execute(statement)
        except BaseException:
            self._database.close()
            raise

    def close(self) -> None:
        with self._lock:
            self._database.close()

    @contextmanager
    def kept(self, order: ClipOrder) -> Iterator[ClipOrder]:
        """Keep the inputs of `order`, which comes back with their mark; they are dropped when the block raises."""
        if order.inputs is None or order.inputs == Inputs():
            yield order
            return
        key = self._keep(order.inputs)
        try:
            yield replace(order, video_url=kept_mark(key))
        except BaseException:
            self.drop(key)
            raise

    def get(self, key: str) -> Inputs | None:
        """None when nothing is kept under `key`."""
        with self._lock:
            found = self._database.execute("SELECT video_url, role FROM inputs WHERE key = ?", (key,)).fetchone()
            rows = self._database.execute(
                "SELECT url, content FROM pictures WHERE key = ? ORDER BY position", (key,)
            ).fetchall()
        if found is None:
            return None
        return Inputs(tuple(SourceImage(url=url, content=content) for url, content in rows), *found)

    def drop(self, key: str) -> None:
        with self._lock:
            self._database.execute("DELETE FROM inputs WHERE key = ?", (key,))

    def drop_all_but(self, keys: Collection[str]) -> None:
        with self._lock:
            kept = [key for (key,) in self._database.execute("SELECT key FROM inputs").fetchall()]
        for key in kept:
            if key not in keys:
                self.drop(key)

    def _keep(self, inputs: Inputs) -> str:
        key = secrets.token_hex(16)
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                self._database.execute("INSERT INTO inputs VALUES (?, ?, ?)", (key, inputs.video_url, inputs.role))
                self._database.executemany(
                    "INSERT INTO pictures VALUES (?, ?, ?, ?)",
                    [(key, index, image.url, image.content) for index, image in enumerate(inputs.pictures)],
                )
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")
        return key
