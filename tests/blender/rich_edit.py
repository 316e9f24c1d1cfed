# SPDX-License-Identifier: GPL-3.0-or-later
"""An edit with every kind of strip and every feature that is exchanged, made by Blender's own calls."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import bpy
import numpy as np

from addon.timeline.ranges import FrameRange
from addon.vse.compat import (
    MOVIE_ADD_OPTIONS,
    new_effect,
    set_edit_scene,
    set_left_handle,
    set_right_handle,
)
from addon.vse.context import sequencer_context
from addon.vse.project import blender_rate
from tests.numbered_video import write_numbered

if TYPE_CHECKING:
    from bpy.types import Scene, Strip

SIZE_PX = (320, 180)


def rich_edit(folder: Path, rate: Fraction) -> Scene:
    """At `rate`; its media are made in `folder`: 24 fps, 25 fps, a sound, a still and a sequence of pictures."""
    media = write_media(folder)
    scene = bpy.context.scene
    scene.name = "Edit"
    scene.render.fps, scene.render.fps_base = blender_rate(rate)
    scene.render.resolution_x, scene.render.resolution_y = SIZE_PX
    scene.frame_start, scene.frame_end = 1, 400
    for window in bpy.context.window_manager.windows:
        set_edit_scene(window, scene)
    editor = scene.sequence_editor_create()
    strips = editor.strips

    first = strips.new_movie(name="first", filepath=str(media["25"]), channel=2, frame_start=1)
    set_right_handle(first, 61)
    second = strips.new_movie(name="second", filepath=str(media["25"]), channel=3, frame_start=31)
    set_left_handle(second, 51)
    set_right_handle(second, 111)
    cross = new_effect(editor, "cross", "CROSS", 4, FrameRange(51, 61), (first, second))
    cross.blend_type = "REPLACE"
    first.keyframe_insert("blend_alpha", frame=1)
    first.blend_alpha = 0.25
    first.keyframe_insert("blend_alpha", frame=40)
    second.transform.offset_x, second.transform.scale_x = 12, 0.5
    second.transform.rotation = 0.25
    second.transform.keyframe_insert("offset_x", frame=60)
    second.crop.min_x, second.crop.max_y = 10, 20
    second.use_flip_x = True
    second.color_tag = "COLOR_04"
    second.color_saturation = 0.5
    second.modifiers.new(name="Bright", type="BRIGHT_CONTRAST").bright = 5

    third = strips.new_movie(name="third", filepath=str(media["25"]), channel=2, frame_start=120)
    set_right_handle(third, 160)
    fourth = strips.new_movie(name="fourth", filepath=str(media["25"]), channel=3, frame_start=110)
    set_left_handle(fourth, 150)
    wipe = new_effect(editor, "wipe", "WIPE", 4, FrameRange(150, 160), (third, fourth))
    wipe.transition_type, wipe.direction, wipe.angle = "DOUBLE", "IN", 0.5
    third.use_reverse_frames = True
    third.lock = True

    fast = add_movie(scene, media["24"], "fast", 6, 10)
    retime(scene, fast, frames=(30, 50), speeds=(200,))
    own_speed = add_movie(scene, media["24"], "own speed", 6, 200)
    own_speed.mute = True
    add_movie(scene, media["25"], "frozen", 7, 10)
    with sequencer_context(scene):
        bpy.ops.sequencer.retiming_key_add("EXEC_DEFAULT", False, timeline_frame=40)
        bpy.ops.sequencer.retiming_freeze_frame_add("EXEC_DEFAULT", False, duration=15)
    slow = strips.new_movie(name="slow", filepath=str(media["25"]), channel=8, frame_start=10)
    speed = new_effect(editor, "speed", "SPEED", 9, FrameRange(10, 110), (slow,))
    speed.speed_control, speed.speed_factor = "MULTIPLY", 0.5

    sound = strips.new_sound(name="sound", filepath=str(media["sound"]), channel=1, frame_start=1)
    sound.volume, sound.pan = 0.5, -0.25
    sound.keyframe_insert("volume", frame=1)
    sound.volume = 1.5
    sound.keyframe_insert("volume", frame=20)
    sound.sound_offset = 0.25
    set_right_handle(sound, 41)
    with sequencer_context(scene):
        for one in editor.strips_all:
            one.select = one in (first, sound)
        bpy.ops.sequencer.connect("EXEC_DEFAULT", False, toggle=False)

    still = strips.new_image(name="still", filepath=str(media["still"]), channel=10, frame_start=1)
    set_right_handle(still, 31)
    sequence = strips.new_image(name="sequence", filepath=str(media["sequence"]), channel=10, frame_start=40)
    for number in range(2, 13):
        sequence.elements.append(f"picture.{number:04d}.png")
    set_right_handle(sequence, 50)

    color = new_effect(editor, "colour", "COLOR", 11, FrameRange(1, 30))
    color.color, color.blend_type, color.blend_alpha = (0.25, 0.5, 0.75), "MULTIPLY", 0.75
    text = new_effect(editor, "text", "TEXT", 11, FrameRange(40, 80))
    text.text, text.font_size, text.location = "Grüße\nzwei", 33, (0.25, 0.75)
    new_effect(editor, "adjustment", "ADJUSTMENT", 12, FrameRange(1, 80)).modifiers.new(
        name="White", type="WHITE_BALANCE"
    )
    glow = new_effect(editor, "glow", "GLOW", 13, FrameRange(1, 30), (still,))
    glow.threshold = 0.25
    new_effect(editor, "blur", "GAUSSIAN_BLUR", 14, FrameRange(1, 30), (glow,)).size_x = 7
    new_effect(editor, "sum", "ADD", 15, FrameRange(1, 30), (still, color))
    new_effect(editor, "cameras", "MULTICAM", 16, FrameRange(1, 30)).multicam_source = 2

    meta = strips.new_meta(name="meta", channel=17, frame_start=200)
    inner = meta.strips.new_movie(name="inner", filepath=str(media["25"]), channel=1, frame_start=200)
    inner_meta = meta.strips.new_meta(name="inner meta", channel=2, frame_start=220)
    inner_meta.strips.new_sound(name="deep", filepath=str(media["sound"]), channel=1, frame_start=220)
    set_right_handle(inner_meta, 260)
    set_right_handle(inner, 290)
    set_right_handle(meta, 280)
    set_left_handle(meta, 210)
    meta.channels[1].name = "Inside"

    other = bpy.data.scenes.new("Other")
    shown = strips.new_scene(name="scene", scene=other, channel=18, frame_start=1)
    set_right_handle(shown, 51)

    editor.channels[2].name = "Pictures"
    editor.channels[12].mute = True
    editor.channels[13].lock = True
    scene.timeline_markers.new("Act one", frame=1)
    scene.timeline_markers.new("Act two", frame=120)
    for one in editor.strips_all:
        one.select = False
    scene.frame_set(1)  # what is animated has its value of this frame
    return scene


def add_movie(scene: Scene, file: Path, name: str, channel: int, frame: int) -> Strip:
    """At its own speed, whatever the scene's rate; it is the one that is selected and active."""
    for one in scene.sequence_editor.strips_all:
        one.select = False
    with sequencer_context(scene):
        options: dict[str, Any] = {"sound": False, "use_framerate": False, "adjust_playback_rate": True}
        bpy.ops.sequencer.movie_strip_add(
            "EXEC_DEFAULT",
            False,
            filepath=str(file),
            frame_start=frame,
            channel=channel,
            set_view_transform=False,
            **options,
            **MOVIE_ADD_OPTIONS,
        )
    strip = scene.sequence_editor.active_strip
    strip.name = name
    return strip


def retime(scene: Scene, strip: Strip, *, frames: tuple[int, ...], speeds: tuple[int, ...]) -> None:
    """`strip` is the only one that is selected."""
    with sequencer_context(scene):
        for speed in speeds:
            bpy.ops.sequencer.retiming_segment_speed_set("EXEC_DEFAULT", False, speed=speed)
        for frame in frames:
            bpy.ops.sequencer.retiming_key_add("EXEC_DEFAULT", False, timeline_frame=frame)


def write_media(folder: Path) -> dict[str, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    media = {name: folder / f"numbers {name}.mp4" for name in ("24", "25")}
    for name, path in media.items():
        write_numbered(path, 100, Fraction(int(name)), size=SIZE_PX)
    media["sound"] = folder / "tone.wav"
    write_tone(media["sound"], 4)
    media["still"] = folder / "still.png"
    write_picture(media["still"], 128)
    for number in range(1, 13):
        write_picture(folder / f"picture.{number:04d}.png", number * 20)
    media["sequence"] = folder / "picture.0001.png"
    return media


def write_tone(path: Path, length_s: int) -> None:
    with av.open(str(path), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=48_000, layout="mono")
        times = np.arange(48_000 * length_s) / 48_000
        samples = (np.sin(times * 2 * np.pi * 440) * 8_000).astype(np.int16)[np.newaxis]
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.sample_rate = 48_000
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def write_picture(path: Path, level: int) -> None:
    from PIL import Image

    Image.fromarray(np.full((SIZE_PX[1], SIZE_PX[0], 3), level, np.uint8)).save(path)
