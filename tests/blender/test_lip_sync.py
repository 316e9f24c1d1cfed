# SPDX-License-Identifier: GPL-3.0-or-later
"""A face of a shot's take says what a sound strip plays, as one more take of the shot, in place."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import bpy
import numpy as np
import pytest

from addon.ui.lip_sync import planned
from addon.vse.compat import left_handle, right_handle, set_left_handle, set_right_handle
from addon.vse.context import sequencer_context
from tests.blender.enabled import editor, movies, tick_until
from tests.blender.test_as_seen import add_movie
from tests.blender.test_library_panel import until_read
from tests.blender.test_make_shot import make
from tests.clip_pattern import read_sound
from tests.rehearsal import Rehearsal, rehearsal
from tests.sandbox.library_material import pitch_hz, tone, write_sound, write_video

__all__ = ["editor", "rehearsal"]


@pytest.fixture
def scene(editor: bpy.types.Scene, tmp_path: Path) -> bpy.types.Scene:
    """A shot from frame 101 on, trimmed by half a second, and a line that begins two seconds into its clip."""
    editor.render.fps, editor.render.fps_base = 24, 1.0
    write_video(tmp_path / "face.mp4", np.full(168, 200, dtype=np.uint8), sound=tone(7, 300))
    strip = add_movie(editor, tmp_path / "face.mp4", frame=101, channel=2)
    set_left_handle(strip, 113)
    editor.sequence_editor.active_strip = strip
    make(editor)
    write_sound(tmp_path / "line.wav", np.concatenate([tone(1, 900), tone(3, 700)]), "pcm_s16le")
    line = editor.sequence_editor.strips.new_sound("line", str(tmp_path / "line.wav"), 9, 101 + 24)
    set_left_handle(line, 101 + 48)
    set_right_handle(line, 101 + 48 + 60)
    for one in editor.sequence_editor.strips_all:
        one.select = one in (strip, line)
    editor.sequence_editor.active_strip = strip
    return editor


def test_the_plan_is_where_the_two_meet(scene: bpy.types.Scene) -> None:
    plan = planned(scene)
    assert (plan.insert_s, plan.sound.start_s, plan.sound.length_s) == (2, 1, Decimal("2.5"))
    assert plan.units == Decimal("1.05")


def test_a_lip_sync_is_a_take_of_the_shot_in_place(scene: bpy.types.Scene, rehearsal: Rehearsal) -> None:
    (strip,) = movies(scene)
    before = left_handle(strip), right_handle(strip)
    with sequencer_context(scene):
        assert bpy.ops.retake.lip_sync("EXEC_DEFAULT") == {"FINISHED"}
    until_read()
    tick_until(lambda: movies(scene)[0].retake.take_number == 1)
    (strip,) = movies(scene)
    assert (left_handle(strip), right_handle(strip)) == before
    samples, rate_hz, start_s = read_sound(Path(bpy.path.abspath(strip.filepath)))
    part = samples[round((2.2 - start_s) * rate_hz) : round((4.3 - start_s) * rate_hz)].astype(np.float32)
    assert abs(pitch_hz(part) - 700) < 10, "the second second of the line's file on, from 2 s of the clip on"
    assert sum(units for _, _, units in rehearsal.server.charges()) == Decimal("1.05")


def test_what_does_not_meet_is_told(scene: bpy.types.Scene, rehearsal: Rehearsal) -> None:
    line = scene.sequence_editor.strips["line"]
    set_right_handle(line, 101 + 48 + 30)
    with sequencer_context(scene), pytest.raises(RuntimeError, match=r"1\.2 s that both strips play"):
        bpy.ops.retake.lip_sync("EXEC_DEFAULT")
    line.select = False
    with sequencer_context(scene), pytest.raises(RuntimeError, match="Select a sound strip and then"):
        bpy.ops.retake.lip_sync("EXEC_DEFAULT")
    assert rehearsal.creates() == []
