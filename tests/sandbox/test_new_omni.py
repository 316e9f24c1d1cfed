# SPDX-License-Identifier: GPL-3.0-or-later
"""Omni video of the new standard: seven kinds of parts, what goes together, and the clips decoded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from addon.sandbox.new_omni_rules import read_new_omni_order
from tests.clip_pattern import read_frames, read_sound, take_mark
from tests.sandbox.account import Account
from tests.sandbox.conftest import Opened, picture
from tests.sandbox.reference_host import read_number, read_pictures, save, serve, wait_new, write_video

Open = Callable[..., Opened]
V3, O1 = "/omni-video/kling-3.0-omni", "/omni-video/kling-o1"
IMAGE = picture(300, 300)
FIRST, LAST, REFER = ({"type": kind, "url": IMAGE} for kind in ("first_frame", "last_frame", "refer_image"))
BASE, FEATURE = ({"type": kind, "url": "http://127.0.0.1:1/a.mp4"} for kind in ("base_video", "feature_video"))
ELEMENT = {"type": "element", "element_id": "860000000000001"}


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("references")
    write_video(folder / "good.mp4", 84, Fraction(24), sound=True)
    write_video(folder / "longest.mp4", 372, Fraction(24), size=(720, 720))
    write_video(folder / "longer.mp4", 374, Fraction(24), size=(720, 720))
    write_video(folder / "eleven.mp4", 11 * 24, Fraction(24), size=(720, 720))
    write_video(folder / "wide.mp4", 80, Fraction(24), size=(1602, 800))
    write_video(folder / "huge.mp4", 2, Fraction(24), size=(4096, 2048))
    write_video(folder / "small.mp4", 80, Fraction(24), size=(698, 720))
    write_video(folder / "middling.mp4", 80, Fraction(24), size=(700, 720))
    write_video(folder / "slow.mp4", 80, Fraction(20), size=(720, 720))
    with serve(folder) as address:
        yield address


def body(*parts: dict[str, Any], prompt: str = "a lamp", **settings: Any) -> dict[str, Any]:
    return {"contents": [{"type": "prompt", "text": prompt}, *parts], "settings": settings}


def made(account: Account, sent: dict[str, Any], path: str = V3) -> str:
    answer = account.create(sent, path)
    assert answer.status_code == 200, answer.text
    task_id = answer.json()["data"]["id"]
    assert isinstance(task_id, str)
    return task_id


def test_base_video_from_create_to_file(open_sandbox: Open, host: str, tmp_path: Path) -> None:
    server, account = open_sandbox()
    video = {"type": "base_video", "url": f"{host}/good.mp4", "id": "scene"}
    sent = body(video, prompt="make @scene a night", audio="original")
    sent["options"] = {"external_task_id": "night", "watermark_info": {"enabled": True}}
    task_id = made(account, sent)
    task = wait_new(account, task_id)
    assert task["status"] == "succeeded", task
    (output,) = task["outputs"]
    assert output["duration"] == "3.500"
    assert task["billing"] == [{"charge_type": "unit", "amount": "3.6", "package_type": "video"}]
    for address in (output["url"], output["watermark_url"]):
        file = save(account, address, tmp_path / "clip.mp4")
        readings = read_frames(file)
        assert [reading.frame_number for reading in readings] == list(range(84))
        assert {reading.take_mark for reading in readings} == {take_mark(task_id)}
    pictures, rate, tracks = read_pictures(file)
    assert (pictures[0].shape, rate, tracks) == ((832, 1108, 3), 24, 1)
    width = 0.78 * 832 * 4 / 3
    assert [read_number(one, (1108 - width) / 2, width, 0.78 * 832) for one in pictures] == list(range(84))
    samples, rate_hz, start_s = read_sound(file)
    loud = np.flatnonzero(np.abs(samples) > 0.2) / rate_hz + start_s
    assert (loud[0], loud[-1]) == pytest.approx((1, 2), abs=0.03)
    assert server.charges() == [(task_id, "night", Decimal("3.6"))]


def test_feature_video_and_o1(open_sandbox: Open, host: str, tmp_path: Path) -> None:
    _, account = open_sandbox()
    video = {"type": "feature_video", "url": f"{host}/good.mp4"}
    image = {"type": "refer_image", "url": picture(300, 300, "red")}
    first = made(account, body(video, image, duration=4, aspect_ratio="1:1"))
    second = made(account, body({**video, "type": "base_video"}, audio="off"), O1)
    task = wait_new(account, first)
    (output,) = task["outputs"]
    assert (output["duration"], task["billing"][0]["amount"]) == ("4.041", "3.6")
    pictures, _, tracks = read_pictures(save(account, output["url"], tmp_path / "first.mp4"))
    assert (len(pictures), pictures[0].shape, tracks) == (97, (960, 960, 3), 0)
    # The red image is at the left, the grey still of the video at the right.
    left, right = (pictures[5][600, column].astype(int) for column in (200, 800))
    assert left[0] > 3 * max(left[1], left[2])
    assert right.max() - right.min() < 12
    pictures, _, tracks = read_pictures(
        save(account, wait_new(account, second)["outputs"][0]["url"], tmp_path / "second.mp4")
    )
    assert (len(pictures), tracks) == (84, 0)


@pytest.mark.parametrize(
    ("path", "file", "said"),
    [
        (V3, "longer.mp4", "duration of the video is invalid (15.583 s): it must be 3 to 15.5 s"),
        (O1, "eleven.mp4", "duration of the video is invalid (11.000 s): it must be 3 to 10 s"),
        (V3, "wide.mp4", "(1602x800): width divided by height must be 0.4 to 2"),
        (V3, "huge.mp4", "(4096x2048): it must have at most 8294400 pixels"),
        (O1, "huge.mp4", "(4096x2048): each side must be 700 to 2160"),
        (V3, "small.mp4", "(698x720): each side must be 700 to 4553"),
        (O1, "slow.mp4", "frame rate of the video is invalid (20.000)"),
        (V3, "missing.mp4", "Failed to download the video: HTTP 404"),
    ],
)
def test_bad_reference_makes_the_task_fail(open_sandbox: Open, host: str, path: str, file: str, said: str) -> None:
    server, account = open_sandbox()
    task = wait_new(account, made(account, body({"type": "base_video", "url": f"{host}/{file}"}), path))
    assert task["status"] == "failed"
    assert said in task["message"]
    assert server.charges() == []


@pytest.mark.parametrize(("path", "file"), [(V3, "longest.mp4"), (O1, "middling.mp4"), (O1, "wide.mp4")])
def test_references_at_the_edge(open_sandbox: Open, host: str, path: str, file: str) -> None:
    _, account = open_sandbox()
    video = {"type": "feature_video", "url": f"{host}/{file}"}
    assert wait_new(account, made(account, body(video, duration=3), path))["status"] == "succeeded"


@pytest.mark.parametrize(
    ("path", "sent", "units"),
    [
        (V3, body(), "3"),
        (V3, body(audio="native", resolution="1080p", duration=15), "15"),
        (V3, body(resolution="4k", duration=3), "9"),
        (V3, body(FIRST, LAST, ELEMENT, ELEMENT, ELEMENT), "3"),
        (V3, body(*[REFER] * 4, *[ELEMENT] * 3), "3"),
        (V3, body(BASE, *[REFER] * 3), "0"),
        (V3, body(FEATURE, multi_shot=True, audio="off"), "4.5"),
        (V3, body(FEATURE, FIRST), "4.5"),
        (V3, body(BASE, multi_shot=False, audio="original"), "0"),
        (V3, body(prompt="shot 1, 2, a lamp; shot 2, 3, a table;"), "3"),
        (V3, body(prompt="shot 1, 9, a lamp", multi_shot=False), "3"),
        (V3, body({**REFER, "id": "Zhang"}, prompt="@Zhang sees someone@example.org"), "3"),
        (V3, body({**REFER, "id": "image_1"}, prompt="@image_1在路上"), "3"),
        (O1, body(prompt="shot 1, 9, a lamp"), "3"),
        (O1, body(FIRST, LAST, duration=3), "1.8"),
        (O1, body(FEATURE, duration=7, resolution="1080p"), "8.4"),
    ],
)
def test_good_creates_and_their_prices(idle: Account, path: str, sent: dict[str, Any], units: str) -> None:
    made(idle, sent, path)
    assert read_new_omni_order(path.rpartition("/")[2], sent).units == Decimal(units)


@pytest.mark.parametrize(
    ("path", "sent", "sentence"),
    [
        (V3, {"contents": [REFER]}, "contents.prompt value '' is invalid"),
        (V3, body(prompt="a" * 3073), "contents[0].text value"),
        (O1, body(prompt="a" * 2501), "contents[0].text value"),
        (V3, body({"type": "image", "url": IMAGE}), "contents[1].type value 'image' is invalid"),
        (V3, body({"type": "base_video", "url": IMAGE}), "contents[1].url value"),
        (V3, body(LAST), "contents value 'last_frame' is invalid"),
        (V3, body(BASE, FEATURE), "contents value 'base_video' is invalid"),
        (V3, body(BASE, BASE), "contents[2] value 'base_video' is invalid"),
        (V3, body(BASE, FIRST), "contents value 'first_frame' is invalid"),
        (V3, body(*[REFER] * 8), "contents[8] value 'refer_image' is invalid"),
        (V3, body(*[REFER] * 4, *[ELEMENT] * 4), "contents.element value '8 images and elements' is invalid"),
        (V3, body(FEATURE, *[REFER] * 5), "contents.refer_image value '5 images and elements' is invalid"),
        (V3, body(FIRST, *[ELEMENT] * 4), "contents.element value '4 entries' is invalid"),
        (O1, body(FIRST, LAST, ELEMENT), "contents.element value '1 entries' is invalid"),
        (O1, body(FIRST, LAST, REFER), "contents.refer_image value '1 entries' is invalid"),
        (O1, body(FIRST, duration=7), "settings.duration value '7' is invalid"),
        (O1, body(REFER, duration=11), "settings.duration value '11' is invalid"),
        (V3, body(duration=16), "settings.duration value '16' is invalid"),
        (V3, body(duration="5"), "settings.duration value '5' is invalid"),
        (O1, body(resolution="4k"), "settings.resolution value '4k' is invalid"),
        (O1, body(audio="native"), "settings.audio value 'native' is invalid"),
        (V3, body(aspect_ratio="4:3"), "settings.aspect_ratio value '4:3' is invalid"),
        (V3, body(audio="original"), "settings.audio value 'original' is invalid"),
        (V3, body(BASE, audio="native"), "settings.audio value 'native' is invalid"),
        (V3, body(BASE, multi_shot=True), "settings.multi_shot value 'true' is invalid"),
        (V3, body(FEATURE, audio="native"), "settings.audio value 'native' is invalid"),
        (V3, body(FEATURE, audio="original"), "settings.audio value 'original' is invalid"),
        (V3, body(FEATURE, multi_shot=False), "settings.multi_shot value 'false' is invalid"),
        (V3, body(prompt="shot 1, 2, a lamp; shot 2, 2, a table;"), "contents.prompt value '4 s' is invalid"),
        (V3, body({**REFER, "id": "a"}, {**BASE, "id": "a"}), "contents[2].id value 'a' is invalid"),
        (V3, body({**REFER, "id": "image_1"}, prompt="@image_2"), "contents.prompt value '@image_2' is invalid"),
        (V3, body({**REFER, "id": "image_1"}, prompt="@video_1"), "contents.prompt value '@video_1' is invalid"),
        (V3, body({"type": "element", "element_id": "lamp"}), "contents[1].element_id value 'lamp' is invalid"),
        (V3, body({"type": "element", "element_id": 7}), "contents[1].element_id value '7' is invalid"),
    ],
)
def test_refused_creates(idle: Account, path: str, sent: dict[str, Any], sentence: str) -> None:
    answer = idle.create(sent, path)
    assert (answer.status_code, answer.json()["code"]) == (400, 1201), answer.text
    assert answer.json()["message"].startswith(sentence), answer.text


def test_models_and_keys(idle: Account) -> None:
    for path in ("/omni-video/kling-v3-omni", "/omni-video/kling-3.0"):
        answer = idle.create(body(), path)
        assert (answer.status_code, answer.json()["code"]) == (404, 1203)
    answer = idle.send("POST", V3, json=body(), headers={"Authorization": "Bearer a.b.c"})
    assert (answer.status_code, answer.json()["code"]) == (401, 1002)
    assert idle.send("GET", V3).json()["code"] == 1202
