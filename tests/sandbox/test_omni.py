# SPDX-License-Identifier: GPL-3.0-or-later
"""Omni video of the legacy standard: what is refused, what fails, and the clips decoded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from addon.sandbox.input_store import InputStore
from addon.sandbox.library_use import LibraryEntry, LibraryKind, check_uses
from addon.sandbox.new_omni_rules import read_new_omni_order
from addon.sandbox.omni_rules import edited_units, read_omni_order
from addon.sandbox.refusal import Refusal
from addon.sandbox.server import SandboxServer
from addon.sandbox.settings import SandboxSettings
from addon.sandbox.task_store import Schedule, TaskStore
from tests.clip_pattern import read_frames, read_sound, take_mark
from tests.sandbox.account import Account
from tests.sandbox.conftest import Opened, picture
from tests.sandbox.reference_host import read_number, read_pictures, save, serve, wait_new, write_video

Open = Callable[..., Opened]
OMNI = "/v1/videos/omni-video"
O1, V3 = "kling-video-o1", "kling-v3-omni"
IMAGE = picture(300, 300)
FIRST, END, PLAIN = ({"image_url": IMAGE, "type": kind} for kind in ("first_frame", "end_frame", ""))
VIDEO = "http://127.0.0.1:1/a.mp4"
BASE = {"video_url": VIDEO, "refer_type": "base"}
FEATURE = {"video_url": VIDEO, "refer_type": "feature"}


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("references")
    write_video(folder / "good.mp4", 105, Fraction(30), sound=True)
    write_video(folder / "silent.mov", 80, Fraction(24000, 1001), size=(720, 720))
    write_video(folder / "short.mp4", 48, Fraction(24), size=(720, 720))
    write_video(folder / "twelve.mp4", 12 * 24, Fraction(24), size=(720, 720))
    write_video(folder / "sixteen.mp4", 16 * 24, Fraction(24), size=(720, 720))
    write_video(folder / "slow.mp4", 60, Fraction(15), size=(720, 720))
    write_video(folder / "quick.mp4", 4 * 75, Fraction(75), size=(720, 720))
    write_video(folder / "small.mp4", 80, Fraction(24), size=(1280, 700))
    write_video(folder / "large.mp4", 2, Fraction(24), size=(2200, 1080))
    write_video(folder / "other.mkv", 80, Fraction(24), size=(720, 720))
    (folder / "broken.mp4").write_bytes(b"no video at all")
    with serve(folder) as address:
        yield address


def elements(count: int) -> list[dict[str, Any]]:
    return [{"element_id": 860_000_000_000_001 + number} for number in range(count)]


def omni(**more: Any) -> dict[str, Any]:
    return {"model_name": V3, "prompt": "a lamp", "mode": "std", **more}


def test_base_video_is_edited(open_sandbox: Open, host: str, tmp_path: Path) -> None:
    server, account = open_sandbox()
    video = {"video_url": f"{host}/good.mp4", "keep_original_sound": "yes"}
    body = omni(video_list=[video], duration="9", aspect_ratio="1:1", external_task_id="edit")
    task_id = account.task_id(body, OMNI)
    data = account.wait("edit", OMNI, timeout_s=40)
    assert data["task_status"] == "succeed", data
    (result,) = data["task_result"]["videos"]
    # 105 frames at 30 fps are 3.5 s: 84 frames at 24 fps, billed as 4 s.
    assert (result["duration"], data["final_unit_deduction"]) == ("3.500", "3.6")
    file = save(account, result["url"], tmp_path / "clip.mp4")
    readings = read_frames(file)
    assert [reading.frame_number for reading in readings] == list(range(84))
    assert {reading.take_mark for reading in readings} == {take_mark(task_id)}
    pictures, rate, tracks = read_pictures(file)
    # The ratio is the video's, 4 to 3, at as many pixels as 1280x720.
    assert (pictures[0].shape[1], pictures[0].shape[0], rate, tracks) == (1108, 832, 24, 1)
    # The frames fill 0.78 of the height. Frame n of 24 fps is seen when frame 1.25 n of 30 fps is.
    height = 0.78 * 832
    width = height * 4 / 3
    assert [read_number(one, (1108 - width) / 2, width, height) for one in pictures] == [n * 5 // 4 for n in range(84)]
    samples, rate_hz, start_s = read_sound(file)
    loud = np.flatnonzero(np.abs(samples) > 0.2) / rate_hz + start_s
    assert (loud[0], loud[-1]) == pytest.approx((1, 2), abs=0.03)
    assert server.charges() == [(task_id, "edit", Decimal("3.6"))]
    entry = next(entry for entry in server.requests() if entry["accepted"])
    assert entry["ignored_fields"] == ["aspect_ratio", "duration"]
    (shown,) = account.send("GET", OMNI).json()["data"]
    assert shown["task_id"] == task_id
    assert wait_new(account, task_id)["billing"][0]["amount"] == "3.6"
    listed = account.create({}, "/tasks").json()["data"]["result"]
    assert [task["id"] for task in listed] == [task_id]


def test_base_video_without_its_sound(open_sandbox: Open, host: str, tmp_path: Path) -> None:
    _, account = open_sandbox()
    tasks = [
        account.task_id(omni(model_name=O1, video_list=[video]), OMNI)
        for video in (
            {"video_url": f"{host}/good.mp4", "keep_original_sound": "no"},
            {"video_url": f"{host}/silent.mov", "keep_original_sound": "yes"},
        )
    ]
    files = [save(account, account.url(task_id, OMNI), tmp_path / f"{task_id}.mp4") for task_id in tasks]
    assert [read_pictures(file)[2] for file in files] == [0, 0]
    # Film runs at 24000/1001, the clip at 24: 80 frames are 3.337 s, the nearest to which are 80 frames too.
    assert [len(read_frames(file)) for file in files] == [84, 80]


def test_feature_video_has_the_asked_length(open_sandbox: Open, host: str, tmp_path: Path) -> None:
    server, account = open_sandbox()
    video = {"video_url": f"{host}/good.mp4", "refer_type": "feature", "keep_original_sound": "yes"}
    task_id = account.task_id(omni(video_list=[video], duration="5", aspect_ratio="9:16"), OMNI)
    data = account.wait(task_id, OMNI, timeout_s=40)
    (result,) = data["task_result"]["videos"]
    assert (result["duration"], data["final_unit_deduction"]) == ("5.041", "4.5")
    file = save(account, result["url"], tmp_path / "clip.mp4")
    readings = read_frames(file)
    assert [reading.frame_number for reading in readings] == list(range(121))
    assert {reading.take_mark for reading in readings} == {take_mark(task_id)}
    pictures, rate, tracks = read_pictures(file)
    assert (pictures[0].shape[1], pictures[0].shape[0], rate, tracks) == (720, 1280, 24, 1)
    samples, rate_hz, start_s = read_sound(file)
    assert len(samples) / rate_hz == pytest.approx(121 / 24, abs=0.05)
    loud = np.flatnonzero(np.abs(samples) > 0.2) / rate_hz + start_s
    assert (loud[0], loud[-1]) == pytest.approx((1, 2), abs=0.03)
    assert [units for _, _, units in server.charges()] == [Decimal("4.5")]


def test_reference_images_are_seen(open_sandbox: Open, tmp_path: Path) -> None:
    (tmp_path / "www").mkdir()
    _, account = open_sandbox()
    images = [{"image_url": picture(300, 300, colour)} for colour in ("red", "lime", "blue")]
    body = omni(image_list=images, duration="3", sound="on", prompt="<<<image_3>>> and a lamp")
    task_id = account.task_id(body, OMNI)
    data = account.wait(task_id, OMNI)
    assert data["final_unit_deduction"] == "2.4"
    pictures, _, tracks = read_pictures(save(account, data["task_result"]["videos"][0]["url"], tmp_path / "clip.mp4"))
    assert tracks == 1
    # Below the words, and not in a flash.
    colours = [pictures[5][450, column].argmax() for column in (200, 640, 1100)]
    assert colours == [0, 1, 2]


def test_frames_give_the_ratio(open_sandbox: Open, tmp_path: Path) -> None:
    _, account = open_sandbox()
    red, blue = picture(600, 300, "red"), picture(600, 300, "blue")
    images = [{"image_url": blue, "type": "end_frame"}, {"image_url": red, "type": "first_frame"}]
    task_id = account.task_id(omni(model_name=O1, image_list=images, duration="3"), OMNI)
    pictures, _, tracks = read_pictures(save(account, account.url(task_id, OMNI), tmp_path / "clip.mp4"))
    assert tracks == 0
    assert pictures[0].shape[:2] == (678, 1358)
    assert [pictures[number][420, 600].argmax() for number in (3, 71)] == [0, 2]


def test_picture_that_is_not_there_makes_the_task_fail(open_sandbox: Open, host: str) -> None:
    server, account = open_sandbox()
    task_id = account.task_id(omni(image_list=[{"image_url": f"{host}/none.png"}]), OMNI)
    data = account.wait(task_id, OMNI)
    assert data["task_status"] == "failed"
    assert data["task_status_msg"] == "Failed to download the image: HTTP 404"
    assert server.charges() == []


@pytest.mark.parametrize(
    ("model", "file", "said"),
    [
        (V3, "short.mp4", "duration of the video is invalid (2.000 s): it must be 3 to 15 s"),
        (V3, "sixteen.mp4", "duration of the video is invalid (16.000 s): it must be 3 to 15 s"),
        (O1, "twelve.mp4", "duration of the video is invalid (12.000 s): it must be 3 to 10 s"),
        (V3, "slow.mp4", "frame rate of the video is invalid (15.000): it must be 24 to 60"),
        (V3, "quick.mp4", "frame rate of the video is invalid (75.000)"),
        (V3, "small.mp4", "resolution of the video is invalid (1280x700): each side must be 720 to 2160"),
        (O1, "large.mp4", "resolution of the video is invalid (2200x1080)"),
        (V3, "other.mkv", "format of the video is invalid"),
        (V3, "broken.mp4", "cannot be decoded"),
        (V3, "missing.mp4", "Failed to download the video: HTTP 404"),
    ],
)
@pytest.mark.parametrize("role", ["base", "feature"])
def test_bad_reference_makes_the_task_fail(
    open_sandbox: Open, host: str, model: str, file: str, said: str, role: str
) -> None:
    server, account = open_sandbox()
    video = {"video_url": f"{host}/{file}", "refer_type": role}
    data = account.wait(account.task_id(omni(model_name=model, video_list=[video]), OMNI), OMNI)
    assert data["task_status"] == "failed"
    assert said in data["task_status_msg"]
    assert server.charges() == []


@pytest.mark.parametrize(
    ("body", "units"),
    [
        (omni(), "3"),
        (omni(sound="on"), "4"),
        ({"prompt": "a lamp"}, "4"),
        (omni(mode="4k", duration="3"), "9"),
        (omni(mode="4k", duration="3", sound="on"), "9"),
        (omni(mode="pro", duration="15", sound="on"), "15"),
        (omni(model_name=O1, duration="10"), "6"),
        (omni(model_name=O1, duration="3", image_list=[PLAIN]), "1.8"),
        (omni(model_name=O1, duration="3", image_list=[END, FIRST]), "1.8"),
        (omni(model_name=O1, mode="pro", video_list=[FEATURE], duration="4"), "4.8"),
        (omni(mode="4k", video_list=[FEATURE], duration="4"), "12"),
        (omni(video_list=[BASE]), "0"),
        (omni(image_list=[PLAIN] * 4, element_list=elements(3)), "3"),
        (omni(image_list=[PLAIN] * 3, video_list=[BASE], element_list=elements(1)), "0"),
        (omni(image_list=[FIRST, END], element_list=elements(3)), "3"),
        (omni(image_list=[FIRST], video_list=[FEATURE]), "4.5"),
        (omni(prompt="<<<image_2>>> <<<element_1>>>", image_list=[PLAIN, PLAIN], element_list=elements(1)), "3"),
        (omni(prompt="<<<something>>>"), "3"),
        (omni(multi_shot=True, shot_type="intelligence", video_list=[FEATURE]), "4.5"),
        (
            omni(
                prompt="",
                multi_shot=True,
                shot_type="customize",
                image_list=[FIRST],
                multi_prompt=[{"index": 1, "prompt": "a <<<image_1>>>", "duration": "5"}],
            ),
            "3",
        ),
    ],
)
def test_good_creates_and_their_prices(idle: Account, body: dict[str, Any], units: str) -> None:
    answer = idle.create(body, OMNI)
    assert answer.status_code == 200, answer.text
    assert read_omni_order(body).units == Decimal(units)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"model_name": "kling-v3"}, "model_name value 'kling-v3' is invalid"),
        ({"prompt": ""}, "prompt value '' is invalid"),
        ({"prompt": "a" * 2501}, "prompt value"),
        ({"model_name": O1, "mode": "4k"}, "mode value '4k' is invalid"),
        ({"duration": "16"}, "duration value '16' is invalid"),
        ({"duration": 5}, "duration value '5' is invalid"),
        ({"model_name": O1, "duration": "11", "image_list": [PLAIN]}, "duration value '11' is invalid"),
        ({"model_name": O1, "duration": "6"}, "duration value '6' is invalid"),
        ({"model_name": O1, "duration": "6", "image_list": [FIRST]}, "duration value '6' is invalid"),
        ({"aspect_ratio": "4:3"}, "aspect_ratio value '4:3' is invalid"),
        ({"sound": True}, "sound value 'True' is invalid"),
        ({"model_name": O1, "sound": "on"}, "sound value 'on' is invalid"),
        ({"sound": "on", "video_list": [BASE]}, "sound on is not supported with video input"),
        ({"sound": "on", "video_list": [FEATURE]}, "sound on is not supported with video input"),
        ({"image_list": [PLAIN] * 8}, "image_list value '8 entries' is invalid"),
        ({"image_list": [PLAIN] * 4, "element_list": elements(4)}, "element_list value '8 images and elements'"),
        ({"image_list": [PLAIN] * 5, "video_list": [FEATURE]}, "image_list value '5 images and elements'"),
        (
            {"image_list": [PLAIN] * 2, "element_list": elements(3), "video_list": [BASE]},
            "element_list value '5 images and elements' is invalid: there may be at most 4 with a reference video",
        ),
        ({"image_list": [FIRST], "element_list": elements(4)}, "element_list value '4 entries' is invalid"),
        (
            {"model_name": O1, "image_list": [FIRST, END], "element_list": elements(1)},
            "element_list value '1 entries' is invalid",
        ),
        ({"model_name": O1, "image_list": [FIRST, END, PLAIN]}, "image_list value '1 entries' is invalid"),
        ({"image_list": [END]}, "image_list value 'end_frame' is invalid"),
        ({"image_list": [FIRST, FIRST]}, "image_list value '2 first_frame' is invalid"),
        ({"image_list": [FIRST], "video_list": [BASE]}, "image_list value 'first_frame' is invalid"),
        ({"image_list": [{"image_url": IMAGE, "type": "last"}]}, "image_list[0].type value 'last' is invalid"),
        ({"image_list": [{"type": "first_frame"}]}, "image_list[0].image_url value '' is invalid"),
        ({"image_list": [{"image_url": f"data:image/png;base64,{IMAGE}"}]}, "image_list[0].image_url value 'data:"),
        ({"element_list": [{"element_id": "12"}]}, "element_list[0].element_id value '12' is invalid"),
        ({"element_list": [{"element_id": -1}]}, "element_list[0].element_id value '-1' is invalid"),
        ({"element_list": [{"element_id": 10**30}]}, "element_list[0].element_id value '1000"),
        ({"video_list": [BASE, BASE]}, "video_list value '2 entries' is invalid"),
        ({"video_list": [{"video_url": IMAGE}]}, "video_list[0].video_url value"),
        ({"video_list": [{**BASE, "refer_type": "style"}]}, "video_list[0].refer_type value 'style' is invalid"),
        ({"video_list": [{**BASE, "keep_original_sound": "on"}]}, "video_list[0].keep_original_sound value 'on'"),
        ({"prompt": "<<<image_1>>>"}, "prompt value '<<<image_1>>>' is invalid: it points at nothing"),
        ({"prompt": "<<<image_0>>>", "image_list": [PLAIN]}, "prompt value '<<<image_0>>>' is invalid"),
        ({"prompt": "<<<element_2>>>", "element_list": elements(1)}, "prompt value '<<<element_2>>>' is invalid"),
        ({"prompt": "a <<<video_1>>>"}, "prompt value '<<<video_1>>>' is invalid"),
        ({"prompt": "a <<<voice_1>>>"}, "prompt value '<<<voice_1>>>' is invalid"),
        ({"model_name": O1, "multi_shot": True}, "multi_shot value 'true' is invalid"),
        (
            {"multi_shot": True, "shot_type": "intelligence", "video_list": [BASE]},
            "multi_shot value 'true' is invalid",
        ),
        (
            {
                "multi_shot": True,
                "shot_type": "customize",
                "multi_prompt": [{"index": 1, "prompt": "a", "duration": "5"}],
                "video_list": [FEATURE],
            },
            "shot_type value 'customize' is invalid",
        ),
        (
            {
                "multi_shot": True,
                "shot_type": "customize",
                "multi_prompt": [{"index": 1, "prompt": "a <<<image_1>>>", "duration": "5"}],
            },
            "multi_prompt[0].prompt value '<<<image_1>>>' is invalid",
        ),
        (
            {
                "multi_shot": True,
                "shot_type": "customize",
                "multi_prompt": [{"index": 1, "prompt": "a", "duration": "4"}],
            },
            "multi_prompt value '4 s' is invalid",
        ),
    ],
)
def test_refused_creates(idle: Account, change: dict[str, Any], sentence: str) -> None:
    answer = idle.create(omni(**change), OMNI)
    assert (answer.status_code, answer.json()["code"]) == (400, 1201), answer.text
    assert answer.json()["message"].startswith(sentence), answer.text


@pytest.mark.parametrize(
    ("model", "quality", "length_s", "units"),
    [
        (V3, "std", "3.4", "2.7"),
        (V3, "std", "3.5", "3.6"),
        (O1, "pro", "9.9", "12.0"),
        ("kling-3.0-omni", "4k", "4.2", "12.0"),
    ],
)
def test_seconds_of_an_edit_are_rounded(model: str, quality: str, length_s: str, units: str) -> None:
    assert edited_units(model, quality, Fraction(length_s)) == Decimal(units)


def test_what_the_library_says_of_elements() -> None:
    known = {"1": LibraryEntry(deleted=True), "2": LibraryEntry(made_from="video"), "3": LibraryEntry()}

    def lookup(kind: LibraryKind, library_id: str) -> LibraryEntry | None:
        return known.get(library_id) if kind == "element" else None

    def refusal(body: dict[str, Any]) -> str | None:
        order = read_new_omni_order("kling-3.0-omni", body) if "contents" in body else read_omni_order(body)
        try:
            check_uses(order.library_uses, lookup)
        except Refusal as error:
            return error.message
        return None

    def with_elements(*ids: int, **more: Any) -> dict[str, Any]:
        return omni(element_list=[{"element_id": one} for one in ids], **more)

    assert refusal(with_elements(3, 4)) is None
    said = refusal(with_elements(3, 1))
    assert said == "element_list[1].element_id value '1' is invalid: it has been deleted"
    # Made from a video of a character: not for o1, and not beside reference images when there is a video.
    assert refusal(with_elements(2)) is None
    assert (refusal(with_elements(2, model_name=O1)) or "").startswith("element_list[0].element_id value '2' is")
    assert refusal(with_elements(2, video_list=[BASE])) is None
    assert (refusal(with_elements(2, video_list=[BASE], image_list=[PLAIN])) or "").startswith("element_list[0]")
    parts = [{"type": "prompt", "text": "a"}, {"type": "element", "element_id": "1"}]
    assert (refusal({"contents": parts}) or "").startswith("contents[1].element_id value '1' is invalid")


def test_inputs_outlive_a_crash(tmp_path: Path) -> None:
    body = omni(image_list=[{"image_url": picture(300, 300, "blue")}], duration="3")
    settings = SandboxSettings(tmp_path / "sandbox", speed=1_000_000)
    # As far as a process comes that dies before it paints.
    inputs, store = InputStore(settings.data_dir), TaskStore(settings.data_dir)
    with inputs.kept(read_omni_order(body)) as order:
        task = store.create(order, Schedule(submitted_ms=0, total_ms=0), settings.limits)
    with pytest.raises(ZeroDivisionError), inputs.kept(read_omni_order(body)):
        _ = 1 / 0
    store.close()
    inputs.close()
    with SandboxServer(settings) as server, httpx.Client(timeout=20) as client:
        account = Account(server, client)
        file = save(account, account.url(task.task_id, OMNI), tmp_path / "clip.mp4")
    pictures, _, _ = read_pictures(file)
    assert len(pictures) == 73
    assert pictures[5][450, 640].argmax() == 2
