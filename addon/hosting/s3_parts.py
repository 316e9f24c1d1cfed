# SPDX-License-Identifier: GPL-3.0-or-later
"""A large file goes to S3 in parts that outlive this process: after a crash only those that are missing are sent.

obstore begins a broken upload anew and leaves the old one's parts behind, invisible and paid for: so these five calls
are made here. Amazon S3's reference: CreateMultipartUpload, ListParts, UploadPart, CompleteMultipartUpload,
AbortMultipartUpload; signed in the query, by Signature Version 4.
"""

from __future__ import annotations

import hashlib
import hmac
import html
import re
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

from .trouble import no_such_bucket, not_done, refused_keys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

    from .place import StoragePlace, StorageSecret
    from .shelf import Progress, UploadNotes

PART_BYTES = 8 * 1024 * 1024
"""S3 wants at least 5 MB; one part is what a lost connection costs."""

_VALID_S = 900
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 5.0
_PASSING = frozenset({408, 429, 500, 502, 503, 504})


class _NoSuchUploadError(Exception):
    """It was ended, here or elsewhere, or is too old for the storage."""


@dataclass(frozen=True, slots=True)
class _Part:
    number: int
    """From 1."""
    tag: str
    size_bytes: int


class S3Parts:
    """Every call blocks. Raises AccountError, InputError and StorageError."""

    def __init__(self, place: StoragePlace, secret: StorageSecret) -> None:
        self._place = place
        self._secret = secret
        self._endpoint = (place.endpoint or f"https://{place.host}").rstrip("/")

    def put(self, object_name: str, path: Path, content_type: str, progress: Progress, notes: UploadNotes) -> None:
        """Goes on with the upload that `notes` know of; `progress` hears of each part before it goes."""
        with self._client() as client:
            upload_id = notes.read()
            there: dict[int, _Part] = {}
            if upload_id is not None:
                try:
                    there = self._list(client, object_name, upload_id)
                except _NoSuchUploadError:
                    upload_id = None
            if upload_id is None:
                upload_id = self._begin(client, object_name, content_type)
                notes.write(upload_id)
            parts = self._send(client, object_name, upload_id, path, there, progress)
            self._end(client, object_name, upload_id, parts)
        notes.write(None)

    def abandon(self, object_name: str, upload_id: str) -> None:
        """Nothing of the upload stays. One that is not there any more is no error."""
        with self._client() as client:
            try:
                self._call(client, "DELETE", object_name, {"uploadId": upload_id})
            except _NoSuchUploadError:
                return

    def _send(
        self,
        client: httpx.Client,
        object_name: str,
        upload_id: str,
        path: Path,
        there: dict[int, _Part],
        progress: Progress,
    ) -> list[_Part]:
        total_bytes = path.stat().st_size
        parts: list[_Part] = []
        with path.open("rb") as file:
            for number in range(1, -(-total_bytes // PART_BYTES) + 1):
                start = (number - 1) * PART_BYTES
                size_bytes = min(PART_BYTES, total_bytes - start)
                progress(start / total_bytes)
                part = there.get(number)
                if part is None or part.size_bytes != size_bytes:
                    file.seek(start)
                    content = file.read(size_bytes)
                    query = {"partNumber": str(number), "uploadId": upload_id}
                    answer = self._call(client, "PUT", object_name, query, content)
                    part = _Part(number, answer.headers["etag"], size_bytes)
                parts.append(part)
        return parts

    def _begin(self, client: httpx.Client, object_name: str, content_type: str) -> str:
        answer = self._call(client, "POST", object_name, {"uploads": ""}, content_type=content_type)
        return _inner(answer.text, "UploadId")

    def _list(self, client: httpx.Client, object_name: str, upload_id: str) -> dict[int, _Part]:
        answer = self._call(client, "GET", object_name, {"uploadId": upload_id})
        found = (
            _Part(int(_inner(text, "PartNumber")), _inner(text, "ETag"), int(_inner(text, "Size")))
            for text in re.findall(r"<Part>(.*?)</Part>", answer.text, re.DOTALL)
        )
        return {part.number: part for part in found}

    def _end(self, client: httpx.Client, object_name: str, upload_id: str, parts: list[_Part]) -> None:
        listed = "".join(
            f"<Part><PartNumber>{part.number}</PartNumber><ETag>{html.escape(part.tag)}</ETag></Part>" for part in parts
        )
        body = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode()
        answer = self._call(client, "POST", object_name, {"uploadId": upload_id}, body, content_type="application/xml")
        if "<Error>" in answer.text:  # a 200 may be one all the same
            raise not_done(self._place, answer.text)

    def _call(
        self,
        client: httpx.Client,
        method: str,
        object_name: str,
        query: dict[str, str],
        content: bytes = b"",
        *,
        content_type: str | None = None,
    ) -> httpx.Response:
        """Again and again while the connection or the storage is down, for as long as the place's patience."""
        import httpx

        ends_at = time.monotonic() + self._place.patience.total_seconds()
        pause_s = _FIRST_PAUSE_S
        headers = {"content-type": content_type} if content_type else {}
        while True:
            try:
                url = self._signed(method, object_name, query, datetime.now(UTC))
                answer = client.request(method, url, content=content, headers=headers)
                if answer.status_code not in _PASSING:
                    return self._judged(answer)
                trouble = f"HTTP {answer.status_code} {answer.text}"
            except httpx.HTTPError as error:
                trouble = repr(error)
            if time.monotonic() + pause_s > ends_at:
                raise not_done(self._place, trouble)
            time.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def _judged(self, answer: httpx.Response) -> httpx.Response:
        if answer.is_success:
            return answer
        if answer.status_code in (401, 403):
            raise refused_keys(self._place, answer.text)
        if "NoSuchUpload" in answer.text:
            raise _NoSuchUploadError
        if "NoSuchBucket" in answer.text:
            raise no_such_bucket(self._place)
        raise not_done(self._place, f"HTTP {answer.status_code} {answer.text}")

    def _signed(self, method: str, object_name: str, query: dict[str, str], now: datetime) -> str:
        """An address with the request's signature in it."""
        parts = urlsplit(self._endpoint)
        path = quote(f"{parts.path}/{self._place.bucket}/{object_name}", safe="/-_.~")
        day, stamp = f"{now:%Y%m%d}", f"{now:%Y%m%dT%H%M%SZ}"
        scope = f"{day}/{self._place.region}/s3/aws4_request"
        asked = {
            **query,
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Credential": f"{self._secret.access_key}/{scope}",
            "X-Amz-Date": stamp,
            "X-Amz-Expires": str(_VALID_S),
            "X-Amz-SignedHeaders": "host",
        }
        told = urlencode(sorted(asked.items()), quote_via=quote, safe="-_.~")
        request = f"{method}\n{path}\n{told}\nhost:{parts.netloc}\n\nhost\nUNSIGNED-PAYLOAD"
        digest = hashlib.sha256(request.encode()).hexdigest()
        key = f"AWS4{self._secret.secret}".encode()
        for step in (day, self._place.region, "s3", "aws4_request"):
            key = hmac.digest(key, step.encode(), "sha256")
        signature = hmac.digest(key, f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest}".encode(), "sha256").hex()
        return f"{parts.scheme}://{parts.netloc}{path}?{told}&X-Amz-Signature={signature}"

    @contextmanager
    def _client(self) -> Iterator[httpx.Client]:
        import httpx

        # An authorization of its own keeps out what another program left in a .netrc.
        with httpx.Client(timeout=httpx.Timeout(60.0, connect=5.0), auth=httpx.Auth()) as client:
            yield client


def _inner(text: str, tag: str) -> str:
    match = re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
    return html.unescape(match[1]) if match else ""
