# SPDX-License-Identifier: GPL-3.0-or-later
"""Video extension: the earlier pictures come first, and what cannot be extended is refused."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from addon.sandbox.extend_rules import read_extend_order
from addon.sandbox.faults import Fault
from addon.sandbox.refusal import Refusal
from addon.sandbox.server import SandboxServer
from addon.sandbox.settings import SandboxSettings
from addon.sandbox.task_store import ClipFacts, Task
from tests.clip_pattern import read_frames, take_mark
from tests.sandbox.account import IMAGE, QUICK, TEXT, Account
from tests.sandbox.conftest import Opened, picture
from tests.sandbox.reference_host import read_pictures, save, wait_new

Open = Callable[..., Opened]
EXTEND = "/v1/videos/video-extend"
OLD = {"model_name": "kling-v1-6", "prompt": "a lamp"}
DAY_MS = 24 * 3600 * 1000


def video_of(account: Account, task_id: str, path: str) -> dict[str, str]:
    data = account.wait(task_id, path, timeout_s=40)
    assert data["task_status"] == "succeed", data
    video: dict[str, str] = data["task_result"]["videos"][0]
    return video


def test_clip_grows_twice(open_sandbox: Open, tmp_path: Path) -> None:
    server, account = open_sandbox()
    first = account.task_id(OLD, TEXT)
    parent = video_of(account, first, TEXT)
    second = account.task_id({"video_id": parent["id"], "prompt": "and on", "cfg_scale": 0.5}, EXTEND)
    child = video_of(account, second, EXTEND)
    third = account.task_id({"video_id": child["id"], "external_task_id": "third"}, EXTEND)
    grandchild = video_of(account, "third", EXTEND)
    assert [video["duration"] for video in (parent, child, grandchild)] == ["5.041", "10.041", "15.041"]

    shown = account.query(second, EXTEND)["task_info"]["parent_video"]
    assert (shown["id"], shown["duration"]) == (parent["id"], "5.041")
    parent_file = save(account, parent["url"], tmp_path / "parent.mp4")
    assert save(account, shown["url"], tmp_path / "same.mp4").read_bytes() == parent_file.read_bytes()

    readings = read_frames(save(account, grandchild["url"], tmp_path / "grandchild.mp4"))
    assert [reading.frame_number for reading in readings] == list(range(361))
    assert [reading.flash for reading in readings] == [number % 24 == 0 for number in range(361)]
    marks = [take_mark(task) for task in (first, second, third)]
    assert [reading.take_mark for reading in readings] == [marks[0]] * 121 + [marks[1]] * 120 + [marks[2]] * 120
    times = [reading.time_s for reading in readings]
    assert times == pytest.approx([number / 24 for number in range(361)])

    before, _, _ = read_pictures(parent_file)
    after, rate, tracks = read_pictures(save(account, child["url"], tmp_path / "child.mp4"))
    assert (len(after), after[0].shape, rate, tracks) == (241, before[0].shape, 24, 0)
    for number in (0, 7, 60, 120):
        assert np.abs(after[number].astype(int) - before[number]).mean() < 2
    assert np.abs(after[130].astype(int) - before[7]).mean() > 3

    assert account.query(second, EXTEND)["final_unit_deduction"] == "2"
    assert wait_new(account, third)["billing"][0]["amount"] == "2"
    assert [task["task_id"] for task in account.send("GET", EXTEND).json()["data"]] == [third, second]
    assert [units for _, _, units in server.charges()] == [Decimal(2)] * 3


def test_extension_of_an_image_video_in_pro(open_sandbox: Open, tmp_path: Path) -> None:
    _, account = open_sandbox()
    body = {"model_name": "kling-v1-5", "mode": "pro", "image": picture(400, 400)}
    parent = video_of(account, account.task_id(body, IMAGE), IMAGE)
    task_id = account.task_id({"video_id": parent["id"], "watermark_info": {"enabled": True}}, EXTEND)
    video = video_of(account, task_id, EXTEND)
    assert video["duration"] == "10.033"
    assert account.query(task_id, EXTEND)["final_unit_deduction"] == "3.5"
    # Only the new part can carry the watermark: the earlier clip has none.
    plain, _, _ = read_pictures(save(account, video["url"], tmp_path / "plain.mp4"))
    marked, rate, _ = read_pictures(save(account, video["watermark_url"], tmp_path / "marked.mp4"))
    assert (len(marked), marked[0].shape, rate) == (301, (1440, 1440, 3), 30)
    assert np.abs(marked[70].astype(int) - plain[70]).max() < 40
    assert np.abs(marked[200].astype(int) - plain[200]).max() > 100


def test_what_cannot_be_extended(open_sandbox: Open) -> None:
    _, account = open_sandbox()
    new = video_of(account, account.task_id(QUICK, TEXT), TEXT)
    images = {"prompt": "a", "image_list": [{"image": picture(300, 300)}]}
    multi = video_of(account, account.task_id(images, path := "/v1/videos/multi-image2video"), path)
    for body, sentence in (
        ({}, "video_id value '' is invalid"),
        ({"video_id": 17}, "video_id value '17' is invalid"),
        ({"video_id": "17"}, "video_id value '17' is invalid: there is no such video"),
        ({"video_id": new["id"]}, f"video_id value '{new['id']}' is invalid: a video of kling-v3 text2video"),
        ({"video_id": multi["id"]}, f"video_id value '{multi['id']}' is invalid: a video of kling-v1-6 multi-image2"),
        ({"video_id": "17", "cfg_scale": 2}, "cfg_scale value '2' is invalid"),
        ({"video_id": "17", "prompt": "a" * 2501}, "prompt value"),
    ):
        answer = account.create(body, EXTEND)
        assert (answer.status_code, answer.json()["code"]) == (400, 1201), answer.text
        assert answer.json()["message"].startswith(sentence), answer.text


def test_unfinished_and_failed_tasks_have_no_video(open_sandbox: Open, tmp_path: Path) -> None:
    _, account = open_sandbox(Fault("fail_task", when=[1]), Fault("stuck", when=[2]))
    failed, stuck = account.task_id(OLD), account.task_id(OLD)
    for task_id in (failed, stuck):
        # Even if somebody takes one id for the other.
        answer = account.create({"video_id": task_id}, EXTEND)
        assert answer.json()["message"] == f"video_id value '{task_id}' is invalid: there is no such video"


def task(duration_s: int, finished_ms: int, **more: Any) -> Task:
    clip = ClipFacts("kling-v1-6", "std", duration_s, 24, False, "", "16:9", False)
    made = Task("1", "2", None, "video-extend", clip, Decimal(2), 0, 0, 0, False, None, finished_ms)
    return replace(made, **more)


def test_three_minutes_and_thirty_days_are_the_end() -> None:
    now = 100 * DAY_MS
    body = {"video_id": "2"}
    order = read_extend_order(body, lambda _: task(175, now - 29 * DAY_MS), now)
    assert (order.duration_s, order.new_s, order.units) == (180, 5, Decimal(2))
    for parent, said in (
        (task(176, now - DAY_MS), "181 s in all are more than 180 s"),
        (task(5, now - 30 * DAY_MS), "there is no such video"),
        (task(5, now + 1), "there is no such video"),
        (task(5, now - 1, failure="no"), "there is no such video"),
    ):
        with pytest.raises(Refusal, match=f"^video_id value '2' is invalid: {said}") as caught:
            read_extend_order(body, {"2": parent}.get, now)
        assert caught.value.code == 1201


def test_callback_tells_of_the_parent(tmp_path: Path) -> None:
    told: list[dict[str, Any]] = []
    ended = threading.Event()

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()
            if told[-1]["task_status"] == "succeed":
                ended.set()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class's name
            pass

    with (
        ThreadingHTTPServer(("127.0.0.1", 0), Listener) as listener,
        SandboxServer(SandboxSettings(tmp_path / "sandbox", speed=1_000_000)) as server,
        httpx.Client(timeout=20) as client,
    ):
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            account = Account(server, client)
            parent = video_of(account, account.task_id(OLD), TEXT)
            url = f"http://127.0.0.1:{listener.server_address[1]}/"
            task_id = account.task_id({"video_id": parent["id"], "callback_url": url}, EXTEND)
            assert ended.wait(30)
        finally:
            listener.shutdown()
            thread.join()
    assert told[-1]["task_id"] == task_id
    assert told[-1]["task_info"]["parent_video"]["id"] == parent["id"]
    assert told[-1]["final_unit_deduction"] == "2"
