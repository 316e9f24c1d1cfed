# SPDX-License-Identifier: GPL-3.0-or-later
"""Elements: made of pictures or a video, official ones, deleted, and what deleting means for a clip."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from tests.sandbox.account import IMAGE, Account
from tests.sandbox.conftest import Opened, picture
from tests.sandbox.library_material import hosted, refused, tone, wait_new, write_sound, write_video

Open = Callable[..., Opened]
ELEMENTS, PRESETS = "/v1/general/advanced-custom-elements", "/v1/general/advanced-presets-elements"
DELETES = ("/v1/general/delete-advanced-elements", "/v1/general/delete-elements")
VOICES = "/v1/general/custom-voices"


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("elements")
    levels = np.full(96, 200, dtype=np.uint8)
    write_video(folder / "good.mp4", levels, size=(1920, 1080))
    write_video(folder / "upright.mov", levels, size=(1080, 1920))
    write_video(folder / "short.mp4", levels[:60], size=(1920, 1080))
    write_video(folder / "long.mp4", np.full(90, 200, dtype=np.uint8), rate=10, size=(1920, 1080))
    write_video(folder / "small.mp4", levels, size=(1280, 720))
    write_video(folder / "square.mp4", levels, size=(1080, 1080))
    (folder / "green.png").write_bytes(base64.b64decode(picture(400, 500, "green")))
    (folder / "thin.png").write_bytes(base64.b64decode(picture(300, 900)))
    write_sound(folder / "voice.wav", tone(6), "pcm_s16le")
    with hosted(folder) as address:
        yield address


def of_images(*further: str, front: str | None = None, **more: Any) -> dict[str, Any]:
    pictures = {
        "frontal_image": front or picture(400, 400, "red"),
        "refer_images": [{"image_url": url} for url in further],
    }
    body = {"element_name": "Mara", "element_description": "A courier", "reference_type": "image_refer"}
    return {**body, "element_image_list": pictures, **more}


def of_video(url: str, **more: Any) -> dict[str, Any]:
    body = {"element_name": "Mara", "element_description": "A courier", "reference_type": "video_refer"}
    return {**body, "element_video_list": {"refer_videos": [{"video_url": url}]}, **more}


def element_of(account: Account, task_id: str) -> dict[str, Any]:
    data = account.wait(task_id, ELEMENTS)
    assert data["task_status"] == "succeed", data
    (element,) = data["task_result"]["elements"]
    assert isinstance(element, dict)
    return element


def colour_at_middle(account: Account, url: str) -> tuple[tuple[int, int], tuple[int, ...]]:
    answer = account.client.get(url)
    assert answer.headers["content-type"] == "image/jpeg"
    with Image.open(io.BytesIO(answer.content), formats=["JPEG"]) as shown:
        seen = shown.convert("RGB").getpixel((shown.width // 2, shown.height // 2))
        assert isinstance(seen, tuple)
        return shown.size, tuple(round(level / 32) for level in seen)


def test_an_element_of_pictures(open_sandbox: Open, host: str) -> None:
    server, account = open_sandbox()
    body = of_images(f"{host}/green.png", picture(320, 320, "blue"), tag_list=[{"tag_id": "o_102"}])
    task_id = account.task_id(body, ELEMENTS)
    element = element_of(account, task_id)
    assert isinstance(element["element_id"], int)
    assert 10**17 <= element["element_id"] < 10**18
    # A number that JavaScript cannot hold.
    assert element["element_id"] > 2**53
    assert (element["element_name"], element["element_description"]) == ("Mara", "A courier")
    assert (element["reference_type"], element["status"]) == ("image_refer", "succeed")
    assert (element["element_video_list"], element["element_voice_info"]) == ({}, {})
    assert element["tag_list"] == [{"tag_id": "o_102", "tag_name": "Character"}]
    shown = element["element_image_list"]
    further = [entry["image_url"] for entry in shown["refer_images"]]
    assert colour_at_middle(account, shown["frontal_image"]) == ((400, 400), (8, 0, 0))
    assert [colour_at_middle(account, url) for url in further] == [((400, 500), (0, 4, 0)), ((320, 320), (0, 0, 8))]
    assert account.query(task_id, ELEMENTS)["final_unit_deduction"] == "0"
    assert server.charges() == [(task_id, None, Decimal(0))]


@pytest.mark.parametrize(("file", "size"), [("good.mp4", (1920, 1080)), ("upright.mov", (1080, 1920))])
def test_an_element_of_a_video(open_sandbox: Open, host: str, tmp_path: Path, file: str, size: tuple[int, int]) -> None:
    _, account = open_sandbox()
    element = element_of(account, account.task_id(of_video(f"{host}/{file}"), ELEMENTS))
    assert (element["reference_type"], element["element_image_list"]) == ("video_refer", {})
    (shown,) = element["element_video_list"]["refer_videos"]
    (tmp_path / "copy.mp4").write_bytes(account.client.get(shown["video_url"]).content)
    with av.open(str(tmp_path / "copy.mp4")) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == size
        assert sum(1 for _ in container.decode(stream)) == 96


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("short.mp4", "duration of the video is invalid (2.500 s): it must be 3 to 8 s"),
        ("long.mp4", "duration of the video is invalid (9.000 s)"),
        ("small.mp4", "resolution of the video is invalid (1280x720)"),
        ("square.mp4", "resolution of the video is invalid (1080x1080)"),
        ("missing.mp4", "Failed to download the video: HTTP 404"),
        ("voice.wav", "format of the video is invalid"),
    ],
)
def test_a_bad_video_makes_the_task_fail(open_sandbox: Open, host: str, file: str, said: str) -> None:
    _, account = open_sandbox()
    data = account.wait(account.task_id(of_video(f"{host}/{file}"), ELEMENTS), ELEMENTS)
    assert data["task_status"] == "failed"
    assert said in data["task_status_msg"]
    assert "task_result" not in data


def test_a_bad_picture_behind_a_url_makes_the_task_fail(open_sandbox: Open, host: str) -> None:
    _, account = open_sandbox()
    data = account.wait(account.task_id(of_images(f"{host}/thin.png"), ELEMENTS), ELEMENTS)
    assert data["task_status"] == "failed"
    assert "resolution or aspect ratio of the input image is invalid (300x900)" in data["task_status_msg"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"element_name": ""}, "element_name value '' is invalid"),
        ({"element_name": "x" * 21}, "it has 21 characters, at most 20"),
        ({"element_description": None}, "element_description value '' is invalid"),
        ({"element_description": "x" * 101}, "it has 101 characters, at most 100"),
        ({"reference_type": ""}, "reference_type value '' is invalid"),
        ({"reference_type": "both"}, "reference_type value 'both' is invalid"),
        ({"reference_type": "video_refer"}, "element_video_list value '' is invalid"),
        ({"element_image_list": None}, "element_image_list value '' is invalid"),
        ({"element_image_list": {"refer_images": []}}, "element_image_list.frontal_image value '' is invalid"),
        (
            {"element_image_list": {"frontal_image": "http://a/b"}},
            "element_image_list.refer_images value '' is invalid",
        ),
        ({"tag_list": [{"tag_id": "o_109"}]}, "tag_list[0].tag_id value 'o_109' is invalid"),
        ({"tag_list": "o_101"}, "tag_list value 'o_101' is invalid"),
        (
            {"element_video_list": {"refer_videos": [{"video_url": "AAAA"}]}},
            "element_video_list.refer_videos[0].video_url value 'AAAA' is invalid",
        ),
        (
            {"element_video_list": {"refer_videos": [{"video_url": "http://a"}] * 2}},
            "element_video_list.refer_videos value '2 entries' is invalid",
        ),
    ],
)
def test_refused_elements(idle: Account, change: dict[str, Any], sentence: str) -> None:
    refused(idle.create({**of_images("http://127.0.0.1:9/a.png"), **change}, ELEMENTS), sentence)


def test_refused_pictures_of_elements(idle: Account) -> None:
    url = "http://127.0.0.1:9/a.png"
    refused(idle.create(of_images(), ELEMENTS), "element_image_list.refer_images value '0 entries' is invalid")
    refused(idle.create(of_images(*[url] * 4), ELEMENTS), "element_image_list.refer_images value '4 entries'")
    refused(idle.create(of_images(picture(299, 400)), ELEMENTS), "element_image_list.refer_images[0].image_url value")
    thin = of_images(url, front=picture(300, 900))
    refused(idle.create(thin, ELEMENTS), "element_image_list.frontal_image value")


def test_an_element_with_a_voice(open_sandbox: Open, host: str) -> None:
    _, account = open_sandbox()
    made = account.task_id({"voice_name": "Ida", "voice_url": f"{host}/voice.wav"}, VOICES)
    voice = account.wait(made, VOICES)["task_result"]["voices"][0]
    body = of_images(picture(400, 400), element_voice_id=voice["voice_id"])
    bound = element_of(account, account.task_id(body, ELEMENTS))["element_voice_info"]
    assert {name: bound[name] for name in ("voice_id", "voice_name", "owned_by")} == {
        name: voice[name] for name in ("voice_id", "voice_name", "owned_by")
    }
    assert account.client.get(bound["trial_url"]).content == account.client.get(voice["trial_url"]).content
    (official, *_) = account.send("GET", "/v1/general/presets-voices").json()["data"]
    voice_id = official["task_result"]["voices"][0]["voice_id"]
    body = of_images(picture(400, 400), element_voice_id=voice_id)
    assert element_of(account, account.task_id(body, ELEMENTS))["element_voice_info"]["owned_by"] == "kling"
    account.send("POST", "/v1/general/delete-voices", json={"voice_id": voice["voice_id"]})
    body = of_images(picture(400, 400), element_voice_id=voice["voice_id"])
    refused(account.create(body, ELEMENTS), f"element_voice_id value '{voice['voice_id']}' is invalid")


@pytest.mark.parametrize("delete", DELETES)
def test_a_deleted_element_is_refused_from_then_on(open_sandbox: Open, delete: str) -> None:
    _, account = open_sandbox()
    task_id = account.task_id(of_images(picture(400, 400), external_task_id="mara"), ELEMENTS)
    element_id = element_of(account, "mara")["element_id"]
    body = {
        "model_name": "kling-v3",
        "prompt": "walks",
        "image": picture(400, 400),
        "element_list": [{"element_id": element_id}],
    }
    assert account.create(body, IMAGE).status_code == 200
    answer = account.send("POST", delete, json={"element_id": str(element_id)})
    # Seen live: success without data.
    assert (answer.json()["code"], "data" in answer.json()) == (0, False)
    refused(account.create(body, IMAGE), f"element_list[0].element_id value '{element_id}' is invalid")
    drawn = {"prompt": "walks", "element_list": [{"element_id": element_id}]}
    refused(account.create(drawn, "/v1/images/generations"), f"element_list[0].element_id value '{element_id}'")
    (listed,) = account.send("GET", ELEMENTS).json()["data"]
    assert listed["task_result"]["elements"][0]["status"] == "deleted"
    assert wait_new(account, task_id)["outputs"][0]["status"] == "deleted"
    again = account.send("POST", delete, json={"element_id": element_id})
    refused(again, f"Element already be deleted for id: {element_id}")
    refused(account.send("POST", delete, json={}), "element_id value '' is invalid")
    refused(account.send("POST", delete, json={"element_id": "x"}), "element_id value 'x' is invalid")
    refused(account.send("POST", delete, json={"element_id": 5}), "element_id value '5' is invalid")


def test_official_elements_can_be_seen_and_used(open_sandbox: Open) -> None:
    _, account = open_sandbox()
    data = account.send("GET", PRESETS).json()["data"]
    colours = set()
    for entry in data:
        (element,) = entry["task_result"]["elements"]
        assert (element["owned_by"], element["status"]) == ("kling", "succeed")
        size, colour = colour_at_middle(account, element["element_image_list"]["frontal_image"])
        assert size == (768, 1024)
        colours.add(colour)
        for further in element["element_image_list"]["refer_images"]:
            assert colour_at_middle(account, further["image_url"])[1] == colour
    assert len(colours) == len(data) >= 2
    element_id = data[0]["task_result"]["elements"][0]["element_id"]
    body = {"model_name": "kling-v3", "image": picture(400, 400), "element_list": [{"element_id": element_id}]}
    assert account.create(body, IMAGE).status_code == 200
    refused(account.send("POST", DELETES[0], json={"element_id": str(element_id)}), f"element_id value '{element_id}'")
    refused(account.send("GET", PRESETS, params={"pageSize": 501}), "pageSize value '501' is invalid")


def test_elements_as_the_new_standard_shows_them(open_sandbox: Open) -> None:
    _, account = open_sandbox()
    body = of_images(picture(400, 400, "blue"), tag_list=[{"tag_id": "o_104"}])
    task_id = account.task_id(body, ELEMENTS)
    (output,) = wait_new(account, task_id)["outputs"]
    # A string here, where the legacy standard has a number.
    assert output["id"] == str(element_of(account, task_id)["element_id"])
    assert (output["type"], output["name"], output["description"]) == ("element", "Mara", "A courier")
    assert [colour_at_middle(account, entry["url"])[1] for entry in output["references"]] == [(8, 0, 0), (0, 0, 8)]
    assert output["tags"] == [{"id": "o_104", "name": "Item"}]


def test_the_list_that_is_not_asked_for_is_ignored(open_sandbox: Open, host: str) -> None:
    server, account = open_sandbox()
    unused = of_video("http://127.0.0.1:9/none.mp4")["element_video_list"]
    body = of_images(picture(400, 400), element_video_list=unused)
    assert element_of(account, account.task_id(body, ELEMENTS))["element_video_list"] == {}
    assert server.requests()[0]["ignored_fields"] == ["element_video_list"]
