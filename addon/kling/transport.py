# SPDX-License-Identifier: GPL-3.0-or-later
"""The one place that speaks HTTP, and that sorts what goes wrong by whether Kling may have acted.

httpx is imported nowhere else. Used on the engine's thread only.
"""

from __future__ import annotations

import logging
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import httpx
from pydantic import ValidationError

from ..redaction import logger, redact
from ..version import version
from .errors import KlingBadAnswer, KlingError, KlingNotSent, KlingNotThere, KlingUnknownOutcome, error_for
from .wire import Envelope

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Mapping

_log = logger("kling")

_API_TIMEOUT = httpx.Timeout(60.0, connect=15.0, write=180.0)
_RESULT_TIMEOUT = httpx.Timeout(60.0, connect=15.0)

MOST_RETRY_AFTER_S = 3600.0
"""A longer wait than any that helps is taken for a mistake of whoever asks for it (guess; Kling states none)."""

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)
_CHECK_NETWORK = "Check the network and KLING_BASE_URL, then run it again."


@dataclass(frozen=True, slots=True)
class ResultBody:
    """A result file being received. `total_bytes` is the whole file's size, where the server says it."""

    chunks: AsyncIterator[bytes]
    starts_at: int
    """The offset of the first byte that comes: 0 where the server does not resume."""
    total_bytes: int | None


class ResultGone(KlingUnknownOutcome):
    """The result's address is no longer good; a fresh one can be asked for."""


@cache
def _trust() -> ssl.SSLContext:
    """Read once: every client would load all certificates anew, which takes longer than a call."""
    return httpx.create_ssl_context()


ASKING_JOB: ContextVar[str] = ContextVar("retake_asking_job", default="-")
"""The job that a call is made for, by the coroutine that makes it; for the log."""


class Transport:
    """Calls to the API (with the token) and to result addresses (never with it)."""

    def __init__(self, base_url: str) -> None:
        agent = {"User-Agent": f"retake/{version()}"}
        trust = _trust()
        self._api = httpx.AsyncClient(base_url=base_url, timeout=_API_TIMEOUT, headers=agent, verify=trust)
        self._results = httpx.AsyncClient(timeout=_RESULT_TIMEOUT, headers=agent, follow_redirects=True, verify=trust)

    async def aclose(self) -> None:
        await self._api.aclose()
        await self._results.aclose()

    async def call(
        self,
        method: str,
        path: str,
        token: str,
        *,
        body: dict[str, Any] | None = None,
        query: dict[str, str] | None = None,
    ) -> Envelope:
        """The envelope of a call that Kling carried out (code 0). Raises the errors of kling/errors.py."""
        try:
            answer = await self._api.request(
                method, path, json=body, params=query, headers={"Authorization": f"Bearer {token}"}
            )
        except _NEVER_SENT as error:
            raise _not_sent(error) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise KlingUnknownOutcome(
                "The connection to Kling broke before the answer came.",
                hint="Retake looks the task up before it sends anything again.",
                detail=redact(repr(error)),
            ) from error
        try:
            envelope = _read_envelope(answer)
        except KlingError as error:
            error.retry_after_s = retry_after_s(answer.headers)
            raise
        # What may cost money is always on record; reads are many.
        _log.log(
            logging.INFO if method == "POST" else logging.DEBUG,
            "%s %s job=%s http=%s code=%s request_id=%s",
            *(method, path, ASKING_JOB.get(), answer.status_code, envelope.code, envelope.request_id),
        )
        if envelope.code != 0:
            raised = error_for(
                envelope.code, answer.status_code, envelope.request_id or "", redact(envelope.message or "")
            )
            raised.retry_after_s = retry_after_s(answer.headers)
            raise raised
        return envelope

    @asynccontextmanager
    async def result(self, url: str, offset: int) -> AsyncIterator[ResultBody]:
        """The bytes of a result from `offset` on. Raises ResultGone, KlingNotSent or KlingUnknownOutcome."""
        headers = {"Range": f"bytes={offset}-"} if offset else {}
        headers["Accept-Encoding"] = "identity"
        try:
            async with self._results.stream("GET", url, headers=headers) as answer:
                yield _result_body(answer, offset)
        except _NEVER_SENT as error:
            raise _not_sent(error) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise KlingUnknownOutcome(
                "The download of the take broke off.",
                hint="It goes on from where it stopped.",
                detail=redact(repr(error)),
            ) from error


def _result_body(answer: httpx.Response, offset: int) -> ResultBody:
    status = answer.status_code
    if status == httpx.codes.PARTIAL_CONTENT:
        # "bytes 100-199/1234", the total may be "*" (RFC 9110, 14.4)
        content_range = answer.headers.get("Content-Range", "")
        total = content_range.rpartition("/")[2]
        starts_at = content_range.removeprefix("bytes ").partition("-")[0]
        return ResultBody(
            answer.aiter_bytes(),
            int(starts_at) if starts_at.isdigit() else offset,
            int(total) if total.isdigit() else None,
        )
    if status == httpx.codes.OK:
        length = answer.headers.get("Content-Length", "")
        return ResultBody(answer.aiter_bytes(), 0, int(length) if length.isdigit() else None)
    if status == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
        total = answer.headers.get("Content-Range", "").rpartition("/")[2]
        return ResultBody(_nothing(), offset, int(total) if total.isdigit() else None)
    if status in (401, 403, 404, 410):
        raise ResultGone(
            f"The address of the take is no longer good (HTTP {status}).", hint="Retake asks Kling for a fresh one."
        )
    raise KlingUnknownOutcome(
        f"The server of the take answered with HTTP {status}.", hint="The download is tried again."
    )


async def _nothing() -> AsyncIterator[bytes]:
    no_chunks: tuple[bytes, ...] = ()
    for chunk in no_chunks:
        yield chunk


_MAYBE_FORWARDED = (408, 409, 425, 429, 499)
"""4xx that a gateway in between may answer although Kling got the request."""


def _read_envelope(answer: httpx.Response) -> Envelope:
    try:
        return Envelope.model_validate_json(answer.content)
    except ValidationError as error:
        status, name = answer.status_code, answer.request.url.host
        if 400 <= status < 500 and status not in _MAYBE_FORWARDED:
            raise KlingNotThere(
                f"{name} turns the request away (HTTP {status}), and not in the way of Kling's API.",
                hint="Check KLING_BASE_URL and any proxy or firewall in between.",
                code=0,
                http_status=status,
            ) from error
        raise KlingBadAnswer(
            f"The answer from {name} (HTTP {status}) is not one of Kling's API.",
            hint="Check KLING_BASE_URL and any proxy in between; nothing is sent twice.",
            detail=redact(answer.text[:500]),
        ) from error


def _not_sent(error: Exception) -> KlingNotSent:
    return KlingNotSent("Kling cannot be reached.", hint=_CHECK_NETWORK, detail=redact(repr(error)))


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """How long `Retry-After` asks to wait: whole seconds, or a date (RFC 9110, 10.2.3) against the answer's own `Date`.

    At most MOST_RETRY_AFTER_S; None where there is none, or it cannot be read.
    """
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), MOST_RETRY_AFTER_S)
    until = _date(text)
    if until is None:
        return None
    # The server's own clock, where it is told: this computer's may be wrong.
    now = _date(headers.get("Date", "")) or datetime.now(UTC)
    return min(max((until - now).total_seconds(), 0.0), MOST_RETRY_AFTER_S)


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
