# SPDX-License-Identifier: GPL-3.0-or-later
"""An HTTP server that gives answers written down in a test, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: dict[str, str]
    raw_body: str

    @property
    def body(self) -> Any:
        return json.loads(self.raw_body)


Answer = Callable[[Asked], tuple[int, str] | None]
"""HTTP status and text; None ends the connection without an answer."""


@dataclass
class AnsweringServer:
    base_url: str
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def answering(answer: Answer) -> Iterator[AnsweringServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length", "0"))
            asked = Asked(self.command, parts.path, dict(parse_qsl(parts.query)), self.rfile.read(length).decode())
            server.asked.append(asked)
            given = answer(asked)
            self.close_connection = True
            if given is None:
                return
            status, text = given
            content = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        server = AnsweringServer(f"http://127.0.0.1:{http.server_port}")
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()


def ok(data: object) -> tuple[int, str]:
    return 200, json.dumps({"code": 0, "message": "SUCCEED", "request_id": "r-1", "data": data})


def refused(http_status: int, code: int, message: str) -> tuple[int, str]:
    return http_status, json.dumps({"code": code, "message": message, "request_id": "r-2"})
