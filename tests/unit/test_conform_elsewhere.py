# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits that come back from another program, changed with the tools of an editor by OpenTimelineIO's own library."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest

from otio_bridge.conform import ConformPlan, plan_conform
from otio_bridge.conform_apply import apply_conform, conformed
from otio_bridge.edit_file import read_edit, write_edit
from otio_bridge.export import ExportOptions
from otio_bridge.import_timeline import ImportOptions
from otio_bridge.levels import nested
from otio_bridge.snapshot import (
    SINGLE_MEDIA,
    Channel,
    Curve,
    KeyPoint,
    Media,
    RetimeKey,
    Retiming,
    StripKind,
    StripSnapshot,
    TimelineSnapshot,
)
from tests.other_program import OtherProgram

RATE = Fraction(24)
RUSHES = Media("/media/rushes.mov", RATE, 2000, start_frame=86400)
GLOW = Curve("blend_alpha", (KeyPoint(3.0, 0.5),))


def clip(name: str, channel: int, start: int, length: int, offset: int, **more: object) -> StripSnapshot:
    strip = StripSnapshot(
        name, StripKind.MOVIE, channel, start, length, offset, {SINGLE_MEDIA: RUSHES}, SINGLE_MEDIA,
        content_length=2000, blend_type="ALPHA_OVER", shot_id=f"shot {name}", color_tag=4, curves=(GLOW,),
    )  # fmt: skip
    return replace(strip, **more)  # type: ignore[arg-type]


SOUND = Media("/media/sound.wav", RATE, 2000)
LIVING = TimelineSnapshot(
    "cut", RATE, 1, 1280, 720,
    (
        clip("a", 2, 1, 50, 0),
        clip("b", 2, 51, 50, 100),
        clip("c", 2, 101, 50, 400),
        clip("d", 2, 151, 50, 450),
        clip("e", 3, 51, 30, 1000),
        StripSnapshot("voice", StripKind.SOUND, 1, 1, 200, 0, {SINGLE_MEDIA: SOUND}, SINGLE_MEDIA,
                      content_length=2000),
        StripSnapshot("title", StripKind.TEXT, 7, 1, 50, 0, {}, "", blend_type="ALPHA_OVER"),
    ),
)  # fmt: skip


def with_meta(depth: int = 1) -> TimelineSnapshot:
    """The strips on channel 2 but the first in metas, one in the other."""
    inside = tuple(replace(one, channel=1) for one in LIVING.strips[1:4])
    for number in range(depth, 0, -1):
        meta = StripSnapshot(f"meta {number}", StripKind.META, 2, 51, 150, 0, {}, "", blend_type="ALPHA_OVER",
                             children=inside)  # fmt: skip
        inside = (meta,)
    return replace(LIVING, strips=(LIVING.strips[0], *inside, *LIVING.strips[4:]))


Tool = Callable[[OtherProgram], object]


@pytest.fixture
def back(tmp_path: Path) -> Callable[..., ConformPlan]:
    def go(change: Tool, living: TimelineSnapshot = LIVING, *, keeps: bool = False, names: str = "kept") -> ConformPlan:
        write_edit(living, tmp_path / "out.otio", ExportOptions())
        program = OtherProgram(tmp_path / "out.otio")
        change(program)
        if names == "file":  # as Resolve calls clips
            program.call_all(lambda one: Path(one.media_reference.target_url).name if _has_url(one) else one.name)
        program.save(tmp_path / "back.otio", keeps_metadata=keeps)
        options = ImportOptions(rate=living.rate, start=living.start, exists=lambda _: True)
        edit, report = read_edit(tmp_path / "back.otio", options)
        assert report.is_ours is keeps
        return plan_conform(living, edit, with_channels=report.is_ours)

    return go


def _has_url(one: otio.schema.Clip) -> bool:
    return isinstance(one.media_reference, otio.schema.ExternalReference)


def kinds(plan: ConformPlan) -> dict[str, str]:
    return {change.name: " ".join(kind.value for kind in change.kinds) for change in plan.changes}


def places(snapshot: TimelineSnapshot) -> dict[str, tuple[int, int, int]]:
    return {strip.name: (strip.start, strip.length, strip.content_offset) for strip in snapshot.walk()}


NAMES = pytest.mark.parametrize("names", ["kept", "file"])
BOTH = pytest.mark.parametrize("keeps", [False, True])


@NAMES
def test_the_edit_as_it_was_is_no_change(back: Callable[..., ConformPlan], names: str) -> None:
    assert kinds(back(lambda _: None, names=names)) == {}
    assert kinds(back(lambda _: None, with_meta(2), names=names)) == {}


@NAMES
def test_a_ripple_delete(back: Callable[..., ConformPlan], names: str) -> None:
    plan = back(lambda other: other.ripple_delete("b"), names=names)
    assert kinds(plan) == {"b": "removed", "c": "moved", "d": "moved"}
    after = places(apply_conform(LIVING, plan))
    assert after["c"] == (51, 50, 400)
    assert after["d"] == (101, 50, 450)
    assert "b" not in after
    assert "title" in after


@NAMES
def test_a_trimmed_head_ripples(back: Callable[..., ConformPlan], names: str) -> None:
    plan = back(lambda other: other.trim("b", head=10, tail=5), names=names)
    assert kinds(plan) == {"b": "trimmed", "c": "moved", "d": "moved"}
    after = apply_conform(LIVING, plan)
    assert places(after)["b"] == (51, 35, 110)
    assert places(after)["c"] == (86, 50, 400)
    assert nested(after.strips)["b"].strip.curves == (GLOW,)


@NAMES
def test_a_slip(back: Callable[..., ConformPlan], names: str) -> None:
    plan = back(lambda other: other.slip("b", 12), names=names)
    assert kinds(plan) == {"b": "slipped"}
    assert places(apply_conform(LIVING, plan))["b"] == (51, 50, 112)


@NAMES
def test_a_new_speed(back: Callable[..., ConformPlan], names: str) -> None:
    plan = back(lambda other: other.speed("b", 2.0), names=names)
    assert kinds(plan) == {"b": "retimed"}
    strip = nested(apply_conform(LIVING, plan).strips)["b"].strip
    assert strip.retiming is not None
    first, last = strip.retiming.keys
    speed = (last.content_frame - first.content_frame) / (last.frame - first.frame)
    assert speed == 2
    assert first.content_frame + (strip.content_offset - first.frame) * speed == 100
    assert (strip.start, strip.length, strip.shot_id, strip.color_tag) == (51, 50, "shot b", 4)


@NAMES
@BOTH
def test_a_split_is_a_trimmed_strip_and_a_copy_with_its_settings(
    back: Callable[..., ConformPlan], names: str, keeps: bool
) -> None:
    plan = back(lambda other: other.split("b", 30), keeps=keeps, names="kept" if keeps else names)
    first, second = plan.changes
    assert (first.name, kinds(plan)["b"]) == ("b", "trimmed")
    assert kinds(plan)[second.name] == "added"
    assert second.like == "b"
    assert "cut off b" in second.sentence
    after = nested(apply_conform(LIVING, plan).strips)
    assert places(apply_conform(LIVING, plan))["b"] == (51, 30, 100)
    part = after[second.name].strip
    assert (part.start, part.length, part.content_offset) == (81, 20, 130)
    assert (part.shot_id, part.color_tag, part.curves, part.channel) == ("shot b", 4, (GLOW,), 2)


def test_a_split_whose_first_part_was_deleted_is_a_trim(back: Callable[..., ConformPlan]) -> None:
    def change(other: OtherProgram) -> None:
        other.split("b", 30, called="rest")
        other.lift("b")

    plan = back(change)
    assert kinds(plan) == {"b": "trimmed"}
    assert places(apply_conform(LIVING, plan))["b"] == (81, 20, 130)


@NAMES
def test_clips_that_changed_places(back: Callable[..., ConformPlan], names: str) -> None:
    def change(other: OtherProgram) -> None:
        track = other.clip("b").parent()
        number = track.index(other.clip("b"))
        track.insert(number + 1, track.pop(number))

    plan = back(change, names=names)
    assert kinds(plan) == {"b": "moved", "c": "moved"}
    after = apply_conform(LIVING, plan)
    assert places(after)["c"] == (51, 50, 400)
    assert places(after)["b"] == (101, 50, 100)
    assert {strip.channel for strip in after.strips if strip.name in "abcd"} == {2}


def test_renamed_clips_are_found_by_what_they_show(back: Callable[..., ConformPlan]) -> None:
    numbers = iter(range(100))
    plan = back(lambda other: other.call_all(lambda _: f"Clip {next(numbers)}"))
    assert kinds(plan) == {}


def test_other_media_under_another_name_at_the_same_place_replaces(back: Callable[..., ConformPlan]) -> None:
    def change(other: OtherProgram) -> None:
        other.replace_media("b", Path("/media/graded.mov"), rate=24.0, frames=300, start=20)
        other.clip("b").name = "graded"

    plan = back(change)
    assert kinds(plan) == {"b": "replaced"}
    strip = nested(apply_conform(LIVING, plan).strips)["b"].strip
    assert strip.shown is not None
    assert (strip.shown.path, strip.content_offset, strip.take_number, strip.shot_id) == (
        "/media/graded.mov", 20, 0, "shot b",
    )  # fmt: skip


def test_new_clips_and_tracks(back: Callable[..., ConformPlan]) -> None:
    def change(other: OtherProgram) -> None:
        track = other.clip("b").parent()
        track.append(other.new_clip("end", Path("/media/end.mov"), 10, 40))
        above = otio.schema.Track("V9", kind=otio.schema.TrackKind.Video)
        above.append(otio.schema.Gap(source_range=other.span(0, 60)))
        above.append(other.new_clip("bug", Path("/media/bug.mov"), 0, 25))
        other.timeline.tracks.append(above)

    plan = back(change)
    assert kinds(plan) == {"end": "added", "bug": "added"}
    after = nested(apply_conform(LIVING, plan).strips)
    end, bug = after["end"].strip, after["bug"].strip
    assert (end.start, end.length, end.channel, end.content_offset) == (201, 40, 2, 10)
    assert (bug.start, bug.length) == (61, 25)
    assert bug.channel not in {1, 2, 3}


def test_merged_tracks_change_nothing_but_what_moved(back: Callable[..., ConformPlan]) -> None:
    def change(other: OtherProgram) -> None:
        clip = other.clip("e")
        lower, upper = other.clip("d").parent(), clip.parent()
        lower.append(upper.pop(upper.index(clip)))
        del other.timeline.tracks[other.timeline.tracks.index(upper)]

    plan = back(change)
    assert kinds(plan) == {"e": "moved"}
    assert places(apply_conform(LIVING, plan))["e"] == (201, 30, 1000)


@BOTH
def test_another_start_of_the_clock_moves_nothing(back: Callable[..., ConformPlan], keeps: bool) -> None:
    def change(other: OtherProgram) -> None:
        other.timeline.global_start_time = otio.opentime.RationalTime(86400, 24)

    assert kinds(back(change, keeps=keeps)) == {}


@NAMES
@pytest.mark.parametrize("rate", [48.0, 25.0, 30.0])
def test_another_rate_is_the_same_moments(back: Callable[..., ConformPlan], rate: float, names: str) -> None:
    plan = back(lambda other: other.at_rate(rate), names=names)
    # 25 and 30 have no frame for each of 24's: what is off by rounding is at most a frame.
    for change in plan.changes:
        assert change.before is not None
        assert change.after is not None
        assert abs(change.before.start - change.after.start) <= 1
        assert abs(change.before.length - change.after.length) <= 1
        assert abs(change.before.content_offset - change.after.content_offset) <= 1
    if rate == 48.0:
        assert plan.changes == ()


def test_a_path_of_another_machine_is_the_same_file(tmp_path: Path) -> None:
    write_edit(LIVING, tmp_path / "out.otio", ExportOptions())
    program = OtherProgram(tmp_path / "out.otio")
    for one in program.clips():
        if _has_url(one):
            name = Path(one.media_reference.target_url).name
            one.media_reference.target_url = f"D:\\projects\\media\\{name}"
    program.save(tmp_path / "back.otio")
    options = ImportOptions(rate=RATE, start=1, exists=lambda path: not path.startswith("D:"))
    edit, _ = read_edit(tmp_path / "back.otio", options)
    assert kinds(plan_conform(LIVING, edit, with_channels=False)) == {}


def test_one_of_several_deleted_clips_of_a_file_is_the_one_that_is_gone(back: Callable[..., ConformPlan]) -> None:
    """All are called as their file: names say nothing."""
    living = replace(
        LIVING, strips=tuple(
            replace(one, name="rushes.mov" if not number else f"rushes.mov.{number:03d}", shot_id="")
            for number, one in enumerate(LIVING.strips[:4])
        ),
    )  # fmt: skip
    plan = back(lambda other: other.lift("rushes.mov"), living, names="file")
    assert kinds(plan) == {"rushes.mov": "removed"}


def test_a_strip_of_several_speeds_is_one_strip_again(back: Callable[..., ConformPlan]) -> None:
    keys = (RetimeKey(0.0, 0.0), RetimeKey(120.0, 120.0), RetimeKey(1060.0, 2000.0))
    living = replace(LIVING, strips=(clip("a", 2, 1, 60, 100, retiming=Retiming(keys)), *LIVING.strips[2:4]))
    assert kinds(back(lambda _: None, living)) == {}
    plan = back(lambda other: other.gap(next(iter(other.timeline.tracks)), 0, 24), living)
    assert kinds(plan) == {"a": "moved", "c": "moved", "d": "moved"}
    assert nested(apply_conform(living, plan).strips)["a"].strip == replace(living.strips[0], start=25)


# Metas


@pytest.mark.parametrize("depth", [1, 2, 3])
@BOTH
def test_changes_inside_metas_are_found_at_any_depth(back: Callable[..., ConformPlan], depth: int, keeps: bool) -> None:
    living = with_meta(depth)
    plan = back(lambda other: other.ripple_delete("b"), living, keeps=keeps)
    found = kinds(plan)
    assert found["b"] == "removed"
    after = apply_conform(living, plan)
    there = nested(after.strips)
    assert places(after)["c"][:2] == (51, 50)
    assert places(after)["d"][:2] == (101, 50)
    assert there["c"].level == f"meta {depth}"
    assert "b" not in there


@BOTH
def test_a_meta_that_was_moved_is_one_change(back: Callable[..., ConformPlan], keeps: bool) -> None:
    living = with_meta(2)

    def change(other: OtherProgram) -> None:
        track = next(track for track in other.timeline.tracks if track.name == "Channel 2")
        other.gap(track, 1, 24)

    plan = back(change, living, keeps=keeps)
    assert kinds(plan) == {"meta 1": "moved"}
    after = places(apply_conform(living, plan))
    assert (after["meta 1"][0], after["meta 2"][0], after["c"]) == (75, 75, (125, 50, 400))


def test_a_change_in_a_moved_meta_can_be_applied_without_the_move(back: Callable[..., ConformPlan]) -> None:
    living = with_meta()

    def change(other: OtherProgram) -> None:
        track = next(track for track in other.timeline.tracks if track.name == "Channel 2")
        other.gap(track, 1, 24)
        other.slip("c", 10)

    plan = back(change, living)
    assert kinds(plan) == {"meta 1": "moved", "c": "slipped"}
    assert places(apply_conform(living, plan))["c"] == (125, 50, 410)
    assert places(apply_conform(living, plan, ["c"]))["c"] == (101, 50, 410)
    assert places(apply_conform(living, plan, ["meta 1"]))["c"] == (125, 50, 400)


@BOTH
def test_clips_taken_out_of_a_meta_and_into_one(back: Callable[..., ConformPlan], keeps: bool) -> None:
    living = with_meta()

    def out(other: OtherProgram) -> None:
        inner = other.clip("d").parent()
        outer = inner.parent().parent()
        outer.append(inner.pop(inner.index(other.clip("d"))))

    def into(other: OtherProgram) -> None:
        track = other.clip("e").parent()
        other.clip("d").parent().append(track.pop(track.index(other.clip("e"))))

    plan = back(out, living, keeps=keeps)
    moved = next(change for change in plan.changes if change.name == "d")
    assert (moved.level, moved.into, kinds(plan)["d"]) == ("meta 1", "", "moved")
    assert "to the timeline" in moved.sentence
    there = nested(apply_conform(living, plan).strips)
    assert (there["d"].level, there["d"].strip.start) == ("", 201)
    plan = back(into, living, keeps=keeps)
    moved = next(change for change in plan.changes if change.name == "e")
    assert (moved.level, moved.into) == ("", "meta 1")
    there = nested(apply_conform(living, plan).strips)
    assert (there["e"].level, there["e"].strip.start) == ("meta 1", 201)


@BOTH
def test_clips_that_were_made_a_compound_and_a_meta_that_was_dissolved(
    back: Callable[..., ConformPlan], keeps: bool
) -> None:
    def compound(other: OtherProgram) -> None:
        track = other.clip("b").parent()
        number = track.index(other.clip("b"))
        inner = otio.schema.Track(kind=otio.schema.TrackKind.Video)
        inner.append(track.pop(number))
        inner.append(track.pop(number))
        stack = otio.schema.Stack("compound", children=[inner])
        stack.source_range = other.span(0, 100)
        track.insert(number, stack)

    def dissolve(other: OtherProgram) -> None:
        inner = other.clip("b").parent()
        stack = inner.parent()
        track = stack.parent()
        number = track.index(stack)
        del track[number]
        for clip in reversed([inner.pop(0) for _ in range(len(inner))]):
            track.insert(number, clip)

    plan = back(compound, keeps=keeps)
    assert kinds(plan) == {"compound": "added", "b": "moved", "c": "moved"}
    there = nested(apply_conform(LIVING, plan).strips)
    assert (there["b"].level, there["c"].level) == ("compound", "compound")
    assert (there["b"].strip.start, there["c"].strip.start, there["compound"].strip.start) == (51, 101, 51)
    left_out = conformed(LIVING, plan, ["b"])
    assert left_out.skipped == (("b", "the meta strip compound, which it goes into, is left out"),)
    living = with_meta()
    plan = back(dissolve, living, keeps=keeps)
    assert kinds(plan) == {"meta 1": "removed", "b": "moved", "c": "moved", "d": "moved"}
    there = nested(apply_conform(living, plan).strips)
    assert {name: one.level for name, one in there.items() if name in "bcd"} == {"b": "", "c": "", "d": ""}
    kept = conformed(living, plan, ["meta 1", "b"])
    assert kept.skipped[0][0] == "meta 1"
    assert "stays in it" in kept.skipped[0][1]
    assert nested(kept.snapshot.strips)["c"].level == "meta 1"


# What cannot be


def test_locked_strips_and_channels_are_named_and_left_alone(back: Callable[..., ConformPlan]) -> None:
    strips = (LIVING.strips[0], replace(LIVING.strips[1], lock=True), *LIVING.strips[2:])
    living = replace(LIVING, strips=strips, channels=(Channel(3, lock=True),))

    def change(other: OtherProgram) -> None:
        other.slip("b", 12)
        other.slip("e", 12)
        other.slip("c", 12)

    plan = back(change, living)
    assert {one.name: one.blocked for one in plan.changes} == {
        "b": "it is locked", "e": "its channel 3 is locked", "c": "",
    }  # fmt: skip
    result = conformed(living, plan)
    assert dict(result.skipped) == {"b": "it is locked", "e": "its channel 3 is locked"}
    assert places(result.snapshot)["b"] == places(living)["b"]
    assert places(result.snapshot)["c"] == (101, 50, 412)


def test_what_lies_in_a_locked_meta_is_locked_and_added_strips_avoid_locked_channels(
    back: Callable[..., ConformPlan],
) -> None:
    base = with_meta()
    strips = tuple(replace(one, lock=one.kind is StripKind.META) for one in base.strips)
    living = replace(base, strips=strips)
    plan = back(lambda other: other.slip("c", 12), living)
    assert [(one.name, one.blocked) for one in plan.changes] == [("c", "the meta strip meta 1 is locked")]
    living = replace(LIVING, channels=(Channel(2, lock=True),))

    def add(other: OtherProgram) -> None:
        other.clip("d").parent().append(other.new_clip("end", Path("/media/end.mov"), 10, 40))

    after = apply_conform(living, back(add, living))
    assert nested(after.strips)["end"].strip.channel == 3


def test_a_file_that_is_not_there_and_a_still_in_a_movies_place_are_not_applied(tmp_path: Path) -> None:
    write_edit(LIVING, tmp_path / "out.otio", ExportOptions())
    program = OtherProgram(tmp_path / "out.otio")
    program.replace_media("b", Path("/nowhere/new.mov"), rate=24.0, frames=300)
    program.replace_media("c", Path("/media/still.png"))
    program.save(tmp_path / "back.otio")
    edit, _ = read_edit(
        tmp_path / "back.otio",
        ImportOptions(rate=RATE, start=1, exists=lambda path: not path.startswith("/nowhere")),
    )
    plan = plan_conform(LIVING, edit, with_channels=False)
    assert {one.name: one.blocked for one in plan.changes} == {
        "b": "the file that it is to show is not there: /nowhere/new.mov",
        "c": "a picture cannot take the place of a movie",
    }  # fmt: skip
    assert apply_conform(LIVING, plan) == LIVING


def test_a_strip_that_comes_to_lie_on_another_goes_above_it(back: Callable[..., ConformPlan]) -> None:
    """The edit's program has it on a track of its own; here its channel is taken by then."""
    low = StripSnapshot("low", StripKind.COLOR, 3, 100, 50, 0, {}, "", blend_type="ALPHA_OVER")
    living = replace(LIVING, strips=(*LIVING.strips, low))

    def change(other: OtherProgram) -> None:
        other.lift("low")
        other.gap(other.clip("e").parent(), 0, 60)

    plan = back(change, living)
    assert plan.not_in_edit == ("low",)
    assert kinds(plan) == {"e": "moved"}
    strip = nested(apply_conform(living, plan).strips)["e"].strip
    assert (strip.start, strip.channel) == (111, 4)


def test_a_transition_whose_strips_part_is_removed_and_said(back: Callable[..., ConformPlan]) -> None:
    first, second = replace(LIVING.strips[0], length=60), replace(LIVING.strips[1], channel=3, content_offset=300)
    cross = StripSnapshot("cross", StripKind.EFFECT, 4, 51, 10, 0, {}, "", effect_type="CROSS", inputs=("a", "b"),
                          blend_type="ALPHA_OVER")  # fmt: skip
    living = replace(LIVING, strips=(first, second, cross))
    assert kinds(back(lambda _: None, living)) == {}

    def change(other: OtherProgram) -> None:
        clip = other.clip("b")
        track = clip.parent()
        del track[track.index(clip) - 1]
        other.gap(track, track.index(clip), 30)

    plan = back(change, living)
    result = conformed(living, plan, ["b"])
    assert "cross" not in nested(result.snapshot.strips)
    assert dict(result.skipped)["cross"] == "its strips do not overlap any more, so it is removed"


def test_a_strip_under_a_speed_effect_keeps_its_speed(back: Callable[..., ConformPlan]) -> None:
    effect = StripSnapshot("speed", StripKind.EFFECT, 6, 51, 50, 0, {}, "", effect_type="SPEED", inputs=("b",),
                           blend_type="ALPHA_OVER",
                           settings={"speed_control": "MULTIPLY", "speed_factor": 0.5})  # fmt: skip
    living = replace(LIVING, strips=(*LIVING.strips, effect))
    assert kinds(back(lambda _: None, living)) == {}
    moved = back(lambda other: other.gap(other.clip("b").parent(), 1, 12), living)
    assert kinds(moved)["b"] == "moved"
    assert nested(apply_conform(living, moved).strips)["speed"].strip.start == 63
    faster = back(lambda other: other.speed("b", 4.0), living)
    assert [(one.name, one.blocked) for one in faster.changes] == [
        ("b", "the Speed effect speed sets its speed: change it there")
    ]


def test_a_clip_shown_frame_by_frame_is_no_faster_than_it_was(back: Callable[..., ConformPlan]) -> None:
    """25 fps in an edit of 24, one frame for each: other programs see a speed."""
    media = Media("/media/pal.mov", Fraction(25), 1000)
    strip = replace(clip("pal", 2, 1, 100, 40), keeps_speed=False, content_length=1000, media={SINGLE_MEDIA: media})
    living = replace(LIVING, strips=(strip,))
    assert kinds(back(lambda _: None, living)) == {}
    plan = back(lambda other: other.trim("pal", tail=30), living)
    assert kinds(plan) == {"pal": "trimmed"}
    after = apply_conform(living, plan).strips[0]
    assert (after.start, after.length, after.content_offset, after.keeps_speed) == (1, 70, 40, False)


def test_one_file_cut_up_hundreds_of_times_is_matched_by_what_each_clip_shows() -> None:
    """Renamed, all moved, every fiftieth gone: neither names nor places say which is which."""
    strips = tuple(clip(f"s{number}", 1 + number % 3, 1 + number // 3 * 30, 30, number * 20) for number in range(600))
    kept = [number for number in range(600) if number % 50]
    edit = tuple(
        replace(strips[number], name=f"c{number}", start=strips[number].start + 12, shot_id="") for number in kept
    )
    plan = plan_conform(replace(LIVING, strips=strips), replace(LIVING, strips=edit), with_channels=False)
    assert plan.pairs == {f"c{number}": f"s{number}" for number in kept}
    assert {kind for change in plan.changes for kind in kinds(plan)[change.name].split()} == {"moved", "removed"}
