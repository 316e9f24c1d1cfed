# SPDX-License-Identifier: GPL-3.0-or-later
"""Reference videos that a client puts here so that this sandbox can fetch them. No call of Kling's: it has none.

PUT, HEAD and DELETE /uploads/<name> need the account's token; PUT and HEAD answer with a signed address in `Location`,
under which GET gives the file. A name is the content's SHA-256 in hex and an ending.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from .result_files import file_response, forbidden
from .result_urls import is_allowed, signed_path
from .simulated_time import Clock

UPLOADS_PATH = "/uploads"
UPLOAD_MAX_BYTES = 512 * 2**20
"""Far above what any task takes: that is the task's to refuse."""
_NAME = re.compile(r"([0-9a-f]{64})\.[a-z0-9]{2,4}")


class Uploads:
    """The files in `folder`, which is made with the first of them. Used on the server's event loop."""

    def __init__(self, folder: Path, url_secret: bytes, clock: Clock) -> None:
        self._folder = folder
        self._url_secret = url_secret
        self._clock = clock

    async def put(self, request: Request) -> Response:
        """201, or 400 where the content is not what the name says and 413 where it is too long. Whole or not at all."""
        name, wanted = self._named(request)
        if wanted is None:
            return _no_such_name()
        part = self._folder / f".{name}.{secrets.token_hex(4)}.part"
        digest, length = hashlib.sha256(), 0
        try:
            await run_in_threadpool(self._folder.mkdir, parents=True, exist_ok=True)
            with part.open("wb") as file:
                async for chunk in request.stream():
                    length += len(chunk)
                    if length <= UPLOAD_MAX_BYTES:
                        digest.update(chunk)
                        await run_in_threadpool(file.write, chunk)
            if length > UPLOAD_MAX_BYTES:
                return PlainTextResponse(f"at most {UPLOAD_MAX_BYTES} bytes are taken\n", status_code=413)
            if digest.hexdigest() != wanted:
                return PlainTextResponse("the content has another SHA-256 than the name\n", status_code=400)
            part.replace(self._folder / name)
        finally:
            part.unlink(missing_ok=True)
        return Response(status_code=201, headers={"location": self._address(request, name)})

    async def head(self, request: Request) -> Response:
        name, wanted = self._named(request)
        path = self._folder / name
        if wanted is None or not path.is_file():
            return Response(status_code=404)
        headers = {"content-length": str(path.stat().st_size), "location": self._address(request, name)}
        return Response(headers=headers)

    async def delete(self, request: Request) -> Response:
        name, wanted = self._named(request)
        if wanted is None or not (self._folder / name).is_file():
            return Response(status_code=404)
        await run_in_threadpool((self._folder / name).unlink)
        return Response(status_code=204)

    async def get(self, request: Request) -> Response:
        """With a good signature and no token, as any file server would give it."""
        name, wanted = self._named(request)
        query = request.query_params
        expires, signature = query.get("Expires", ""), query.get("Signature", "")
        is_good = wanted is not None and is_allowed(name, expires, signature, self._url_secret, self._clock())
        if not is_good or not (self._folder / name).is_file():
            return forbidden()
        return await file_response(request, self._folder / name, ())

    def _named(self, request: Request) -> tuple[str, str | None]:
        """The name and the digest that it says; None where it is no name."""
        name = str(request.path_params["name"])
        match = _NAME.fullmatch(name)
        return name, match[1] if match else None

    def _address(self, request: Request, name: str) -> str:
        base = str(request.base_url).rstrip("/")
        return base + signed_path(name, self._clock(), self._url_secret, UPLOADS_PATH)


def _no_such_name() -> Response:
    return PlainTextResponse("a name is a SHA-256 in hex and an ending\n", status_code=400)
