# SPDX-License-Identifier: GPL-3.0-or-later
"""A take on a real timeline: where it lies, what is seen and heard there, and what stays after save and reload."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from pathlib import Path

import bpy
import pytest
from bpy.types import Scene, Strip

from addon.errors import PlacementError
from addon.timeline.take import Take
from addon.vse.compat import left_handle, right_handle
from addon.vse.place import place_take
from addon.vse.preview import render_preview
from addon.vse.project import fit_scene_to_edit, new_project, open_project, save_project
from addon.vse.shots import takes_of
from tests.clip_pattern import click_times_s, read_frames

SIZE_PX = (640, 360)
AUDIO_FRAME_S = 1024 / 48000
RATES = {
    "23.976": (Fraction(24000, 1001), 120),
    "24": (Fraction(24), 121),
    "25": (Fraction(25), 126),
    "30": (Fraction(30), 151),
    "60": (Fraction(60), 302),
}


def strips(scene: Scene) -> dict[str, Strip]:
    return {strip.name: strip for strip in scene.sequence_editor.strips}


def add_colour(scene: Scene, channel: int, start: int, length: int) -> Strip:
    end = {"length": length} if bpy.app.version >= (5, 0) else {"frame_end": start + length}
    editor = scene.sequence_editor_create()
    return editor.strips.new_effect(name="colour", type="COLOR", channel=channel, frame_start=start, **end)


@pytest.mark.parametrize("name", RATES)
def test_picture_and_sound_are_in_step_at_every_rate(
    takes: dict[str, Take], tmp_path: Path, blend: Path, name: str
) -> None:
    rate, length = RATES[name]
    take = takes["sound"]
    scene = new_project(blend, rate, SIZE_PX)
    placement = place_take(scene, take, scene.frame_start)
    assert placement.frames.length == length
    fit_scene_to_edit(scene)
    render_preview(scene, tmp_path / "preview.mp4")

    shown = read_frames(tmp_path / "preview.mp4")
    assert len(shown) == length
    # 4.5 shows the nearest source frame, 5.x mostly the one before: never further off than one.
    for position, frame in enumerate(shown):
        assert frame.frame_number is not None
        assert abs(frame.frame_number - position * 24 / rate) <= 1, f"position {position}"
    middle, last = length // 2, length - 1
    assert shown[0].frame_number == 0
    assert abs(shown[middle].frame_number - middle * 24 / rate) <= 1
    assert shown[last].frame_number == (119 if name == "23.976" else 120)

    clicks = click_times_s(tmp_path / "preview.mp4")
    flashes = [frame.time_s for frame in shown if frame.flash]
    # The click on time zero is left out: Blender fades its sound in over the first milliseconds.
    for second in range(1, 6):
        click = min(clicks, key=lambda time: abs(time - second))
        assert abs(click - second) < 0.002
        position = ceil(second * rate)
        if position < length:
            assert shown[position].frame_number == 24 * second
            assert min(abs(flash - click) for flash in flashes) <= AUDIO_FRAME_S


def test_a_take_goes_where_it_was_asked_and_is_named_after_shot_and_take(takes: dict[str, Take], blend: Path) -> None:
    scene = new_project(blend, Fraction(25), SIZE_PX)
    placement = place_take(scene, takes["sound"], 101)
    found = strips(scene)
    assert set(found) == {"sound take 1", "sound take 1 sound"}
    for strip in found.values():
        assert (left_handle(strip), right_handle(strip)) == (101, 227)
        assert (strip.retake.shot_id, strip.retake.take_number) == ("sound", 1)
    assert (found["sound take 1"].channel, found["sound take 1 sound"].channel) == (2, 1)
    assert (placement.picture_channel, placement.sound_channel) == (2, 1)


def test_picture_and_sound_are_connected(takes: dict[str, Take], blend: Path) -> None:
    scene = new_project(blend, Fraction(25), SIZE_PX)
    place_take(scene, takes["sound"], 1)
    # Splitting one of two connected strips splits both, on every version.
    strips(scene)["sound take 1"].split(frame=50, split_method="SOFT")
    assert sorted((strip.type, left_handle(strip)) for strip in scene.sequence_editor.strips) == [
        ("MOVIE", 1), ("MOVIE", 50), ("SOUND", 1), ("SOUND", 50),
    ]  # fmt: skip
    assert {strip.retake.shot_id for strip in scene.sequence_editor.strips} == {"sound"}


def test_it_lies_above_what_is_there_and_covers_nothing(takes: dict[str, Take], blend: Path) -> None:
    scene = new_project(blend, Fraction(25), SIZE_PX)
    add_colour(scene, channel=3, start=100, length=10)
    placement = place_take(scene, takes["sound"], 1)
    assert (placement.sound_channel, placement.picture_channel) == (4, 5)


def test_pictures_of_an_edit_lie_on_one_channel_with_and_without_sound(takes: dict[str, Take], blend: Path) -> None:
    scene = new_project(blend, Fraction(25), SIZE_PX)
    assert place_take(scene, takes["sound"], 1).picture_channel == 2
    assert place_take(scene, takes["silent"], 127).picture_channel == 2


def test_channels_are_free_over_the_whole_length_and_not_locked_or_muted(takes: dict[str, Take], blend: Path) -> None:
    scene = new_project(blend, Fraction(25), SIZE_PX)
    add_colour(scene, channel=2, start=126, length=10)
    scene.sequence_editor.channels[4].lock = True
    scene.sequence_editor.channels[7].mute = True
    placement = place_take(scene, takes["sound"], 1, lowest_channel=1)
    assert (placement.sound_channel, placement.picture_channel) == (5, 6)
    placement = place_take(scene, takes["silent"], 1, lowest_channel=1)
    assert placement.picture_channel == 1


def test_a_new_edit_opens_on_its_sequencer(blend: Path) -> None:
    new_project(blend, Fraction(25), SIZE_PX)
    bpy.ops.wm.read_factory_settings()
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    areas = bpy.context.window_manager.windows[0].screen.areas
    assert max(areas, key=lambda area: area.width * area.height).type == "SEQUENCE_EDITOR"


def test_no_room_is_said_and_nothing_changes(takes: dict[str, Take], blend: Path) -> None:
    scene = new_project(blend, Fraction(25), SIZE_PX)
    add_colour(scene, channel=128, start=1, length=10)
    with pytest.raises(PlacementError, match="no 2 neighbouring channels are free"):
        place_take(scene, takes["silent"], 1)
    assert list(strips(scene)) == ["colour"]
    assert len(scene.retake.shots) == 0


def test_a_portrait_take_is_scaled_to_fit(takes: dict[str, Take], blend: Path) -> None:
    scene = new_project(blend, Fraction(25), SIZE_PX)
    place_take(scene, takes["portrait"], 1)
    strip = strips(scene)["portrait take 1"]
    assert strip.transform.scale_x == strip.transform.scale_y == pytest.approx(360 / 1280)


def test_placing_again_changes_nothing(takes: dict[str, Take], blend: Path) -> None:
    scene = new_project(blend, Fraction(25), SIZE_PX)
    first = place_take(scene, takes["sound"], 1)
    assert place_take(scene, takes["sound"], 400) == first
    assert len(scene.sequence_editor.strips) == 2
    assert len(scene.retake.shots["sound"].takes) == 1


def test_a_missing_file_is_said_and_nothing_placed(takes: dict[str, Take], blend: Path, tmp_path: Path) -> None:
    scene = new_project(blend, Fraction(25), SIZE_PX)
    gone = Take("gone", 1, tmp_path / "gone.mp4", 121, Fraction(24), has_sound=False)
    with pytest.raises(PlacementError, match=r"missing: .*gone\.mp4"):
        place_take(scene, gone, 1)
    assert len(scene.sequence_editor_create().strips) == 0
    assert len(scene.retake.shots) == 0


def test_a_file_that_is_not_what_was_said_leaves_no_strip(takes: dict[str, Take], blend: Path) -> None:
    scene = new_project(blend, Fraction(25), SIZE_PX)
    silent = takes["silent"]
    with pytest.raises(PlacementError, match="Blender made"):
        place_take(scene, Take("liar", 1, silent.file, 121, Fraction(24), has_sound=True), 1)
    with pytest.raises(PlacementError, match="up to frame"):
        place_take(scene, Take("liar", 1, silent.file, 240, Fraction(24), has_sound=False), 1)
    assert len(scene.sequence_editor.strips) == 0


def test_save_and_reload_keep_shots_takes_and_files(takes: dict[str, Take], blend: Path) -> None:
    scene = new_project(blend, Fraction(24000, 1001), SIZE_PX)
    place_take(scene, takes["sound"], 1)
    save_project(blend)
    scene = open_project(blend)
    assert scene.render.fps / scene.render.fps_base == pytest.approx(24000 / 1001)
    (take,) = takes_of(scene, "sound")
    assert take == takes["sound"]
    assert scene.retake.shots["sound"].active_take == 1
    picture, sound = strips(scene)["sound take 1"], strips(scene)["sound take 1 sound"]
    assert (picture.retake.shot_id, sound.retake.take_number) == ("sound", 1)
    for path in (picture.filepath, sound.sound.filepath, scene.retake.shots["sound"].takes[0].filepath):
        assert path.startswith("//"), "a moved folder would lose its media"
        assert Path(bpy.path.abspath(path)).resolve() == takes["sound"].file.resolve()


def test_another_scene_than_the_one_shown_can_be_edited(takes: dict[str, Take], blend: Path) -> None:
    shown = new_project(blend, Fraction(25), SIZE_PX)
    other = bpy.data.scenes.new("Other")
    other.render.fps = 24
    place_take(other, takes["sound"], 1)
    assert len(other.sequence_editor.strips) == 2
    assert len(shown.sequence_editor_create().strips) == 0
    assert right_handle(strips(other)["sound take 1"]) == 122
    assert (getattr(bpy.context, "sequencer_scene", None) or bpy.context.scene) == shown
