# SPDX-License-Identifier: GPL-3.0-or-later
"""Multi-image video: what is refused, and that every image is seen in the clip."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.clip_pattern import read_frames, take_mark
from tests.sandbox.account import Account
from tests.sandbox.conftest import Opened, picture
from tests.sandbox.reference_host import read_pictures, save, serve, wait_new

Open = Callable[..., Opened]
MULTI = "/v1/videos/multi-image2video"


def multi(count: int = 1, **more: Any) -> dict[str, Any]:
    return {"prompt": "a lamp", "image_list": [{"image": picture(300, 300)}] * count, **more}


def test_images_are_seen_side_by_side(open_sandbox: Open, tmp_path: Path) -> None:
    server, account = open_sandbox()
    images = [{"image": picture(300, 300, colour)} for colour in ("red", "lime", "blue")]
    task_id = account.task_id(multi(image_list=images, aspect_ratio="9:16", external_task_id="three"), MULTI)
    data = account.wait("three", MULTI, timeout_s=40)
    assert data["task_status"] == "succeed", data
    (result,) = data["task_result"]["videos"]
    assert (result["duration"], data["final_unit_deduction"]) == ("5.033", "2")
    file = save(account, result["url"], tmp_path / "clip.mp4")
    readings = read_frames(file)
    assert [reading.frame_number for reading in readings] == list(range(151))
    assert {reading.take_mark for reading in readings} == {take_mark(task_id)}
    pictures, rate, tracks = read_pictures(file)
    assert (pictures[0].shape, rate, tracks) == ((1280, 720, 3), 30, 0)
    assert [pictures[5][800, column].argmax() for column in (120, 360, 600)] == [0, 1, 2]
    assert [task["task_id"] for task in account.send("GET", MULTI).json()["data"]] == [task_id]
    assert wait_new(account, task_id)["billing"][0]["amount"] == "2"
    assert [(one, str(units)) for one, _, units in server.charges()] == [(task_id, "2")]


def test_bad_image_makes_the_task_fail(open_sandbox: Open, tmp_path: Path) -> None:
    (tmp_path / "www").mkdir()
    (tmp_path / "www" / "a.png").write_bytes(b"no picture")
    _, account = open_sandbox()
    with serve(tmp_path / "www") as host:
        images = [{"image": picture(300, 300)}, {"image": f"{host}/a.png"}]
        data = account.wait(account.task_id(multi(image_list=images), MULTI), MULTI)
    assert data["task_status"] == "failed"
    assert "not a readable jpg" in data["task_status_msg"]


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        (multi(model_name="kling-v2-6"), "model_name value 'kling-v2-6' is invalid"),
        (multi(prompt=""), "prompt value '' is invalid"),
        (multi(0), "image_list value '0 entries' is invalid"),
        (multi(5), "image_list value '5 entries' is invalid"),
        ({"prompt": "a"}, "image_list value '' is invalid"),
        (multi(image_list=[{"image": picture(100, 100)}]), "image_list[0].image value"),
        (multi(image_list=[{"url": picture(300, 300)}]), "image_list[0].image value '' is invalid"),
        (multi(mode="4k"), "mode value '4k' is invalid"),
        (multi(duration="6"), "duration value '6' is invalid"),
        (multi(aspect_ratio="4:3"), "aspect_ratio value '4:3' is invalid"),
        (multi(negative_prompt="a" * 2501), "negative_prompt value"),
    ],
)
def test_refused_creates(idle: Account, sent: dict[str, Any], sentence: str) -> None:
    answer = idle.create(sent, MULTI)
    assert (answer.status_code, answer.json()["code"]) == (400, 1201), answer.text
    assert answer.json()["message"].startswith(sentence), answer.text


def test_four_images_are_fine(idle: Account) -> None:
    assert idle.create(multi(4, model_name="kling-v1-6", mode="pro", duration="10"), MULTI).status_code == 200
