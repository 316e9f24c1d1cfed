# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from addon.kling.catalogue import cheapest_mode, estimate_units, problems
from addon.kling.request import GenerationRequest, ImageFile, ImageUrl, Product

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


def test_the_cheapest_mode_that_can_do_it_is_chosen() -> None:
    assert cheapest_mode("kling-2.6", sound=False, end_frame=False) == "std"
    assert cheapest_mode("kling-2.6", sound=True, end_frame=False) == "pro"
    assert cheapest_mode("kling-2.6", sound=False, end_frame=True) == "pro"
    assert cheapest_mode("kling-3.0", sound=True, end_frame=True) == "std"


def test_a_request_survives_its_record() -> None:
    request = replace(PLAIN, image=ImageFile(Path("a.png"), "00ff"), image_tail=END, mode="pro", negative_prompt="rain")
    assert GenerationRequest.from_record(request.to_record()) == request
    assert request.product is Product.IMAGE_TO_VIDEO
    assert PLAIN.product is Product.TEXT_TO_VIDEO
