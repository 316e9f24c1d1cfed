# SPDX-License-Identifier: GPL-3.0-or-later
"""Make a Shot of This: somebody's clip becomes take 0, a take comes in its place, and the clip can be shown again."""

from __future__ import annotations

import time
from fractions import Fraction
from pathlib import Path

import bpy
import pytest

from addon.media.first_frame import write_frame
from addon.media.slate import make_slate
from addon.timeline.take import Take
from addon.ui import make_shot
from addon.ui.takes_panel import RETAKE_PT_takes
from addon.vse.compat import left_handle, right_handle, set_left_handle, set_right_handle
from addon.vse.context import sequencer_context
from addon.vse.place import add_take
from addon.vse.shots import takes_of
from addon.vse.take_switch import show_take
from tests.blender.enabled import editor, movies, tick_until
from tests.blender.recording_layout import draw
from tests.rehearsal import Rehearsal

__all__ = ["editor"]


@pytest.fixture
def clip(editor: bpy.types.Scene, tmp_path: Path) -> bpy.types.Strip:
    """Four seconds of 25 fps with sound, of which 30 frames at the start are hidden, in an edit of 24 fps."""
    editor.render.fps, editor.render.fps_base = 24, 1.0
    file = tmp_path / "found.mp4"
    make_slate(file, 100, Fraction(25), (640, 360), has_sound=True)
    add_take(editor, Take("", 0, file, 100, Fraction(25), has_sound=True), 1, None)
    (strip,) = movies(editor)
    strip.name = "Found"
    set_left_handle(strip, 31)
    set_right_handle(strip, 80)
    editor.sequence_editor.active_strip = strip
    return strip


def make(scene: bpy.types.Scene) -> None:
    with sequencer_context(scene):
        assert bpy.ops.retake.make_shot() == {"FINISHED"}
    ends_at = time.monotonic() + 20
    while make_shot.take_over() is not None:
        assert time.monotonic() < ends_at
        time.sleep(0.02)


def test_a_movie_strip_becomes_take_0_with_its_first_visible_frame(
    editor: bpy.types.Scene, clip: bpy.types.Strip
) -> None:
    make(editor)
    (take,) = takes_of(editor, "s010")
    assert (take.number, take.frame_count, take.rate, take.has_sound) == (0, 100, 25, True)
    assert (clip.retake.shot_id, clip.retake.take_number, clip.name) == ("s010", 0, "Found")
    draft = editor.retake_draft
    assert (draft.kind, draft.shot_id) == ("IMAGE", "s010")
    assert Path(draft.image).read_bytes().startswith(b"\x89PNG")
    assert "Found" not in draw(RETAKE_PT_takes).said()
    with pytest.raises(RuntimeError, match="shot already"):
        bpy.ops.retake.make_shot()


def test_a_take_comes_in_its_place_and_it_is_shown_again(
    editor: bpy.types.Scene, clip: bpy.types.Strip, rehearsal: Rehearsal
) -> None:
    make(editor)
    editor.retake_draft.prompt = "the same at night"
    assert bpy.ops.retake.regenerate() == {"FINISHED"}
    tick_until(lambda: movies(editor)[0].retake.take_number == 1)
    (strip,) = movies(editor)
    assert (left_handle(strip), right_handle(strip)) == (31, 80)
    assert "s010_t01_" in strip.filepath
    (create,) = rehearsal.creates()
    assert str(create["path"]).endswith("/image2video")
    first = next(take for take in takes_of(editor, "s010") if take.number == 0)
    show_take(editor, first)
    (strip,) = movies(editor)
    assert strip.filepath.endswith("found.mp4")
    assert (left_handle(strip), right_handle(strip), strip.retake.take_number) == (31, 80, 0)


def test_the_frame_is_the_one_at_that_time(takes: dict[str, Take], tmp_path: Path) -> None:
    """The sandbox's clips count their frames in a row of marks at the bottom."""
    from tests.clip_pattern import read_frames

    for number in (0, 1, 47, 120):
        picture = tmp_path / f"{number}.png"
        source = write_frame(takes["silent"].file, Fraction(number, 24), picture)
        assert [reading.frame_number for reading in read_frames(picture)] == [number]
    assert (source.frame_count, source.rate) == (121, 24)


def test_an_image_strip_gives_the_start_image(editor: bpy.types.Scene, tmp_path: Path) -> None:
    image = bpy.data.images.new("still", 640, 360)
    image.filepath_raw, image.file_format = str(tmp_path / "still.png"), "PNG"
    image.save()
    strips = editor.sequence_editor_create().strips
    strip = strips.new_image("Still", str(tmp_path / "still.png"), 1, 1)
    editor.sequence_editor.active_strip = strip
    assert bpy.ops.retake.make_shot() == {"FINISHED"}
    assert Path(editor.retake_draft.image) == tmp_path / "still.png"
    assert (editor.retake_draft.kind, editor.retake_draft.place) == ("IMAGE", "STRIP")
    assert not strip.retake.shot_id


def test_other_strips_are_refused_with_the_reason(editor: bpy.types.Scene) -> None:
    assert not bpy.ops.retake.make_shot.poll()
    with pytest.raises(RuntimeError, match="Select a movie or an image strip"):
        bpy.ops.retake.make_shot()
