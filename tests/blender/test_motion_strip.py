# SPDX-License-Identifier: GPL-3.0-or-later
"""Motion from a strip: what Kling gets is what the strip shows, and the take lies over it, frame by frame."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import chain, pairwise
from pathlib import Path
from threading import Event

import av
import bpy
import numpy as np
import pytest

from addon.media.probe import probe_clip
from addon.timeline.ranges import FrameRange
from addon.ui import motion_rows, reading, reference_check
from addon.ui.drafted_shot import drafted_shot
from addon.vse.as_seen import SeenWish, order, run
from addon.vse.compat import content_start, left_handle, right_handle, set_left_handle, set_right_handle
from addon.vse.context import sequencer_context
from tests.blender.enabled import editor, generate, movies, tick_until
from tests.blender.recording_layout import RecordingLayout
from tests.blender.test_as_seen import add_movie
from tests.numbered_video import followed_number, numbered_picture, pictures_of, read_numbers, write_numbered
from tests.reference_clips import reference_clips
from tests.rehearsal import Rehearsal, rehearsal
from tests.unit.test_media import write_picture
from tests.unit.test_reference_command import write_empty, write_sound_alone, write_without_end

__all__ = ["editor", "rehearsal"]

SIZE = (640, 360)
LIMIT_S = 60.0


@pytest.fixture
def scene(editor: bpy.types.Scene, tmp_path: Path) -> bpy.types.Scene:
    """With a character; nothing lies on the timeline."""
    editor.render.fps, editor.render.fps_base = 24, 1.0
    editor.render.resolution_x, editor.render.resolution_y = SIZE
    editor.view_settings.view_transform = "Standard"
    write_picture(tmp_path / "anna.png", 640, 360)
    editor.retake_draft.image = str(tmp_path / "anna.png")
    editor.retake_draft.prompt = "a dance"
    return editor


def read_all() -> None:
    """What the timer does in a window, until nothing is being read."""
    ends_at = time.monotonic() + LIMIT_S
    while reading.take_in_done() is not None:
        assert time.monotonic() < ends_at
        time.sleep(0.02)


def take_motion(scene: bpy.types.Scene, strip: bpy.types.Strip) -> Path:
    scene.sequence_editor.active_strip = strip
    with sequencer_context(scene):
        assert bpy.ops.retake.motion_from_strip() == {"FINISHED"}
    read_all()
    assert scene.retake_draft.motion, panel(scene).said()
    return Path(scene.retake_draft.motion)


def panel(scene: bpy.types.Scene) -> RecordingLayout:
    layout = RecordingLayout()
    reading.draw(layout, bpy.context)
    motion_rows.draw_motion(layout, bpy.context, scene.retake_draft)
    return layout


def checked(scene: bpy.types.Scene) -> RecordingLayout:
    """The panel once the video was looked at."""
    ends_at = time.monotonic() + LIMIT_S
    while "being looked at" in panel(scene).said():
        assert time.monotonic() < ends_at
        time.sleep(0.05)
    drafted_shot(scene.retake_draft)
    return panel(scene)


def wait_for_price(scene: bpy.types.Scene) -> None:
    ends_at = time.monotonic() + LIMIT_S
    while drafted_shot(scene.retake_draft).units is None:
        assert time.monotonic() < ends_at, drafted_shot(scene.retake_draft).problems
        time.sleep(0.05)


@pytest.mark.parametrize("fps", [24, 25, 30, 60])
def test_the_take_lies_over_the_strip_frame_by_frame(
    scene: bpy.types.Scene, tmp_path: Path, rehearsal: Rehearsal, fps: int
) -> None:
    scene.render.fps = fps
    write_numbered(tmp_path / "dance.mp4", fps * 5, Fraction(fps), size=SIZE, click_s=2.0)
    strip = add_movie(scene, tmp_path / "dance.mp4", frame=51)
    set_left_handle(strip, 51 + fps)
    set_right_handle(strip, 51 + fps + fps * 3 + 7)
    (sound,) = (one for one in scene.sequence_editor.strips if one.type == "SOUND")
    set_left_handle(sound, left_handle(strip))
    set_right_handle(sound, right_handle(strip))
    shown = left_handle(strip), right_handle(strip)
    assert read_numbers(take_motion(scene, strip)) == list(range(fps, fps + fps * 3 + 7))
    wait_for_price(scene)
    assert drafted_shot(scene.retake_draft).units == Fraction(3, 2), "3.1 s are paid as 3"
    assert generate(scene) == {"FINISHED"}
    tick_until(lambda: any(one.retake.take_number == 1 for one in movies(scene)))
    take = next(one for one in movies(scene) if one.retake.take_number == 1)
    assert (left_handle(take), right_handle(take)) == shown
    assert take.channel > strip.channel
    (heard,) = (one for one in scene.sequence_editor.strips if one.type == "SOUND" and one.retake.take_number == 1)
    assert (left_handle(heard), right_handle(heard)) == shown
    # What the timeline shows of it, from its first frame to its last: the frames of the strip under it.
    wanted = [shown[0], shown[0] + 1, shown[0] + fps, sum(shown) // 2, shown[1] - 2, shown[1] - 1]
    outs = [tmp_path / f"{frame}.png" for frame in wanted]
    run(
        order(scene, [SeenWish(take.name, FrameRange(frame, frame + 1), out)
                      for frame, out in zip(wanted, outs, strict=True)]),
        Event(),
    )  # fmt: skip
    numbers = [followed_number(pictures_of(out)[0], SIZE) for out in outs]
    assert numbers == [frame - 51 for frame in wanted]
    # The click of the strip's own sound, two seconds into the media, in the take's sound.
    assert abs(click_s(Path(bpy.path.abspath(take.filepath))) - 1.0) < 0.005


def click_s(clip: Path) -> float:
    """When the loudest 5 ms of a clip begin."""
    from addon.media.reference_sound import read_sound

    sound = read_sound(clip, Fraction(0), Fraction(3))
    assert sound is not None
    return float(abs(sound[0]).argmax() / 48_000)


def test_a_moved_strip_takes_the_shot_with_it(scene: bpy.types.Scene, tmp_path: Path, rehearsal: Rehearsal) -> None:
    write_numbered(tmp_path / "dance.mp4", 96, Fraction(24), size=SIZE)
    strip = add_movie(scene, tmp_path / "dance.mp4", frame=11)
    take_motion(scene, strip)
    from addon.vse.compat import set_content_start

    set_content_start(strip, 201)
    wait_for_price(scene)
    generate(scene)
    waiting = next(one for one in movies(scene) if one.retake.job_id)
    assert (left_handle(waiting), right_handle(waiting)) == (201, 297)


@pytest.mark.parametrize("kind", ["mirrored", "retimed", "images", "meta", "scene"])
def test_what_is_not_plain_is_rendered_as_it_is_seen(scene: bpy.types.Scene, tmp_path: Path, kind: str) -> None:
    write_numbered(tmp_path / "dance.mp4", 96, Fraction(24), size=SIZE)
    expected = list(range(80))
    if kind == "images":
        strip = add_images(scene, tmp_path / "seq", 80)
    elif kind == "scene":
        strip = add_scene(scene, tmp_path / "dance.mp4", 80)
    else:
        strip = add_movie(scene, tmp_path / "dance.mp4", frame=1)
        set_right_handle(strip, 81)
    if kind == "mirrored":
        strip.use_flip_x = True
        expected = [int(f"{number:010b}"[::-1], 2) for number in expected]
    if kind == "retimed":
        scene.render.fps = 25
        strip = add_movie(scene, tmp_path / "dance.mp4", frame=1, channel=6)
        expected = []
    if kind == "meta":
        with sequencer_context(scene):
            for one in scene.sequence_editor.strips:
                one.select = True
            bpy.ops.sequencer.meta_make("EXEC_DEFAULT", False)
        strip = next(one for one in scene.sequence_editor.strips if one.type == "META")
    numbers = read_numbers(take_motion(scene, strip))
    assert len(numbers) == right_handle(strip) - left_handle(strip)
    assert probe_clip(Path(scene.retake_draft.motion)).rate == scene.render.fps
    if expected:
        assert numbers == expected
    else:
        assert numbers[0] == 0
        # Blender rounds its own way: 24 in 25 begins 0, 0, 2, 3.
        assert all(0 <= later - number <= 2 for number, later in pairwise(numbers)), numbers
        assert numbers[-1] == 95


def add_images(scene: bpy.types.Scene, folder: Path, count: int) -> bpy.types.Strip:
    from PIL import Image

    folder.mkdir()
    for number in range(count):
        Image.fromarray(numbered_picture(number, SIZE)).save(folder / f"{number:03d}.png")
    strips = scene.sequence_editor_create().strips
    strip = strips.new_image("images", str(folder / "000.png"), channel=3, frame_start=1)
    for number in range(1, count):
        strip.elements.append(f"{number:03d}.png")
    set_right_handle(strip, 1 + count)
    return strip


def add_scene(scene: bpy.types.Scene, movie: Path, count: int) -> bpy.types.Strip:
    """Another scene's edit."""
    other = bpy.data.scenes.new("Inner")
    other.render.fps, other.render.fps_base = scene.render.fps, scene.render.fps_base
    other.render.resolution_x, other.render.resolution_y = SIZE
    other.frame_start, other.frame_end = 1, count
    other.view_settings.view_transform = "Standard"
    other.sequence_editor_create().strips.new_movie("inner", str(movie), 1, 1)
    strip = scene.sequence_editor_create().strips.new_scene("scene", other, 3, 1)
    strip.scene_input = "SEQUENCER"
    return strip


def test_too_short_a_strip_is_refused_at_once_and_too_long_a_one_is_cut(
    scene: bpy.types.Scene, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write_numbered(tmp_path / "dance.mp4", 24 * 31, Fraction(24), size=SIZE)
    strip = add_movie(scene, tmp_path / "dance.mp4")
    set_right_handle(strip, 71)
    scene.sequence_editor.active_strip = strip
    with sequencer_context(scene), pytest.raises(RuntimeError, match=r"shows 2\.92 s: at least 3 s are needed"):
        bpy.ops.retake.motion_from_strip()
    set_right_handle(strip, int(content_start(strip)) + 24 * 31)
    assert probe_clip(take_motion(scene, strip)).frame_count == 720
    assert "The strip shows 31.0 s: its first 30 s are used" in capfd.readouterr().out


def test_a_cut_in_the_strip_is_told_with_its_frame_and_the_fix_uses_the_longest_part(
    scene: bpy.types.Scene, tmp_path: Path, rehearsal: Rehearsal
) -> None:
    first, second = [clip for clip in reference_clips("report") if not clip.labels][:2]
    count = sum(1 for _ in first.frames())
    cut = replace(first, name="joined", cut_frames=(count,), frames=lambda: chain(first.frames(), second.frames()))
    path = cut.write(tmp_path)
    scene.render.fps = cut.rate_fps
    strip = add_movie(scene, path, frame=101)
    take_motion(scene, strip)
    said = checked(scene)
    assert f"at frame {101 + cut.cut_frames[0]}" in said.said()
    row = next(index for index, one in enumerate(reference_check.found_in(scene.retake_draft).check.findings)
               if one.rule.value == "cut")  # fmt: skip
    assert bpy.ops.retake.fix_reference(index=row) == {"FINISHED"}
    read_all()
    draft = scene.retake_draft
    assert draft.motion_frames == probe_clip(Path(draft.motion)).frame_count < right_handle(strip) - left_handle(strip)
    assert "There is a cut" not in checked(scene).said()
    wait_for_price(scene)
    generate(scene)
    waiting = next(one for one in movies(scene) if one.retake.job_id)
    assert right_handle(waiting) - left_handle(waiting) == draft.motion_frames
    assert left_handle(waiting) == 101 + draft.motion_offset


def test_the_panel_says_where_the_video_goes(
    scene: bpy.types.Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Select a strip, 3 to 30 s long" in panel(scene).said()
    write_numbered(tmp_path / "dance.mp4", 96, Fraction(24), size=SIZE)
    scene.retake_draft.kind = "MOTION"
    scene.retake_draft.motion = str(tmp_path / "dance.mp4")
    assert "stays on this computer" in checked(scene).said()
    monkeypatch.setenv("KLING_BASE_URL", "https://api-singapore.klingai.com")
    assert "No storage is set up" in panel(scene).said()
    assert any("No storage is set up" in one for one in drafted_shot(scene.retake_draft).problems)
    monkeypatch.setenv("RETAKE_STORAGE", "s3://bucket")
    assert "Goes to the bucket bucket on s3.us-east-1.amazonaws.com when the shot is sent" in panel(scene).said()
    assert not any("storage" in one for one in drafted_shot(scene.retake_draft).problems)


def write_dancing(path: Path, seconds: Fraction, size: tuple[int, int] = SIZE, codec: str = "libx264") -> None:
    with av.open(str(path), "w") as out:
        video = out.add_stream(codec, rate=10, options={"deadline": "realtime", "preset": "ultrafast"})
        video.width, video.height = size
        video.pix_fmt = "yuv420p"
        for number in range(int(seconds * 10)):
            picture = np.full((size[1], size[0], 3), 90, np.uint8)
            left = 40 + number % 20 * 2
            picture[size[1] // 3 : size[1] * 2 // 3, left : left + 60] = 200
            out.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(video.encode(None))


BAD: dict[str, tuple[str, Callable[[Path], object], str, str]] = {
    "2.9 s": ("a.mp4", lambda path: write_dancing(path, Fraction(29, 10)),
              "It lasts 2.90 s; 3 s are needed. Kling refuses it. Use a clip of at least 3 s.", ""),
    "31 s": ("a.mp4", lambda path: write_dancing(path, Fraction(31)),
             "It lasts 31.00 s; at most 30 s are allowed with orientation video.", "Use Frames 0 to 299"),
    "200 px": ("a.mp4", lambda path: write_dancing(path, Fraction(4), (356, 200)),
               "Its picture has 356 × 200 px; sides of 340 to 3850 px are allowed.", "Scale to 604 × 340 px"),
    "webm": ("a.webm", lambda path: write_dancing(path, Fraction(4), codec="libvpx"),
             "It is a webm file. Kling takes mp4 and mov alone.", "Make an MP4"),
    "0 bytes": ("a.mp4", write_empty, "a.mp4 cannot be used; the file is empty (0 bytes).", ""),
    "audio only": ("a.m4a", write_sound_alone, "a.m4a cannot be used; there is only sound in it.", ""),
    "missing": ("a.mp4", lambda path: path,
                "a.mp4 cannot be used; there is no such file. Check its name and folder.", ""),
    "cut in the middle": ("a.mp4", lambda path: write_without_end(path, has_index=True),
                          "a.mp4 cannot be used; the file is cut short: only", ""),
    "without an index": ("a.mp4", lambda path: write_without_end(path, has_index=False),
                         "a.mp4 cannot be used; it is no video that can be read, or its end is missing", ""),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_video_is_told_once_and_what_can_be_mended_has_a_button(
    scene: bpy.types.Scene, tmp_path: Path, kind: str
) -> None:
    name, write, words, button = BAD[kind]
    write(tmp_path / name)
    draft = scene.retake_draft
    draft.kind, draft.motion = "MOTION", str(tmp_path / name)
    shown = checked(scene)
    said = " ".join(shown.said().split())
    assert words in said
    ends_at = time.monotonic() + LIMIT_S
    while not (found := drafted_shot(draft).problems):
        assert time.monotonic() < ends_at
        time.sleep(0.05)
    assert len(found) == 1, "one sentence, above the button that would pay"
    assert found[0].split(". ")[0].rstrip(".") in said
    with pytest.raises(RuntimeError, match="Error"):
        generate(scene)
    assert not movies(scene)
    buttons = [one.text for one in shown.drawn if one.arguments.get("idname") == "retake.fix_reference"]
    assert (button in buttons) if button else not buttons
