# SPDX-License-Identifier: GPL-3.0-or-later
"""What a model offers beside a shot: the panel greys what this names, so it may not disagree with what is refused."""

from __future__ import annotations

from fractions import Fraction

import pytest

from addon.kling.catalogue import catalogue
from addon.kling.possible import problems
from addon.kling.price import estimate_units
from addon.shots.outline import outline, why_not
from addon.shots.shot_fields import ShotFields

IN_USE = [row for row in catalogue().model if not row.discontinued]


def plain(model: str) -> ShotFields:
    """From an image: the kind that has most beside it."""
    return ShotFields(prompt="rain", model=model, duration=catalogue().model_row(model).durations_s[0], image="a.png")


@pytest.mark.parametrize("model", [row.id for row in IN_USE])
def test_what_is_not_named_can_be_added(model: str) -> None:
    fields = plain(model)
    reasons = why_not(fields)
    if "sound" not in reasons:
        assert not problems(outline(fields.model_copy(update={"sound": True})))
    if "end image" not in reasons:
        assert not problems(outline(fields.model_copy(update={"end_image": "b.png"})))
    if "element" not in reasons:
        assert not problems(outline(fields.model_copy(update={"elements": {"Anna": "7"}})))


@pytest.mark.parametrize("row", IN_USE, ids=lambda row: row.id)
def test_silent_models_say_so(row: object) -> None:
    assert ("sound" in why_not(plain(row.id))) == (not row.has_sound)  # type: ignore[attr-defined]


def test_reasons_are_sentences_that_say_where_it_is() -> None:
    reasons = why_not(plain("kling-2.5-turbo"))
    assert reasons["sound"] == "Kling 2.5 Turbo does not have it"
    assert "kling-2.6" in reasons["voice"]
    assert "kling-3.0-omni" in reasons["reference"]


def test_an_end_image_needs_a_start_image_with_it() -> None:
    assert "start image" in why_not(ShotFields(prompt="rain"))["end image"]


def test_a_motion_is_priced_by_the_video_s_length() -> None:
    fields = ShotFields(prompt="rain", image="a.png", motion="https://example.org/dance.mp4")
    assert estimate_units(outline(fields, video_s=Fraction(34, 10))) == 3 * estimate_units(
        outline(fields, video_s=Fraction(1))
    )
    assert not problems(outline(fields, video_s=Fraction(10)))
    assert [problem.field for problem in problems(outline(fields, video_s=Fraction(31)))] == ["reference video"]
