# SPDX-License-Identifier: GPL-3.0-or-later
"""The account's packs and deductions: what falls when, what is refused when a pack is used up."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import httpx
import jwt
import pytest

from addon.sandbox.faults import Fault
from addon.sandbox.server import SandboxServer
from addon.sandbox.settings import SandboxSettings
from tests.sandbox.account import QUICK, Account
from tests.sandbox.library_material import refused

COSTS, PACKAGE, BALANCE = "/account/costs", "/account/billing/package", "/account/billing/balance"
DAY_S = 24 * 3600
ALWAYS = {"start_time": 0, "end_time": 4_000_000_000_000}
# 3 s of kling-v3 std, silent.
QUICK_UNITS = 1.8


class Opened(Protocol):
    def __call__(self, now: list[float], **settings: Any) -> Account: ...


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Start a sandbox whose clock is `now[0]`."""
    with ExitStack() as stack:

        def start(now: list[float], **settings: Any) -> Account:
            values = {"speed": math.inf, **settings}
            server = stack.enter_context(SandboxServer(SandboxSettings(tmp_path, clock=lambda: now[0], **values)))
            return Account(server, stack.enter_context(httpx.Client(timeout=20)))

        yield start


def packs(account: Account, now: list[float]) -> list[dict[str, Any]]:
    now[0] += 1
    answer = account.send("GET", COSTS, params=ALWAYS)
    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    assert (data["code"], data["msg"]) == (0, "success")
    infos: list[dict[str, Any]] = data["resource_pack_subscribe_infos"]
    return infos


def test_what_is_left_falls_when_a_task_succeeds(opened: Opened) -> None:
    now = [1_800_000_000.0]
    account = opened(now, speed=1, video_units=Decimal(100), image_units=Decimal(40), concurrency=7)
    video, image = packs(account, now)
    assert video["resource_pack_name"] == "Trial-Video-100Units-7Con-1Months"
    assert image["resource_pack_name"] == "Trial-Image-40Units-7Con-1Months"
    assert (video["total_quantity"], video["remaining_quantity"], video["status"]) == (100.0, 100.0, "online")
    assert video["resource_pack_type"] == "decreasing_total"
    assert video["purchase_time"] == video["effective_time"] == 1_800_000_000_000
    assert video["invalid_time"] == 1_800_000_000_000 + 30 * DAY_S * 1000
    task_id = account.task_id(QUICK)
    assert packs(account, now)[0]["remaining_quantity"] == 100.0
    now[0] += 600
    account.wait(task_id)
    video, image = packs(account, now)
    assert (video["remaining_quantity"], image["remaining_quantity"]) == (100 - QUICK_UNITS, 40.0)
    assert account.server.charges() == [(task_id, None, Decimal("1.8"))]


def test_a_failed_task_costs_nothing(opened: Opened) -> None:
    now = [1_800_000_000.0]
    account = opened(now, faults=(Fault("fail_task"),))
    account.wait(account.task_id(QUICK))
    assert packs(account, now)[0]["remaining_quantity"] == 100_000.0


def test_an_empty_pack_refuses_and_running_tasks_reserve(opened: Opened) -> None:
    now = [1_800_000_000.0]
    account = opened(now, speed=1, video_units=Decimal("3.7"))
    first, second = account.task_id(QUICK), account.task_id(QUICK)
    answer = account.create(QUICK)
    assert (answer.status_code, answer.json()["code"]) == (429, 1102)
    assert answer.json()["message"] == "Account balance not enough"
    now[0] += 600
    for task_id in (first, second):
        account.wait(task_id)
    assert packs(account, now)[0]["remaining_quantity"] == pytest.approx(0.1)
    assert account.create(QUICK).status_code == 429
    # The images' pack is another one.
    assert account.create({"prompt": "a lamp"}, "/v1/images/generations").status_code == 200


def test_a_clip_whose_price_comes_later_needs_a_pack(opened: Opened) -> None:
    now = [1_800_000_000.0]
    account = opened(now, video_units=Decimal(0))
    body = {
        "image_url": "http://127.0.0.1:9/a.png",
        "video_url": "http://127.0.0.1:9/a.mp4",
        "character_orientation": "video",
        "mode": "std",
    }
    assert account.create(body, "/v1/videos/motion-control").json()["code"] == 1102
    assert [pack["resource_pack_name"] for pack in packs(account, now)] == ["Trial-Image-100000Units-5Con-1Months"]


def test_a_pack_that_is_over_is_followed_by_the_next(opened: Opened) -> None:
    now = [1_800_000_000.0]
    account = opened(now, video_units=Decimal(2), image_units=Decimal(0))
    account.wait(account.task_id(QUICK))
    assert account.create(QUICK).json()["code"] == 1102
    now[0] += 31 * DAY_S
    account.wait(account.task_id(QUICK))
    first, second = packs(account, now)
    assert (first["status"], second["status"]) == ("expired", "online")
    assert first["invalid_time"] == second["purchase_time"]
    assert first["remaining_quantity"] == second["remaining_quantity"] == pytest.approx(0.2)
    assert first["resource_pack_id"] != second["resource_pack_id"]
    now[0] += 1
    inside = {"start_time": second["purchase_time"], "end_time": second["purchase_time"]}
    data = account.send("GET", COSTS, params=inside).json()["data"]
    assert [pack["resource_pack_id"] for pack in data["resource_pack_subscribe_infos"]] == [second["resource_pack_id"]]


def test_used_up_is_said(opened: Opened) -> None:
    now = [1_800_000_000.0]
    account = opened(now, video_units=Decimal("1.8"))
    account.wait(account.task_id(QUICK))
    assert packs(account, now)[0]["status"] == "runOut"


def test_once_a_second_by_name_and_with_both_credentials(opened: Opened) -> None:
    now = [1_800_000_000.0]
    account = opened(now)
    assert account.send("GET", COSTS, params=ALWAYS).status_code == 200
    now[0] += 0.9
    answer = account.send("GET", COSTS, params=ALWAYS)
    assert (answer.status_code, answer.json()["code"]) == (429, 1302)
    now[0] += 0.1
    keys = account.server.credentials
    at_s = int(time.time())
    token = jwt.encode({"iss": keys.access_key, "exp": at_s + 1800, "nbf": at_s - 5}, keys.secret_key, "HS256")
    named = {**ALWAYS, "resource_pack_name": "Trial-Image-100000Units-5Con-1Months"}
    answer = account.send("GET", COSTS, params=named, headers={"Authorization": f"Bearer {token}"})
    (pack,) = answer.json()["data"]["resource_pack_subscribe_infos"]
    assert pack["resource_pack_name"] == named["resource_pack_name"]
    assert account.send("GET", COSTS, headers={"Authorization": "Bearer x"}).json()["code"] == 1002


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"end_time": 5}, "start_time value '' is invalid"),
        ({"start_time": 5}, "end_time value '' is invalid"),
        ({"start_time": "yesterday", "end_time": 5}, "start_time value 'yesterday' is invalid"),
        ({"start_time": 6, "end_time": 5}, "start_time value '6' is invalid"),
    ],
)
def test_refused_questions_for_packs(opened: Opened, query: dict[str, Any], sentence: str) -> None:
    refused(opened([1_800_000_000.0]).send("GET", COSTS, params=query), sentence)


def test_deductions_are_told_task_by_task(opened: Opened) -> None:
    now = [1_800_000_000.0]
    account = opened(now, video_units=Decimal(100))
    made = []
    for _ in range(3):
        made.append(account.task_id(QUICK))
        account.wait(made[-1])
        now[0] += 1
    image = account.task_id({"prompt": "a lamp"}, "/v1/images/generations")
    account.wait(image, "/v1/images/generations")
    data = account.send("POST", PACKAGE, json=ALWAYS).json()["data"]
    assert (data["result"]["count"], data["has_more"], data["next_cursor"]) == (4, False, "")
    detail = data["result"]["detail"]
    assert [entry["task_id"] for entry in detail] == [image, *reversed(made)]
    assert [entry["unit_after_deduction"] for entry in detail[1:]] == pytest.approx([94.6, 96.4, 98.2])
    newest = detail[1]
    assert newest["unit_before_deduction"] - newest["deduction_amount"] == pytest.approx(newest["unit_after_deduction"])
    assert (newest["product_type"], newest["product_function"]) == ("video", "Text to Video")
    assert (newest["model_name"], newest["resolution"], newest["duration"]) == ("kling-v3", "720p", "3.041")
    assert newest["deduction_time"] == str(account.query(made[2])["updated_at"])
    assert (detail[0]["product_type"], detail[0]["deduction_amount"]) == ("image", 8.0)
    assert [pack["resource_pack_id"] for pack in packs(account, now)] == [newest["package_id"], detail[0]["package_id"]]


def test_deductions_page_and_filter(opened: Opened) -> None:
    now = [1_800_000_000.0]
    account = opened(now)
    made = [account.task_id(QUICK) for _ in range(3)]
    for task_id in made:
        account.wait(task_id)

    def ask(**body: Any) -> dict[str, Any]:
        answer = account.send("POST", PACKAGE, json=body)
        assert answer.status_code == 200, answer.text
        data: dict[str, Any] = answer.json()["data"]
        return data

    first = ask(**ALWAYS, limit=2)
    assert first["has_more"] is True
    # A cursor overrides all other parameters.
    second = ask(cursor=first["next_cursor"], limit=500, start_time="x")
    assert second["has_more"] is False
    told = [entry["task_id"] for data in (first, second) for entry in data["result"]["detail"]]
    assert told == list(reversed(made))
    for key, value, count in (
        ("product_type", "image", 0),
        ("product_type", "video", 3),
        ("api_key_name", "another", 0),
        ("package_name", "Trial-Video-100000Units-5Con-1Months", 3),
        ("package_id", "another", 0),
    ):
        data = ask(**ALWAYS, filters=[{"key": key, "values": [value]}])
        assert data["result"]["count"] == count, (key, value)
    assert ask(**ALWAYS, filters=[{"key": "package_id", "values": []}])["result"]["count"] == 3
    assert ask(start_time=0, end_time=5)["result"]["count"] == 0


def test_nothing_was_deducted_from_a_balance(opened: Opened) -> None:
    account = opened([1_800_000_000.0])
    account.wait(account.task_id(QUICK))
    data = account.send("POST", BALANCE, json=ALWAYS).json()["data"]
    assert data == {"result": {"detail": [], "count": 0}, "next_cursor": "", "has_more": False}


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        (PACKAGE, {"end_time": 5}, "start_time value '' is invalid"),
        (BALANCE, {"start_time": 5}, "end_time value '' is invalid"),
        (PACKAGE, {"start_time": 5, "end_time": 5}, "start_time value '5' is invalid"),
        (PACKAGE, {**ALWAYS, "limit": 501}, "limit value '501' is invalid"),
        (PACKAGE, {"cursor": "abc"}, "cursor value 'abc' is invalid"),
        (PACKAGE, {**ALWAYS, "filters": [{"key": "status", "values": []}]}, "filters[0].key value 'status' is invalid"),
        (BALANCE, {**ALWAYS, "filters": [{"key": "package_id", "values": []}]}, "filters[0].key value 'package_id'"),
        (
            PACKAGE,
            {**ALWAYS, "filters": [{"key": "product_type", "values": ["film"]}]},
            "filters[0].values value 'film'",
        ),
        (
            PACKAGE,
            {**ALWAYS, "filters": [{"key": "package_id", "values": ["a"]}, {"key": "package_name", "values": ["b"]}]},
            "package_name and package_id exclude each other",
        ),
    ],
)
def test_refused_questions_for_deductions(opened: Opened, path: str, body: dict[str, Any], sentence: str) -> None:
    refused(opened([1_800_000_000.0]).send("POST", path, json=body), sentence)


def test_packs_outlive_a_restart(opened: Opened) -> None:
    now = [1_800_000_000.0]
    account = opened(now)
    account.wait(account.task_id(QUICK))
    before = packs(account, now)
    account.server.restart()
    assert packs(account, now) == before


@pytest.mark.parametrize("units", [Decimal(-1), Decimal("NaN"), 5])
def test_units_that_are_none_are_refused(tmp_path: Path, units: Any) -> None:
    with pytest.raises(ValueError, match="image_units"):
        SandboxSettings(tmp_path, image_units=units)
