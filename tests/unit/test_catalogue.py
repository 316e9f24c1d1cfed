# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from addon.kling.possible import problems
from addon.kling.price import cheapest_mode, estimate_units
from addon.kling.product import Product
from addon.kling.request import (
    CameraMove,
    Cut,
    GenerationRequest,
    ImageFile,
    ImageUrl,
    NamedElement,
    NamedVoice,
    Orientation,
    VideoReference,
    VideoRole,
)

PLAIN = GenerationRequest(prompt="a tree", model_name="kling-2.6", mode="std", duration_s=5)
START = ImageUrl("https://example.org/start.png")
END = ImageUrl("https://example.org/end.png")


@pytest.mark.parametrize(
    ("changes", "field", "allowed"),
    [
        pytest.param({"prompt": "x" * 2501}, "prompt", "at most 2,500 are allowed", id="prompt too long"),
        pytest.param({"prompt": "  "}, "prompt", "needs a prompt", id="no prompt"),
        pytest.param({"negative_prompt": "x" * 2501}, "negative", "at most 2,500 are allowed", id="negative too long"),
        pytest.param({"duration_s": 7}, "duration", "Kling 2.6 makes 5 or 10 s", id="duration"),
        pytest.param({"model_name": "kling-3.0", "duration_s": 16}, "duration", "3 to 15 s", id="duration of a range"),
        pytest.param({"aspect_ratio": "4:3"}, "aspect", "16:9, 9:16 or 1:1", id="aspect"),
        pytest.param({"mode": "4k"}, "quality", "Kling 2.6 has std or pro", id="mode"),
        pytest.param({"sound": True}, "sound", "Kling 2.6 has it with quality pro", id="sound needs pro"),
        pytest.param(
            {"model_name": "kling-2.5-turbo", "sound": True}, "sound", "does not have it", id="model without sound"
        ),
        pytest.param({"image": START, "image_tail": END}, "end image", "quality pro and without sound", id="end frame"),
        pytest.param(
            {"image": START, "image_tail": END, "mode": "pro", "sound": True},
            "end image",
            "without sound",
            id="end+sound",
        ),
        pytest.param({"image_tail": END, "mode": "pro"}, "end image", "needs a start image", id="end frame alone"),
        pytest.param({"model_name": "kling-9"}, "model", "it is one of kling-2.6, kling-3.0", id="model"),
    ],
)
def test_an_impossible_request_names_field_and_what_is_allowed(
    changes: dict[str, object], field: str, allowed: str
) -> None:
    (problem,) = problems(replace(PLAIN, **changes))
    assert problem.field == field
    assert allowed in problem.allowed
    assert problem.field in str(problem.error())


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="plain"),
        pytest.param({"prompt": "x" * 2500, "duration_s": 10, "aspect_ratio": "9:16"}, id="at the limits"),
        pytest.param({"sound": True, "mode": "pro"}, id="sound"),
        pytest.param({"prompt": "", "image": START}, id="image alone"),
        pytest.param({"image": START, "image_tail": END, "mode": "pro"}, id="start and end"),
        pytest.param({"model_name": "kling-3.0", "mode": "4k", "sound": True, "duration_s": 15}, id="3.0 4k"),
    ],
)
def test_a_possible_request_has_no_problem(changes: dict[str, object]) -> None:
    assert problems(replace(PLAIN, **changes)) == ()


@pytest.mark.parametrize(
    ("changes", "units"),
    [
        ({}, "1.5"),
        ({"duration_s": 10, "mode": "pro"}, "5.0"),
        ({"mode": "pro", "sound": True}, "5.0"),
        ({"model_name": "kling-3.0", "duration_s": 3, "mode": "pro"}, "2.4"),
        ({"model_name": "kling-3.0", "duration_s": 15, "mode": "std", "sound": True}, "13.5"),
    ],
)
def test_prices_are_those_of_the_price_page(changes: dict[str, object], units: str) -> None:
    assert estimate_units(replace(PLAIN, **changes)) == Decimal(units)


ONE_MOTION = VideoReference("https://example.org/dance.mp4", VideoRole.MOTION, Fraction(5))


@pytest.mark.parametrize(
    ("model_name", "mode", "duration_s", "units"),
    [
        pytest.param("kling-2.6", "std", Fraction("3.4"), "1.5", id="3.4 s are 3 s"),
        pytest.param("kling-2.6", "std", Fraction("3.6"), "2.0", id="3.6 s are 4 s"),
        pytest.param("kling-2.6", "pro", Fraction("3.6"), "3.2", id="2.6 pro"),
        pytest.param("kling-3.0", "std", Fraction("3.4"), "2.7", id="3.0 std"),
        pytest.param("kling-3.0", "pro", Fraction("29.97"), "36.0", id="3.0 pro, nearly 30 s"),
        pytest.param("kling-2.6", "std", Fraction("3.5"), "2.0", id="halves go up"),
    ],
)
def test_motion_control_is_paid_by_the_nearest_whole_second(
    model_name: str, mode: str, duration_s: Fraction, units: str
) -> None:
    request = replace(
        PLAIN, model_name=model_name, mode=mode, image=START, video=replace(ONE_MOTION, duration_s=duration_s)
    )
    assert problems(request) == ()
    assert estimate_units(request) == Decimal(units)


VOICED = replace(
    PLAIN, mode="pro", sound=True, prompt="[Anna@Alto]: “Now.”", image=START, voices=(NamedVoice("Alto", "77"),)
)


def test_voices_cost_more_but_not_for_subscribers_nor_where_no_label_binds_one() -> None:
    assert estimate_units(VOICED) == Decimal("6.0")
    assert estimate_units(VOICED, voices_are_free=True) == Decimal("5.0")
    assert estimate_units(replace(VOICED, prompt="[Anna]: “Now.”")) == Decimal("5.0")


OMNI = replace(PLAIN, model_name="kling-3.0-omni", prompt="@image_1 dances", references=(START,))
BASE = VideoReference("https://example.org/b.mp4", VideoRole.BASE, Fraction("4.6"))


@pytest.mark.parametrize(
    ("request_", "units"),
    [
        pytest.param(OMNI, "3.0", id="omni silent"),
        pytest.param(replace(OMNI, sound=True), "4.0", id="omni sound"),
        pytest.param(replace(OMNI, video=replace(BASE, role=VideoRole.FEATURE)), "4.5", id="feature video: as asked"),
        pytest.param(replace(OMNI, video=BASE), "4.5", id="base video: its length, rounded"),
        pytest.param(replace(OMNI, mode="4k", duration_s=3), "9.0", id="omni 4k"),
        pytest.param(replace(OMNI, model_name="kling-o1", mode="pro", video=BASE), "6.0", id="o1 with a video"),
        pytest.param(replace(PLAIN, model_name="kling-1.6", extends="9", mode="pro"), "3.5", id="extend"),
        pytest.param(replace(PLAIN, model_name="kling-1.6", references=(START, END)), "2", id="several images"),
    ],
)
def test_other_products_are_priced_by_their_rows(request_: GenerationRequest, units: str) -> None:
    assert problems(request_) == ()
    assert estimate_units(request_) == Decimal(units)


V3 = replace(PLAIN, model_name="kling-3.0")
CUTS = (Cut("a door opens", 2), Cut("@Anna runs", 3))
ANNA = NamedElement("Anna", "829836802793406551")
MOTION = replace(PLAIN, image=START, video=ONE_MOTION)


@pytest.mark.parametrize(
    ("request_", "field", "allowed"),
    [
        pytest.param(replace(PLAIN, model_name="kling-2.5-turbo", image=START, video=ONE_MOTION), "reference video",
                     "kling-2.6 or kling-3.0 can", id="motion by model"),
        pytest.param(replace(PLAIN, video=ONE_MOTION), "start image", "picture of a character", id="motion, no image"),
        pytest.param(replace(MOTION, video=replace(ONE_MOTION, duration_s=Fraction("2.9"))), "reference video",
                     "3 to 30 s", id="motion too short"),
        pytest.param(replace(MOTION, video=replace(ONE_MOTION, duration_s=Fraction(11), orientation=Orientation.IMAGE)),
                     "reference video", "3 to 10 s are allowed with orientation image", id="motion too long"),
        pytest.param(replace(MOTION, model_name="kling-3.0", mode="4k"), "quality", "std or pro", id="motion in 4k"),
        pytest.param(replace(MOTION, mode="pro", sound=True), "sound", "own sound can be kept", id="motion with sound"),
        pytest.param(replace(MOTION, elements=(ANNA,)), "element", "takes none with motion", id="motion 2.6, element"),
        pytest.param(replace(MOTION, image_tail=END), "end image", "has none", id="motion with end image"),
        pytest.param(replace(MOTION, negative_prompt="rain"), "negative", "takes none", id="motion, negative"),
        pytest.param(replace(PLAIN, references=(START,)), "reference", "kling-3.0-omni or kling-o1", id="references"),
        pytest.param(replace(OMNI, references=(START,) * 8), "reference", "at most 7", id="too many references"),
        pytest.param(replace(OMNI, references=(START,) * 5, video=BASE), "reference", "at most 4", id="with a video"),
        pytest.param(replace(OMNI, prompt="@image_2 dances"), "prompt", "@image_1", id="reference to nothing"),
        pytest.param(replace(OMNI, prompt=" "), "prompt", "needs a prompt", id="omni, no prompt"),
        pytest.param(replace(OMNI, sound=True, video=BASE), "sound", "own sound", id="omni video, sound"),
        pytest.param(replace(OMNI, image=START, video=BASE), "start image", "own first frame", id="base and frame"),
        pytest.param(replace(OMNI, model_name="kling-o1", sound=True), "sound", "does not have it", id="o1 sound"),
        pytest.param(replace(PLAIN, model_name="kling-o1", duration_s=7), "duration", "5 or 10 s", id="o1 plain"),
        pytest.param(replace(OMNI, model_name="kling-o1", image=START, image_tail=END), "reference", "none of them",
                     id="o1, both frames and a reference"),
        pytest.param(replace(PLAIN, model_name="kling-1.6", references=(START,) * 5), "reference", "at most 4", id="5"),
        pytest.param(replace(PLAIN, extends="9"), "extend", "kling-1.6 or kling-1.5", id="extend by model"),
        pytest.param(replace(VOICED, model_name="kling-3.0"), "voice", "kling-2.6 has", id="voices by model"),
        pytest.param(replace(VOICED, mode="std", sound=False), "voice", "quality pro", id="voices by quality"),
        pytest.param(replace(VOICED, sound=False), "voice", "need sound", id="voices without sound"),
        pytest.param(replace(VOICED, prompt="[Anna]: “Now.”"), "voice", "has to name it", id="a voice nobody has"),
        pytest.param(replace(VOICED, prompt="[Anna@Bass]: “Now.”"), "voice", "Alto", id="an unknown voice"),
        pytest.param(replace(PLAIN, image=START, elements=(ANNA,)), "element", "takes none", id="elements by model"),
        pytest.param(replace(V3, elements=(ANNA,)), "element", "for this kind of shot", id="elements without image"),
        pytest.param(replace(V3, image=START, elements=(ANNA,) * 4), "element", "at most 3", id="too many elements"),
        pytest.param(replace(V3, image=START, elements=(NamedElement("A", "x1"),)), "element", "a number", id="id"),
        pytest.param(replace(PLAIN, prompt="", cuts=CUTS), "cuts", "kling-3.0", id="cuts by model"),
        pytest.param(replace(V3, cuts=CUTS), "prompt", "prompt is empty", id="cuts and a prompt"),
        pytest.param(replace(V3, prompt="", cuts=CUTS, duration_s=6), "cuts", "last 6 s", id="cuts of another length"),
        pytest.param(replace(V3, prompt="", cuts=(Cut("x", 1),) * 7, duration_s=7), "cuts", "at most 6", id="7 cuts"),
        pytest.param(replace(V3, prompt="", cuts=(Cut("x" * 513, 5),)), "cut 1", "at most 512", id="a long cut"),
        pytest.param(replace(V3, prompt="", cuts=(Cut(" ", 5),)), "cut 1", "needs a text", id="an empty cut"),
        pytest.param(replace(PLAIN, model_name="kling-3.0-turbo", sound=True, free_cuts=True), "cuts",
                     "only as planned", id="free cuts by model"),
        pytest.param(replace(PLAIN, camera=CameraMove("simple", "pan", 5)), "camera", "kling-1.5", id="camera"),
        pytest.param(replace(PLAIN, model_name="kling-1.5", mode="pro", image=START,
                             camera=CameraMove("simple", "pan", 11)), "camera", "-10 to 10", id="camera too far"),
        pytest.param(replace(PLAIN, model_name="kling-1.5", mode="pro", image=START,
                             camera=CameraMove("simple", "up", 1)), "camera", "horizontal", id="camera axis"),
        pytest.param(replace(PLAIN, cfg_scale=0.5), "cfg", "does not take it", id="cfg by model"),
        pytest.param(replace(V3, cfg_scale=1.5), "cfg", "from 0 to 1", id="cfg out of range"),
    ],
)  # fmt: skip
def test_what_a_model_does_not_offer_is_refused_by_its_field(
    request_: GenerationRequest, field: str, allowed: str
) -> None:
    found = problems(request_)
    assert [problem.field for problem in found] == [field]
    assert allowed in found[0].allowed


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(VOICED, id="voices"),
        pytest.param(MOTION, id="motion control"),
        pytest.param(replace(MOTION, model_name="kling-3.0", elements=(ANNA,)), id="motion control with an element"),
        pytest.param(replace(V3, image=START, elements=(ANNA,) * 3), id="elements"),
        pytest.param(replace(V3, prompt="", cuts=CUTS), id="cuts"),
        pytest.param(replace(V3, free_cuts=True), id="free cuts"),
        pytest.param(replace(V3, cfg_scale=0.0), id="cfg"),
        pytest.param(replace(PLAIN, model_name="kling-1.5", mode="pro", image=START,
                             camera=CameraMove("simple", "zoom", -10)), id="camera"),
        pytest.param(replace(OMNI, references=(START,) * 4, elements=(ANNA,) * 3), id="omni full"),
        pytest.param(replace(PLAIN, model_name="kling-o1", duration_s=10), id="o1 from text"),
        pytest.param(replace(OMNI, model_name="kling-o1", duration_s=7), id="o1 with a reference"),
    ],
)  # fmt: skip
def test_what_a_model_offers_is_possible_and_survives_its_record(request_: GenerationRequest) -> None:
    assert problems(request_) == ()
    assert GenerationRequest.from_record(json.loads(json.dumps(request_.to_record()))) == request_


def test_the_record_of_a_plain_request_is_what_it_always_was() -> None:
    # The ledger finds a finished shot by it: one more key, and every old shot would be paid for again.
    assert set(PLAIN.to_record()) == {
        "prompt", "negative_prompt", "model_name", "mode", "duration_s", "aspect_ratio", "sound", "image", "image_tail",
    }  # fmt: skip


def test_the_cheapest_mode_that_can_do_it_is_chosen() -> None:
    assert cheapest_mode("kling-2.6", "silent") == "std"
    assert cheapest_mode("kling-2.6", "sound") == "pro"
    assert cheapest_mode("kling-2.6", "voice") == "pro"
    assert cheapest_mode("kling-2.6", "motion") == "std"
    assert cheapest_mode("kling-2.6", "silent", end_frame=True) == "pro"
    assert cheapest_mode("kling-3.0", "sound", end_frame=True) == "std"


def test_a_request_survives_its_record() -> None:
    request = replace(PLAIN, image=ImageFile(Path("a.png"), "00ff"), image_tail=END, mode="pro", negative_prompt="rain")
    assert GenerationRequest.from_record(request.to_record()) == request
    assert request.product is Product.IMAGE_TO_VIDEO
    assert PLAIN.product is Product.TEXT_TO_VIDEO
