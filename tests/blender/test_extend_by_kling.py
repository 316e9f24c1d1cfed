# SPDX-License-Identifier: GPL-3.0-or-later
"""Kling goes on from a take's own clip: behind the strip, from the very frame at which that one ends."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from threading import Event

import bpy
import pytest

from addon.timeline.ranges import FrameRange
from addon.ui import extend_by_kling, reading
from addon.ui.menus import RETAKE_MT_strip
from addon.vse.as_seen import SeenWish, order, run
from addon.vse.compat import left_handle, right_handle, set_left_handle, set_right_handle
from addon.vse.context import sequencer_context
from tests.blender.enabled import editor, generate, movies, tick_until
from tests.blender.recording_layout import draw
from tests.blender.test_library_panel import until_read
from tests.clip_pattern import read_frames
from tests.rehearsal import Rehearsal, rehearsal

__all__ = ["editor", "rehearsal"]


@pytest.fixture
def strip(editor: bpy.types.Scene, rehearsal: Rehearsal) -> bpy.types.Strip:
    """A take of Kling 1.6, of which frames 12 to 89 are shown."""
    editor.render.fps, editor.render.fps_base = 24, 1.0
    editor.render.resolution_x, editor.render.resolution_y = 1280, 720
    draft = editor.retake_draft
    draft.model, draft.prompt, draft.place = "kling-1.6", "A paper boat", "PLAYHEAD"
    editor.frame_set(101)
    generate(editor)
    tick_until(lambda: movies(editor)[0].retake.take_number == 1)
    (strip,) = movies(editor)
    set_left_handle(strip, 113)
    set_right_handle(strip, 191)
    editor.sequence_editor.active_strip = strip
    return strip


def test_it_begins_with_the_frame_at_which_the_strip_ends(
    editor: bpy.types.Scene, strip: bpy.types.Strip, rehearsal: Rehearsal, tmp_path: Path
) -> None:
    assert extend_by_kling.planned(editor, "").units == Decimal(2)
    assert "Extend by Kling…" in draw(RETAKE_MT_strip).texts("operator")
    channel = strip.channel
    with sequencer_context(editor):
        assert bpy.ops.retake.extend_by_kling("EXEC_DEFAULT", prompt="It sinks") == {"FINISHED"}
    (waiting,) = (one for one in movies(editor) if one.retake.shot_id == "s020")
    assert (left_handle(waiting), waiting.channel) == (191, channel)
    until_read()
    tick_until(lambda: any(one.retake.shot_id == "s020" and one.retake.take_number == 1 for one in movies(editor)))
    (longer,) = (one for one in movies(editor) if one.retake.shot_id == "s020")
    end = right_handle(longer)
    assert (left_handle(longer), end) == (191, 101 + 9 * 24 + 1)
    frames = [191, 192, 101 + 120, 101 + 121, end - 1]
    outs = [tmp_path / f"{frame}.png" for frame in frames]
    wishes = [SeenWish(longer.name, FrameRange(one, one + 1), out) for one, out in zip(frames, outs, strict=True)]
    run(order(editor, wishes), Event())
    assert [read_frames(out)[0].frame_number for out in outs] == [frame - 101 for frame in frames]
    create = rehearsal.creates()[-1]
    assert str(create["path"]).endswith("/video-extend")
    assert sum(units for _, _, units in rehearsal.server.charges()) == 4


def test_another_models_take_and_a_strip_that_is_followed_are_refused(
    editor: bpy.types.Scene, strip: bpy.types.Strip, rehearsal: Rehearsal
) -> None:
    sent = len(rehearsal.creates())
    next_one = editor.sequence_editor.strips.new_effect(
        "color", "COLOR", strip.channel, 191, **({"length": 20} if bpy.app.version >= (5, 0) else {"frame_end": 211})
    )
    with sequencer_context(editor), pytest.raises(RuntimeError, match="There is no room behind the strip"):
        bpy.ops.retake.extend_by_kling("EXEC_DEFAULT")
    editor.sequence_editor.strips.remove(next_one)
    entry = editor.retake.shots["s010"].takes[0]
    entry.recipe = entry.recipe.replace("kling-1.6", "kling-2.6")
    assert not bpy.ops.retake.extend_by_kling.poll()
    assert "Extend by Kling…" not in draw(RETAKE_MT_strip).texts("operator")
    assert len(rehearsal.creates()) == sent
    assert not reading.is_under_way()
