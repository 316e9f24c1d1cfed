# SPDX-License-Identifier: GPL-3.0-or-later
"""An edit goes out, another program changes it, and the changes come back onto the living timeline."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from otio_bridge.conform import ChangeKind, ConformPlan, plan_conform
from otio_bridge.conform_apply import apply_conform
from otio_bridge.export import export_timeline
from otio_bridge.import_timeline import ImportOptions, import_text
from otio_bridge.snapshot import SINGLE_MEDIA, Curve, KeyPoint, Media, StripKind, StripSnapshot, TimelineSnapshot

RATE = Fraction(24)
TAKES = {
    f"take {number}": Media(f"/takes/s010_t{number}.mp4", RATE, 121, {"take": number}, start_frame=86400)
    for number in (1, 2)
}
GLOW = Curve("blend_alpha", (KeyPoint(3.0, 0.5),))


def movie(name: str, channel: int, start: int, length: int, offset: int, **more: object) -> StripSnapshot:
    found = StripSnapshot(name, StripKind.MOVIE, channel, start, length, offset, TAKES, "take 2",
                          blend_type="ALPHA_OVER",
                          content_length=121, shot_id="s010", take_number=2, curves=(GLOW,))  # fmt: skip
    return replace(found, **more)  # type: ignore[arg-type]


def effect(name: str, kind: str, start: int, length: int, *inputs: str) -> StripSnapshot:
    return StripSnapshot(name, StripKind.EFFECT, 5, start, length, 0, {}, "", effect_type=kind, inputs=inputs)


LIVING = TimelineSnapshot(
    "cut", RATE, 1, 1280, 720,
    (
        movie("a", 1, 1, 60, 10),
        movie("b", 2, 51, 50, 40),
        effect("x", "CROSS", 51, 10, "a", "b"),
        movie("c", 1, 201, 40, 0, shot_id="s020"),
        effect("glow", "GLOW", 201, 40, "c"),
        StripSnapshot("title", StripKind.TEXT, 7, 1, 50, 0, {}, "", settings={"text": "Hello"},
                      blend_type="ALPHA_OVER"),
    ),
)  # fmt: skip


def cut(start: float, length: float) -> TimeRange:
    return TimeRange(RationalTime(start, 24), RationalTime(length, 24))


def planned(change: Callable[[otio.schema.Timeline], object], *, bare: bool) -> ConformPlan:
    timeline, _ = export_timeline(LIVING)
    change(timeline)
    text = timeline.to_json_string()
    if bare:

        def without(value: object) -> object:
            """As a program leaves it that discards what it does not know."""
            if isinstance(value, dict):
                return {key: {} if key == "metadata" else without(each) for key, each in value.items()
                        if key != "effects"}  # fmt: skip
            return [without(each) for each in value] if isinstance(value, list) else value

        text = json.dumps(without(json.loads(text)))
    edit, report = import_text(text, ImportOptions(rate=RATE, start=1))
    assert report.is_ours is not bare
    return plan_conform(LIVING, edit, with_channels=report.is_ours)


def kinds(plan: ConformPlan) -> dict[str, tuple[ChangeKind, ...]]:
    return {change.name: change.kinds for change in plan.changes}


def lay_gap(timeline: otio.schema.Timeline) -> None:
    timeline.tracks[0].insert(0, otio.schema.Gap(source_range=cut(0, 12)))


def third(timeline: otio.schema.Timeline) -> otio.schema.Clip:
    return timeline.tracks[0][4]


BOTH = pytest.mark.parametrize("bare", [False, True])


@BOTH
def test_nothing_changed_is_nothing_to_do(bare: bool) -> None:
    plan = planned(lambda timeline: None, bare=bare)
    assert plan.changes == ()
    assert apply_conform(LIVING, plan) == LIVING


@BOTH
def test_moved_strips_keep_all_else(bare: bool) -> None:
    plan = planned(lay_gap, bare=bare)
    assert kinds(plan) == dict.fromkeys("abc", (ChangeKind.MOVED,))
    after = {strip.name: strip for strip in apply_conform(LIVING, plan).strips}
    assert after["a"] == replace(LIVING.strips[0], start=13)
    assert (after["x"].start, after["x"].length) == (63, 10)
    assert (after["glow"].start, after["glow"].length) == (213, 40)
    assert after["title"] == LIVING.strips[-1]


@BOTH
def test_chosen_changes_only(bare: bool) -> None:
    after = apply_conform(LIVING, planned(lay_gap, bare=bare), ["c"])
    assert [strip.start for strip in after.strips if strip.kind is StripKind.MOVIE] == [1, 51, 213]


@BOTH
def test_trims_slips_and_speeds_are_told_apart(bare: bool) -> None:
    def trim(timeline: otio.schema.Timeline) -> None:
        third(timeline).source_range = cut(86400, 30)

    def slip(timeline: otio.schema.Timeline) -> None:
        third(timeline).source_range = cut(86400 + 25, 40)

    def head(timeline: otio.schema.Timeline) -> None:
        third(timeline).source_range = cut(86400 + 8, 32)
        gap = timeline.tracks[0][3]
        gap.source_range = cut(0, gap.duration().value + 8)

    for change, kind, place in (
        (trim, ChangeKind.TRIMMED, (201, 30, 0)),
        (slip, ChangeKind.SLIPPED, (201, 40, 25)),
        (head, ChangeKind.TRIMMED, (209, 32, 8)),
    ):
        plan = planned(change, bare=bare)
        assert kinds(plan) == {"c": (kind,)}
        after = next(strip for strip in apply_conform(LIVING, plan).strips if strip.name == "c")
        assert (after.start, after.length, after.content_offset) == place
        assert after.curves == (GLOW,)


def test_a_new_speed_is_found() -> None:
    plan = planned(
        lambda timeline: third(timeline).effects.append(otio.schema.LinearTimeWarp(time_scalar=2.0)), bare=False
    )
    assert kinds(plan) == {"c": (ChangeKind.RETIMED,)}


@BOTH
def test_longer_than_the_take_says_how_long_a_take_is_needed(bare: bool) -> None:
    def longer(timeline: otio.schema.Timeline) -> None:
        third(timeline).source_range = cut(86400, 240)

    (change,) = planned(longer, bare=bare).too_short
    assert (change.shot_id, change.missing_frames, change.needed_s) == ("s020", 119, Fraction(10))


@BOTH
def test_another_take_replaces_and_another_file_is_added_to_the_takes(bare: bool) -> None:
    def take(timeline: otio.schema.Timeline) -> None:
        third(timeline).active_media_reference_key = "take 1"

    def other(timeline: otio.schema.Timeline) -> None:
        reference = otio.schema.ExternalReference("/other.mov", cut(86400, 121))
        third(timeline).set_media_references({SINGLE_MEDIA: reference}, SINGLE_MEDIA)

    plan = planned(take, bare=bare)
    assert kinds(plan) == {"c": (ChangeKind.REPLACED,)}
    after = next(strip for strip in apply_conform(LIVING, plan).strips if strip.name == "c")
    assert (after.active_media, after.take_number, after.media) == ("take 1", 1, TAKES)
    plan = planned(other, bare=bare)
    after = next(strip for strip in apply_conform(LIVING, plan).strips if strip.name == "c")
    assert after.shown is not None
    assert after.shown.path == "/other.mov"
    assert set(after.media) == {*TAKES, SINGLE_MEDIA}


@BOTH
def test_added_and_removed(bare: bool) -> None:
    def change(timeline: otio.schema.Timeline) -> None:
        reference = otio.schema.ExternalReference("/new.mov", cut(0, 100))
        timeline.tracks[0].append(otio.schema.Clip("new", reference, cut(10, 20)))
        del timeline.tracks[0][4]

    plan = planned(change, bare=bare)
    assert kinds(plan) == {"c": (ChangeKind.REMOVED,), "new": (ChangeKind.ADDED,)}
    names = {strip.name for strip in apply_conform(LIVING, plan).strips}
    assert names == {"a", "b", "x", "title", "new"}, "an effect goes with its strip, a title that nobody writes stays"


@BOTH
def test_a_transition_taken_out(bare: bool) -> None:
    def change(timeline: otio.schema.Timeline) -> None:
        del timeline.tracks[0][1]

    plan = planned(change, bare=bare)
    assert kinds(plan) == {"a": (ChangeKind.TRIMMED,), "b": (ChangeKind.TRIMMED,), "x": (ChangeKind.REMOVED,)}
    after = {strip.name: strip for strip in apply_conform(LIVING, plan).strips}
    assert after["a"].end_exclusive == after["b"].start == 56
