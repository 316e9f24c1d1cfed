# SPDX-License-Identifier: GPL-3.0-or-later
"""Callbacks: what is sent, when, how it is signed, and what happens when nobody takes it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from addon.sandbox.server import SandboxServer
from addon.sandbox.settings import SandboxSettings
from addon.sandbox.webhook_signature import signature
from tests.sandbox.account import QUICK, Account

# The vendor's own example.
SECRET = "whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI="
VECTOR_BODY = (
    b'{"id":"1234567890","status":"succeeded","message":"","create_time":1781080778802,"update_time":1781080794151}'
)
Got = list[tuple[dict[str, str], bytes]]


@pytest.fixture
def receiver() -> Iterator[tuple[str, Got, list[int]]]:
    """An address, what came to it, and the statuses it answers next (200 when there are none)."""
    got: Got = []
    answers: list[int] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(answers.pop(0) if answers else 200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class's name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/told?token=x", got, answers
        server.shutdown()
        thread.join()


def until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def deliveries(folder: Path) -> list[dict[str, Any]]:
    path = folder / "callbacks.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_the_vendors_example_is_signed_as_by_the_vendor() -> None:
    made = signature(SECRET, "9876543210", "1781080794", VECTOR_BODY)
    assert made == "v1,UsKlJP00XoQyOn410NM9xv34sP+Gl0jnOO9Lcpr7NJ4="


@pytest.mark.parametrize("secret", ["", "abc", "whsec_", "whsec_*"])
def test_a_secret_that_is_none_is_refused(tmp_path: Path, secret: str) -> None:
    with pytest.raises(ValueError, match="webhook_secret"):
        SandboxSettings(tmp_path, webhook_secret=secret)


def test_each_change_is_told_in_the_shape_of_its_standard(tmp_path: Path, receiver: tuple[str, Got, list[int]]) -> None:
    url, got, _ = receiver
    now = [1_800_000_000.0]
    settings = SandboxSettings(tmp_path, clock=lambda: now[0], webhook_secret=SECRET)
    with SandboxServer(settings) as server, httpx.Client(timeout=20) as client:
        account = Account(server, client)
        old = account.task_id({**QUICK, "callback_url": url, "external_task_id": "old"})
        time.sleep(0.3)
        assert got == []
        now[0] += 6
        until(lambda: len(got) == 1)
        now[0] += 600
        until(lambda: len(got) == 2)
        bodies = [json.loads(body) for _, body in got]
        assert [(body["task_id"], body["task_status"]) for body in bodies] == [(old, "processing"), (old, "succeed")]
        assert bodies[1]["task_info"] == {"external_task_id": "old"}
        assert client.get(bodies[1]["task_result"]["videos"][0]["url"]).status_code == 200
        body = {"prompt": "a", "settings": {"duration": 3}, "options": {"callback_url": url}}
        new = account.create(body, "/text-to-video/kling-3.0").json()["data"]["id"]
        now[0] += 600
        until(lambda: len(got) == 4)
        bodies = [json.loads(body) for _, body in got[2:]]
        assert [(body["id"], body["status"]) for body in bodies] == [(new, "processing"), (new, "succeeded")]
        (asked,) = account.send("GET", "/tasks", params={"task_ids": new}).json()["data"]
        assert bodies[1] == asked
    for headers, content in got:
        made = signature(SECRET, headers["webhook-id"], headers["webhook-timestamp"], content)
        assert headers["webhook-signature"] == made
    lines = deliveries(tmp_path)
    assert [line["http_status"] for line in lines] == [200] * 4
    assert "token" not in (tmp_path / "callbacks.jsonl").read_text()


def test_three_tries_and_no_signature_without_a_secret(tmp_path: Path, receiver: tuple[str, Got, list[int]]) -> None:
    url, got, answers = receiver
    answers += [500, 500, 500, 503]
    with SandboxServer(SandboxSettings(tmp_path, speed=float("inf"))) as server, httpx.Client() as client:
        Account(server, client).task_id({**QUICK, "callback_url": url})
        until(lambda: len(deliveries(tmp_path)) == 5)
    seen = [(line["status"], line["attempt"], line["http_status"]) for line in deliveries(tmp_path)]
    assert seen == [
        ("processing", 1, 500),
        ("processing", 2, 500),
        ("processing", 3, 500),
        ("succeed", 1, 503),
        ("succeed", 2, 200),
    ]
    assert not any("webhook-signature" in headers for headers, _ in got)


def test_an_address_where_nobody_is(tmp_path: Path) -> None:
    with SandboxServer(SandboxSettings(tmp_path, speed=float("inf"))) as server, httpx.Client() as client:
        Account(server, client).task_id({**QUICK, "callback_url": "no address"})
        until(lambda: len(deliveries(tmp_path)) == 6)
    assert {(line["http_status"], line["error"]) for line in deliveries(tmp_path)} == {(None, "ValueError")}
