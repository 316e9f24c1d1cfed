# SPDX-License-Identifier: GPL-3.0-or-later
"""What an edit costs that is longer than a take: the next length that Kling offers, or the way out beyond all."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from addon.kling.catalogue import catalogue
from addon.kling.price import estimate_units
from addon.kling.request import GenerationRequest
from addon.shots.longer_take import longer_take, longest_take_s, more_material

FIVE = GenerationRequest(prompt="a lighthouse in the rain", model_name="kling-2.6", mode="std", duration_s=5)
RATE = Fraction(24)


@pytest.mark.parametrize(
    ("model", "needed_frames", "wanted_s"),
    [
        ("kling-2.6", 122, 10),  # 121 are there
        ("kling-2.6", 241, 10),  # what a take of 10 s has
        ("kling-2.6", 242, None),
        ("kling-3.0", 122, 6),
        ("kling-3.0", 145, 6),
        ("kling-3.0", 146, 7),
        ("kling-3.0", 361, 15),
        ("kling-3.0", 362, None),
    ],
)
def test_the_next_length_that_the_model_makes_with_its_price(
    model: str, needed_frames: int, wanted_s: int | None
) -> None:
    request = replace(FIVE, model_name=model)
    found = longer_take(request, needed_frames / RATE, RATE)
    if wanted_s is None:
        assert found is None
        return
    assert found is not None
    assert found.duration_s == wanted_s
    assert found.units == estimate_units(replace(request, duration_s=wanted_s))
    assert found.units > estimate_units(request)


def test_the_sentence_names_frames_length_and_both_prices() -> None:
    found = more_material(FIVE.to_record(), 30, 151 / RATE, RATE)
    assert found.longer is not None
    units = estimate_units(replace(FIVE, duration_s=10))
    dollars = catalogue().dollars(units)
    assert found.advice == (
        f"30 frames longer than its take: a take of 10 s would cost ${dollars:.2f} ({units.normalize():f} units)"
    )
    assert dollars == units * Decimal("0.14")


def test_beyond_the_longest_the_way_out_is_named() -> None:
    found = more_material(FIVE.to_record(), 120, 301 / RATE, RATE)
    assert (found.longer, found.longest_s) == (None, 10)
    assert "makes 10 s at most: go on from it by Extend, from its last frame" in found.advice
    old = replace(FIVE, model_name="kling-1.6")
    assert longest_take_s(old) == 10
    assert more_material(old.to_record(), 120, 301 / RATE, RATE).advice.endswith("by Extend by Kling")


def test_what_kling_cannot_make_longer_has_no_price() -> None:
    assert more_material({"prompt": "?"}, 5, 300 / RATE, RATE).longer is None
    assert more_material(None, 1, 300 / RATE, RATE).advice == (
        "1 frame longer than its media: trim it, or replace its media"
    )
    assert "before its media begins" in more_material(FIVE.to_record(), 5, Fraction(0), RATE).advice
