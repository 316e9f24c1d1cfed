# SPDX-License-Identifier: GPL-3.0-or-later
"""Images: their sizes and marks, what they cost, the places they take, and what is refused."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from addon.sandbox.image_rules import image_size
from addon.sandbox.server import SandboxServer
from addon.sandbox.settings import SandboxSettings
from tests.clip_pattern import read_frames, take_mark
from tests.sandbox.account import QUICK, Account
from tests.sandbox.conftest import Opened, picture
from tests.sandbox.library_material import refused, wait_new

Open = Callable[..., Opened]
IMAGES = "/v1/images/generations"
LAMP = {"prompt": "a lamp"}
RATIOS = ("16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9")


def finished(account: Account, body: dict[str, Any]) -> dict[str, Any]:
    data = account.wait(account.task_id(body, IMAGES), IMAGES)
    assert data["task_status"] == "succeed", data
    return data


def opened_png(account: Account, url: str) -> Image.Image:
    answer = account.client.get(url)
    assert answer.headers["content-type"] == "image/png"
    with Image.open(io.BytesIO(answer.content), formats=["PNG"]) as shown:
        return shown.convert("RGB")


def test_each_image_has_its_number_and_its_task(open_sandbox: Open, tmp_path: Path) -> None:
    server, account = open_sandbox()
    body = {**LAMP, "n": 3, "external_task_id": "lamps", "watermark_info": {"enabled": True}}
    data = finished(account, body)
    images = data["task_result"]["images"]
    assert [image["index"] for image in images] == [0, 1, 2]
    for image in images:
        for name in ("url", "watermark_url"):
            path = tmp_path / "image.png"
            path.write_bytes(account.client.get(image[name]).content)
            (reading,) = read_frames(path)
            assert (reading.frame_number, reading.take_mark) == (image["index"], take_mark(data["task_id"]))
        plain, marked = (opened_png(account, image[name]) for name in ("url", "watermark_url"))
        # 1k at 16:9, the default.
        assert plain.size == marked.size == (1368, 768)
        assert plain.tobytes() != marked.tobytes()
    assert data["final_unit_deduction"] == "24"
    assert server.charges() == [(data["task_id"], "lamps", Decimal(24))]
    assert account.query("lamps", IMAGES) == data
    assert [entry["task_id"] for entry in account.send("GET", IMAGES).json()["data"]] == [data["task_id"]]


@pytest.mark.parametrize("aspect_ratio", RATIOS)
def test_sizes_follow_ratio_and_resolution(open_sandbox: Open, aspect_ratio: str) -> None:
    _, account = open_sandbox()
    data = finished(account, {**LAMP, "aspect_ratio": aspect_ratio})
    (image,) = data["task_result"]["images"]
    width, height = opened_png(account, image["url"]).size
    wide, high = (int(part) for part in aspect_ratio.split(":"))
    assert width / height == pytest.approx(wide / high, rel=0.015)
    assert width * height == pytest.approx(1024**2, rel=0.015)
    assert math.prod(image_size("2k", aspect_ratio)) == pytest.approx(2048**2, rel=0.015)


def test_an_image_is_shown_and_2k_is_bigger(open_sandbox: Open) -> None:
    _, account = open_sandbox()
    body = {"model_name": "kling-v2-1", **LAMP, "aspect_ratio": "1:1", "resolution": "2k"}
    reference = {"image": picture(400, 400, "red"), "image_reference": "subject", "human_fidelity": 0.2}
    data = finished(account, {**body, **reference})
    shown = opened_png(account, data["task_result"]["images"][0]["url"])
    assert shown.size == (2048, 2048)
    red, green, blue = np.asarray(shown)[1250, 1024]
    assert int(red) > 60 > 20 > max(int(green), int(blue))
    plain = opened_png(account, finished(account, body)["task_result"]["images"][0]["url"])
    assert int(np.asarray(plain)[1250, 1024].max()) < 60


@pytest.mark.parametrize(
    ("body", "units"),
    [
        ({}, "8"),
        ({"model_name": "kling-v3", "image": picture(400, 400)}, "8"),
        ({"model_name": "kling-v2-1"}, "4"),
        ({"model_name": "kling-v2-1", "n": 2, "image": picture(400, 400)}, "16"),
    ],
)
def test_prices(open_sandbox: Open, body: dict[str, Any], units: str) -> None:
    _, account = open_sandbox()
    data = finished(account, {**LAMP, **body})
    assert data["final_unit_deduction"] == units
    billed = wait_new(account, data["task_id"])["billing"]
    assert billed == [{"charge_type": "unit", "amount": units, "package_type": "image"}]


def test_images_have_a_pack_of_their_own(tmp_path: Path) -> None:
    settings = SandboxSettings(tmp_path, image_units=Decimal(20), speed=math.inf)
    with SandboxServer(settings) as server, httpx.Client(timeout=20) as client:
        account = Account(server, client)
        assert account.create({**LAMP, "n": 3}, IMAGES).json()["code"] == 1102
        finished(account, {**LAMP, "n": 2})
        assert account.create(LAMP, IMAGES).json()["code"] == 1102
        assert account.create(QUICK).status_code == 200
        query = {"start_time": 0, "end_time": 4_000_000_000_000}
        packs = account.send("GET", "/account/costs", params=query).json()["data"]["resource_pack_subscribe_infos"]
        assert {pack["resource_pack_name"].split("-")[1]: pack["remaining_quantity"] for pack in packs}["Image"] == 4.0


def test_images_take_as_many_places_as_they_are(tmp_path: Path) -> None:
    now = [1_800_000_000.0]
    settings = SandboxSettings(tmp_path, concurrency=5, clock=lambda: now[0])
    with SandboxServer(settings) as server, httpx.Client(timeout=20) as client:
        account = Account(server, client)
        first = account.task_id({**LAMP, "n": 3}, IMAGES)
        answer = account.create({**LAMP, "n": 3}, IMAGES)
        assert (answer.status_code, answer.json()["code"]) == (429, 1303)
        account.task_id({**LAMP, "n": 2}, IMAGES)
        # Videos have places of their own, and voices need none.
        for _ in range(5):
            account.task_id(QUICK)
        assert account.create(QUICK).json()["code"] == 1303
        voice = {"voice_name": "a", "voice_url": "http://127.0.0.1:9/a.mp3"}
        assert account.create(voice, "/v1/general/custom-voices").status_code == 200
        now[0] += 60
        account.wait(first, IMAGES)
        assert account.create({**LAMP, "n": 3}, IMAGES).status_code == 200


def test_a_picture_that_is_none_makes_the_task_fail(open_sandbox: Open) -> None:
    server, account = open_sandbox()
    body = {**LAMP, "image": "http://127.0.0.1:9/a.png"}
    data = account.wait(account.task_id(body, IMAGES), IMAGES)
    assert (data["task_status"], data["task_status_msg"]) == ("failed", "Failed to download the image")
    assert server.charges() == []


def test_images_as_the_new_standard_lists_them(open_sandbox: Open) -> None:
    _, account = open_sandbox()
    clip = account.task_id(QUICK)
    task = wait_new(account, account.task_id({**LAMP, "n": 2}, IMAGES))
    assert [(output["type"], output["group_id"]) for output in task["outputs"]] == [("image", "0"), ("image", "1")]
    assert {opened_png(account, output["url"]).size for output in task["outputs"]} == {(1368, 768)}
    wait_new(account, clip)
    for product_type, wanted in (("image", [task["id"]]), ("video", [clip]), ("try_on", [])):
        filters = [{"key": "product_type", "values": [product_type]}]
        data = account.send("POST", "/tasks", json={"filters": filters}).json()["data"]
        assert [entry["id"] for entry in data["result"]] == wanted, product_type


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"prompt": ""}, "prompt value '' is invalid"),
        ({"prompt": "x" * 2501}, "it has 2501 characters, at most 2500"),
        ({"model_name": "kling-v1"}, "model_name value 'kling-v1' is invalid"),
        ({"n": 0}, "n value '0' is invalid"),
        ({"n": 10}, "n value '10' is invalid"),
        ({"n": "2"}, "n value '2' is invalid"),
        ({"resolution": "4k"}, "resolution value '4k' is invalid"),
        ({"aspect_ratio": "5:4"}, "aspect_ratio value '5:4' is invalid"),
        ({"image": picture(299, 400)}, "image value"),
        ({"image_reference": "face", "model_name": "kling-v2-1"}, "image value '' is invalid"),
        ({"image_reference": "style", "model_name": "kling-v2-1"}, "image_reference value 'style' is invalid"),
        ({"image_reference": "face"}, "image_reference value 'face' is invalid: it is not supported by kling-v3"),
        ({"image_fidelity": 0.5}, "image_fidelity value '0.5' is invalid: it is not supported by kling-v3"),
        ({"image_fidelity": 1.5, "model_name": "kling-v2-1"}, "image_fidelity value '1.5' is invalid"),
        ({"human_fidelity": 0.5}, "human_fidelity value '0.5' is invalid: it is not supported by kling-v3"),
        ({"image": picture(400, 400), "negative_prompt": "rain"}, "negative_prompt value 'rain' is invalid"),
        ({"element_list": [{"element_id": 1}] * 11}, "element_list value '11 entries' is invalid"),
        (
            {"element_list": [{"element_id": 1}] * 10, "image": picture(400, 400)},
            "element_list value '10 entries' is invalid",
        ),
        (
            {"element_list": [{"element_id": 1}], "model_name": "kling-v2-1"},
            "element_list value '1 entries' is invalid",
        ),
    ],
)
def test_refused_images(idle: Account, change: dict[str, Any], sentence: str) -> None:
    refused(idle.create({**LAMP, **change}, IMAGES), sentence)


def test_what_has_no_effect_is_ignored(open_sandbox: Open) -> None:
    server, account = open_sandbox()
    body = {**LAMP, "model_name": "kling-v2-1", "human_fidelity": 0.2, "style": "oil"}
    assert account.create(body, IMAGES).status_code == 200
    assert server.requests()[0]["ignored_fields"] == ["style", "human_fidelity"]
