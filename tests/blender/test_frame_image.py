# SPDX-License-Identifier: GPL-3.0-or-later
"""Frames of the edit as images: gaps filled between their neighbours, strips extended, shots begun at the playhead."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import bpy
import pytest

from addon.ui.drafted_shot import drafted_shot
from addon.vse.compat import (
    content_duration,
    content_start,
    left_handle,
    right_handle,
    set_left_handle,
    set_right_handle,
)
from addon.vse.context import sequencer_context
from tests.blender.enabled import editor, generate, movies, tick_until
from tests.blender.test_as_seen import add_movie
from tests.blender.test_motion_strip import SIZE, read_all
from tests.blender.test_where import select
from tests.clip_pattern import read_frames
from tests.numbered_video import read_numbers, write_numbered
from tests.rehearsal import Rehearsal, rehearsal

__all__ = ["editor", "rehearsal"]

GAP = (101, 173)
"""Three seconds."""


@pytest.fixture
def scene(editor: bpy.types.Scene, tmp_path: Path) -> bpy.types.Scene:
    """Two trimmed strips on channel 3 with a gap between them."""
    editor.render.fps, editor.render.fps_base = 24, 1.0
    editor.render.resolution_x, editor.render.resolution_y = SIZE
    editor.view_settings.view_transform = "Standard"
    editor.retake_draft.prompt = "from here to there"
    write_numbered(tmp_path / "left.mp4", 200, Fraction(24), size=SIZE)
    write_numbered(tmp_path / "right.mp4", 200, Fraction(24), size=SIZE, first=300)
    left = add_movie(editor, tmp_path / "left.mp4", frame=1, channel=3)
    left.name = "left"
    set_left_handle(left, 21)
    set_right_handle(left, GAP[0])
    right = add_movie(editor, tmp_path / "right.mp4", frame=141, channel=3)
    right.name = "right"
    set_left_handle(right, GAP[1])
    set_right_handle(right, 260)
    right.channel = left.channel = 3
    return editor


def call(scene: bpy.types.Scene, name: str, **options: object) -> None:
    with sequencer_context(scene):
        assert getattr(bpy.ops.retake, name)(**options) == {"FINISHED"}
    read_all()


def image_numbers(scene: bpy.types.Scene) -> tuple[list[int], list[int]]:
    """The numbers in the draft's start and end image."""
    draft = scene.retake_draft
    return tuple(read_numbers(Path(one)) if one else [] for one in (draft.image, draft.end_image))


def test_a_gap_is_filled_from_the_frames_on_either_side(
    scene: bpy.types.Scene, rehearsal: Rehearsal, tmp_path: Path
) -> None:
    select(scene, "left", "right")
    call(scene, "fill_gap")
    draft = scene.retake_draft
    assert (draft.kind, draft.place, draft.duration) == ("IMAGE", "GAP", 5)
    assert image_numbers(scene) == ([99], [300 + GAP[1] - 141])
    assert not drafted_shot(draft).problems
    assert generate(scene) == {"FINISHED"}
    (waiting,) = (one for one in movies(scene) if one.retake.job_id)
    assert (waiting.channel, left_handle(waiting), right_handle(waiting)) == (3, *GAP)
    tick_until(lambda: any(one.retake.take_number == 1 for one in movies(scene)))
    (take,) = (one for one in movies(scene) if one.retake.take_number == 1)
    assert (take.channel, left_handle(take), right_handle(take)) == (3, *GAP)
    # 121 frames for a gap of 72: 24 of the 49 too many lie before it, 25 behind.
    assert GAP[0] - content_start(take) == 24
    assert content_start(take) + content_duration(take) - GAP[1] == 25
    from threading import Event

    from addon.timeline.ranges import FrameRange
    from addon.vse.as_seen import SeenWish, order, run

    # Read back from the timeline, frame by frame.
    told = order(scene, [SeenWish(take.name, FrameRange(*GAP), tmp_path / "gap.mp4")])
    run(told, Event())
    assert [one.frame_number for one in read_frames(tmp_path / "gap.mp4")] == list(range(24, 24 + 72))
    (create,) = rehearsal.creates()
    assert str(create["path"]).endswith("/image2video")


def test_what_is_seen_of_the_neighbours_is_what_counts(scene: bpy.types.Scene) -> None:
    left, right = scene.sequence_editor.strips["left"], scene.sequence_editor.strips["right"]
    left.use_flip_x = True
    right.use_flip_x = True
    select(scene, "left", "right")
    call(scene, "fill_gap")
    mirrored = [[int(f"{number:010b}"[::-1], 2)] for number in (99, 300 + GAP[1] - 141)]
    assert list(image_numbers(scene)) == mirrored


def test_the_playhead_in_a_gap_is_enough(scene: bpy.types.Scene) -> None:
    select(scene, "left")
    scene.frame_set(120)
    call(scene, "fill_gap")
    assert image_numbers(scene) == ([99], [332])


def test_without_a_gap_it_says_what_to_do(scene: bpy.types.Scene) -> None:
    select(scene, "left")
    scene.frame_set(50)
    with sequencer_context(scene), pytest.raises(RuntimeError, match="Select two strips with a gap between them"):
        bpy.ops.retake.fill_gap()


def test_a_strip_is_extended_forwards_up_to_its_neighbour(scene: bpy.types.Scene) -> None:
    select(scene, "left")
    call(scene, "extend", towards="AFTER")
    assert image_numbers(scene) == ([99], [])
    generate(scene)
    (waiting,) = (one for one in movies(scene) if one.retake.job_id)
    assert (waiting.channel, left_handle(waiting), right_handle(waiting)) == (3, *GAP)
    assert content_start(waiting) == GAP[0]


def test_a_strip_is_extended_backwards_and_meets_it_at_its_end(scene: bpy.types.Scene, rehearsal: Rehearsal) -> None:
    select(scene, "right")
    call(scene, "extend", towards="BEFORE")
    assert image_numbers(scene) == ([], [332])
    assert not drafted_shot(scene.retake_draft).problems, "a model was chosen that makes such shots"
    generate(scene)
    (waiting,) = (one for one in movies(scene) if one.retake.job_id)
    assert (waiting.channel, left_handle(waiting), right_handle(waiting)) == (3, *GAP)
    assert content_start(waiting) + content_duration(waiting) == GAP[1]


def test_where_there_is_no_room_nothing_is_read(scene: bpy.types.Scene) -> None:
    right = scene.sequence_editor.strips["right"]
    set_left_handle(right, GAP[0])
    select(scene, "left")
    with sequencer_context(scene), pytest.raises(RuntimeError, match="Another strip begins right after it"):
        bpy.ops.retake.extend(towards="AFTER")


def test_a_shot_starts_from_what_is_seen_at_the_playhead(scene: bpy.types.Scene) -> None:
    scene.frame_set(60)
    call(scene, "start_from_frame")
    assert image_numbers(scene) == ([59], [])
    assert (scene.retake_draft.kind, scene.retake_draft.place) == ("IMAGE", "PLAYHEAD")
    generate(scene)
    (waiting,) = (one for one in movies(scene) if one.retake.job_id)
    assert left_handle(waiting) == 60


@pytest.mark.parametrize(
    ("of", "playhead", "number"), [("PLAYHEAD", 60, 59), ("STRIP", 40, 39), ("FIRST", 5, 20), ("LAST", 5, 99)]
)
def test_any_frame_serves_as_an_image(scene: bpy.types.Scene, of: str, playhead: int, number: int) -> None:
    select(scene, "left")
    scene.frame_set(playhead)
    call(scene, "frame_as_image", field="end_image", of=of)
    assert image_numbers(scene) == ([], [number])


def test_pictures_of_another_file_are_not_taken_in(scene: bpy.types.Scene, tmp_path: Path) -> None:
    from addon.ui import reading

    select(scene, "left")
    with sequencer_context(scene):
        bpy.ops.retake.frame_as_image(field="image", of="LAST")
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "other.blend"), copy=True)
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "other.blend"))
    read_all()
    assert bpy.context.scene.retake_draft.image == ""
    assert not reading.is_under_way()


# Several gaps at once


@pytest.fixture
def holes(scene: bpy.types.Scene, tmp_path: Path) -> bpy.types.Scene:
    """A second gap of one second behind the right strip, and a muted channel with one of its own."""
    write_numbered(tmp_path / "last.mp4", 100, Fraction(24), size=SIZE, first=600)
    last = add_movie(scene, tmp_path / "last.mp4", frame=284, channel=3)
    last.name, last.channel = "last", 3
    scene.retake_draft.kind = "IMAGE"
    return scene


def test_all_gaps_of_a_channel_have_one_price_and_are_filled(holes: bpy.types.Scene, rehearsal: Rehearsal) -> None:
    from addon.ui.fill_gaps import draw_shots, planned
    from tests.blender.recording_layout import RecordingLayout

    select(holes, "left")
    layout = RecordingLayout()
    draw_shots(layout, bpy.context, holes, planned(holes))
    assert "2 shots: 50 credits, $0.70, 5 units" in layout.said()
    call(holes, "fill_gaps")
    waiting = sorted((one for one in movies(holes) if one.retake.job_id), key=left_handle)
    assert [(left_handle(one), right_handle(one), one.channel) for one in waiting] == [(*GAP, 3), (260, 284, 3)]
    assert [one.retake.shot_id for one in waiting] == ["s010", "s020"]
    tick_until(lambda: sum(one.retake.take_number == 1 for one in movies(holes)) == 2)
    assert len(rehearsal.creates()) == 2
    assert sum(units for _, _, units in rehearsal.server.charges()) == 5


def test_only_gaps_between_the_selected_strips_count(holes: bpy.types.Scene) -> None:
    from addon.ui.fill_gaps import gaps_here

    select(holes, "right", "last")
    assert [(gap.start, gap.end_exclusive) for _, gap in gaps_here(holes)] == [(260, 284)]
    holes.sequence_editor.channels[3].lock = True
    assert gaps_here(holes) == ()


def test_what_the_model_cannot_do_is_told_before_anything_is_read(holes: bpy.types.Scene) -> None:
    select(holes, "left")
    holes.retake_draft.sound = True
    holes.retake_draft.model = "kling-2.6"
    with sequencer_context(holes), pytest.raises(RuntimeError, match="sound: on cannot be used"):
        bpy.ops.retake.fill_gaps()
    assert not [one for one in movies(holes) if one.retake.job_id]


def test_a_gap_that_is_gone_by_then_gets_no_shot(holes: bpy.types.Scene, rehearsal: Rehearsal) -> None:
    from addon.ui import reading
    from tests.blender.recording_layout import RecordingLayout

    select(holes, "left")
    with sequencer_context(holes):
        assert bpy.ops.retake.fill_gaps() == {"FINISHED"}
    set_left_handle(holes.sequence_editor.strips["right"], GAP[0])
    read_all()
    layout = RecordingLayout()
    reading.draw(layout, bpy.context)
    assert "is not a gap any more" in layout.said()
    assert rehearsal.creates() == []
