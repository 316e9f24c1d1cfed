# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a server asks to wait, in both forms that RFC 9110 has for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from addon.kling.transport import MOST_RETRY_AFTER_S, retry_after_s

DATE = "Mon, 23 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "expected_s"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"retry-after": " 0 "}, 0.0),
        ({"Retry-After": "Mon, 23 Nov 2026 12:00:30 GMT", "Date": DATE}, 30.0),
        ({"Retry-After": "Monday, 23-Nov-26 12:00:30 GMT", "Date": DATE}, 30.0),
        ({"Retry-After": "Mon Nov 23 12:00:30 2026", "Date": DATE}, 30.0),
        ({"Retry-After": "Mon, 23 Nov 2026 11:59:00 GMT", "Date": DATE}, 0.0),
        ({"Retry-After": "99999999"}, MOST_RETRY_AFTER_S),
        ({"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT", "Date": DATE}, MOST_RETRY_AFTER_S),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-3"}, None),
        ({"Retry-After": "²"}, None),
        ({"Retry-After": ""}, None),
        ({}, None),
    ],
)
def test_seconds_and_dates(headers: dict[str, str], expected_s: float | None) -> None:
    assert retry_after_s(httpx.Headers(headers, encoding="latin-1")) == expected_s


def test_a_date_without_the_servers_clock_is_held_against_ours() -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(minutes=30), usegmt=True)
    wait_s = retry_after_s({"Retry-After": until})
    assert wait_s is not None
    assert 0 < wait_s <= 30 * 60
