# SPDX-License-Identifier: GPL-3.0-or-later
"""What is sent to Kling's library and read from it, written out by hand from the reference's examples."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from addon.errors import InputError
from addon.kling import wire_element, wire_image, wire_lip_sync, wire_voice
from addon.kling.account import AccountCosts, BillingFilter, PackStatus, Period, ResourcePack
from addon.kling.element import ElementFromPictures, ElementFromVideo
from addon.kling.image import ImageRequest, estimate_image_units
from addon.kling.lip_sync import Face, FaceVideo, LipSync, estimate_lip_sync_units
from addon.kling.task import TaskStatus
from addon.kling.voice import NewVoice
from addon.kling.wire_library import read_library_task

KLING = "https://api-singapore.klingai.com"
URL = "https://cdn.example.com/a"
PICTURES = ElementFromPictures(name="Anna", description="a courier", frontal_image="QUJD", refer_images=(URL,))
VIDEO = ElementFromVideo(name="Anna", description="a courier", video_url=URL)
IMAGE = ImageRequest(prompt="a puppy")
FACE = Face("0", 0, 5200)
SYNC = LipSync("850508686686064678", FACE, 0, 3000, 1000, sound_file=URL)


def test_a_voice_from_either_source() -> None:
    assert wire_voice.encode(NewVoice("Custom Voice", voice_url=URL), "job-1").to_json() == {
        "voice_name": "Custom Voice",
        "voice_url": URL,
        "external_task_id": "job-1",
    }
    assert wire_voice.encode(NewVoice("Custom Voice", "", video_id="850"), "job-1").to_json() == {
        "voice_name": "Custom Voice",
        "video_id": "850",
        "external_task_id": "job-1",
    }


def test_an_element_from_pictures_and_one_from_a_video() -> None:
    element = replace(PICTURES, frontal_image="data:image/png;base64,QUJD", refer_images=(URL, "REVG"), voice_id="851")
    checked = replace(element, tags=("o_102", "o_108")).checked(KLING)
    assert wire_element.encode(checked, "job-1").to_json() == {
        "element_name": "Anna",
        "element_description": "a courier",
        "reference_type": "image_refer",
        "element_image_list": {
            "frontal_image": "QUJD",
            "refer_images": ({"image_url": URL}, {"image_url": "REVG"}),
        },
        "element_voice_id": "851",
        "tag_list": ({"tag_id": "o_102"}, {"tag_id": "o_108"}),
        "external_task_id": "job-1",
    }
    assert wire_element.encode(VIDEO.checked(KLING), "job-2").to_json() == {
        "element_name": "Anna",
        "element_description": "a courier",
        "reference_type": "video_refer",
        "element_video_list": {"refer_videos": ({"video_url": URL},)},
        "external_task_id": "job-2",
    }


def test_an_image_plain_and_with_all_there_is() -> None:
    assert wire_image.encode(IMAGE.checked(KLING), "job-1").to_json() == {
        "model_name": "kling-v3",
        "prompt": "a puppy",
        "resolution": "1k",
        "n": 1,
        "aspect_ratio": "16:9",
        "external_task_id": "job-1",
    }
    likeness = ImageRequest(
        "a puppy", "kling-v2-1", 9, "21:9", "2k", image="data:image/jpeg;base64,QUJD", likeness="subject",
        image_fidelity=0.0, human_fidelity=1.0,
    )  # fmt: skip
    assert wire_image.encode(likeness.checked(KLING), "job-1").to_json() == {
        "model_name": "kling-v2-1",
        "prompt": "a puppy",
        "image": "QUJD",
        "image_reference": "subject",
        "image_fidelity": 0.0,
        "human_fidelity": 1.0,
        "resolution": "2k",
        "n": 9,
        "aspect_ratio": "21:9",
        "external_task_id": "job-1",
    }
    elements = replace(IMAGE, negative_prompt="cats", element_ids=("893605946402811985", "321922438904313"))
    body = wire_image.encode(elements.checked(KLING), "job-1").to_json()
    assert body["element_list"] == ({"element_id": 893605946402811985}, {"element_id": 321922438904313})
    assert body["negative_prompt"] == "cats"


def test_faces_and_a_lip_sync() -> None:
    assert wire_lip_sync.encode_face_video(FaceVideo(video_url=URL)).to_json() == {"video_url": URL}
    assert wire_lip_sync.encode_face_video(FaceVideo(video_id="850", video_url="")).to_json() == {"video_id": "850"}
    loud = replace(SYNC, sound_volume=2.0, original_audio_volume=0.0)
    assert wire_lip_sync.encode(loud.checked(KLING), "job-1").to_json() == {
        "session_id": "850508686686064678",
        "face_choose": (
            {
                "face_id": "0",
                "sound_file": URL,
                "sound_start_time": 0,
                "sound_end_time": 3000,
                "sound_insert_time": 1000,
                "sound_volume": 2.0,
                "original_audio_volume": 0.0,
            },
        ),
        "external_task_id": "job-1",
    }
    spoken = replace(SYNC, sound_file="data:audio/mp3;base64,QUJD").checked(KLING)
    assert spoken.sound_file == "QUJD"
    by_id = replace(SYNC, sound_file=None, audio_id="930842553070133305").checked(KLING)
    assert wire_lip_sync.encode(by_id, "j").to_json()["face_choose"][0]["audio_id"] == "930842553070133305"


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        (NewVoice("", voice_url=URL), "voice name", "1 to 20"),
        (NewVoice("  ", voice_url=URL), "voice name", "1 to 20"),
        (NewVoice("x" * 21, voice_url=URL), "voice name", "at most 20"),
        (NewVoice("x"), "voice address and video id", "exactly one"),
        (NewVoice("x", URL, "850"), "voice address and video id", "exactly one"),
        (NewVoice("x", "http://10.0.0.1/a.mp3"), "voice address", "cannot reach"),
        (FaceVideo(), "video id and video address", "exactly one"),
        (FaceVideo("850", URL), "video id and video address", "exactly one"),
        (FaceVideo(video_url="http://localhost/a.mp4"), "video address", "cannot reach"),
    ],
)
def test_a_voice_or_video_that_cannot_be_is_refused_by_field(
    given: NewVoice | FaceVideo, field: str, words: str
) -> None:
    with pytest.raises(InputError, match=words) as refused:
        given.check(KLING)
    assert refused.value.field == field


V21 = "kling-v2-1"


@pytest.mark.parametrize(
    ("given", "changes", "field", "words"),
    [
        (PICTURES, {"name": "x" * 21}, "element name", "at most 20"),
        (PICTURES, {"description": ""}, "element description", "1 to 100"),
        (PICTURES, {"description": "x" * 101}, "element description", "at most 100"),
        (PICTURES, {"refer_images": ()}, "further pictures", "1 to 3"),
        (PICTURES, {"refer_images": (URL,) * 4}, "further pictures", "1 to 3"),
        (PICTURES, {"refer_images": (URL, "http://nas/a.png")}, "further picture", "cannot reach"),
        (PICTURES, {"frontal_image": "front.png"}, "frontal picture", "base64"),
        (PICTURES, {"frontal_image": "QUJD" * (14 * 2**18)}, "frontal picture", "at most 10 MB"),
        (PICTURES, {"tags": ("o_102", "o_109")}, "tag", "o_101, o_102"),
        (VIDEO, {"video_url": "QUJD"}, "element video", "https://"),
        (VIDEO, {"video_url": "http://169.254.169.254/"}, "element video", "cannot reach"),
        (IMAGE, {"prompt": ""}, "prompt", "1 to 2,500"),
        (IMAGE, {"prompt": "x" * 2501}, "prompt", "at most 2,500"),
        (IMAGE, {"negative_prompt": "x" * 2501}, "negative prompt", "at most 2,500"),
        (IMAGE, {"negative_prompt": "x", "image": URL}, "negative prompt", "none together"),
        (IMAGE, {"model_name": "kling-v9"}, "image model", "kling-v3, kling-v2-1"),
        (IMAGE, {"count": 0}, "number of images", "1 to 9"),
        (IMAGE, {"count": 10}, "number of images", "1 to 9"),
        (IMAGE, {"aspect_ratio": "auto"}, "aspect", "16:9, 9:16"),
        (IMAGE, {"resolution": "4k"}, "resolution", "1k, 2k"),
        (IMAGE, {"likeness": "face"}, "likeness", "reference image"),
        (IMAGE, {"likeness": "face", "image": URL}, "likeness", "only kling-v2-1"),
        (IMAGE, {"image_fidelity": 0.5, "image": URL}, "likeness", "only kling-v2-1"),
        (IMAGE, {"model_name": V21, "image": URL, "image_fidelity": 1.01}, "image fidelity", "0 to 1"),
        (IMAGE, {"model_name": V21, "image": URL, "image_fidelity": float("nan")}, "image fidelity", "0 to 1"),
        (IMAGE, {"model_name": V21, "image": URL, "human_fidelity": 0.5}, "human fidelity", "subject"),
        (IMAGE, {"element_ids": ("Anna",)}, "element id", "a number"),
        (IMAGE, {"element_ids": ("1",) * 11}, "elements", "at most 10"),
        (IMAGE, {"element_ids": ("1",) * 10, "image": URL}, "elements", "at most 10"),
        (IMAGE, {"element_ids": ("1",), "model_name": V21}, "elements", "only kling-v3"),
        (SYNC, {"sound_start_ms": -1}, "sound start", "0 or more"),
        (SYNC, {"sound_insert_ms": -1}, "sound insert", "0 or more"),
        (SYNC, {"sound_end_ms": 1999}, "sound", "2000 to 60000"),
        (SYNC, {"sound_end_ms": 60_001}, "sound", "2000 to 60000"),
        (SYNC, {"sound_insert_ms": 3201}, "sound insert", "seen from 0 to 5200"),
        (SYNC, {"face": Face("0", 2001, 5200)}, "sound insert", "seen from 2001"),
        (SYNC, {"sound_volume": 2.01}, "sound volume", "0 to 2"),
        (SYNC, {"original_audio_volume": -0.1}, "original volume", "0 to 2"),
        (SYNC, {"audio_id": "9"}, "audio id and sound file", "exactly one"),
        (SYNC, {"sound_file": None}, "audio id and sound file", "exactly one"),
        (SYNC, {"sound_file": "QUJD" * (7 * 2**18)}, "sound file", "at most 5 MB"),
        (SYNC, {"session_id": ""}, "session id", "needed"),
    ],
)
def test_what_kling_would_refuse_is_refused_by_field(
    given: Any, changes: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(InputError, match=words) as refused:
        replace(given, **changes).checked(KLING)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("given", "changes"),
    [
        (PICTURES, {"name": "x" * 20, "description": "x" * 100, "refer_images": (URL,) * 3}),
        (IMAGE, {"element_ids": ("1",) * 9, "image": URL}),
        (SYNC, {"sound_end_ms": 2000, "sound_insert_ms": 3200}),
        (SYNC, {"sound_start_ms": 500, "sound_end_ms": 60_500}),
        (SYNC, {"face": Face("0", 2000, 5200)}),
    ],
)
def test_what_is_just_allowed_is_not_refused(given: Any, changes: dict[str, Any]) -> None:
    assert replace(given, **changes).checked(KLING) == replace(given, **changes)


def test_a_list_price_for_everything_paid() -> None:
    assert estimate_image_units(replace(IMAGE, count=3)) == 24
    assert estimate_image_units(replace(IMAGE, model_name=V21)) == 4
    assert estimate_image_units(replace(IMAGE, model_name=V21, image=URL)) == 8
    lengths = {"2": "0.5", "5": "0.5", "5.041": "0.5", "5.5": "1", "10.041": "1", "60": "6"}
    assert {text: estimate_lip_sync_units(Decimal(text)) for text in lengths} == {
        text: Decimal(units) for text, units in lengths.items()
    }


def task(task_result: object, **fields: object) -> dict[str, object]:
    return {
        "task_id": "930801301486305328",
        "task_status": "succeed",
        "task_status_msg": "",
        "task_info": {"external_task_id": "job-1"},
        "task_result": task_result,
        "final_unit_deduction": "0.05",
        "final_balance_deduction": {"quota": "0", "list_price": "0"},
        "created_at": 1722769557708,
        "updated_at": 1722769557708,
        **fields,
    }


def test_a_voice_is_read() -> None:
    voice = {"voice_id": 930801338081615883, "voice_name": "mine", "trial_url": f"{URL}?Signature=s", "owned_by": 42}
    read = read_library_task(task({"voices": [voice]}), wire_voice.read_voices)
    assert (read.task_id, read.external_task_id) == ("930801301486305328", "job-1")
    assert read.status is TaskStatus.SUCCEEDED
    assert read.billed_units == Decimal("0.05")
    assert read.created_ms == 1722769557708
    (made,) = read.results
    assert (made.voice_id, made.name, made.owned_by) == ("930801338081615883", "mine", "42")
    assert made.is_custom
    assert "Signature" not in repr(read)


@pytest.mark.parametrize("element_id", [893605946402811985, "893605946402811985"])
def test_an_element_is_read_with_its_id_as_text(element_id: object) -> None:
    element = {
        "element_id": element_id,
        "element_name": "Anna",
        "element_description": "a courier",
        "reference_type": "image_refer",
        "element_image_list": {"frontal_image": URL, "refer_images": [{"image_url": URL}]},
        "element_video_list": {},
        "element_voice_info": {"voice_id": "851", "voice_name": "v", "trial_url": URL, "owned_by": "kling"},
        "tag_list": [{"tag_id": "o_102", "tag_name": "Character"}, "odd", None],
        "owned_by": "kling",
        "status": "deleted",
    }
    (read,) = read_library_task(task({"elements": [element]}), wire_element.read_elements).results
    assert read.element_id == "893605946402811985"
    assert (read.frontal_image_url, read.tags, read.is_deleted, read.is_custom) == (URL, ("o_102",), True, False)
    assert read.voice is not None
    assert read.voice.voice_id == "851"


@pytest.mark.parametrize("empty", [{}, None, []])
def test_an_element_without_details_is_read(empty: object) -> None:
    element = {"element_id": 1, "element_image_list": empty, "element_voice_info": empty, "tag_list": empty}
    (read,) = read_library_task(task({"elements": [element]}), wire_element.read_elements).results
    assert (read.frontal_image_url, read.voice, read.tags, read.is_deleted) == ("", None, (), False)


def test_images_and_synced_videos_are_read() -> None:
    images = {"images": [{"index": 0, "url": f"{URL}0", "watermark_url": ""}, {"index": 1, "url": f"{URL}1"}]}
    read = read_library_task(task(images, final_unit_deduction="16"), wire_image.read_images)
    assert [(image.index, image.url) for image in read.results] == [(0, f"{URL}0"), (1, f"{URL}1")]
    assert read.billed_units == 16
    videos = {"videos": [{"id": "850", "url": URL, "duration": "5.041"}]}
    info = {"parent_video": {"id": "849", "url": URL, "duration": "5"}}
    synced = read_library_task(task(videos, task_info=info), wire_lip_sync.read_videos)
    assert synced.external_task_id is None
    assert [(video.video_id, video.duration_s) for video in synced.results] == [("850", Decimal("5.041"))]


def test_a_task_that_is_not_done_or_failed_has_no_results() -> None:
    created = {"task_id": "1", "task_status": "submitted", "created_at": 1, "updated_at": 1}
    assert read_library_task(created, wire_voice.read_voices).results == ()
    failed = task(None, task_status="failed", task_status_msg="bad voice, Signature=abcdef", final_unit_deduction=None)
    read = read_library_task(failed, wire_voice.read_voices)
    assert (read.status, read.results, read.billed_units) == (TaskStatus.FAILED, (), None)
    assert read.reason.startswith("bad voice")
    assert "abcdef" not in read.reason
    assert read_library_task(task({"voices": None}), wire_voice.read_voices).results == ()


def test_faces_are_read() -> None:
    answer = {
        "session_id": 850508686686064678,
        "final_unit_deduction": "0.05",
        "face_data": [{"face_id": 0, "face_image": URL, "start_time": 0, "end_time": 5200}],
    }
    session = wire_lip_sync.read_session(answer)
    assert (session.session_id, session.billed_units) == ("850508686686064678", Decimal("0.05"))
    assert session.faces == (Face("0", 0, 5200, URL),)
    assert wire_lip_sync.read_session({"session_id": "1", "face_data": None}).faces == ()


def pack(name: str, status: PackStatus = PackStatus.ONLINE, remaining: str = "91.3") -> ResourcePack:
    return ResourcePack(name, "p1", "decreasing_total", Decimal(100), Decimal(remaining), 1, 1, 2, status)


@pytest.mark.parametrize(
    ("name", "product", "concurrency"),
    [
        ("Trial-Video-100Units-5Con-1Months", "video", 5),
        ("Trial-Image-1000Units-9Con-1Months", "image", 9),
        ("Try-On-100Units-20con", "try-on", 20),
        ("Video Generation - 10,000 entries", "video", None),
        ("Video-5Contracts-100Units", "video", None),
        ("Gift", None, None),
    ],
)
def test_what_a_packs_name_says(name: str, product: str | None, concurrency: int | None) -> None:
    assert (pack(name).product, pack(name).concurrency) == (product, concurrency)


def test_only_active_video_packs_count() -> None:
    costs = AccountCosts(
        (
            pack("Trial-Video-100Units-5Con-1Months", remaining="91.3"),
            pack("Video-1000Units-10Con-3Months", remaining="0.4"),
            pack("Video Generation - 10,000 entries", remaining="1"),
            pack("Video-1000Units-50Con", PackStatus.EXPIRED, "7"),
            pack("Video-1000Units-50Con", PackStatus.TO_BE_ONLINE, "7"),
            pack("Trial-Image-1000Units-90Con-1Months", remaining="900"),
        )
    )
    assert costs.remaining_video_units == Decimal("92.7")
    assert costs.video_concurrency == 10
    assert AccountCosts(()).remaining_video_units == 0
    assert AccountCosts((pack("Video Generation"),)).video_concurrency is None


def test_a_question_about_bills_that_kling_would_refuse() -> None:
    with pytest.raises(InputError, match="one of the two"):
        BillingFilter(package_names=("a",), package_ids=("b",)).check(units=True)
    with pytest.raises(InputError, match="API keys only"):
        BillingFilter(product_types=("video",)).check(units=False)
    with pytest.raises(InputError, match="video, image, try-on"):
        BillingFilter(product_types=("audio",)).check(units=True)
    with pytest.raises(InputError, match="before the end"):
        Period(5, 5).check()
