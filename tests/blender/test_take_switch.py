# SPDX-License-Identifier: GPL-3.0-or-later
"""A take replaces its placeholder, or another take, where the strip is by then; the strip stays what it was made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import bpy
import pytest

from addon.errors import PlacementError
from addon.media.probe import probe_clip
from addon.media.slate import make_slate
from addon.timeline.take import Take
from addon.vse.compat import (
    content_duration,
    left_handle,
    left_handle_offset,
    right_handle,
    set_left_handle,
    set_right_handle,
)
from addon.vse.context import sequencer_context
from addon.vse.override import context_of
from addon.vse.place import place_take
from addon.vse.placeholder import place_placeholder
from addon.vse.take_switch import show_take

JOB = "0" * 32


@pytest.fixture
def scene() -> bpy.types.Scene:
    scene = bpy.context.scene
    scene.render.fps = 25
    return scene


def waiting(scene: bpy.types.Scene, folder: Path, *, has_sound: bool) -> list[bpy.types.Strip]:
    slate = folder / "slate.mp4"
    make_slate(slate, 121, Fraction(24), (320, 180), has_sound=has_sound)
    place_placeholder(
        scene,
        shot_id="s010",
        job_id=JOB,
        slate=slate,
        frame_count=121,
        rate=Fraction(24),
        has_sound=has_sound,
        frame=11,
    )
    return list(scene.sequence_editor.strips)


def of_shot(take: Take, number: int = 1) -> Take:
    return replace(take, shot_id="s010", number=number, job_id=JOB)


def picture(scene: bpy.types.Scene) -> bpy.types.Strip:
    (strip,) = (strip for strip in scene.sequence_editor.strips_all if strip.type == "MOVIE")
    return strip


@pytest.mark.parametrize("has_sound", [False, True])
def test_a_slate_is_a_whole_clip_of_the_length_it_stands_for(tmp_path: Path, *, has_sound: bool) -> None:
    make_slate(tmp_path / "a.mp4", 121, Fraction(24), (320, 180), has_sound=has_sound)
    facts = probe_clip(tmp_path / "a.mp4")
    assert (facts.frame_count, facts.rate, facts.has_sound) == (121, 24, has_sound)
    assert list(tmp_path.iterdir()) == [tmp_path / "a.mp4"]


def test_a_placeholder_lies_like_its_take_and_says_what_it_waits_for(scene: bpy.types.Scene, tmp_path: Path) -> None:
    strips = waiting(scene, tmp_path, has_sound=True)
    assert sorted(strip.type for strip in strips) == ["MOVIE", "SOUND"]
    assert {(left_handle(strip), right_handle(strip)) for strip in strips} == {(11, 137)}
    assert {(strip.retake.shot_id, strip.retake.take_number, strip.retake.job_id) for strip in strips} == {
        ("s010", 0, JOB)
    }
    assert picture(scene).name == "s010 (waiting)"


def trim(strip: bpy.types.Strip) -> None:
    set_left_handle(strip, 31)
    set_right_handle(strip, 101)


def move(strip: bpy.types.Strip) -> None:
    set_right_handle(strip, 120)
    strip.channel = 9


def shape(strip: bpy.types.Strip) -> None:
    strip.transform.offset_x, strip.transform.rotation = 40.0, 0.5
    strip.crop.max_x = 10
    strip.blend_alpha = 0.4
    strip.blend_type = "ADD"
    strip.mute = True


def look(strip: bpy.types.Strip) -> tuple[object, ...]:
    transform, crop = strip.transform, strip.crop
    return (
        left_handle(strip), right_handle(strip), left_handle_offset(strip), strip.channel, transform.offset_x,
        round(transform.rotation, 4), crop.max_x, round(strip.blend_alpha, 4), strip.blend_type, strip.mute,
        [modifier.type for modifier in strip.modifiers],
    )  # fmt: skip


@pytest.mark.parametrize("change", [trim, move, shape])
def test_what_was_done_to_the_placeholder_stays(
    scene: bpy.types.Scene, takes: dict[str, Take], tmp_path: Path, change: Callable[[bpy.types.Strip], None]
) -> None:
    waiting(scene, tmp_path, has_sound=False)
    with sequencer_context(scene):
        picture(scene).modifiers.new("light", "BRIGHT_CONTRAST")
    change(picture(scene))
    before = look(picture(scene))
    report = show_take(scene, of_shot(takes["silent"]))
    assert report.strips == 1
    # A crop counts in the media's own pixels, and the take has four times as many as the slate.
    picture(scene).crop.max_x //= 4
    assert look(picture(scene)) == before
    assert picture(scene).name == "s010 take 1"
    assert Path(bpy.path.abspath(picture(scene).filepath)) == takes["silent"].file
    assert [take.number for take in scene.retake.shots["s010"].takes] == [1]


def test_a_name_of_the_user_s_own_stays(scene: bpy.types.Scene, takes: dict[str, Take], tmp_path: Path) -> None:
    waiting(scene, tmp_path, has_sound=False)
    picture(scene).name = "my lighthouse"
    show_take(scene, of_shot(takes["silent"]))
    assert picture(scene).name == "my lighthouse"


def test_a_placeholder_in_a_meta_gets_its_take_there(
    scene: bpy.types.Scene, takes: dict[str, Take], tmp_path: Path
) -> None:
    waiting(scene, tmp_path, has_sound=False)
    meta = scene.sequence_editor.strips.new_meta("meta", 5, 11)
    picture(scene).move_to_meta(meta)
    show_take(scene, of_shot(takes["silent"]))
    assert [strip.retake.take_number for strip in meta.strips] == [1]


def test_split_and_copied_strips_show_the_take_as_well(
    scene: bpy.types.Scene, takes: dict[str, Take], tmp_path: Path
) -> None:
    waiting(scene, tmp_path, has_sound=False)
    with sequencer_context(scene):
        picture(scene).split(60, "SOFT")
    assert show_take(scene, of_shot(takes["silent"])).strips == 2
    parts = sorted(scene.sequence_editor.strips, key=left_handle)
    assert [(left_handle(part), right_handle(part)) for part in parts] == [(11, 60), (60, 137)]
    assert {Path(bpy.path.abspath(part.filepath)) for part in parts} == {takes["silent"].file}


def test_a_crossing_and_its_keyframes_stay(scene: bpy.types.Scene, takes: dict[str, Take], tmp_path: Path) -> None:
    waiting(scene, tmp_path, has_sound=False)
    first = picture(scene)
    first.keyframe_insert("blend_alpha", frame=20)
    other = place_take(scene, replace(takes["portrait"], shot_id="other"), 100)
    second = next(strip for strip in scene.sequence_editor.strips if strip.retake.shot_id == "other")
    end = {"length": 37} if bpy.app.version >= (5, 0) else {"frame_end": 137}
    cross = scene.sequence_editor.strips.new_effect(
        name="cross", type="CROSS", channel=12, frame_start=100, input1=first, input2=second, **end
    )
    show_take(scene, of_shot(takes["silent"]), [first])
    assert other.frames.start == 100
    assert (cross.input_1, cross.input_2) == (first, second)
    assert (left_handle(cross), right_handle(cross)) == (100, 137)
    first.blend_alpha = 0.1
    scene.frame_set(20)
    assert first.blend_alpha == pytest.approx(1.0)


def test_takes_with_and_without_sound_change_places(
    scene: bpy.types.Scene, takes: dict[str, Take], tmp_path: Path
) -> None:
    waiting(scene, tmp_path, has_sound=True)
    show_take(scene, of_shot(takes["sound"]))
    sound = next(strip for strip in scene.sequence_editor.strips if strip.type == "SOUND")
    assert Path(bpy.path.abspath(sound.sound.filepath)) == takes["sound"].file
    assert (left_handle(sound), right_handle(sound), sound.mute) == (11, 137, False)
    report = show_take(scene, of_shot(takes["silent"], 2))
    assert sound.mute
    assert "silent" in report.sentences[0]
    show_take(scene, of_shot(takes["sound"]))
    assert not sound.mute


def test_a_take_whose_file_is_gone_changes_nothing(
    scene: bpy.types.Scene, takes: dict[str, Take], tmp_path: Path
) -> None:
    waiting(scene, tmp_path, has_sound=False)
    gone = replace(of_shot(takes["silent"]), file=tmp_path / "gone.mp4")
    with pytest.raises(PlacementError, match="is missing"):
        show_take(scene, gone)
    assert (picture(scene).retake.take_number, picture(scene).name) == (0, "s010 (waiting)")


@pytest.mark.parametrize("fps", [24, 25, 30, 60])
@pytest.mark.parametrize("rate", [Fraction(30), Fraction(25), Fraction(24000, 1001)])
def test_a_take_of_another_rate_is_shown_in_place_at_its_own_speed(
    scene: bpy.types.Scene, takes: dict[str, Take], tmp_path: Path, fps: int, rate: Fraction
) -> None:
    scene.render.fps, scene.render.fps_base = fps, 1.0
    waiting(scene, tmp_path, has_sound=False)
    show_take(scene, of_shot(takes["silent"]))
    strip = picture(scene)
    strip.blend_alpha, strip.transform.offset_x, strip.color_tag = 0.4, 40.0, "COLOR_05"
    strip.keyframe_insert("blend_alpha", frame=20)
    with sequencer_context(scene):
        strip.modifiers.new("light", "BRIGHT_CONTRAST").bright = 0.3
    set_left_handle(strip, 21)
    set_right_handle(strip, 81)
    before = look(strip)
    file = tmp_path / "other.mp4"
    make_slate(file, round(5 * rate), rate, (1280, 720))
    other = Take("s010", 2, file, round(5 * rate), rate, has_sound=False)
    show_take(scene, other)
    strip = picture(scene)
    assert look(strip) == before
    assert strip.modifiers[0].bright == pytest.approx(0.3)
    assert strip.color_tag == "COLOR_05"
    assert strip.retake.take_number == 2
    # Five seconds of media are five seconds of the edit, at any rate.
    assert abs(content_duration(strip) - 5 * fps) <= 1 + fps / rate
    scene.frame_set(20)
    assert strip.blend_alpha == pytest.approx(0.4)
    assert len(scene.sequence_editor.strips_all) == 1
    show_take(scene, of_shot(takes["silent"]))
    assert look(picture(scene)) == before
    assert abs(content_duration(picture(scene)) - takes["silent"].frame_count * fps / 24) <= 1 + fps / 24


def test_switching_is_undone_and_done_again(scene: bpy.types.Scene, takes: dict[str, Take], tmp_path: Path) -> None:
    waiting(scene, tmp_path, has_sound=False)
    show_take(scene, of_shot(takes["silent"]))
    show_take(scene, of_shot(takes["portrait"], 2))
    in_window("undo_push", message="two takes")
    show_take(scene, of_shot(takes["silent"]))
    in_window("undo_push", message="take 1")
    assert picture(bpy.context.scene).retake.take_number == 1
    in_window("undo")
    assert picture(bpy.context.scene).retake.take_number == 2
    in_window("redo")
    assert picture(bpy.context.scene).retake.take_number == 1


def in_window(name: str, **options: str) -> None:
    with context_of(bpy.context.window_manager.windows[0]):
        getattr(bpy.ops.ed, name)(**options)
