# SPDX-License-Identifier: GPL-3.0-or-later
"""Voices and elements made from strips, kept in the account's library, used in a shot, counted and deleted."""

from __future__ import annotations

import time
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import bpy
import pytest

from addon.media.probe import probe_clip
from addon.ui import desk, library_panel, reading
from addon.ui.library_panel import RETAKE_PT_library
from addon.vse.compat import left_handle, set_left_handle, set_right_handle
from addon.vse.context import sequencer_context
from tests.blender.enabled import editor, generate, movies, tick_until
from tests.blender.recording_layout import RecordingLayout, draw
from tests.blender.test_as_seen import add_movie
from tests.blender.test_motion_strip import SIZE
from tests.numbered_video import read_numbers, write_numbered
from tests.rehearsal import Rehearsal, rehearsal
from tests.sandbox.reference_host import write_video

__all__ = ["editor", "rehearsal"]

LIMIT_S = 60.0


@pytest.fixture
def scene(editor: bpy.types.Scene, tmp_path: Path) -> bpy.types.Scene:
    """A movie of eight seconds with a tone in its second second, of which the first half second is hidden."""
    editor.render.fps, editor.render.fps_base = 24, 1.0
    editor.render.resolution_x, editor.render.resolution_y = SIZE
    write_video(tmp_path / "talk.mp4", 24 * 8, Fraction(24), sound=True)
    strip = add_movie(editor, tmp_path / "talk.mp4", frame=101)
    for one in editor.sequence_editor.strips:
        set_left_handle(one, 113)
        set_right_handle(one, 113 + 24 * 6)
    editor.sequence_editor.active_strip = strip
    return editor


def make(scene: bpy.types.Scene, operator: str, **options: object) -> None:
    with sequencer_context(scene):
        assert getattr(bpy.ops.retake, operator)("EXEC_DEFAULT", **options) == {"FINISHED"}
    until_read()


def until_read() -> None:
    ends_at = time.monotonic() + LIMIT_S
    while reading.is_under_way():
        assert time.monotonic() < ends_at
        reading.take_in_done()
        desk.tick()
        time.sleep(0.02)


def panel() -> RecordingLayout:
    """The Library panel, once the account was read."""
    ends_at = time.monotonic() + LIMIT_S
    while "being read" in draw(RETAKE_PT_library).said():
        assert time.monotonic() < ends_at
        time.sleep(0.02)
    return draw(RETAKE_PT_library)


def test_a_strips_sound_becomes_a_voice_once(scene: bpy.types.Scene, rehearsal: Rehearsal) -> None:
    make(scene, "voice_from_strip", name="Anna")
    (row,) = scene.retake_draft.voices
    assert row.name == "Anna"
    said = panel()
    assert "Anna" in said.texts()
    charges = rehearsal.server.charges()
    assert sum(units for _, _, units in charges) == Decimal("0.05")
    (wav,) = (rehearsal.folder / "home/library").glob("voice-*.wav")
    # The tone lies from 1.0 to 2.0 s of the file; the strip begins at 0.5 s.
    import wave

    import numpy as np

    with wave.open(str(wav)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        assert len(samples) == 6 * 48_000
    loud = np.flatnonzero(abs(samples.astype(int)) > 3000)
    assert abs(loud[0] / 48_000 - 0.5) < 0.01
    make(scene, "voice_from_strip", name="Anna")
    assert rehearsal.server.charges() == charges, "the same wish finds the voice that is there"
    assert len(scene.retake_draft.voices) == 1


def test_a_voice_in_a_shot_is_counted_and_deleted(scene: bpy.types.Scene, rehearsal: Rehearsal) -> None:
    make(scene, "voice_from_strip", name="Anna")
    draft = scene.retake_draft
    draft.prompt, draft.sound, draft.quality, draft.place = "[A woman@Anna]: “We made it.”", True, "pro", "PLAYHEAD"
    generate(scene)
    tick_until(lambda: any(one.retake.take_number == 1 for one in movies(scene)))
    library_panel.read_library()
    said = panel()
    assert "used 1 ×" in said.texts()
    identifier = draft.voices[0].identifier
    assert bpy.ops.retake.delete_thing("EXEC_DEFAULT", kind="voice", identifier=identifier, name="Anna") == {"FINISHED"}
    until_read()
    assert "Anna" not in panel().texts()
    assert not list((rehearsal.folder / "home/library").iterdir())


def test_frames_of_a_strip_become_an_element(scene: bpy.types.Scene, tmp_path: Path, rehearsal: Rehearsal) -> None:
    write_numbered(tmp_path / "dance.mp4", 96, Fraction(24), size=SIZE)
    scene.sequence_editor.active_strip = add_movie(scene, tmp_path / "dance.mp4", frame=301, channel=6)
    scene.frame_set(311)
    make(scene, "element_from_strip", name="Dancer", description="a dancer in red", views=2)
    (row,) = scene.retake_draft.elements
    assert (row.name, bool(row.identifier)) == ("Dancer", True)
    assert rehearsal.server.charges() == [] or sum(units for _, _, units in rehearsal.server.charges()) == 0
    (picture,) = (rehearsal.folder / "home/library").glob("element-*.png")
    assert read_numbers(picture) == [10]
    views = sorted(read_numbers(one)[0] for one in (rehearsal.folder / "Retake takes").rglob("Dancer_*.png")) or sorted(
        read_numbers(one)[0] for one in tmp_path.rglob("Dancer_*.png")
    )
    assert views == [10, 23, 71]
    assert "Dancer" in panel().texts()


@pytest.mark.parametrize("is_media", [True, False])
def test_a_range_of_a_strip_becomes_an_element(
    scene: bpy.types.Scene, tmp_path: Path, rehearsal: Rehearsal, is_media: bool
) -> None:
    size = (1920, 1080) if is_media else SIZE
    write_numbered(tmp_path / "walk.mp4", 96, Fraction(24), size=size)
    strip = add_movie(scene, tmp_path / "walk.mp4", frame=301, channel=6)
    set_left_handle(strip, 311)
    if not is_media:
        with sequencer_context(scene), pytest.raises(RuntimeError, match="needs 1920 × 1080 or 1080 × 1920 px"):
            bpy.ops.retake.element_from_strip("EXEC_DEFAULT", name="Walker", description="walks", source="VIDEO")
        scene.render.resolution_x, scene.render.resolution_y = 1920, 1080
        strip.transform.scale_x = strip.transform.scale_y = 3
    make(scene, "element_from_strip", name="Walker", description="a woman who walks", source="VIDEO")
    assert [row.name for row in scene.retake_draft.elements] == ["Walker"], draw(RETAKE_PT_library).said()
    (kept,) = (rehearsal.folder / "home/library").glob("element-*.mp4")
    assert read_numbers(kept) == list(range(10, 96))
    assert not list((rehearsal.folder / "sandbox/uploads").iterdir())


@pytest.mark.parametrize(
    ("frames", "name", "words"),
    [
        (24 * 4, "Anna", r"plays 4\.0 s: 5 to 30 s are needed"),
        (24 * 6, "  ", "The voice needs a name"),
    ],
)
def test_what_cannot_be_a_voice(
    scene: bpy.types.Scene, rehearsal: Rehearsal, frames: int, name: str, words: str
) -> None:
    for one in scene.sequence_editor.strips:
        set_right_handle(one, left_handle(one) + frames)
    with sequencer_context(scene), pytest.raises(RuntimeError, match=words):
        bpy.ops.retake.voice_from_strip("EXEC_DEFAULT", name=name)
    assert rehearsal.server.requests() == []


def test_silence_is_no_voice(scene: bpy.types.Scene, rehearsal: Rehearsal, tmp_path: Path) -> None:
    write_numbered(tmp_path / "still.mp4", 24 * 6, Fraction(24), size=SIZE, click_s=20.0)
    assert probe_clip(tmp_path / "still.mp4").has_sound
    scene.sequence_editor.active_strip = add_movie(scene, tmp_path / "still.mp4", frame=601, channel=8)
    make(scene, "voice_from_strip", name="Nobody")
    assert "nothing is heard in it" in draw(RETAKE_PT_library).said()
    assert not rehearsal.server.charges()


def test_the_panel_lists_klings_own_and_says_when_there_is_nothing(
    scene: bpy.types.Scene, rehearsal: Rehearsal
) -> None:
    assert draw(RETAKE_PT_library).find("retake.read_library").enabled
    assert bpy.ops.retake.read_library() == {"FINISHED"}
    said = panel()
    assert "No voice or element of your own yet" in said.said()
    assert "Kling's Own (" in said.said()
    assert any(one.arguments.get("idname") == "retake.use_thing" for one in said.drawn)
