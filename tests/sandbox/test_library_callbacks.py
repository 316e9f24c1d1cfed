# SPDX-License-Identifier: GPL-3.0-or-later
"""Callbacks of the library's tasks: one for each change, in the flat legacy shape, with the results in it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from addon.sandbox.server import SandboxServer
from addon.sandbox.settings import SandboxSettings
from tests.sandbox.account import Account
from tests.sandbox.conftest import picture

Bodies = list[dict[str, Any]]


@pytest.fixture
def receiver() -> Iterator[tuple[str, Bodies]]:
    """An address, and the bodies that came to it."""
    got: Bodies = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class's name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/told", got
        server.shutdown()
        thread.join()


def until(got: Bodies, count: int) -> None:
    deadline = time.monotonic() + 20
    while len(got) < count:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_results_are_told(tmp_path: Path, receiver: tuple[str, Bodies]) -> None:
    url, got = receiver
    element = {
        "element_name": "Mara",
        "element_description": "A courier",
        "reference_type": "image_refer",
        "element_image_list": {
            "frontal_image": picture(400, 400),
            "refer_images": [{"image_url": picture(400, 400)}],
        },
    }
    with SandboxServer(SandboxSettings(tmp_path, speed=float("inf"))) as server, httpx.Client(timeout=20) as client:
        account = Account(server, client)
        image = {"prompt": "a lamp", "n": 2, "watermark_info": {"enabled": True}}
        for body, path, kind in (
            (image, "/v1/images/generations", "images"),
            (element, "/v1/general/advanced-custom-elements", "elements"),
        ):
            got.clear()
            task_id = account.task_id({**body, "callback_url": url}, path)
            until(got, 2)
            assert [(told["task_id"], told["task_status"]) for told in got] == [
                (task_id, "processing"),
                (task_id, "succeed"),
            ]
            asked = account.query(task_id, path)
            told = got[1]["task_result"][kind]
            assert got[1]["final_unit_deduction"] == asked["final_unit_deduction"]
            assert "watermark_info" not in got[1]
            assert [entry.keys() | {"watermark_url"} for entry in told] == [
                entry.keys() | {"watermark_url"} for entry in asked["task_result"][kind]
            ]
            assert all("watermark_url" not in entry for entry in told)


def test_a_failure_is_told(tmp_path: Path, receiver: tuple[str, Bodies]) -> None:
    url, got = receiver
    with SandboxServer(SandboxSettings(tmp_path, speed=float("inf"))) as server, httpx.Client(timeout=20) as client:
        body = {"voice_name": "Ida", "voice_url": "http://127.0.0.1:9/a.mp3", "callback_url": url}
        Account(server, client).task_id(body, "/v1/general/custom-voices")
        until(got, 2)
    assert (got[1]["task_status"], got[1]["task_status_msg"]) == ("failed", "Failed to download the voice")
    assert "task_result" not in got[1]
