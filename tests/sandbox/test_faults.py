# SPDX-License-Identifier: GPL-3.0-or-later
"""Each thing that can be made to go wrong, as a client meets it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest

from addon.sandbox.fault_book import FaultBook
from addon.sandbox.faults import Fault
from tests.sandbox.account import IMAGE, QUICK, TEXT, Account
from tests.sandbox.conftest import Opened

Open = Callable[..., Opened]


def last(account: Account, **wanted: object) -> dict[str, Any]:
    """The newest log entry, after checking some of its values."""
    entry = account.server.requests()[-1]
    assert {name: entry[name] for name in wanted} == wanted
    return entry


def test_drop_after_makes_the_task_and_loses_the_answer(open_sandbox: Open) -> None:
    server, account = open_sandbox(Fault("stuck"), Fault("drop_after", method="POST", path=TEXT, when=[1]))
    body = {**QUICK, "external_task_id": "lost"}
    with pytest.raises(httpx.ReadError):
        account.create(body)
    last(account, accepted=True, code=0, http_status=None, fault="stuck+drop_after", external_task_id="lost")
    found = account.query("lost")
    assert found["task_id"] == server.requests()[-2]["task_id"]
    again = account.create(body)
    assert again.json()["message"] == "External_task_id lost already exists"
    assert server.accepted_creates() == {"lost": 1}


def test_drop_before_does_nothing(open_sandbox: Open) -> None:
    server, account = open_sandbox(Fault("stuck"), Fault("drop_before", method="POST", when=[1]))
    with pytest.raises(httpx.ReadError):
        account.create({**QUICK, "external_task_id": "a"})
    last(account, accepted=False, code=None, http_status=None, task_id=None)
    assert account.send("GET", TEXT).json()["data"] == []
    account.task_id({**QUICK, "external_task_id": "a"})
    assert server.accepted_creates() == {"a": 1}


@pytest.mark.parametrize(
    ("http", "code", "message"),
    [
        (429, 1302, "API request too fast, exceeded rate limit"),
        (429, 1303, "parallel task over resource pack limit"),
        (429, 1102, "Account balance not enough"),
        (500, 5000, "Internal server error"),
        (503, 5001, "Server temporarily unavailable"),
        (504, 5002, "Server internal timeout"),
        (401, 1004, "Authorization is expired"),
        (418, 9999, "my own words"),
    ],
)
def test_status_answers_instead_of_processing(open_sandbox: Open, http: int, code: int, message: str) -> None:
    given = message if code == 9999 else None
    server, account = open_sandbox(Fault("stuck"), Fault("status", http=http, code=code, message=given, when=[1]))
    answer = account.create(QUICK)
    assert answer.status_code == http
    assert answer.json()["code"] == code
    assert answer.json()["message"] == message
    last(account, accepted=False, code=code, http_status=http)
    assert server.accepted_creates() == {}


@pytest.mark.parametrize(
    ("code", "http"),
    [
        (1002, 401),
        (1004, 401),
        (1101, 429),
        (1103, 403),
        (1201, 400),
        (1203, 404),
        (1301, 400),
        (1302, 429),
        (1303, 429),
        (5000, 500),
        (5001, 503),
        (5002, 504),
        (9999, 500),
    ],
)
def test_status_without_http_is_what_kling_sends_with_the_code(open_sandbox: Open, code: int, http: int) -> None:
    server, account = open_sandbox(Fault("status", code=code))
    answer = account.create(QUICK)
    assert (answer.status_code, answer.json()["code"]) == (http, code)
    assert answer.json()["message"]
    assert server.accepted_creates() == {}


@pytest.mark.parametrize(
    ("fault", "http", "code"),
    [
        (Fault("status", code=5000, accept=True, when=[1]), 500, 5000),
        (Fault("status", code=5002, accept=True, when=[1]), 504, 5002),
        (Fault("html", accept=True, when=[1]), 502, None),
        (Fault("html", http=200, accept=True, when=[1]), 200, None),
        (Fault("garbage", accept=True, when=[1]), 200, None),
        (Fault("garbage", body="[]", accept=True, when=[1]), 200, None),
    ],
)
def test_accepted_and_answered_as_if_it_were_not(open_sandbox: Open, fault: Fault, http: int, code: int | None) -> None:
    server, account = open_sandbox(Fault("stuck"), fault)
    body = {**QUICK, "external_task_id": "a"}
    assert account.create(body).status_code == http
    made = last(account, accepted=True, code=code, http_status=http, fault=f"stuck+{fault.action}")["task_id"]
    assert account.query("a")["task_id"] == made
    assert account.create(body).json()["message"] == "External_task_id a already exists"
    assert server.accepted_creates() == {"a": 1}


def test_a_refused_request_is_not_accepted_by_a_fault(open_sandbox: Open) -> None:
    server, account = open_sandbox(Fault("status", code=5000, accept=True))
    assert account.create({**QUICK, "duration": "99"}).json()["code"] == 5000
    assert server.accepted_creates() == {}


def test_garbage_is_not_json(open_sandbox: Open) -> None:
    server, account = open_sandbox(Fault("garbage", when=[1]))
    answer = account.create(QUICK)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    with pytest.raises(UnicodeDecodeError):
        answer.json()
    last(account, accepted=False, code=None, http_status=200, fault="garbage")
    assert server.accepted_creates() == {}


@pytest.mark.parametrize("body", ["", "[]", "null", '"SUCCEED"', '{"data": {"task_id": "1"}}', '{"code": 0'])
def test_garbage_is_sent_as_it_is_written(open_sandbox: Open, body: str) -> None:
    _, account = open_sandbox(Fault("garbage", method="GET", body=body, when=[2]))
    assert account.send("GET", TEXT).json()["code"] == 0
    assert account.send("GET", TEXT).content == body.encode()
    assert account.send("GET", TEXT).json()["code"] == 0


def test_a_valid_token_is_called_expired_once(open_sandbox: Open) -> None:
    _, account = open_sandbox(Fault("status", code=1004, when=[1]))
    keys, now = account.server.credentials, int(time.time())
    token = jwt.encode({"iss": keys.access_key, "exp": now + 1800, "nbf": now - 5}, keys.secret_key)
    answers = [account.send("GET", TEXT, headers={"Authorization": f"Bearer {token}"}) for _ in range(2)]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(401, 1004), (200, 0)]


def test_status_goes_backwards_once(open_sandbox: Open) -> None:
    server, account = open_sandbox()
    task_id = account.task_id(QUICK)
    account.url(task_id)
    server.add_fault(Fault("status_backwards", when=[2]))
    seen = [account.query(task_id) for _ in range(3)]
    assert [data["task_status"] for data in seen] == ["succeed", "processing", "succeed"]
    assert "task_result" not in seen[1]


def test_unseen_is_not_found_by_id_and_still_listed(open_sandbox: Open) -> None:
    server, account = open_sandbox(Fault("stuck"))
    task_id = account.task_id(QUICK)
    server.add_fault(Fault("unseen"))
    assert account.send("GET", f"{TEXT}/{task_id}").json()["code"] == 1201
    assert account.send("GET", "/tasks", params={"task_ids": task_id}).json()["data"] == []
    assert [data["task_id"] for data in account.send("GET", TEXT).json()["data"]] == [task_id]
    server.clear_faults()
    assert account.query(task_id)["task_id"] == task_id


def test_html_instead_of_json(open_sandbox: Open) -> None:
    _, account = open_sandbox(Fault("html", http=502, method="GET"))
    answer = account.send("GET", TEXT)
    assert answer.status_code == 502
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.text.startswith("<!DOCTYPE html>")


def test_delay_is_after_processing(open_sandbox: Open) -> None:
    _, account = open_sandbox(Fault("stuck"), Fault("delay", method="POST", seconds=30))
    with pytest.raises(httpx.ReadTimeout):
        account.send("POST", TEXT, json={**QUICK, "external_task_id": "slow"}, timeout=0.3)
    assert account.query("slow")["task_status"] == "submitted" or account.query("slow")["task_status"] == "processing"
    # Leaving the test stops the server in the middle of the wait, which must not last 30 s.


def test_delay_before_is_before_processing(open_sandbox: Open) -> None:
    server, account = open_sandbox(Fault("stuck"), Fault("delay_before", method="POST", seconds=0.4))
    began = time.monotonic()
    with pytest.raises(httpx.ReadTimeout):
        account.send("POST", TEXT, json=QUICK, timeout=0.1)
    assert server.accepted_creates() == {}
    account.task_id(QUICK)
    assert time.monotonic() - began > 0.4


def test_extra_fields_are_added_and_replace_nothing(open_sandbox: Open) -> None:
    fields = {"trace": {"node": 7}, "task_id": "mine", "code": 5}
    _, account = open_sandbox(Fault("stuck"), Fault("extra_fields", fields=fields))
    made = account.create(QUICK).json()
    assert made["code"] == 0
    assert made["trace"] == made["data"]["trace"] == {"node": 7}
    assert made["data"]["task_id"] != "mine"
    (listed,) = account.send("GET", TEXT).json()["data"]
    assert listed["trace"] == {"node": 7}


def read_into(received: bytearray, answer: httpx.Response) -> None:
    for piece in answer.iter_raw():
        received += piece


def test_cut_body_sends_so_many_bytes_and_a_range_resumes(open_sandbox: Open) -> None:
    server, account = open_sandbox()
    url = account.url(account.task_id(QUICK))
    whole = account.client.get(url).content
    server.add_fault(Fault("cut_body", body_bytes=1000, when=[1]))
    received = bytearray()
    with account.client.stream("GET", url) as answer:
        assert int(answer.headers["content-length"]) == len(whole)
        with pytest.raises(httpx.RemoteProtocolError):
            read_into(received, answer)
    assert received == whole[:1000]
    rest = account.client.get(url, headers={"Range": "bytes=1000-"})
    assert bytes(received) + rest.content == whole


def test_corrupt_body_has_the_length_and_not_the_content(open_sandbox: Open) -> None:
    server, account = open_sandbox()
    url = account.url(account.task_id(QUICK))
    whole = account.client.get(url)
    server.add_fault(Fault("corrupt_body", path="/results/*.mp4"))
    broken = account.client.get(url)
    assert broken.status_code == 200
    assert broken.headers["etag"] == whole.headers["etag"]
    assert len(broken.content) == len(whole.content)
    assert not any(one == other for one, other in zip(whole.content, broken.content, strict=True))
    server.clear_faults()
    assert account.client.get(url).content == whole.content


def test_expire_url_is_403(open_sandbox: Open) -> None:
    _, account = open_sandbox(Fault("expire_url", when=[1]))
    url = account.url(account.task_id(QUICK))
    assert account.client.get(url).status_code == 403
    assert account.client.get(url).status_code == 200


def test_fail_task_ends_it_without_a_charge(open_sandbox: Open) -> None:
    server, account = open_sandbox(Fault("fail_task", when=[1]), Fault("fail_task", message="too dark", when=[2]))
    first, second = (account.wait(account.task_id(QUICK)) for _ in range(2))
    assert first["task_status"] == second["task_status"] == "failed"
    assert first["task_status_msg"] == "Failure to pass the risk control system"
    assert second["task_status_msg"] == "too dark"
    assert "task_result" not in first
    assert "final_unit_deduction" not in first
    assert server.charges() == []


def test_stuck_never_ends(open_sandbox: Open) -> None:
    _, account = open_sandbox(Fault("stuck", when=[1]))
    stuck = account.task_id(QUICK)
    account.wait(account.task_id(QUICK))
    assert account.query(stuck)["task_status"] == "processing"


def test_faults_are_added_and_cleared_on_a_running_server(open_sandbox: Open) -> None:
    server, account = open_sandbox()
    server.add_fault(Fault("status", http=503, code=5001))
    assert account.send("GET", TEXT).status_code == 503
    server.clear_faults()
    assert account.send("GET", TEXT).status_code == 200


def test_connection_is_usable_again_after_each_drop(open_sandbox: Open) -> None:
    server, account = open_sandbox(Fault("drop_before", method="GET", when=[2, 4, 6]))
    outcomes = []
    for _ in range(7):
        try:
            outcomes.append(account.send("GET", TEXT).status_code)
        except httpx.ReadError:
            outcomes.append(0)
    assert outcomes == [200, 0, 200, 0, 200, 0, 200]
    assert [entry["http_status"] for entry in server.requests()] == [200, None, 200, None, 200, None, 200]


@pytest.mark.parametrize(
    ("fault", "struck"),
    [
        (Fault("status"), [1, 2, 3, 4, 5, 6]),
        (Fault("status", method="POST"), [1, 2]),
        (Fault("status", path=TEXT), [1, 3, 4]),
        (Fault("status", path=f"{TEXT}/*"), [4]),
        (Fault("status", path="*video*"), [1, 2, 3, 4]),
        (Fault("status", path="/results/"), [5, 6]),
        (Fault("status", when=[2, 5]), [2, 5]),
        (Fault("fail_task", when=[2]), [2]),
        (Fault("garbage", method="GET", accept=True), [3, 4, 5]),
        (Fault("status_backwards"), [3, 4]),
        (Fault("cut_body", body_bytes=0, when=[1]), [5]),
        (Fault("expire_url", method="HEAD"), [6]),
    ],
)
def test_rule_counts_only_what_it_matches(fault: Fault, struck: list[int]) -> None:
    book = FaultBook([fault])
    asked = [
        book.strike("POST", TEXT, "create"),
        book.strike("POST", IMAGE, "create"),
        book.strike("GET", TEXT, "read"),
        book.strike("GET", f"{TEXT}/1", "read"),
        book.strike("GET", "/results/1.mp4", "result"),
        book.strike("HEAD", "/results/1.mp4", "result"),
    ]
    assert [number for number, hit in enumerate(asked, start=1) if hit] == struck
