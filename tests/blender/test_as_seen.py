# SPDX-License-Identifier: GPL-3.0-or-later
"""What a second Blender renders of single strips, and when the media itself is what is seen."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from threading import Event

import bpy
import pytest

from addon.errors import RetakeError
from addon.media.probe import probe_clip
from addon.timeline.ranges import FrameRange
from addon.vse.as_seen import SeenWish, order, run
from addon.vse.compat import content_start, set_left_handle, set_right_handle
from addon.vse.context import sequencer_context
from addon.vse.plain_media import plain_range, why_not_plain
from tests.numbered_video import pictures_of, read_numbers, write_numbered

SIZE = (640, 360)


@pytest.fixture
def dance(tmp_path: Path) -> Path:
    write_numbered(tmp_path / "dance.mp4", 96, Fraction(24), size=SIZE, click_s=2.0)
    return tmp_path / "dance.mp4"


def scene_of(fps: int = 24, size: tuple[int, int] = SIZE) -> bpy.types.Scene:
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = fps, 1.0
    scene.render.resolution_x, scene.render.resolution_y = size
    # Not the plain one: what is rendered must not have it.
    scene.view_settings.view_transform = "AgX"
    return scene


def add_movie(scene: bpy.types.Scene, path: Path, frame: int = 1, channel: int = 2) -> bpy.types.Strip:
    editor = scene.sequence_editor_create()
    before = {strip.name for strip in editor.strips}
    with sequencer_context(scene):
        bpy.ops.sequencer.movie_strip_add(
            "EXEC_DEFAULT", False, filepath=str(path), frame_start=frame, channel=channel, fit_method="FIT",
            sound=True, use_framerate=False, adjust_playback_rate=True,
            **({} if bpy.app.version < (5, 0) else {"move_strips": False}),
        )  # fmt: skip
    return next(strip for strip in editor.strips if strip.name not in before and strip.type == "MOVIE")


def add_modifier(strip: bpy.types.Strip) -> None:
    # 5.0 crashes where no scene is named as the sequencer's.
    with sequencer_context(bpy.context.scene):
        strip.modifiers.new("a", "BRIGHT_CONTRAST")


def test_a_trimmed_strip_is_its_media_from_a_frame_on(dance: Path) -> None:
    scene = scene_of()
    strip = add_movie(scene, dance, frame=11)
    set_left_handle(strip, 31)
    set_right_handle(strip, 91)
    plain = plain_range(scene, strip)
    assert plain is not None
    assert (plain.file, plain.frames, plain.file_frames) == (dance, FrameRange(20, 80), 96)


def test_frames_and_ranges_are_those_of_the_timeline(dance: Path, tmp_path: Path) -> None:
    scene = scene_of()
    strip = add_movie(scene, dance, frame=11)
    set_left_handle(strip, 31)
    sound = next(one for one in scene.sequence_editor.strips if one.type == "SOUND")
    over = scene.sequence_editor.strips.new_effect(
        name="white", type="COLOR", channel=9, frame_start=1,
        **({"length": 200} if bpy.app.version >= (5, 0) else {"frame_end": 200}),
    )  # fmt: skip
    over.color = (1, 1, 1)
    told = order(
        scene,
        [
            SeenWish(strip.name, FrameRange(31, 32), tmp_path / "first.png"),
            SeenWish(strip.name, FrameRange(41, 71), tmp_path / "range.mp4", (sound.name,)),
            SeenWish(None, FrameRange(41, 42), tmp_path / "edit.png"),
        ],
    )
    run(told, Event())
    assert read_numbers(tmp_path / "first.png") == [20]
    assert read_numbers(tmp_path / "range.mp4") == list(range(30, 60))
    facts = probe_clip(tmp_path / "range.mp4")
    assert (facts.rate, facts.has_sound) == (24, True)
    assert pictures_of(tmp_path / "edit.png")[0].min() > 250, "the whole edit: the white is over all"
    assert not told.folder.exists()
    assert not over.mute, "the edit itself was left alone"


def test_the_view_transform_is_not_in_what_is_rendered(dance: Path, tmp_path: Path) -> None:
    scene = scene_of()
    strip = add_movie(scene, dance)
    run(order(scene, [SeenWish(strip.name, FrameRange(64, 65), tmp_path / "a.png")]), Event())
    rendered, source = pictures_of(tmp_path / "a.png")[0], pictures_of(dance)[63]
    assert abs(rendered.astype(int) - source.astype(int)).mean() < 2


def test_speed_crop_and_mirror_are_in_it(dance: Path, tmp_path: Path) -> None:
    scene = scene_of()
    strip = add_movie(scene, dance)
    strip.use_flip_x = True
    assert why_not_plain(scene, strip) == "it is mirrored"
    run(order(scene, [SeenWish(strip.name, FrameRange(2, 3), tmp_path / "a.png")]), Event())
    mirrored = int(f"{1:010b}"[::-1], 2)
    assert read_numbers(tmp_path / "a.png") == [mirrored]


def test_an_effect_on_the_strip_is_in_it_and_others_are_not(dance: Path, tmp_path: Path) -> None:
    scene = scene_of()
    strip = add_movie(scene, dance)
    speed = scene.sequence_editor.strips.new_effect(
        name="speed", type="SPEED", channel=5, frame_start=1, input1=strip,
        **({"length": 96} if bpy.app.version >= (5, 0) else {"frame_end": 97}),
    )  # fmt: skip
    speed.speed_control = "MULTIPLY"
    speed.speed_factor = 2.0
    assert why_not_plain(scene, strip) == "an effect changes it"
    run(order(scene, [SeenWish(strip.name, FrameRange(11, 12), tmp_path / "a.png")]), Event())
    assert read_numbers(tmp_path / "a.png")[0] in (20, 21)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda strip: setattr(strip.crop, "min_x", 10), "it is cropped"),
        (lambda strip: setattr(strip.transform, "offset_x", 5), "it is turned or moved"),
        (lambda strip: setattr(strip.transform, "scale_x", 0.5), "it is stretched"),
        (add_modifier, "it has modifiers"),
        (lambda strip: setattr(strip, "color_saturation", 0), "its colours are changed"),
        (lambda strip: setattr(strip, "blend_alpha", 0.5), "it is see-through"),
        (lambda strip: strip.keyframe_insert("blend_alpha", frame=3), "it is animated"),
    ],
)
def test_what_stands_between_media_and_picture(dance: Path, change: object, why: str) -> None:
    scene = scene_of()
    strip = add_movie(scene, dance)
    assert why_not_plain(scene, strip) == ""
    change(strip)  # type: ignore[operator]
    assert why_not_plain(scene, strip) == why
    assert plain_range(scene, strip) is None


def test_media_of_another_rate_or_a_held_frame_is_not_plain(dance: Path) -> None:
    scene = scene_of(fps=25)
    assert why_not_plain(scene, add_movie(scene, dance)) == "its frames are not the edit's"
    scene.render.fps = 24
    held = add_movie(scene, dance, frame=200)
    assert plain_range(scene, held) is not None
    set_right_handle(held, int(content_start(held)) + 120)
    assert plain_range(scene, held) is None


def test_an_unwanted_rendering_ends_at_once(dance: Path, tmp_path: Path) -> None:
    scene = scene_of()
    strip = add_movie(scene, dance)
    told = order(scene, [SeenWish(strip.name, FrameRange(1, 97), tmp_path / "a.mp4")])
    unwanted = Event()
    unwanted.set()
    with pytest.raises(RetakeError, match="not needed any more"):
        run(told, unwanted)
    assert not told.folder.exists()


def test_a_strip_in_a_meta_is_shown_alone(dance: Path, tmp_path: Path) -> None:
    scene = scene_of()
    strip = add_movie(scene, dance)
    other = add_movie(scene, dance, channel=6)
    other.use_flip_x = True
    with sequencer_context(scene):
        for one in scene.sequence_editor.strips:
            one.select = True
        bpy.ops.sequencer.meta_make("EXEC_DEFAULT", False)
    run(order(scene, [SeenWish(strip.name, FrameRange(6, 7), tmp_path / "a.png")]), Event())
    assert read_numbers(tmp_path / "a.png") == [5]


def test_a_scene_of_three_dimensions_is_rendered(tmp_path: Path) -> None:
    scene = scene_of()
    world = bpy.data.scenes.new("World")
    world.render.engine = "CYCLES"
    world.cycles.samples, world.cycles.device = 1, "CPU"
    world.render.resolution_x, world.render.resolution_y = SIZE
    world.frame_start, world.frame_end = 1, 72
    world.view_settings.view_transform = "Standard"
    world.world = bpy.data.worlds.new("light")
    world.world.use_nodes = True
    background = world.world.node_tree.nodes["Background"]
    background.inputs["Color"].default_value = (1, 1, 1, 1)
    strength = background.inputs["Strength"]
    for frame, value in ((1, 0.0), (72, 1.0)):
        strength.default_value = value
        strength.keyframe_insert("default_value", frame=frame)
    world.camera = bpy.data.objects.new("eye", bpy.data.cameras.new("eye"))
    world.collection.objects.link(world.camera)
    strip = scene.sequence_editor_create().strips.new_scene("world", world, 3, 101)
    outs = {frame: tmp_path / f"{frame}.png" for frame in (101, 172)}
    wishes = [SeenWish(strip.name, FrameRange(frame, frame + 1), out) for frame, out in outs.items()]
    run(order(scene, wishes), Event())
    dark, bright = (pictures_of(out)[0] for out in outs.values())
    assert dark.mean() < 5
    assert bright.mean() > 245
