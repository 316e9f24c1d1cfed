# SPDX-License-Identifier: GPL-3.0-or-later
"""One request to the API on its way to an answer, and what every handler reads from it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Never

from starlette.requests import Request

from .answers import Envelope
from .faults import FAILED_TASK_MESSAGE, Action, Fault
from .refusal import invalid_body, invalid_value
from .request_log import LogEntry

# Two images of 50 MB, a third longer as base64, fit; the real limit is not known.
BODY_MAX_BYTES = 140 * 2**20


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request to the API. `body` is None when it was too long."""

    request: Request
    body: bytes | None
    entry: LogEntry
    struck: tuple[Fault, ...]


Handler = Callable[[Exchange], Awaitable[Envelope]]


def has_fault(struck: Iterable[Fault], action: Action) -> bool:
    return any(fault.action == action for fault in struck)


def planned_failure(struck: Iterable[Fault]) -> str | None:
    for fault in struck:
        if fault.action == "fail_task":
            return fault.message if fault.message is not None else FAILED_TASK_MESSAGE
    return None


def json_object(body: bytes | None) -> dict[str, object]:
    """The JSON object of a request.

    Raises:
        Refusal: 400/1200.
    """
    if body is None:
        raise invalid_body(f"the body is longer than {BODY_MAX_BYTES} bytes")
    try:
        values = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise invalid_body("the body is not JSON") from error
    if not isinstance(values, dict):
        raise invalid_body("the body is not a JSON object")
    return values


def query_number(query: Mapping[str, str], name: str, default: int, largest: int) -> int:
    """A whole number from 1 to `largest` of a query string.

    Raises:
        Refusal: 400/1201.
    """
    given = query.get(name, "")
    if not given:
        return default
    if not (given.isascii() and given.isdecimal()) or len(given) > 9 or not 1 <= int(given) <= largest:
        raise invalid_value(name, given, f"it must be a whole number from 1 to {largest}")
    return int(given)


def _no_constant(name: str) -> Never:
    raise ValueError(f"{name} is not JSON")
