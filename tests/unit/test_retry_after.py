# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a server asks to wait, in both forms that RFC 9110 has for it."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest

from addon.kling.errors import KlingBadAnswer, KlingBusy, KlingError, KlingUnknownOutcome
from addon.kling.transport import MOST_RETRY_AFTER_S, Transport, retry_after_s

DATE = "Mon, 23 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "expected_s"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"retry-after": " 0 "}, 0.0),
        ({"Retry-After": "Mon, 23 Nov 2026 12:00:30 GMT", "Date": DATE}, 30.0),
        ({"Retry-After": "Monday, 23-Nov-26 12:00:30 GMT", "Date": DATE}, 30.0),
        ({"Retry-After": "Mon Nov 23 12:00:30 2026", "Date": DATE}, 30.0),
        ({"Retry-After": "Mon, 23 Nov 2026 11:59:00 GMT", "Date": DATE}, 0.0),
        ({"Retry-After": "99999999"}, MOST_RETRY_AFTER_S),
        ({"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT", "Date": DATE}, MOST_RETRY_AFTER_S),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-3"}, None),
        ({"Retry-After": "²"}, None),
        ({"Retry-After": ""}, None),
        ({}, None),
    ],
)
def test_seconds_and_dates(headers: dict[str, str], expected_s: float | None) -> None:
    assert retry_after_s(httpx.Headers(headers, encoding="latin-1")) == expected_s


def test_a_date_without_the_servers_clock_is_held_against_ours() -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(minutes=30), usegmt=True)
    wait_s = retry_after_s({"Retry-After": until})
    assert wait_s is not None
    assert 0 < wait_s <= 30 * 60


@pytest.mark.parametrize(
    ("http", "body", "kind"),
    [
        (429, b'{"code": 1302, "message": "too fast"}', KlingBusy),
        (503, b'{"code": 5001, "message": "maintenance"}', KlingUnknownOutcome),
        (503, b"<html>gateway</html>", KlingBadAnswer),
        (429, b"<html>gateway</html>", KlingBadAnswer),
    ],
)
def test_every_answer_that_asks_to_wait_says_how_long(http: int, body: bytes, kind: type[KlingError]) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(http)
            self.send_header("Retry-After", "7")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    async def ask(port: int) -> None:
        transport = Transport(f"http://127.0.0.1:{port}")
        try:
            await transport.call("GET", "/tasks", "token")
        finally:
            await transport.aclose()

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        with pytest.raises(kind) as caught:
            asyncio.run(ask(server.server_port))
        thread.join()
    assert isinstance(caught.value, KlingError)
    assert caught.value.retry_after_s == 7.0
