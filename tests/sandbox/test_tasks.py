# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of a task: answers, external ids, the limit of open tasks, states over time, prices, pages."""

from __future__ import annotations

import base64
import math
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from addon.sandbox.faults import Fault
from addon.sandbox.server import SandboxServer
from addon.sandbox.settings import SandboxSettings
from tests.sandbox.account import IMAGE, QUICK, TEXT, Account
from tests.sandbox.conftest import Opened, picture

Open = Callable[..., Opened]


def test_create_and_query_have_the_documented_shape(open_sandbox: Open) -> None:
    _, account = open_sandbox()
    before_ms = int(time.time() * 1000)
    made = account.create({**QUICK, "external_task_id": "job-1"}).json()
    assert set(made) == {"code", "message", "request_id", "data"}
    assert (made["code"], made["message"]) == (0, "SUCCEED")
    data = made["data"]
    assert re.fullmatch(r"[1-9]\d{17}", data["task_id"])
    assert data["task_status"] == "submitted"
    assert data["task_info"] == {"external_task_id": "job-1"}
    assert before_ms <= data["created_at"] == data["updated_at"] <= time.time() * 1000

    done = account.wait("job-1")
    assert done["task_id"] == data["task_id"]
    assert (done["task_status"], done["task_status_msg"]) == ("succeed", "")
    assert done["created_at"] == data["created_at"] <= done["updated_at"]
    (video,) = done["task_result"]["videos"]
    assert set(video) == {"id", "url", "duration"}
    assert video["duration"] == "3.041"
    assert done["final_unit_deduction"] == "1.8"
    assert account.query(data["task_id"]) == done


def test_task_is_found_only_under_its_own_product(idle: Account) -> None:
    task_id = idle.task_id({**QUICK, "external_task_id": "only-text"})
    for wanted in (task_id, "only-text", "nobody"):
        answer = idle.send("GET", f"{IMAGE}/{wanted}")
        assert (answer.status_code, answer.json()["code"]) == (400, 1201)
        assert answer.json()["message"] == f"Task not found by id/external id: {wanted}"


def test_external_id_is_unique_across_products_and_after_a_failure(open_sandbox: Open) -> None:
    server, account = open_sandbox(Fault("fail_task", when=[1]))
    account.task_id({**QUICK, "external_task_id": "once"})
    assert account.wait("once")["task_status"] == "failed"
    again = account.create({**QUICK, "external_task_id": "once"})
    other = account.create({**QUICK, "external_task_id": "once", "image": picture(300, 300)}, IMAGE)
    for answer in (again, other):
        assert (answer.status_code, answer.json()["code"]) == (400, 1201)
        assert answer.json()["message"] == "External_task_id once already exists"
    assert server.accepted_creates() == {"once": 1}


def test_refused_create_does_not_use_up_its_external_id(idle: Account) -> None:
    refused = idle.create({**QUICK, "duration": "99", "external_task_id": "second try"})
    assert refused.status_code == 400
    idle.task_id({**QUICK, "external_task_id": "second try"})


def test_twenty_creates_of_one_id_at_once_make_one_task(open_sandbox: Open) -> None:
    server, account = open_sandbox(Fault("stuck"), concurrency=100)
    body = {**QUICK, "external_task_id": "race"}
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: account.create(body), range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 19
    assert {answer.json()["message"] for answer in answers if answer.status_code == 400} == {
        "External_task_id race already exists"
    }
    assert server.accepted_creates() == {"race": 1}
    assert len(account.send("GET", TEXT).json()["data"]) == 1


def test_tasks_over_the_limit_are_1303_and_slots_come_back(open_sandbox: Open) -> None:
    server, account = open_sandbox(Fault("stuck", when=[1]), concurrency=2)
    account.task_id(QUICK)
    second = account.task_id(QUICK)
    refused = account.create({**QUICK, "external_task_id": "later"})
    if account.query(second)["task_status"] != "succeed":
        assert (refused.status_code, refused.json()["code"]) == (429, 1303)
        assert refused.json()["message"] == "parallel task over resource pack limit"
    account.wait(second)
    account.task_id({**QUICK, "external_task_id": "later" if refused.status_code == 429 else "last"})
    assert len(server.charges()) == 1


def test_concurrent_creates_never_exceed_the_limit(open_sandbox: Open) -> None:
    _, account = open_sandbox(Fault("stuck"), concurrency=7)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda n: account.create({**QUICK, "external_task_id": f"n{n}"}), range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [429] * 13
    assert len(account.send("GET", TEXT).json()["data"]) == 7


def test_states_follow_each_other_in_time(open_sandbox: Open) -> None:
    # v3 std 3 s: 5 s submitted and 77 s in all, here 50 ms and 770 ms.
    _, account = open_sandbox(speed=100)
    task_id = account.task_id(QUICK)
    seen: list[tuple[str, int]] = []
    while not seen or seen[-1][0] != "succeed":
        data = account.query(task_id)
        if not seen or seen[-1][0] != data["task_status"]:
            seen.append((data["task_status"], data["updated_at"] - data["created_at"]))
        assert ("task_result" in data) == (data["task_status"] == "succeed")
        assert ("final_unit_deduction" in data) == (data["task_status"] == "succeed")
    assert [status for status, _ in seen] == ["submitted", "processing", "succeed"]
    assert seen[0][1] == 0
    assert seen[1][1] == 50
    assert seen[2][1] >= 770


@pytest.mark.parametrize(
    ("path", "body", "units"),
    [
        (TEXT, {"model_name": "kling-v2-6"}, "1.5"),
        (TEXT, {"model_name": "kling-v2-6", "duration": "10"}, "3"),
        (TEXT, {"model_name": "kling-v2-6", "mode": "pro"}, "2.5"),
        (TEXT, {"model_name": "kling-v2-6", "mode": "pro", "sound": "on"}, "5"),
        (
            TEXT,
            {"model_name": "kling-v2-6", "mode": "pro", "sound": "on", "voice_list": [{"voice_id": "1"}]},
            "6",
        ),
        (TEXT, {"model_name": "kling-v2-5-turbo"}, "1.5"),
        (TEXT, {"model_name": "kling-v2-5-turbo", "mode": "pro", "duration": "10"}, "5"),
        (TEXT, {"model_name": "kling-v3", "duration": "3"}, "1.8"),
        (TEXT, {"model_name": "kling-v3", "mode": "pro", "duration": "7"}, "5.6"),
        (TEXT, {"model_name": "kling-v3", "mode": "4k", "duration": "3"}, "9"),
        (TEXT, {"model_name": "kling-v3", "sound": "on", "duration": "3"}, "2.7"),
        (TEXT, {"model_name": "kling-v3", "mode": "pro", "sound": "on", "duration": "15"}, "18"),
        (TEXT, {"model_name": "kling-v3", "mode": "4k", "sound": "on", "duration": "3"}, "9"),
        (TEXT, {"model_name": "kling-v2-1-master", "duration": "10"}, "20"),
        (IMAGE, {"model_name": "kling-v2-1", "mode": "pro"}, "3.5"),
        (IMAGE, {"model_name": "kling-v1-6", "duration": "10"}, "4"),
    ],
)
def test_price_follows_model_mode_sound_and_duration(path: str, body: dict[str, Any], units: str) -> None:
    from addon.sandbox.create_rules import read_order
    from addon.sandbox.model_table import format_units

    product = "text2video" if path == TEXT else "image2video"
    order = read_order(product, {"prompt": "a", "image": picture(300, 300), **body})  # type: ignore[arg-type]
    assert format_units(order.units) == units


def test_only_succeeded_tasks_are_charged(open_sandbox: Open) -> None:
    server, account = open_sandbox(Fault("fail_task", when=[1]), Fault("stuck", when=[2]))
    account.wait(account.task_id({**QUICK, "external_task_id": "fails"}))
    account.task_id({**QUICK, "external_task_id": "stays"})
    assert account.create({**QUICK, "duration": "1"}).status_code == 400
    task_id = account.task_id({**QUICK, "external_task_id": "works"})
    assert server.charges() == []
    account.wait(task_id)
    assert server.charges() == [(task_id, "works", Decimal("1.8"))]
    server.stop()
    assert server.charges() == [(task_id, "works", Decimal("1.8"))]


def test_pages_are_newest_first_and_by_product(open_sandbox: Open) -> None:
    _, account = open_sandbox(Fault("stuck"), concurrency=100)
    ids = [account.task_id(QUICK) for _ in range(32)]
    account.task_id({**QUICK, "image": picture(300, 300)}, IMAGE)

    def page(query: str) -> list[str]:
        answer = account.send("GET", f"{TEXT}{query}")
        assert answer.status_code == 200
        return [task["task_id"] for task in answer.json()["data"]]

    newest = ids[::-1]
    assert page("") == newest[:30]
    assert page("?pageNum=2") == newest[30:]
    assert page("?pageNum=3&pageSize=5") == newest[10:15]
    assert page("?pageNum=1000&pageSize=500") == []
    assert page("?pageNum=&pageSize=500") == newest


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("?pageNum=0", ("pageNum", "0")),
        ("?pageNum=1001", ("pageNum", "1001")),
        ("?pageSize=0", ("pageSize", "0")),
        ("?pageSize=501", ("pageSize", "501")),
        ("?pageSize=-1", ("pageSize", "-1")),
        ("?pageNum=one", ("pageNum", "one")),
        ("?pageNum=1.5", ("pageNum", "1.5")),
    ],
)
def test_page_out_of_bounds_is_1201(idle: Account, query: str, named: tuple[str, ...]) -> None:
    answer = idle.send("GET", f"{TEXT}{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, 1201)
    for part in named:
        assert part in answer.json()["message"]


def test_unknown_paths_and_methods(idle: Account) -> None:
    for path in ("/v1/videos/effects", "/v1/tasks/1", "/", "/v1/videos/text2video2"):
        answer = idle.send("GET", path)
        assert answer.status_code == 404
        assert not answer.headers["content-type"].startswith("application/json")
    answer = idle.send("DELETE", TEXT)
    assert (answer.status_code, answer.json()["code"]) == (404, 1202)


def test_image_by_address_is_fetched_or_fails_the_task(open_sandbox: Open, tmp_path: Path) -> None:
    # The other sandbox serves a file that is no image, which is all that is needed of a web server here.
    _, account = open_sandbox()
    url = account.url(account.task_id(QUICK))
    body = {"model_name": "kling-v3", "duration": "3"}
    not_an_image = account.wait(account.task_id({**body, "image": url}, IMAGE), IMAGE)
    assert not_an_image["task_status"] == "failed"
    assert "image" in not_an_image["task_status_msg"]
    nobody = account.wait(account.task_id({**body, "image": "http://127.0.0.1:9/a.png"}, IMAGE), IMAGE)
    assert (nobody["task_status"], nobody["task_status_msg"]) == ("failed", "Failed to download the image")
    gone = account.wait(account.task_id({**body, "image": f"{url}0"}, IMAGE), IMAGE)
    assert gone["task_status_msg"] == "Failed to download the image: HTTP 403"


def test_watermark_url_only_when_asked_for(open_sandbox: Open) -> None:
    _, account = open_sandbox()
    task_id = account.task_id({**QUICK, "watermark_info": {"enabled": True}})
    data = account.wait(task_id)
    assert data["watermark_info"] == {"enabled": True}
    (video,) = data["task_result"]["videos"]
    plain, marked = (account.client.get(video[name]) for name in ("url", "watermark_url"))
    assert plain.status_code == marked.status_code == 200
    assert plain.content != marked.content


def test_log_holds_no_secret_and_no_image(open_sandbox: Open, tmp_path: Path) -> None:
    server, account = open_sandbox()
    image = picture(300, 300)
    task_id = account.task_id({"model_name": "kling-v3", "duration": "3", "image": image}, IMAGE)
    url = account.url(task_id, IMAGE)
    account.client.get(url)
    text = (tmp_path / "sandbox" / "requests.jsonl").read_text()
    keys = server.credentials
    signature = url.partition("Signature=")[2]
    for secret in (keys.api_key, keys.access_key, keys.secret_key, signature, image[:40]):
        assert secret not in text
    entries = server.requests()
    assert set(entries[0]) == {
        "time",
        "method",
        "path",
        "external_task_id",
        "task_id",
        "code",
        "http_status",
        "accepted",
        "fault",
        "ignored_fields",
    }
    assert [entry["accepted"] for entry in entries] == [True] + [False] * (len(entries) - 1)
    assert str(entries[-1]["path"]).startswith("/results/")
    assert {entry["task_id"] for entry in entries} == {task_id}


def test_settings_are_checked(tmp_path: Path) -> None:
    for wrong in ({"speed": 0}, {"speed": math.nan}, {"port": -1}, {"concurrency": 0}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            SandboxSettings(tmp_path, **wrong)


def test_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "credentials.json").write_text("{}")
    with pytest.raises(ValueError, match="not a sandbox credentials file"):
        SandboxServer(SandboxSettings(tmp_path))


def test_large_body_is_read_before_a_refusal(idle: Account) -> None:
    body = base64.b64encode(bytes(6_000_000))
    answer = idle.client.post(idle.server.base_url + IMAGE, content=body)
    assert answer.json()["code"] == 1001
