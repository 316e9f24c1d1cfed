# SPDX-License-Identifier: GPL-3.0-or-later
"""One request of ours in either of Kling's formats, written out by hand from the reference."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from addon.errors import AccountError, InputError
from addon.kling import wire_legacy, wire_new
from addon.kling.catalogue import catalogue
from addon.kling.choice import choose_standard
from addon.kling.credentials import AccessKeyPair, ApiKey
from addon.kling.possible import fitting_standards, problems
from addon.kling.price import cheapest_mode, estimate_units
from addon.kling.request import (
    CameraMove,
    Cut,
    GenerationRequest,
    ImageUrl,
    NamedElement,
    NamedVoice,
    VideoReference,
    VideoRole,
)
from addon.kling.sent_media import SentMedia
from addon.kling.standard import Standard

TEXT = GenerationRequest(prompt="a tree; a house", model_name="kling-3.0", mode="pro", duration_s=7, sound=True)
FRAMES = replace(TEXT, image=ImageUrl("https://x/a.png"), image_tail=ImageUrl("https://x/b.png"), aspect_ratio="9:16")
KEY, PAIR = ApiKey("key-of-a-test"), AccessKeyPair("access", "secret")


def test_text_to_video_on_both_standards() -> None:
    assert wire_legacy.encode(replace(TEXT, negative_prompt="rain"), "job-1", SentMedia()).to_json() == {
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
    assert wire_new.encode(TEXT, "job-1", SentMedia()).to_json() == {
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
    assert wire_legacy.encode(FRAMES, "job-1", SentMedia("QUJD", "https://x/b.png")).to_json() == {
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
    assert wire_new.encode(FRAMES, "job-1", SentMedia("QUJD", "https://x/b.png")).to_json() == {
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
    assert set(wire_new.encode(turbo, "j", SentMedia()).to_json()["settings"]) == {
        "resolution", "aspect_ratio", "duration",
    }  # fmt: skip
    old = replace(TEXT, model_name="kling-2.5-turbo", sound=False, duration_s=5)
    assert "audio" not in wire_new.encode(old, "j", SentMedia()).to_json()["settings"]
    assert "sound" not in wire_legacy.encode(old, "j", SentMedia()).to_json()
    master = replace(old, model_name="kling-2.1-master")
    assert "mode" not in wire_legacy.encode(master, "j", SentMedia()).to_json()


MOTION = GenerationRequest(
    prompt="she dances", model_name="kling-3.0", mode="pro", image=ImageUrl("https://x/a.png"),
    video=VideoReference("https://x/m.mp4", VideoRole.MOTION, Fraction(5), keep_sound=False),
    elements=(NamedElement("Anna", "829836802793406551"),),
)  # fmt: skip


def test_motion_control_on_both_standards() -> None:
    assert wire_legacy.encode(MOTION, "j", SentMedia("QUJD")).to_json() == {
        "model_name": "kling-v3",
        "prompt": "she dances",
        "image_url": "QUJD",
        "video_url": "https://x/m.mp4",
        "character_orientation": "video",
        "mode": "pro",
        "keep_original_sound": "no",
        "element_list": ({"element_id": 829836802793406551},),
        "external_task_id": "j",
    }
    assert wire_new.path(MOTION) == "/motion-control/kling-3.0"
    assert wire_new.encode(MOTION, "j", SentMedia("QUJD")).to_json() == {
        "contents": (
            {"type": "prompt", "text": "she dances"},
            {"type": "image", "url": "QUJD"},
            {"type": "video", "url": "https://x/m.mp4"},
            {"type": "element", "element_id": "829836802793406551", "id": "element_1"},
        ),
        "settings": {"audio": "off", "resolution": "1080p", "character_orientation": "video"},
        "options": {"external_task_id": "j"},
    }


OMNI = GenerationRequest(
    prompt="@Anna walks as in @video_1 into <<<image_1>>>", model_name="kling-3.0-omni", mode="std", duration_s=7,
    references=(ImageUrl("https://x/r.png"),), elements=(NamedElement("Anna", "12"),),
    image=ImageUrl("https://x/a.png"), video=VideoReference("https://x/v.mp4", VideoRole.FEATURE, Fraction(4)),
)  # fmt: skip


def test_omni_video_refers_by_position_or_by_id() -> None:
    pictures = SentMedia("QUJD", references=("UkVG",))
    assert wire_legacy.encode(OMNI, "j", pictures).to_json() == {
        "model_name": "kling-v3-omni",
        "prompt": "<<<element_1>>> walks as in <<<video_1>>> into <<<image_1>>>",
        "image_list": ({"image_url": "UkVG"}, {"image_url": "QUJD", "type": "first_frame"}),
        "element_list": ({"element_id": 12},),
        "video_list": ({"video_url": "https://x/v.mp4", "refer_type": "feature", "keep_original_sound": "yes"},),
        "sound": "off",
        "mode": "std",
        "duration": "7",
        "external_task_id": "j",
    }
    assert wire_new.path(OMNI) == "/omni-video/kling-3.0-omni"
    assert wire_new.encode(OMNI, "j", pictures).to_json() == {
        "contents": (
            {"type": "prompt", "text": "@element_1 walks as in @video_1 into @image_1"},
            {"type": "first_frame", "url": "QUJD"},
            {"type": "refer_image", "url": "UkVG", "id": "image_1"},
            {"type": "feature_video", "url": "https://x/v.mp4", "id": "video_1"},
            {"type": "element", "element_id": "12", "id": "element_1"},
        ),
        "settings": {"multi_shot": True, "audio": "off", "resolution": "720p", "duration": 7},
        "options": {"external_task_id": "j"},
    }


def test_a_video_that_is_edited_keeps_length_and_shape() -> None:
    request = replace(OMNI, image=None, video=VideoReference("https://x/v.mp4", VideoRole.BASE, Fraction(4)))
    legacy = wire_legacy.encode(request, "j", SentMedia(references=("UkVG",))).to_json()
    new = wire_new.encode(request, "j", SentMedia(references=("UkVG",))).to_json()["settings"]
    assert not {"duration", "aspect_ratio"} & (set(legacy) | set(new))
    assert new["audio"] == "original"


def test_voices_go_where_each_standard_wants_them() -> None:
    request = GenerationRequest(
        prompt="[Anna@Warm Alto, whispering]: “We made it.” Immediately, [Ben@Gravel]: “Barely.”",
        model_name="kling-2.6", mode="pro", sound=True, image=ImageUrl("https://x/a.png"),
        voices=(NamedVoice("Gravel", "8"), NamedVoice("Warm Alto", "7"), NamedVoice("unused", "9")),
    )  # fmt: skip
    assert problems(request) == ()
    legacy = wire_legacy.encode(request, "j", SentMedia("QUJD")).to_json()
    assert legacy["voice_list"] == ({"voice_id": "7"}, {"voice_id": "8"})
    assert legacy["prompt"] == (
        "[Anna, whispering] <<<voice_1>>>: “We made it.” Immediately, [Ben] <<<voice_2>>>: “Barely.”"
    )
    new = wire_new.encode(request, "j", SentMedia("QUJD")).to_json()["contents"]
    assert new[0]["text"] == "[Anna, whispering] @voice_1: “We made it.” Immediately, [Ben] @voice_2: “Barely.”"
    assert new[2:] == (
        {"type": "voice", "voice_id": "7", "id": "voice_1"},
        {"type": "voice", "voice_id": "8", "id": "voice_2"},
    )
    assert fitting_standards(replace(request, image=None)) == (Standard.LEGACY,)


CUTS = replace(TEXT, prompt="", duration_s=5, cuts=(Cut("a door opens", 2), Cut("rain falls", 3)))


def test_cuts_are_fields_on_one_standard_and_words_on_the_other() -> None:
    legacy = wire_legacy.encode(CUTS, "j", SentMedia()).to_json()
    assert (legacy["multi_shot"], legacy["shot_type"]) == (True, "customize")
    assert legacy["multi_prompt"] == (
        {"index": 1, "prompt": "a door opens", "duration": "2"},
        {"index": 2, "prompt": "rain falls", "duration": "3"},
    )
    assert "prompt" not in legacy
    new = wire_new.encode(CUTS, "j", SentMedia()).to_json()
    assert new["prompt"] == "shot 1, 2, a door opens; shot 2, 3, rain falls;"
    assert new["settings"]["multi_shot"] is True
    assert fitting_standards(replace(CUTS, cuts=(Cut("a; b", 5),))) == (Standard.LEGACY,)
    free = replace(TEXT, free_cuts=True)
    assert wire_legacy.encode(free, "j", SentMedia()).to_json()["shot_type"] == "intelligence"
    assert wire_new.encode(free, "j", SentMedia()).to_json()["settings"]["multi_shot"] is True


def test_what_only_the_legacy_standard_has() -> None:
    old = replace(
        TEXT, model_name="kling-1.5", mode="pro", sound=False, duration_s=5, image=ImageUrl("https://x/a.png")
    )
    moved = replace(old, camera=CameraMove("simple", "pan", -5), cfg_scale=0.3)
    body = wire_legacy.encode(moved, "j", SentMedia("QUJD")).to_json()
    assert body["cfg_scale"] == 0.3
    assert body["camera_control"] == {
        "type": "simple",
        "config": {"horizontal": 0.0, "vertical": 0.0, "pan": -5, "tilt": 0.0, "roll": 0.0, "zoom": 0.0},
    }
    several = replace(old, model_name="kling-1.6", image=None, references=(ImageUrl("https://x/a.png"),) * 2)
    assert wire_legacy.encode(several, "j", SentMedia(references=("QQ==", "Qg=="))).to_json()["image_list"] == (
        {"image": "QQ=="},
        {"image": "Qg=="},
    )
    longer = wire_legacy.encode(replace(old, image=None, extends="77"), "j", SentMedia()).to_json()
    assert longer == {"video_id": "77", "prompt": old.prompt, "external_task_id": "j"}
    v3 = replace(TEXT, model_name="kling-3.0", sound=False)
    assert fitting_standards(replace(v3, cfg_scale=0.3)) == (Standard.LEGACY,)


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
        prompt="a tree", model_name=model.id, mode=mode.name, sound=sound,
            duration_s=(model.plain_durations_s or model.durations_s)[0],
        image=None if model.makes_from_text else ImageUrl("https://x/a.png"),
    )  # fmt: skip
    assert [problem.field for problem in problems(request)] == (["model"] if model.discontinued else [])
    assert estimate_units(request) > 0
    assert fitting_standards(request) == model.standards
    image = None if model.makes_from_text else "QUJD"
    if Standard.LEGACY in model.standards:
        assert wire_legacy.encode(request, "j", SentMedia(image)).to_json()["model_name"] == model.legacy_name
    if Standard.NEW in model.standards:
        assert wire_new.path(request).endswith(f"/{model.new_name}")
        assert wire_new.encode(request, "j", SentMedia(image)).to_json()["settings"]["resolution"] == mode.resolution
    assert model.mode_row(cheapest_mode(model.id, "sound" if sound else "silent")) is not None
