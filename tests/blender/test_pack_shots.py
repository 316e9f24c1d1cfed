# SPDX-License-Identifier: GPL-3.0-or-later
"""Several shots in one request: planned as cuts, made as one clip, and a strip on the timeline for each."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import bpy
import pytest

from addon.timeline.ranges import FrameRange
from addon.ui.drafted_shot import drafted_shot
from addon.vse.as_seen import SeenWish, order, run
from addon.vse.compat import left_handle, right_handle, set_right_handle
from addon.vse.context import sequencer_context
from tests.blender.enabled import editor, generate, movies, tick_until
from tests.clip_pattern import read_frames
from tests.rehearsal import Rehearsal, rehearsal

__all__ = ["editor", "rehearsal"]

PARTS = (("a door opens", 2), ("rain on the street", 3), ("she runs", 4))


@pytest.fixture
def scene(editor: bpy.types.Scene) -> bpy.types.Scene:
    editor.render.fps, editor.render.fps_base = 24, 1.0
    editor.retake_draft.model = "kling-3.0"
    return editor


def add_cuts(scene: bpy.types.Scene) -> None:
    for prompt, seconds in PARTS:
        cut = scene.retake_draft.cuts.add()
        cut.prompt, cut.duration = prompt, seconds


def shown(scene: bpy.types.Scene) -> list[tuple[int, int]]:
    return sorted((left_handle(strip), right_handle(strip)) for strip in movies(scene))


@pytest.mark.parametrize("fps", [24, 25])
def test_one_request_makes_a_strip_for_each_cut(
    scene: bpy.types.Scene, rehearsal: Rehearsal, tmp_path: Path, fps: int
) -> None:
    scene.render.fps = fps
    add_cuts(scene)
    scene.retake_draft.sound = True
    shot = drafted_shot(scene.retake_draft)
    assert (shot.problems, shot.fields.duration, shot.fields.prompt) == ((), 9, "")
    scene.frame_set(11)
    assert generate(scene) == {"FINISHED"}
    end = 11 + int((9 * 24 + 1) * fps / 24)
    places = [(11, 11 + 2 * fps), (11 + 2 * fps, 11 + 5 * fps), (11 + 5 * fps, end)]
    assert shown(scene) == places
    tick_until(lambda: all(strip.retake.take_number == 1 for strip in movies(scene)))
    assert shown(scene) == places
    sounds = [one for one in scene.sequence_editor.strips if one.type == "SOUND"]
    assert sorted((left_handle(one), right_handle(one)) for one in sounds) == places
    assert len([one for one in rehearsal.creates() if one["accepted"]]) == 1
    if fps != 24:
        return
    # The second strip shows the clip from its third second on, frame by frame.
    second = next(strip for strip in movies(scene) if left_handle(strip) == places[1][0])
    run(order(scene, [SeenWish(second.name, FrameRange(*places[1]), tmp_path / "b.mp4")]), Event())
    assert [one.frame_number for one in read_frames(tmp_path / "b.mp4")] == list(range(48, 120))


def test_a_model_that_cannot_cut_says_so(scene: bpy.types.Scene) -> None:
    add_cuts(scene)
    scene.retake_draft.model = "kling-2.6"
    assert any("kling-3.0" in one and "can cut" in one for one in drafted_shot(scene.retake_draft).problems)
    assert "cuts" in drafted_shot(scene.retake_draft).why_not


def test_selected_shots_become_the_cuts_of_one(scene: bpy.types.Scene, rehearsal: Rehearsal) -> None:
    draft = scene.retake_draft
    draft.model = "kling-2.6"
    for number, (prompt, seconds) in enumerate(PARTS[:2]):
        draft.prompt = prompt
        scene.frame_set(1 + number * 130)
        generate(scene)
        strip = next(one for one in movies(scene) if left_handle(one) == 1 + number * 130)
        set_right_handle(strip, left_handle(strip) + seconds * 24)
    tick_until(lambda: all(strip.retake.take_number == 1 for strip in movies(scene)))
    for strip in scene.sequence_editor.strips:
        strip.select = True
    with sequencer_context(scene):
        assert bpy.ops.retake.pack_shots() == {"FINISHED"}
    assert [(cut.prompt, cut.duration) for cut in draft.cuts] == list(PARTS[:2])
    assert (draft.model, draft.kind) == ("kling-3.0", "TEXT")
    assert drafted_shot(draft).problems == ()
    before = len(movies(scene))
    assert generate(scene) == {"FINISHED"}
    assert len(movies(scene)) == before + 2


def test_nothing_to_pack_is_told(scene: bpy.types.Scene) -> None:
    with sequencer_context(scene), pytest.raises(RuntimeError, match="Select two or more strips that Retake made"):
        bpy.ops.retake.pack_shots()
