# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a shot goes: at the playhead, into a gap, over a strip; what the panel says of it beforehand."""

from __future__ import annotations

from pathlib import Path

import bpy
import pytest

from addon.ui.where import draw_place
from addon.vse.compat import content_duration, edit_scene, left_handle, right_handle, set_right_handle
from addon.vse.override import context_of
from tests.blender.enabled import editor, generate, movies, tick_until
from tests.blender.recording_layout import RecordingLayout
from tests.rehearsal import rehearsal

__all__ = ["editor", "rehearsal"]


@pytest.fixture
def scene(editor: bpy.types.Scene) -> bpy.types.Scene:
    """A shot is described, and nothing lies on the timeline."""
    editor.render.fps, editor.render.fps_base = 24, 1.0
    editor.retake_draft.prompt = "a lighthouse in the rain"
    return editor


def add_color(scene: bpy.types.Scene, name: str, start: int, end_exclusive: int, *, channel: int) -> bpy.types.Strip:
    """A plain strip of another maker."""
    size = {"length": end_exclusive - start} if bpy.app.version >= (5, 0) else {"frame_end": end_exclusive}
    return scene.sequence_editor_create().strips.new_effect(
        name=name, type="COLOR", channel=channel, frame_start=start, **size
    )


def select(scene: bpy.types.Scene, *names: str, active: str = "") -> None:
    editor = scene.sequence_editor
    for strip in editor.strips_all:
        strip.select = strip.name in names
    editor.active_strip = editor.strips_all.get(active or names[-1])


def place_rows(scene: bpy.types.Scene) -> RecordingLayout:
    """What the Shot panel says of the place."""
    layout = RecordingLayout()
    draw_place(layout, bpy.context, scene.retake_draft)
    return layout


def waiting_frames(scene: bpy.types.Scene) -> list[tuple[int, int, int]]:
    """Channel, start and end of the waiting pictures."""
    return [(strip.channel, left_handle(strip), right_handle(strip)) for strip in movies(scene) if strip.retake.job_id]


@pytest.fixture
def gap(scene: bpy.types.Scene) -> bpy.types.Scene:
    """Three seconds between two strips of channel 3, from frame 101 on."""
    add_color(scene, "left", 1, 101, channel=3)
    add_color(scene, "right", 173, 300, channel=3)
    return scene


def test_between_two_selected_strips_the_shot_fills_their_gap(gap: bpy.types.Scene) -> None:
    select(gap, "left", "right")
    gap.frame_set(250)
    assert "Gap of 3.0 s on channel 3" in place_rows(gap).texts()
    assert generate(gap) == {"FINISHED"}
    assert waiting_frames(gap) == [(3, 101, 173)]
    tick_until(lambda: movies(gap)[0].retake.take_number == 1)
    (strip,) = movies(gap)
    assert (strip.channel, left_handle(strip), right_handle(strip)) == (3, 101, 173)
    # The tail is in the handle: the editor pulls it out.
    gap.sequence_editor.strips.remove(gap.sequence_editor.strips["right"])
    set_right_handle(strip, 222)
    assert right_handle(strip) == 222
    assert left_handle(strip) + content_duration(strip) == 222


def test_a_strip_selected_alone_does_not_call_the_shot_to_it(gap: bpy.types.Scene) -> None:
    select(gap, "left")
    gap.frame_set(50)
    generate(gap)
    ((_, start, end),) = waiting_frames(gap)
    assert (start, end) == (50, 171)


def test_the_gap_around_the_playhead_is_on_the_active_strips_channel(gap: bpy.types.Scene) -> None:
    add_color(gap, "title", 90, 120, channel=5)
    select(gap, "left")
    gap.frame_set(120)
    gap.retake_draft.place = "GAP"
    generate(gap)
    assert waiting_frames(gap) == [(3, 101, 173)]


def test_a_gap_longer_than_the_shot_keeps_its_rest_and_says_so(
    scene: bpy.types.Scene, capfd: pytest.CaptureFixture[str]
) -> None:
    add_color(scene, "left", 1, 101, channel=2)
    add_color(scene, "right", 101 + 168, 400, channel=2)
    select(scene, "left", "right")
    panel = place_rows(scene)
    assert "Gap of 7.0 s on channel 2" in panel.texts()
    assert "Use 10 s" in panel.texts("operator")
    generate(scene)
    assert waiting_frames(scene) == [(2, 101, 222)]
    assert "2.0 s of the room stay empty" in capfd.readouterr().out


def test_sound_goes_under_its_picture(scene: bpy.types.Scene) -> None:
    add_color(scene, "left", 1, 101, channel=4)
    add_color(scene, "right", 150, 300, channel=4)
    select(scene, "left", "right")
    scene.retake_draft.sound = True
    generate(scene)
    assert waiting_frames(scene) == [(4, 101, 150)]
    (sound,) = (strip for strip in scene.sequence_editor.strips if strip.type == "SOUND")
    assert (sound.channel, left_handle(sound), right_handle(sound)) == (3, 101, 150)


def test_sound_goes_above_where_something_lies_under_its_picture(scene: bpy.types.Scene) -> None:
    for name, channel in (("left", 4), ("music", 3)):
        add_color(scene, name, 1, 101 if name == "left" else 300, channel=channel)
    add_color(scene, "right", 150, 300, channel=4)
    select(scene, "left", "right")
    scene.retake_draft.sound = True
    generate(scene)
    assert waiting_frames(scene) == [(4, 101, 150)]
    (sound,) = (strip for strip in scene.sequence_editor.strips if strip.type == "SOUND")
    assert sound.channel == 5


@pytest.mark.parametrize("state", ["lock", "mute"])
def test_a_closed_channel_has_no_gap(gap: bpy.types.Scene, state: str) -> None:
    setattr(gap.sequence_editor.channels[3], state, True)
    select(gap, "left", "right")
    gap.frame_set(110)
    gap.retake_draft.place = "GAP"
    assert "There is no gap here" in place_rows(gap).said()
    with pytest.raises(RuntimeError, match="There is no gap here"):
        generate(gap)
    assert waiting_frames(gap) == []
    gap.retake_draft.place = "AUTOMATIC"
    generate(gap)
    ((channel, start, _),) = waiting_frames(gap)
    assert (channel != 3, start) == (True, 110)


def test_over_a_strip_it_shows_as_long_as_that_strip(scene: bpy.types.Scene) -> None:
    add_color(scene, "base", 31, 91, channel=2)
    # A title after it leaves channel 3 free over the strip itself, though not over the whole clip.
    add_color(scene, "title", 95, 200, channel=3)
    select(scene, "base")
    scene.frame_set(70)
    scene.retake_draft.place = "STRIP"
    assert "The strip shows 2.5 s" in place_rows(scene).texts()
    generate(scene)
    assert waiting_frames(scene) == [(3, 31, 91)]


def test_over_strip_passes_over_locked_channels(scene: bpy.types.Scene) -> None:
    add_color(scene, "base", 31, 91, channel=2)
    scene.sequence_editor.channels[3].lock = True
    select(scene, "base")
    scene.retake_draft.place = "STRIP"
    generate(scene)
    assert waiting_frames(scene) == [(4, 31, 91)]


def test_without_a_strip_over_strip_says_what_to_do(scene: bpy.types.Scene) -> None:
    scene.retake_draft.place = "STRIP"
    assert "Select the strip that the shot goes over" in place_rows(scene).said()
    with pytest.raises(RuntimeError, match="No strip is selected"):
        generate(scene)


def test_the_suggested_length_is_taken_with_one_click(gap: bpy.types.Scene) -> None:
    select(gap, "left", "right")
    gap.retake_draft.duration = 10
    assert "Use 5 s" in place_rows(gap).texts("operator")
    bpy.ops.retake.set_length(duration=5)
    assert "Use" not in place_rows(gap).texts("operator")


def test_one_undo_takes_the_placeholder_back(gap: bpy.types.Scene, tmp_path: Path) -> None:
    select(gap, "left", "right")
    bpy.ops.ed.undo_push(message="before")
    with context_of(bpy.context.window_manager.windows[0]):
        generate(gap)
        bpy.ops.ed.undo_push(message="Generate")
        bpy.ops.ed.undo()
    assert waiting_frames(edit_scene()) == []
