# SPDX-License-Identifier: GPL-3.0-or-later
"""One request of ours in either of Kling's formats, written out by hand from the reference."""

from __future__ import annotations

from dataclasses import replace

import pytest

from addon.errors import AccountError, InputError
from addon.kling import wire_legacy, wire_new
from addon.kling.catalogue import catalogue, cheapest_mode, estimate_units, fitting_standards, problems
from addon.kling.choice import choose_standard
from addon.kling.credentials import AccessKeyPair, ApiKey
from addon.kling.request import GenerationRequest, ImageUrl
from addon.kling.sent_pictures import SentPictures
from addon.kling.standard import Standard

TEXT = GenerationRequest(prompt="a tree; a house", model_name="kling-3.0", mode="pro", duration_s=7, sound=True)
FRAMES = replace(TEXT, image=ImageUrl("https://x/a.png"), image_tail=ImageUrl("https://x/b.png"), aspect_ratio="9:16")
KEY, PAIR = ApiKey("key-of-a-test"), AccessKeyPair("access", "secret")


def test_text_to_video_on_both_standards() -> None:
    assert wire_legacy.encode(replace(TEXT, negative_prompt="rain"), "job-1", SentPictures()).to_json() == {
        "model_name": "kling-v3",
        "prompt": "a tree; a house",
        "negative_prompt": "rain",
        "sound": "on",
        "mode": "pro",
        "duration": "7",
        "aspect_ratio": "16:9",
        "external_task_id": "job-1",
    }
    assert wire_new.path(TEXT) == "/text-to-video/kling-3.0"
    assert wire_new.encode(TEXT, "job-1", SentPictures()).to_json() == {
        "prompt": "a tree; a house",
        "settings": {
            "multi_shot": False,
            "audio": "native",
            "resolution": "1080p",
            "aspect_ratio": "16:9",
            "duration": 7,
        },
        "options": {"external_task_id": "job-1"},
    }


def test_image_to_video_on_both_standards() -> None:
    assert wire_legacy.encode(FRAMES, "job-1", SentPictures("QUJD", "https://x/b.png")).to_json() == {
        "model_name": "kling-v3",
        "prompt": "a tree; a house",
        "sound": "on",
        "mode": "pro",
        "duration": "7",
        "image": "QUJD",
        "image_tail": "https://x/b.png",
        "external_task_id": "job-1",
    }
    assert wire_new.path(FRAMES) == "/image-to-video/kling-3.0"
    assert wire_new.encode(FRAMES, "job-1", SentPictures("QUJD", "https://x/b.png")).to_json() == {
        "contents": (
            {"type": "prompt", "text": "a tree; a house"},
            {"type": "first_frame", "url": "QUJD"},
            {"type": "last_frame", "url": "https://x/b.png"},
        ),
        "settings": {"multi_shot": False, "audio": "native", "resolution": "1080p", "duration": 7},
        "options": {"external_task_id": "job-1"},
    }


def test_what_a_model_does_not_know_is_not_sent() -> None:
    turbo = replace(TEXT, model_name="kling-3.0-turbo")
    assert set(wire_new.encode(turbo, "j", SentPictures()).to_json()["settings"]) == {
        "resolution", "aspect_ratio", "duration",
    }  # fmt: skip
    old = replace(TEXT, model_name="kling-2.5-turbo", sound=False, duration_s=5)
    assert "audio" not in wire_new.encode(old, "j", SentPictures()).to_json()["settings"]
    assert "sound" not in wire_legacy.encode(old, "j", SentPictures()).to_json()
    master = replace(old, model_name="kling-2.1-master")
    assert "mode" not in wire_legacy.encode(master, "j", SentPictures()).to_json()


@pytest.mark.parametrize(
    ("request_", "credential", "standard"),
    [
        pytest.param(TEXT, PAIR, Standard.LEGACY, id="pair"),
        pytest.param(TEXT, KEY, Standard.LEGACY, id="key, where both can say it"),
        pytest.param(replace(TEXT, prompt="x" * 3000), KEY, Standard.NEW, id="a prompt only the new one takes"),
        pytest.param(replace(TEXT, model_name="kling-3.0-turbo"), KEY, Standard.NEW, id="a model only there"),
    ],
)
def test_the_standard_is_chosen_by_request_and_key(
    request_: GenerationRequest, credential: ApiKey | AccessKeyPair, standard: Standard
) -> None:
    assert problems(request_) == ()
    assert choose_standard(request_, credential) is standard


def test_the_users_own_choice_holds_or_is_refused_with_what_is_possible() -> None:
    assert choose_standard(TEXT, KEY, Standard.NEW) is Standard.NEW
    with pytest.raises(InputError, match="on legacy only"):
        choose_standard(replace(TEXT, negative_prompt="rain"), KEY, Standard.NEW)
    with pytest.raises(AccountError, match="needs an API key"):
        choose_standard(TEXT, PAIR, Standard.NEW)
    with pytest.raises(AccountError, match=r"Kling 3\.0 Turbo needs an API key"):
        choose_standard(replace(TEXT, model_name="kling-3.0-turbo"), PAIR)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"model_name": "kling-1.0", "sound": False, "duration_s": 5}, "model", "discontinued"),
        ({"model_name": "kling-2.1", "sound": False, "duration_s": 5}, "model", "needs a start image"),
        ({"model_name": "kling-3.0-turbo", "sound": False}, "sound", "always makes sound"),
        ({"model_name": "kling-3.0-turbo", "negative_prompt": "rain"}, "negative", "does not take one"),
        ({"prompt": "x" * 3073}, "prompt", "at most 3,072"),
        ({"prompt": "x" * 3072, "negative_prompt": "rain"}, "prompt", "at most 2,500"),
        ({"prompt": "x" * 3072, "image": ImageUrl("https://x/a.png")}, "prompt", "at most 2,500"),
    ],
)
def test_what_no_standard_can_say_is_refused_by_field(changes: dict[str, object], field: str, words: str) -> None:
    (problem,) = problems(replace(TEXT, **changes))
    assert problem.field == field
    assert words in problem.allowed


@pytest.mark.parametrize(
    "row",
    [pytest.param((model, mode), id=f"{model.id} {mode.name}") for model in catalogue().model for mode in model.mode],
)
def test_every_row_of_the_catalogue_can_be_asked_for_priced_and_encoded(row) -> None:
    model, mode = row
    sound = not mode.has_silence
    request = GenerationRequest(
        prompt="a tree", model_name=model.id, mode=mode.name, duration_s=model.durations_s[0], sound=sound,
        image=None if model.text_to_video else ImageUrl("https://x/a.png"),
    )  # fmt: skip
    assert [problem.field for problem in problems(request)] == (["model"] if model.discontinued else [])
    assert estimate_units(request) > 0
    assert fitting_standards(request) == model.standards
    image = None if model.text_to_video else "QUJD"
    if Standard.LEGACY in model.standards:
        assert wire_legacy.encode(request, "j", SentPictures(image)).to_json()["model_name"] == model.legacy_name
    if Standard.NEW in model.standards:
        assert wire_new.path(request).endswith(f"/{model.new_name}")
        assert wire_new.encode(request, "j", SentPictures(image)).to_json()["settings"]["resolution"] == mode.resolution
    assert model.mode_row(cheapest_mode(model.id, sound=sound, end_frame=False)) is not None
