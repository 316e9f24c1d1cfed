# SPDX-License-Identifier: GPL-3.0-or-later
"""A file manager as far as X sees one: drags a file onto a window and drops it there, by the XDND protocol (version 5).

drop_source.py FILE X Y   in pixels of the screen from its upper left corner

Ends with 0 once the window has taken the file. Standard library alone: it runs beside the Blender program.
"""

from __future__ import annotations

import ctypes
import struct
import sys
import time
from pathlib import Path

CLIENT_MESSAGE, SELECTION_REQUEST, SELECTION_NOTIFY = 33, 30, 31
LIMIT_S = 12
X = ctypes.CDLL("libX11.so.6")
X.XOpenDisplay.restype = ctypes.c_void_p
for name in ("XDefaultRootWindow", "XCreateSimpleWindow", "XInternAtom"):
    getattr(X, name).restype = ctypes.c_ulong


class Source:
    def __init__(self, uri: str) -> None:
        self.uri = uri.encode()
        self.display = ctypes.c_void_p(X.XOpenDisplay(None))
        self.root = X.XDefaultRootWindow(self.display)
        self.window = X.XCreateSimpleWindow(self.display, ctypes.c_ulong(self.root), 0, 0, 1, 1, 0, 0, 0)
        self.seen: list[str] = []

    def atom(self, name: str) -> int:
        return int(X.XInternAtom(self.display, name.encode(), 0))

    def aware(self, window: int) -> int:
        """The window, or the first one inside it, that takes drops; 0 where none does."""
        kind, form = ctypes.c_ulong(), ctypes.c_int()
        count, left, data = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_void_p()
        X.XGetWindowProperty(
            self.display, ctypes.c_ulong(window), ctypes.c_ulong(self.atom("XdndAware")), ctypes.c_long(0),
            ctypes.c_long(1), 0, ctypes.c_ulong(0), ctypes.byref(kind), ctypes.byref(form), ctypes.byref(count),
            ctypes.byref(left), ctypes.byref(data),
        )  # fmt: skip
        if kind.value:
            return window
        root, parent = ctypes.c_ulong(), ctypes.c_ulong()
        children, number = ctypes.POINTER(ctypes.c_ulong)(), ctypes.c_uint()
        X.XQueryTree(
            self.display, ctypes.c_ulong(window), ctypes.byref(root), ctypes.byref(parent), ctypes.byref(children),
            ctypes.byref(number),
        )  # fmt: skip
        return next((found for one in children[: number.value] if (found := self.aware(one))), 0)

    def send(self, to: int, name: str, *values: int) -> None:
        data = (*values, *(0,) * (5 - len(values)))
        event = struct.pack("=i4xQi4xQQQi4x5q", CLIENT_MESSAGE, 0, 1, 0, to, self.atom(name), 32, *data)
        self.post(to, event)

    def post(self, to: int, event: bytes) -> None:
        buffer = ctypes.create_string_buffer(event, 192)
        X.XSendEvent(self.display, ctypes.c_ulong(to), 0, ctypes.c_long(0), buffer)
        X.XFlush(self.display)

    def wait(self, name: str) -> None:
        """Until the target has said it; what it asks for meanwhile is given."""
        ends_s = time.monotonic() + LIMIT_S
        buffer = ctypes.create_string_buffer(192)
        while time.monotonic() < ends_s:
            if not X.XPending(self.display):
                time.sleep(0.02)
                continue
            X.XNextEvent(self.display, buffer)
            (kind,) = struct.unpack_from("=i", buffer.raw)
            if kind == SELECTION_REQUEST:
                self.give(buffer.raw)
            elif kind == CLIENT_MESSAGE:
                (said,) = struct.unpack_from("=Q", buffer.raw, 40)
                self.seen.append(f"{said}: {struct.unpack_from('=5q', buffer.raw, 56)}")
                if said == self.atom(name):
                    return
        sys.exit(f"no {name}; seen were {self.seen}")

    def give(self, request: bytes) -> None:
        requestor, selection, target, where, asked = struct.unpack_from("=QQQQQ", request, 40)
        where = where or target
        X.XChangeProperty(
            self.display, ctypes.c_ulong(requestor), ctypes.c_ulong(where), ctypes.c_ulong(target), 8, 0, self.uri,
            len(self.uri),
        )  # fmt: skip
        self.seen.append("given")
        event = struct.pack("=i4xQi4xQQQQQQ", SELECTION_NOTIFY, 0, 1, 0, requestor, selection, target, where, asked)
        self.post(requestor, event)

    def drop(self, x: int, y: int) -> None:
        target = self.aware(self.root)
        if not target:
            sys.exit("no window takes drops")
        X.XSetSelectionOwner(
            self.display, ctypes.c_ulong(self.atom("XdndSelection")), ctypes.c_ulong(self.window), ctypes.c_ulong(0)
        )
        X.XWarpPointer(self.display, ctypes.c_ulong(0), ctypes.c_ulong(self.root), 0, 0, 0, 0, x, y)
        self.send(target, "XdndEnter", self.window, 5 << 24, self.atom("text/uri-list"))
        for step in (-2, -1, 0):
            at = (x + step) << 16 | y
            self.send(target, "XdndPosition", self.window, 0, at, 0, self.atom("XdndActionCopy"))
            self.wait("XdndStatus")
        self.send(target, "XdndDrop", self.window, 0, 0)
        self.wait("XdndFinished")


source = Source(f"{Path(sys.argv[1]).as_uri()}\r\n")
source.drop(int(sys.argv[2]), int(sys.argv[3]))
sys.stdout.write("dropped\n")
