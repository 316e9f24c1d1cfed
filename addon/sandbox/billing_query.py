# SPDX-License-Identifier: GPL-3.0-or-later
"""What the two lists of deductions are asked for. It reads the questions and looks nothing up.

Facts: kling-api 2.7 and kling-api.json `billing-package`, `billing-balance` [D O2]: times in milliseconds, required
without a cursor, which overrides all other parameters; limit 500 of at most 500; filters of one key are a union, of
different keys an intersection; package_name and package_id exclude each other; product_type is video, image or try-on.
Guesses: the sentences; an empty list of values lets everything pass, as in the vendor's own sample; times may be
strings of digits; a time may be as early as 1970.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Self

from .refusal import Refusal, invalid_value, missing_field, unsupported

_LIMIT_MAX = 500
_TIME_MAX_MS = 10**15
_PRODUCT_TYPES = ("video", "image", "try-on")
BALANCE_KEYS = ("api_key_name",)
PACKAGE_KEYS = ("api_key_name", "product_type", "package_name", "package_id")


@dataclass(frozen=True, slots=True)
class BillingQuery:
    """Both times belong to it; `skip` deductions were told before. `passing` holds the values of each filter."""

    start_ms: int
    end_ms: int
    limit: int
    skip: int
    passing: Mapping[str, list[str]]

    def lets_pass(self, key: str, value: str) -> bool:
        wanted = self.passing.get(key)
        return not wanted or value in wanted

    def cursor(self) -> str:
        """The cursor that goes on after `limit` more deductions."""
        values = asdict(self)
        values["skip"] += self.limit
        return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()

    @classmethod
    def from_cursor(cls, cursor: object) -> Self:
        if not isinstance(cursor, str):
            raise _foreign_cursor(cursor)
        try:
            values = json.loads(base64.b64decode(cursor.encode(), altchars=b"-_", validate=True))
            made = cls(**values)
        except (binascii.Error, ValueError, TypeError, RecursionError) as error:
            raise _foreign_cursor(cursor) from error
        numbers = (made.start_ms, made.end_ms, made.limit, made.skip)
        if not all(type(number) is int and 0 <= number < _TIME_MAX_MS for number in numbers):
            raise _foreign_cursor(cursor)
        if not isinstance(made.passing, dict) or not all(isinstance(entry, list) for entry in made.passing.values()):
            raise _foreign_cursor(cursor)
        return made


def read_billing_query(body: Mapping[str, object], keys: tuple[str, ...]) -> BillingQuery:
    """Read a body; `keys` is what may be filtered by.

    Raises:
        Refusal: 400/1201 naming the field and the value.
    """
    cursor = body.get("cursor")
    if cursor is not None and cursor != "":
        return BillingQuery.from_cursor(cursor)
    start_ms, end_ms = (read_time(name, body.get(name)) for name in ("start_time", "end_time"))
    if start_ms >= end_ms:
        raise invalid_value("start_time", start_ms, "it must be before end_time")
    limit = body.get("limit", _LIMIT_MAX)
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= _LIMIT_MAX:
        raise invalid_value("limit", limit, f"it must be a whole number from 1 to {_LIMIT_MAX}")
    return BillingQuery(start_ms, end_ms, limit, 0, _passing(body.get("filters"), keys))


def read_time(name: str, value: object) -> int:
    """Milliseconds since 1970, from a number or a string of digits.

    Raises:
        Refusal: 400/1201.
    """
    if value is None or value == "":
        raise missing_field(name)
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 15:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _TIME_MAX_MS:
        raise invalid_value(name, value, "it must be milliseconds since 1970")
    return value


def _passing(filters: object, keys: tuple[str, ...]) -> dict[str, list[str]]:
    if filters is None or filters == "":
        return {}
    if not isinstance(filters, list):
        raise invalid_value("filters", filters, "it must be an array")
    passing: dict[str, list[str]] = {}
    for index, entry in enumerate(filters):
        path = f"filters[{index}]"
        if not isinstance(entry, dict):
            raise invalid_value(path, entry, "it must be an object")
        key, values = entry.get("key"), entry.get("values")
        if not isinstance(key, str) or key not in keys:
            raise invalid_value(f"{path}.key", key, f"it must be one of {', '.join(keys)}")
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise invalid_value(f"{path}.values", values, "it must be an array of strings")
        for value in values if key == "product_type" else ():
            if value not in _PRODUCT_TYPES:
                raise invalid_value(f"{path}.values", value, f"it must be one of {', '.join(_PRODUCT_TYPES)}")
        passing.setdefault(key, []).extend(values)
    if passing.get("package_name") and passing.get("package_id"):
        raise unsupported("the filters package_name and package_id exclude each other")
    return passing


def _foreign_cursor(cursor: object) -> Refusal:
    return invalid_value("cursor", cursor, "it must come from an earlier answer")
