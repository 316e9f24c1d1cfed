# SPDX-License-Identifier: GPL-3.0-or-later
"""One JSON line for every HTTP request: what tests and people count afterwards.

It never holds a token, a key, a signature or an image: bodies, headers and query strings are not written.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

LOG_FILE = "requests.jsonl"


@dataclass(slots=True)
class LogEntry:
    """One request.

    time              UTC, ISO 8601 with milliseconds, when the request came in
    code              Kling's code of the outcome, also when the answer got lost; None where there is no envelope
    http_status       None when no answer was sent
    accepted          true only for a create that made a task
    fault             the actions that struck, joined by "+"; None when none did
    ignored_fields    keys of a create's body that had no effect
    """

    method: str
    path: str
    time: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="milliseconds"))
    external_task_id: str | None = None
    task_id: str | None = None
    code: int | None = None
    http_status: int | None = None
    accepted: bool = False
    fault: str | None = None
    ignored_fields: list[str] = field(default_factory=list)


class RequestLog:
    """Appends to `data_dir/requests.jsonl`. Every method may be called from any thread."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / LOG_FILE
        self._lock = threading.Lock()

    def write(self, entry: LogEntry) -> None:
        """Append one line; it is with the operating system when this returns."""
        line = json.dumps(asdict(entry)) + "\n"
        with self._lock, self._path.open("ab") as file:
            # A kill can cut a line; the next one must not be glued to the rest.
            if file.tell() > 0 and not self._ends_with_newline():
                file.write(b"\n")
            file.write(line.encode())

    def read(self) -> list[dict[str, object]]:
        """All whole entries, oldest first. A line that a kill cut short is left out."""
        if not self._path.exists():
            return []
        with self._lock:
            lines = self._path.read_text(encoding="utf-8", errors="replace").splitlines()
        entries: list[dict[str, object]] = []
        for line in lines:
            try:
                entries.append(json.loads(line))
            except json.JSONDecodeError:
                continue
        return entries

    def accepted_creates(self) -> Counter[str]:
        """How many creates made a task, by external id; those without one are under ""."""
        return Counter(str(entry["external_task_id"] or "") for entry in self.read() if entry["accepted"])

    def _ends_with_newline(self) -> bool:
        with self._path.open("rb") as file:
            file.seek(-1, 2)
            return file.read(1) == b"\n"
