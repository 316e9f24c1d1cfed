# SPDX-License-Identifier: GPL-3.0-or-later
"""What the check says of generated clips, read and measured for real, and which part it offers instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from addon.errors import InputError
from addon.kling.request import Orientation
from addon.shots.motion_reference import MotionReference, inspect_reference, prepare_reference
from addon.shots.reference_check import FixKind, ReferenceFinding, ReferenceRule, reference_limits
from addon.timeline.ranges import FrameRange
from tests.marked_clip import write_marked_clip
from tests.reference_clips import Figure, ReferenceClip, Scene, View, played, reference_clips, wall

RATE = 24


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clips")


def inspected(folder: Path, name: str, **options: object) -> MotionReference:
    clip = next(one for one in reference_clips("report") if one.name == name)
    return inspect_reference(clip.write(folder), Orientation.VIDEO, **options)  # type: ignore[arg-type]


def found(reference: MotionReference, rule: ReferenceRule) -> ReferenceFinding:
    return next(one for one in reference.check.findings if one.rule is rule)


@pytest.mark.parametrize("name", ["clean", "clean-flash", "clean-plain-wall", "lively", "short-hold"])
def test_nothing_stands_against_a_clean_clip(clips: Path, name: str) -> None:
    check = inspected(clips, name).check
    assert check.findings == ()
    assert check.best == check.frames


def test_a_cut_is_named_with_its_frame_and_the_longest_part_is_offered(tmp_path: Path) -> None:
    def dancer(seed: int) -> Figure:
        return Figure(x=lambda s: 0.5, seed=seed)

    scenes = [(30, Scene(lambda: wall(901), (dancer(1),))), (90, Scene(lambda: wall(902), (dancer(2),)))]
    clip = ReferenceClip("two-shots", "report", frozenset({"cut"}), (30,), RATE, played(scenes, RATE))
    reference = inspect_reference(clip.write(tmp_path), Orientation.VIDEO, number_of_first=1001)
    cut = found(reference, ReferenceRule.CUT)
    assert cut.message == "There is a cut: a new picture begins at frame 1031."
    assert cut.fix is not None
    assert (cut.fix.kind, cut.fix.label, cut.fix.frames) == (
        FixKind.USE_FRAMES, "Use Frames 1031 to 1120", FrameRange(30, 120),
    )  # fmt: skip
    made = prepare_reference(reference, tmp_path / "fixed.mp4", frames=cut.fix.frames)
    assert inspect_reference(made.path, Orientation.VIDEO).check.findings == ()
    assert made.frame_count == 90


def test_a_dissolve_is_named_and_all_mixed_frames_are_left_out(clips: Path) -> None:
    cut = found(inspected(clips, "cut-dissolve"), ReferenceRule.CUT)
    assert cut.message.startswith("There is a cut: a new picture begins in a dissolve around frame ")
    assert cut.frames[0].length > 5


def test_a_clip_of_short_shots_has_no_usable_part(clips: Path, tmp_path: Path) -> None:
    reference = inspected(clips, "cut-twice")
    assert found(reference, ReferenceRule.CUT).fix is None
    with pytest.raises(InputError, match="no part of it without a cut lasts 3 s"):
        prepare_reference(reference, tmp_path / "fixed.mp4")


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("pan-medium", ReferenceRule.CAMERA), ("zoom-in", ReferenceRule.CAMERA), ("fast-arms", ReferenceRule.FAST),
        ("still-middle", ReferenceRule.STILL), ("two-dancers", ReferenceRule.SEVERAL),
    ],
)  # fmt: skip
def test_each_trouble_is_found_alone_and_explained(clips: Path, name: str, rule: ReferenceRule) -> None:
    check = inspected(clips, name).check
    assert [one.rule for one in check.findings] == [rule]
    one = check.findings[0]
    assert one.severity != "refused"
    assert one.frames
    assert "Kling" in one.effect
    assert one.advice.endswith(".")


def test_the_part_before_a_late_pan_is_offered(tmp_path: Path) -> None:
    def view(s: float) -> View:
        return View(x=900 + 130 * max(0.0, s - 4))

    scene = Scene(lambda: wall(903), (Figure(x=lambda s: 0.5, seed=4),), view=view)
    clip = ReferenceClip("late-pan", "report", frozenset({"camera"}), (), RATE, played([(144, scene)], RATE))
    fix = found(inspect_reference(clip.write(tmp_path), Orientation.VIDEO), ReferenceRule.CAMERA).fix
    assert fix is not None
    assert fix.frames is not None
    assert fix.frames.start == 0
    assert 3 * RATE <= fix.frames.end_exclusive <= 4 * RATE + 3


def test_only_the_asked_range_is_judged(clips: Path) -> None:
    clip = next(one for one in reference_clips("report") if one.name == "cut")
    end = clip.cut_frames[0]
    check = inspected(clips, "cut", frames=FrameRange(0, end)).check
    assert [one.rule for one in check.findings] == [ReferenceRule.LENGTH]
    with pytest.raises(InputError, match="has the frames 0 to"):
        inspected(clips, "cut", frames=FrameRange(0, 9999))


def test_eleven_seconds_are_too_long_for_the_image_and_not_for_the_video(tmp_path: Path) -> None:
    clip = write_marked_clip(tmp_path / "a.mp4", frames=11 * RATE)
    too_long = found(inspect_reference(clip, Orientation.IMAGE), ReferenceRule.LENGTH)
    assert too_long.message == "It lasts 11.00 s; at most 10 s are allowed with orientation image."
    assert too_long.fix is not None
    assert too_long.fix.kind is FixKind.ORIENTATION_VIDEO
    rules = [one.rule for one in inspect_reference(clip, Orientation.VIDEO).check.findings]
    assert ReferenceRule.LENGTH not in rules


def test_a_model_without_motion_control_says_which_have_it() -> None:
    with pytest.raises(InputError, match=r"no motion control; kling-2\.6 and kling-3\.0 have"):
        reference_limits("kling-o1", Orientation.VIDEO)
