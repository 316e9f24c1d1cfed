# SPDX-License-Identifier: GPL-3.0-or-later
"""A wire to a server on this computer that can be cut for a while: connections break off, and new ones are refused."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from types import TracebackType

_PIECE_BYTES = 64 * 1024


class BrokenWire:
    def __init__(self, to_port: int) -> None:
        self._to_port = to_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._cut_until_s = 0.0
        self.refused = 0
        self.sent_bytes = 0
        """To the server."""
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> BrokenWire:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._close_all()
        self._thread.join()

    def cut(self, for_s: float) -> None:
        self._cut_until_s = time.monotonic() + for_s
        self._close_all()

    def _close_all(self) -> None:
        for one in tuple(self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._open.clear()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if time.monotonic() < self._cut_until_s:
                self.refused += 1
                near.close()
                continue
            far = socket.create_connection(("127.0.0.1", self._to_port))
            self._open |= {near, far}
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(one, other, one is near), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket, is_to_server: bool) -> None:
        with suppress(OSError):
            while piece := one.recv(_PIECE_BYTES):
                other.sendall(piece)
                self.sent_bytes += len(piece) * is_to_server
            other.shutdown(socket.SHUT_WR)
