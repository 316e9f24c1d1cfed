# SPDX-License-Identifier: GPL-3.0-or-later
"""Breaks TCP connections on purpose: HTTP/1.1 by uvicorn, with the connection within the application's reach."""

from __future__ import annotations

import socket
import struct
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

_CONNECTION = "retake.connection"


class BreakableProtocol(H11Protocol):
    """uvicorn's protocol, which puts itself into the scope of each request."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # uvicorn's own signature, which changes by version
        super().__init__(*args, **kwargs)
        inner = self.app

        async def reachable(scope: Any, receive: Any, send: Any) -> None:
            scope[_CONNECTION] = self
            await inner(scope, receive, send)

        self.app = reachable

    def reset(self) -> None:
        """End the connection at once with a TCP reset; what was not sent yet is lost."""
        connection = self.transport.get_extra_info("socket")
        if connection is not None:
            # Lingering for 0 seconds makes close() send RST instead of an orderly FIN.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def hang_up(self) -> None:
        """Send what is buffered, then close: the peer sees an end in the middle of the message."""
        self.transport.close()


class DroppedResponse(Response):
    """No answer: the connection is reset before a byte is sent."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  # ASGI's signature
        connection_of(scope).reset()
        await wait_for_disconnect(receive)


def connection_of(scope: Scope) -> BreakableProtocol:
    connection = scope[_CONNECTION]
    if not isinstance(connection, BreakableProtocol):
        raise TypeError("the sandbox runs on BreakableProtocol only")
    return connection


async def wait_for_disconnect(receive: Receive) -> None:
    """Return once uvicorn has noticed the end; before that it would complain about the missing answer."""
    while (await receive())["type"] != "http.disconnect":
        pass
