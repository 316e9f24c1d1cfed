# SPDX-License-Identifier: GPL-3.0-or-later
"""An HTTPS name for a plain HTTP server on this machine, for clients that speak to nothing else.

It is an HTTP proxy: a client that heeds HTTPS_PROXY asks it for a tunnel to `NAME`, which no name server knows, and
meets a certificate of its own there. What comes through is handed on unchanged, but for the header that tells a server
behind such a door that its addresses begin with https.
"""

from __future__ import annotations

import http.client
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

NAME = "kling.sandbox.test"
_LIMIT_S = 60.0
_BETWEEN_TWO_PEERS = {"connection", "keep-alive", "proxy-connection", "transfer-encoding"}


class HttpsDoor:
    """Runs between `with` and its end. `proxy_url` and `certificate` are what a client is told of it.

    Raises:
        subprocess.CalledProcessError: the openssl program cannot make a certificate.
    """

    def __init__(self, behind: str, folder: Path) -> None:
        address = urlsplit(behind)
        assert address.hostname is not None
        self.certificate, key = _make_certificate(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        handler = type("Handler", (_Handler,), {"context": context, "behind": (address.hostname, address.port)})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, name="https-door", daemon=True)

    @property
    def base_url(self) -> str:
        return f"https://{NAME}"

    @property
    def proxy_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _LIMIT_S
    context: ssl.SSLContext
    behind: tuple[str, int]

    def do_CONNECT(self) -> None:
        if self.path != f"{NAME}:443":
            self.send_error(403, f"only {NAME} is here")
            return
        self.send_response_only(200)
        self.end_headers()
        self.connection = self.context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb")
        # Clients say "close" with the request for a tunnel, and do not mean the tunnel.
        self.close_connection = False

    def do_GET(self) -> None:
        self._hand_on()

    def do_POST(self) -> None:
        self._hand_on()

    def finish(self) -> None:
        super().finish()
        self.connection.close()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name for it
        """Nothing: the server behind has a log."""

    def _hand_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        asked = {name: value for name, value in self.headers.items() if name.lower() not in _BETWEEN_TWO_PEERS}
        server = http.client.HTTPConnection(*self.behind, timeout=_LIMIT_S)
        try:
            server.request(self.command, self.path, body, {**asked, "X-Forwarded-Proto": "https"})
            answer = server.getresponse()
            content = answer.read()
        finally:
            server.close()
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in _BETWEEN_TWO_PEERS:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()


def _make_certificate(folder: Path) -> tuple[Path, Path]:
    certificate, key = folder / "door.pem", folder / "door.key"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subject = ["-days", "2", "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command, *subject, *files], check=True, capture_output=True, timeout=_LIMIT_S)
    return certificate, key
