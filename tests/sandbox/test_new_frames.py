# SPDX-License-Identifier: GPL-3.0-or-later
"""Shots, elements, voices and references in the prompts of the new standard's text and image to video."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.account import Account
from tests.sandbox.conftest import picture

TEXT_V3, IMAGE_V3, IMAGE_V26 = "/text-to-video/kling-3.0", "/image-to-video/kling-3.0", "/image-to-video/kling-2.6"
IMAGE = picture(300, 300)
ELEMENT = {"type": "element", "element_id": "860000000000001"}
VOICE = {"type": "voice", "voice_id": "829824295735410756"}
SEVEN = " ".join(f"shot {number}, 1, a lamp;" for number in range(1, 8))


def frame(*parts: dict[str, Any], prompt: str = "a lamp", **settings: Any) -> dict[str, Any]:
    contents = [{"type": "prompt", "text": prompt}, {"type": "first_frame", "url": IMAGE}, *parts]
    return {"contents": contents, "settings": settings}


def text(prompt: str, **settings: Any) -> dict[str, Any]:
    return {"prompt": prompt, "settings": settings}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (TEXT_V3, text("shot 1, 2, a lamp; shot 2, 3, a table;", multi_shot=True)),
        (TEXT_V3, text(SEVEN, multi_shot=False)),
        (TEXT_V3, text("a lamp; a table; shot by hand", duration=3)),
        (IMAGE_V3, frame(prompt="shot 1, 2, a lamp; shot 2, 3, a table;")),
        (IMAGE_V3, frame(prompt=SEVEN.removesuffix(" shot 7, 1, a lamp;"), duration=6)),
        (IMAGE_V3, frame(prompt="shot 1, 5, @Zhang;", duration=5)),
        (IMAGE_V3, frame({**ELEMENT, "id": "Zhang"}, ELEMENT, ELEMENT, prompt="@Zhang at @home")),
        (IMAGE_V26, frame(VOICE, VOICE, audio="native", resolution="1080p")),
        (IMAGE_V26, frame(prompt=SEVEN)),
    ],
)
def test_good_creates(idle: Account, path: str, body: dict[str, Any]) -> None:
    answer = idle.create(body, path)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        (TEXT_V3, text("shot 1, 2, a lamp; shot 2, 2, a table;"), "prompt value '4 s' is invalid"),
        (TEXT_V3, text(SEVEN, duration=7), "prompt value '7 shots' is invalid"),
        (TEXT_V3, text("shot 1, 0, a lamp; shot 2, 5, a table"), "prompt value 'shot 1, 0, a lamp' is invalid"),
        (TEXT_V3, text(f"shot 1, 5, {'a' * 513};"), "prompt value 'shot 1, 5, aaa"),
        (TEXT_V3, text("shot 0, 5, a lamp"), "prompt value 'shot 0, 5, a lamp' is invalid"),
        (IMAGE_V3, frame(prompt="shot 1, 4, a lamp;"), "contents.prompt value '4 s' is invalid"),
        (IMAGE_V3, frame(prompt=SEVEN, duration=7), "contents.prompt value '7 shots' is invalid"),
        (IMAGE_V3, frame(*[ELEMENT] * 4), "contents[5] value 'element' is invalid"),
        (IMAGE_V3, frame(VOICE), "contents[2].type value 'voice' is invalid"),
        (IMAGE_V3, frame({**ELEMENT, "element_id": "12a"}), "contents[2].element_id value '12a' is invalid"),
        (IMAGE_V3, frame(ELEMENT, prompt="@element_1"), "contents.prompt value '@element_1' is invalid"),
        (IMAGE_V26, frame(VOICE, VOICE, VOICE, audio="native", resolution="1080p"), "contents[4] value 'voice'"),
    ],
)
def test_refused_creates(idle: Account, path: str, body: dict[str, Any], sentence: str) -> None:
    answer = idle.create(body, path)
    assert (answer.status_code, answer.json()["code"]) == (400, 1201), answer.text
    assert answer.json()["message"].startswith(sentence), answer.text
