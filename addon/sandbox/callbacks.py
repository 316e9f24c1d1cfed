# SPDX-License-Identifier: GPL-3.0-or-later
"""Tells the callback addresses of tasks about each change of state, from a thread of its own.

Facts: kling-api section 4: POST JSON at every change; the body is flat for a legacy task and the bare task object for
one of the new standard; signed when there is a secret. Guesses: the state submitted is no change, as the create's
answer says it; no watermark_url in the legacy body; three tries, a tenth of a second apart, of at most 5 s; states that
were passed while the sandbox was down are still told, in order. Any answer below 400 counts as taken.
"""

from __future__ import annotations

import json
import logging
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from .simulated_time import Clock
from .task_state import TaskState
from .task_store import Task, TaskStore
from .task_views import legacy_view, new_view
from .url_opener import open_url
from .webhook_signature import signature

CALLBACKS_FILE = "callbacks.jsonl"
_TRIES = 3
_PAUSE_S = 0.1
_TIMEOUT_S = 5.0
_LOOK_EVERY_S = 0.05
_log = logging.getLogger("retake.sandbox")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One try, as a line of callbacks.jsonl.

    to           the address without its query, which may hold a token
    attempt      from 1 to 3
    http_status  None when there was no answer; `error` then says why, as the name of an exception
    """

    task_id: str
    status: str
    to: str
    webhook_id: str
    attempt: int
    http_status: int | None
    error: str | None
    time: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="milliseconds"))


class Callbacks:
    """The thread that delivers. `address(file, updated_ms)` makes the URL of a result file."""

    def __init__(
        self,
        store: TaskStore,
        data_dir: Path,
        clock: Clock,
        address: Callable[[str, int], str],
        secret: str | None,
    ) -> None:
        self._store = store
        self._file = data_dir / CALLBACKS_FILE
        self._clock = clock
        self._address = address
        self._secret = secret
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sandbox-callbacks", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End after the try that is under way; what was not delivered is taken up at the next start."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(_LOOK_EVERY_S):
            try:
                for task in self._store.with_callback():
                    self._tell(task)
            except Exception:  # noqa: BLE001  # one bad task must not silence all callbacks
                _log.exception("callbacks failed")

    def _tell(self, task: Task) -> None:
        for state in _untold(task, self._clock()):
            if self._stopping.is_set() or not self._deliver(task, state):
                return
            self._store.set_told(task.task_id, state.status)

    def _deliver(self, task: Task, state: TaskState) -> bool:
        """Try up to three times. False when the sandbox was stopped before it was settled."""
        url = task.callback_url or ""
        body = json.dumps(callback_body(task, state, self._address)).encode()
        webhook_id = str(uuid.uuid4())
        for attempt in range(1, _TRIES + 1):
            http_status, error = _post(url, body, self._headers(webhook_id, body))
            status = state.new_status if task.standard == "new" else state.status
            self._write(Delivery(task.task_id, status, _without_query(url), webhook_id, attempt, http_status, error))
            if http_status is not None and http_status < 400:
                return True
            if attempt < _TRIES and self._stopping.wait(_PAUSE_S):
                return False
        return True

    def _headers(self, webhook_id: str, body: bytes) -> dict[str, str]:
        headers = {"Content-Type": "application/json"}
        if self._secret is not None:
            timestamp = str(int(time.time()))
            headers["webhook-id"] = webhook_id
            headers["webhook-timestamp"] = timestamp
            headers["webhook-signature"] = signature(self._secret, webhook_id, timestamp, body)
        return headers

    def _write(self, delivery: Delivery) -> None:
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(delivery)) + "\n")


def callback_body(task: Task, state: TaskState, address: Callable[[str, int], str]) -> dict[str, object]:
    """The JSON object that is sent, in the shape of the standard that made the task."""
    if task.standard == "new":
        return new_view(task, state, address)
    body = legacy_view(task, state, address)
    body.pop("watermark_info", None)
    result = body.get("task_result")
    if isinstance(result, dict):
        for outputs in result.values():
            for output in outputs:
                output.pop("watermark_url", None)
    return body


def _untold(task: Task, at_ms: int) -> list[TaskState]:
    """The states since the last told one, in order."""
    states: list[TaskState] = []
    now = task.status(at_ms)
    if now != "submitted" and task.told is None:
        states.append(TaskState("processing", task.processing_ms))
    if now in ("succeed", "failed"):
        states.append(TaskState(now, task.updated_ms(at_ms)))
    return states


def _post(url: str, body: bytes, headers: dict[str, str]) -> tuple[int | None, str | None]:
    try:
        request = urllib.request.Request(url, data=body, headers=headers, method="POST")  # noqa: S310  # see open_url
        with open_url(request, _TIMEOUT_S) as response:
            return response.status, None
    except urllib.error.HTTPError as error:
        error.close()
        return error.code, None
    except (OSError, HTTPException, ValueError) as error:
        return None, type(error).__name__


def _without_query(url: str) -> str:
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.hostname}:{parts.port}{parts.path}"
    except ValueError:
        return "(not an address)"
