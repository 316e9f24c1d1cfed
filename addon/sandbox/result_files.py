# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers for result files: whole or in part, with ETag, and broken on purpose when a fault says so."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from email.utils import formatdate
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from .byte_range import ByteRange, RangeNotSatisfiableError, read_range
from .faults import Fault
from .transport import connection_of, wait_for_disconnect

_CHUNK_BYTES = 256 * 1024
# Flipping these bits changes every byte, so no part of a corrupt file is whole.
_GARBAGE = bytes(byte ^ 0x5A for byte in range(256))


def forbidden() -> Response:
    """403: wrong or expired signature, or no such file. The wording is a guess."""
    return PlainTextResponse("403 Forbidden: the address is wrong or has expired\n", status_code=403)


async def file_response(request: Request, path: Path, faults: Iterable[Fault]) -> Response:
    """The answer to GET or HEAD for a whole clip at `path`.

    A Range is answered with 206 or 416, unless If-Range names another ETag. `cut_body` and `corrupt_body` are done
    here.
    """
    try:
        facts = await run_in_threadpool(path.stat)
    except FileNotFoundError:  # deleted since whoever asks looked
        return forbidden()
    etag = f'"{facts.st_mtime_ns:x}-{facts.st_size:x}"'
    headers = {
        "accept-ranges": "bytes",
        "etag": etag,
        "last-modified": formatdate(facts.st_mtime, usegmt=True),
        "cache-control": "private, max-age=3600",
    }
    wanted = request.headers.get("range")
    if request.headers.get("if-range", etag) != etag:
        wanted = None
    try:
        part = read_range(wanted, facts.st_size)
    except RangeNotSatisfiableError:
        return Response(status_code=416, headers={**headers, "content-range": f"bytes */{facts.st_size}"})
    status = 200
    if part is None:
        part = ByteRange(0, facts.st_size)
    else:
        status = 206
        headers["content-range"] = f"bytes {part.start}-{part.end_exclusive - 1}/{facts.st_size}"
    headers["content-length"] = str(part.end_exclusive - part.start)
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type="video/mp4")
    actions = {fault.action: fault for fault in faults}
    cut = actions.get("cut_body")
    body = _read(path, part, garbage="corrupt_body" in actions, at_most=None if cut is None else cut.body_bytes)
    kind = StreamingResponse if cut is None else _CutResponse
    return kind(body, status_code=status, headers=headers, media_type="video/mp4")


class _CutResponse(StreamingResponse):
    """Sends less than its Content-Length says and closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async for chunk in self.body_iterator:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        connection_of(scope).hang_up()
        await wait_for_disconnect(receive)


async def _read(path: Path, part: ByteRange, *, garbage: bool, at_most: int | None) -> AsyncIterator[bytes]:
    position, end = part.start, part.end_exclusive
    if at_most is not None:
        end = min(end, position + at_most)
    while position < end:
        chunk = await run_in_threadpool(_read_chunk, path, position, min(_CHUNK_BYTES, end - position))
        if not chunk:
            raise OSError(f"{path.name} became shorter while it was sent")
        position += len(chunk)
        yield chunk.translate(_GARBAGE) if garbage else chunk


def _read_chunk(path: Path, position: int, count: int) -> bytes:
    # Opened for each chunk: an answer that is cut off half-way then leaves no open file behind.
    with path.open("rb") as file:
        file.seek(position)
        return file.read(count)
