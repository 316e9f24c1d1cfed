# SPDX-License-Identifier: GPL-3.0-or-later
"""What `GET /tasks` and `POST /tasks` are asked for. It reads the questions and looks nothing up.

Facts: kling-api 2.8: exactly one of task_ids and external_task_ids, at most 20 [L]; start_time and end_time in
milliseconds as number or string, from 30 days before the end to now, a cursor overrides them, limit 100 of at most 500,
filters by status and product_type. Guesses: the sentences except those marked live, repeated ids count once, the cursor
is opaque and carries the times but not the filters, `count` is the number of tasks in this answer.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from .refusal import invalid_value, unsupported

_IDS_MAX = 20
_LIMIT_DEFAULT, _LIMIT_MAX = 100, 500
_THIRTY_DAYS_MS = 30 * 24 * 3600 * 1000
_TIME_MAX_MS = 10**15
_STATUSES = ("submitted", "processing", "succeeded", "failed")
_PRODUCT_TYPES = ("video", "image", "try_on")


@dataclass(frozen=True, slots=True)
class WantedTasks:
    """The ids of `GET /tasks`, in the order of asking, and which of the two ids they are."""

    column: Literal["task_id", "external_task_id"]
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """A question of `POST /tasks`. Both times belong to it; `below_seq` None begins with the newest task."""

    start_ms: int
    end_ms: int
    limit: int
    below_seq: int | None = None
    statuses: frozenset[str] = frozenset(_STATUSES)
    product_types: frozenset[str] = frozenset(_PRODUCT_TYPES)

    def cursor_below(self, seq: int) -> str:
        """The cursor that goes on after the task `seq`."""
        text = json.dumps([self.start_ms, self.end_ms, seq])
        return base64.urlsafe_b64encode(text.encode()).decode()


def read_wanted(query: Mapping[str, str]) -> WantedTasks:
    """Read the query string of `GET /tasks`.

    Raises:
        Refusal: 400/1201.
    """
    by_id, by_external = query.get("task_ids", ""), query.get("external_task_ids", "")
    if not by_id and not by_external:
        raise unsupported("task_ids or external_task_ids is required")  # live sentence
    if by_id and by_external:
        raise unsupported("task_ids and external_task_ids exclude each other")
    ids = tuple(dict.fromkeys(part.strip() for part in (by_id or by_external).split(",") if part.strip()))
    if not ids:
        raise unsupported("task_ids or external_task_ids is required")
    name = "task_ids" if by_id else "external_task_ids"
    if len(ids) > _IDS_MAX:
        raise unsupported(f"{name} cannot exceed {_IDS_MAX} in total")  # live sentence, in part
    return WantedTasks("task_id" if by_id else "external_task_id", ids)


def read_listing(body: Mapping[str, object], now_ms: int) -> Listing:
    """Read the body of `POST /tasks`.

    Raises:
        Refusal: 400/1201 naming the field and the value.
    """
    limit = body.get("limit")
    if limit is None:
        limit = _LIMIT_DEFAULT
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= _LIMIT_MAX:
        raise invalid_value("limit", limit, f"it must be a whole number from 1 to {_LIMIT_MAX}")
    statuses, product_types = _read_filters(body.get("filters"))
    cursor = body.get("cursor")
    if cursor is not None and cursor != "":
        start_ms, end_ms, below = _read_cursor(cursor)
        return Listing(start_ms, end_ms, limit, below, statuses, product_types)
    end_ms = _read_time("end_time", body.get("end_time"), now_ms)
    start_ms = _read_time("start_time", body.get("start_time"), end_ms - _THIRTY_DAYS_MS)
    if start_ms > end_ms:
        raise invalid_value("start_time", start_ms, "it must not be after end_time")
    return Listing(start_ms, end_ms, limit, None, statuses, product_types)


def _read_time(name: str, value: object, default_ms: int) -> int:
    if value is None or value == "":
        return default_ms
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 15:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _TIME_MAX_MS:
        raise invalid_value(name, value, "it must be milliseconds since 1970, as a number or a string of digits")
    return value


def _read_cursor(cursor: object) -> tuple[int, int, int]:
    if isinstance(cursor, str):
        try:
            values = json.loads(base64.b64decode(cursor.encode(), altchars=b"-_", validate=True))
        except (binascii.Error, ValueError, RecursionError) as error:
            raise invalid_value("cursor", cursor, "it must come from an earlier answer") from error
        if isinstance(values, list) and len(values) == 3 and all(type(value) is int for value in values):
            start_ms, end_ms, below = values
            if max(abs(value) for value in values) < _TIME_MAX_MS:
                return start_ms, end_ms, below
    raise invalid_value("cursor", cursor, "it must come from an earlier answer")


def _read_filters(filters: object) -> tuple[frozenset[str], frozenset[str]]:
    """The statuses and the product types that pass; several filters of one key must all let a task pass."""
    passing = {"status": frozenset(_STATUSES), "product_type": frozenset(_PRODUCT_TYPES)}
    if filters is None or filters == "":
        filters = []
    if not isinstance(filters, list):
        raise invalid_value("filters", filters, "it must be an array")
    for index, entry in enumerate(filters):
        path = f"filters[{index}]"
        if not isinstance(entry, dict):
            raise invalid_value(path, entry, "it must be an object")
        key, values = entry.get("key"), entry.get("values")
        if not isinstance(key, str) or key not in passing:
            raise invalid_value(f"{path}.key", key, "it must be status or product_type")
        if not isinstance(values, list):
            raise invalid_value(f"{path}.values", values, "it must be an array")
        allowed = _STATUSES if key == "status" else _PRODUCT_TYPES
        for value in values:
            if value not in allowed:
                raise invalid_value(f"{path}.values", value, f"it must be one of {', '.join(allowed)}")
        passing[key] &= frozenset(values)
    return passing["status"], passing["product_type"]
