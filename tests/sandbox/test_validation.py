# SPDX-License-Identifier: GPL-3.0-or-later
"""Every rule for the fields of a create, one by one. The lists are written from the documents, not from the tables."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.sandbox.account import IMAGE, TEXT, Account
from tests.sandbox.conftest import picture

SQUARE = picture(320, 320)
T = {"model_name": "kling-v2-6", "prompt": "a lamp"}
T3 = {"model_name": "kling-v3", "prompt": "a lamp"}
I = {"model_name": "kling-v2-6", "image": SQUARE}  # noqa: E741
I3 = {"model_name": "kling-v3", "image": SQUARE}
CAMERA = {"type": "simple", "config": {"zoom": 3}}
MASK = {"mask": SQUARE, "trajectories": [{"x": 1, "y": 2}, {"x": 3, "y": 4}]}


def shots(*durations: str) -> list[dict[str, Any]]:
    return [{"index": n, "prompt": f"shot {n}", "duration": s} for n, s in enumerate(durations, start=1)]


MULTI = {**T3, "multi_shot": True, "shot_type": "customize", "duration": "5", "multi_prompt": shots("2", "3")}

REFUSED_TEXT: list[tuple[str, dict[str, Any], tuple[str, ...]]] = [
    ("no prompt", {"model_name": "kling-v2-6"}, ("prompt",)),
    ("empty prompt", {**T, "prompt": ""}, ("prompt",)),
    ("prompt too long", {**T, "prompt": "x" * 2501}, ("prompt", "2501")),
    ("prompt is a number", {**T, "prompt": 7}, ("prompt", "7")),
    ("prompt has half a surrogate pair", {**T, "prompt": "\ud83d"}, ("prompt",)),
    ("negative prompt too long", {**T, "negative_prompt": "x" * 2501}, ("negative_prompt", "2501")),
    ("no model means the discontinued one", {"prompt": "a"}, ("The model 'kling-v1' has been discontinued",)),
    ("the old name model is not read", {"prompt": "a", "model": "kling-v3"}, ("'kling-v1' has been discontinued",)),
    ("empty model", {**T, "model_name": ""}, ("discontinued",)),
    ("unknown model", {**T, "model_name": "kling-v9"}, ("model_name", "kling-v9")),
    ("model is a list", {**T, "model_name": ["kling-v3"]}, ("model_name", "kling-v3")),
    ("model without text2video", {**T, "model_name": "kling-v2-1"}, ("model_name", "kling-v2-1")),
    ("model without text2video", {**T, "model_name": "kling-v1-5"}, ("model_name", "kling-v1-5")),
    ("unknown mode", {**T, "mode": "best"}, ("mode", "best")),
    ("4k needs v3", {**T, "mode": "4k"}, ("mode", "4k", "kling-v2-6")),
    ("v2-master has no modes", {**T, "model_name": "kling-v2-master", "mode": "pro"}, ("mode", "pro")),
    ("duration as a number", {**T, "duration": 5}, ("duration", "5", "string")),
    ("duration with decimals", {**T, "duration": "5.0"}, ("duration", "5.0")),
    ("duration below all", {**T3, "duration": "2"}, ("duration", "2")),
    ("duration above all", {**T3, "duration": "16"}, ("duration", "16")),
    ("v2-6 has 5 and 10", {**T, "duration": "7"}, ("duration", "7", "kling-v2-6")),
    ("v2-5-turbo has 5 and 10", {**T, "model_name": "kling-v2-5-turbo", "duration": "3"}, ("duration", "3")),
    ("unknown aspect", {**T, "aspect_ratio": "4:3"}, ("aspect_ratio", "4:3")),
    ("sound is a boolean", {**T, "sound": True}, ("sound", "True")),
    ("unknown sound", {**T, "sound": "loud"}, ("sound", "loud")),
    ("v2-6 sound needs pro", {**T, "sound": "on"}, ("sound", "on", "std")),
    ("v2-5-turbo has no sound", {**T, "model_name": "kling-v2-5-turbo", "mode": "pro", "sound": "on"}, ("sound", "on")),
    ("cfg_scale on v2", {**T, "cfg_scale": 0.5}, ("cfg_scale", "0.5")),
    ("cfg_scale too big", {**T3, "cfg_scale": 1.1}, ("cfg_scale", "1.1")),
    ("cfg_scale negative", {**T3, "cfg_scale": -0.1}, ("cfg_scale", "-0.1")),
    ("cfg_scale as text", {**T3, "cfg_scale": "0.5"}, ("cfg_scale", "0.5")),
    ("cfg_scale as boolean", {**T3, "cfg_scale": True}, ("cfg_scale", "True")),
    ("camera on text2video", {**T, "camera_control": CAMERA}, ("camera_control", "kling-v1")),
    ("camera is text", {**T, "camera_control": "zoom"}, ("camera_control", "zoom")),
    ("camera without type", {**T, "camera_control": {"config": {}}}, ("camera_control.type",)),
    ("unknown camera type", {**T, "camera_control": {"type": "spin"}}, ("camera_control.type", "spin")),
    (
        "camera out of range",
        {**T, "camera_control": {"type": "simple", "config": {"pan": 11}}},
        ("camera_control.config.pan", "11"),
    ),
    ("voices need pro", {**T, "voice_list": [{"voice_id": "1"}]}, ("voice_list",)),
    ("voices need sound", {**T, "mode": "pro", "voice_list": [{"voice_id": "1"}]}, ("sound", "off")),
    ("three voices", {**T, "mode": "pro", "sound": "on", "voice_list": [{"voice_id": "1"}] * 3}, ("voice_list", "3")),
    ("voice without id", {**T, "mode": "pro", "sound": "on", "voice_list": [{}]}, ("voice_list[0].voice_id",)),
    ("v3 has no voices", {**T3, "sound": "on", "voice_list": [{"voice_id": "1"}]}, ("voice_list", "kling-v3")),
    ("watermark is text", {**T, "watermark_info": "yes"}, ("watermark_info", "yes")),
    ("watermark enabled is text", {**T, "watermark_info": {"enabled": "true"}}, ("watermark_info.enabled", "true")),
    ("callback is a number", {**T, "callback_url": 1}, ("callback_url", "1")),
    ("external id is a number", {**T, "external_task_id": 12}, ("external_task_id", "12")),
    ("multi_shot is text", {**T3, "multi_shot": "true"}, ("multi_shot", "true")),
    ("multi_shot needs v3", {**T, "multi_shot": True, "shot_type": "intelligence"}, ("multi_shot", "true")),
    ("multi_shot without type", {**T3, "multi_shot": True}, ("shot_type",)),
    ("unknown shot type", {**T3, "multi_shot": True, "shot_type": "cut"}, ("shot_type", "cut")),
    ("intelligence needs a prompt", {**T3, "prompt": "", "multi_shot": True, "shot_type": "intelligence"}, ("prompt",)),
    ("customize without shots", {**MULTI, "multi_prompt": []}, ("multi_prompt",)),
    ("seven shots", {**MULTI, "duration": "7", "multi_prompt": shots(*["1"] * 7)}, ("multi_prompt", "7")),
    ("shots too short together", {**MULTI, "multi_prompt": shots("2", "2")}, ("multi_prompt", "4 s", "5 s")),
    ("shot of no length", {**MULTI, "multi_prompt": shots("0", "5")}, ("multi_prompt[0].duration", "0")),
    ("shot duration as number", {**MULTI, "multi_prompt": [{**shots("5")[0], "duration": 5}]}, ("duration", "5")),
    ("shot prompt too long", {**MULTI, "multi_prompt": [{**shots("5")[0], "prompt": "x" * 513}]}, ("prompt", "513")),
    (
        "shots counted from 0",
        {**MULTI, "multi_prompt": [{**shots("5")[0], "index": 0}]},
        ("multi_prompt[0].index", "0"),
    ),
    ("shots with a gap", {**MULTI, "multi_prompt": [shots("2")[0], {**shots("3")[0], "index": 3}]}, ("index", "3")),
    ("shots are text", {**MULTI, "multi_prompt": "one"}, ("multi_prompt", "one")),
    ("a shot is text", {**MULTI, "multi_prompt": ["one"]}, ("multi_prompt[0]", "one")),
]

REFUSED_IMAGE: list[tuple[str, dict[str, Any], tuple[str, ...]]] = [
    ("no image", {"model_name": "kling-v2-6", "prompt": "a"}, ("image",)),
    (
        "image with data prefix",
        {**I, "image": f"data:image/png;base64,{SQUARE}"},
        ("image", "data:image/png", "prefix"),
    ),
    ("image is not base64", {**I, "image": "a picture!"}, ("image", "a picture!")),
    ("image is not an image", {**I, "image": base64.b64encode(b"hello" * 99).decode()}, ("image", "png")),
    ("image is a number", {**I, "image": 3}, ("image", "3")),
    ("image is a gif", {**I, "image": picture(320, 320, kind="GIF")}, ("image",)),
    ("image is webp", {**I, "image": picture(320, 320, kind="WEBP")}, ("image",)),
    ("image cut short", {**I, "image": SQUARE[: len(SQUARE) // 8 * 4]}, ("image",)),
    ("image too small", {**I, "image": picture(299, 400)}, ("image", "299x400", "resolution or aspect ratio")),
    ("image too flat", {**I, "image": picture(1000, 399)}, ("image", "1000x399")),
    ("image too slim", {**I, "image": picture(300, 751)}, ("image", "300x751")),
    ("image too big", {**I, "image": base64.b64encode(bytes(10 * 2**20 + 1)).decode()}, ("image", "10 MB")),
    ("tail with data prefix", {**I3, "image_tail": "data:image/png;base64,AA"}, ("image_tail", "prefix")),
    ("tail too small", {**I3, "image_tail": picture(200, 200)}, ("image_tail", "200x200")),
    ("tail in std on v2-6", {**I, "image_tail": SQUARE}, ("(kling-v2-6/std/5) is not supported with image_tail",)),
    (
        "tail in std on v2-5-turbo",
        {**I, "model_name": "kling-v2-5-turbo", "duration": "10", "image_tail": SQUARE},
        ("model/mode/duration(kling-v2-5-turbo/std/10) is not supported with image_tail",),
    ),
    ("tail on v2-6 with sound", {**I, "mode": "pro", "image_tail": SQUARE, "sound": "on"}, ("sound", "on")),
    (
        "tail on a model without it",
        {**I, "model_name": "kling-v2-master", "image_tail": SQUARE},
        ("Image tail is not supported by the current model",),
    ),
    ("tail alone", {"model_name": "kling-v3", "image_tail": SQUARE}, ("image",)),
    ("tail alone in std", {"model_name": "kling-v1-6", "image_tail": SQUARE}, ("image_tail", "kling-v1-6/std")),
    ("elements need v3", {**I, "element_list": [{"element_id": 1}]}, ("element_list", "kling-v2-6")),
    ("four elements", {**I3, "element_list": [{"element_id": 1}] * 4}, ("element_list", "4")),
    ("element id as text", {**I3, "element_list": [{"element_id": "1"}]}, ("element_list[0].element_id", "1")),
    (
        "elements with voices",
        {**I3, "sound": "on", "element_list": [{"element_id": 1}], "voice_list": [{"voice_id": "1"}]},
        ("voice_list", "element_list"),
    ),
    ("camera on v2-6", {**I, "camera_control": CAMERA}, ("camera_control", "kling-v1-5")),
    ("camera in std", {**I, "model_name": "kling-v1-5", "camera_control": CAMERA}, ("camera_control", "pro")),
    (
        "camera type",
        {**I, "model_name": "kling-v1-5", "mode": "pro", "camera_control": {"type": "down_back"}},
        ("camera_control.type", "down_back"),
    ),
    (
        "camera without config",
        {**I, "model_name": "kling-v1-5", "mode": "pro", "camera_control": {"type": "simple"}},
        ("camera_control.config",),
    ),
    (
        "camera with two moves",
        {
            **I,
            "model_name": "kling-v1-5",
            "mode": "pro",
            "camera_control": {"type": "simple", "config": {"pan": 1, "tilt": 2, "zoom": 0}},
        },
        ("camera_control.config", "pan, tilt"),
    ),
    (
        "camera with tail",
        {**I, "model_name": "kling-v1-5", "mode": "pro", "image_tail": SQUARE, "camera_control": CAMERA},
        ("image_tail", "camera_control"),
    ),
    ("mask on v2-6", {**I, "static_mask": SQUARE}, ("static_mask", "kling-v2-6/std/5")),
    ("brush on v2-6", {**I, "dynamic_masks": [MASK]}, ("dynamic_masks", "kling-v2-6/std/5")),
    (
        "mask with tail",
        {**I, "model_name": "kling-v1-5", "mode": "pro", "image_tail": SQUARE, "static_mask": SQUARE},
        ("image_tail", "static_mask"),
    ),
    (
        "mask of another ratio",
        {**I, "model_name": "kling-v1-5", "mode": "pro", "static_mask": picture(320, 400)},
        ("static_mask", "320x400", "ratio"),
    ),
    (
        "masks of two sizes",
        {
            **I,
            "model_name": "kling-v1-5",
            "mode": "pro",
            "static_mask": SQUARE,
            "dynamic_masks": [{**MASK, "mask": picture(400, 400)}],
        },
        ("dynamic_masks[0].mask", "400x400"),
    ),
    (
        "one point",
        {
            **I,
            "model_name": "kling-v1-5",
            "mode": "pro",
            "dynamic_masks": [{**MASK, "trajectories": [{"x": 1, "y": 1}]}],
        },
        ("dynamic_masks[0].trajectories", "1"),
    ),
    ("v2-1 has 5 and 10", {**I, "model_name": "kling-v2-1", "duration": "4"}, ("duration", "4")),
    ("no model", {"image": SQUARE}, ("discontinued",)),
]

ACCEPTED: list[tuple[str, str, dict[str, Any]]] = [
    ("longest prompt", TEXT, {**T, "prompt": "é" * 2500, "negative_prompt": "x" * 2500}),
    (
        "empty texts are absent",
        TEXT,
        {**T, "negative_prompt": "", "callback_url": "", "external_task_id": "", "mode": ""},
    ),
    ("null is absent", TEXT, {**T, "mode": None, "sound": None}),
    ("sound in pro", TEXT, {**T, "mode": "pro", "sound": "on", "duration": "10"}),
    ("sound in std on v3", TEXT, {**T3, "sound": "on"}),
    ("4k", TEXT, {**T3, "mode": "4k", "duration": "15", "aspect_ratio": "9:16"}),
    ("master without mode", TEXT, {**T, "model_name": "kling-v2-1-master"}),
    ("cfg_scale on v1-6", TEXT, {**T, "model_name": "kling-v1-6", "cfg_scale": 1}),
    ("voices", TEXT, {**T, "mode": "pro", "sound": "on", "voice_list": [{"voice_id": "1"}, {"voice_id": "2"}]}),
    ("shots", TEXT, MULTI),
    ("shots without prompt", TEXT, {**MULTI, "prompt": ""}),
    ("shots by Kling", TEXT, {**T3, "multi_shot": True, "shot_type": "intelligence"}),
    ("no prompt with an image", IMAGE, I),
    ("smallest image", IMAGE, {**I, "image": picture(300, 300)}),
    ("flattest image", IMAGE, {**I, "image": picture(750, 300, kind="JPEG")}),
    ("slimmest image", IMAGE, {**I, "image": picture(300, 750)}),
    ("image by address", IMAGE, {**I, "image": "http://127.0.0.1:9/a.png"}),
    ("tail", IMAGE, {**I, "mode": "pro", "image_tail": SQUARE}),
    ("tail on v3", IMAGE, {**I3, "image_tail": SQUARE, "sound": "on"}),
    ("tail alone on v1-6", IMAGE, {"model_name": "kling-v1-6", "mode": "pro", "image_tail": SQUARE}),
    ("elements", IMAGE, {**I3, "element_list": [{"element_id": 893605946402811985}] * 3}),
    ("camera", IMAGE, {**I, "model_name": "kling-v1-5", "mode": "pro", "camera_control": CAMERA}),
    ("masks", IMAGE, {**I, "model_name": "kling-v1-5", "mode": "pro", "static_mask": SQUARE, "dynamic_masks": [MASK]}),
]


def name_of(case: object) -> str:
    return case.replace(" ", "-") if isinstance(case, str) else ""


def send(account: Account, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    # json.dumps keeps a lone surrogate as an escape, as a careless client would.
    answer = account.send("POST", path, content=json.dumps(body).encode())
    return answer.status_code, answer.json()


@pytest.mark.parametrize(("case", "body", "named"), REFUSED_TEXT, ids=name_of)
def test_text2video_is_refused(idle: Account, case: str, body: dict[str, Any], named: tuple[str, ...]) -> None:
    status, answer = send(idle, TEXT, body)
    assert (status, answer["code"]) == (400, 1201), answer
    for part in named:
        assert part in answer["message"]
    assert "data" not in answer


@pytest.mark.parametrize(("case", "body", "named"), REFUSED_IMAGE, ids=name_of)
def test_image2video_is_refused(idle: Account, case: str, body: dict[str, Any], named: tuple[str, ...]) -> None:
    status, answer = send(idle, IMAGE, body)
    assert (status, answer["code"]) == (400, 1201), answer
    for part in named:
        assert part in answer["message"]
    assert len(answer["message"]) < 300


@pytest.mark.parametrize(("case", "path", "body"), ACCEPTED, ids=name_of)
def test_create_is_accepted(idle: Account, case: str, path: str, body: dict[str, Any]) -> None:
    status, answer = send(idle, path, body)
    assert (status, answer["code"]) == (200, 0), answer
    assert len(answer["data"]["task_id"]) == 18


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'"text"', b"\xff\xfe", b'{"prompt": NaN}', b"[" * 100_000],
)
def test_body_that_is_no_json_object_is_1200(idle: Account, content: bytes) -> None:
    answer = idle.send("POST", TEXT, content=content)
    assert (answer.status_code, answer.json()["code"]) == (400, 1200)


def test_unknown_keys_are_ignored_and_recorded(idle: Account) -> None:
    idle.task_id({**T, "seed": 1, "model": "x", "watermark_info": {"enabled": False, "logo": 1}, "image": SQUARE})
    assert idle.server.requests()[-1]["ignored_fields"] == ["seed", "model", "image", "watermark_info.logo"]
    idle.task_id({**I, "aspect_ratio": "4:3", "shot_type": "customize"}, IMAGE)
    assert idle.server.requests()[-1]["ignored_fields"] == ["aspect_ratio", "shot_type"]
