# SPDX-License-Identifier: GPL-3.0-or-later
"""A second Blender's work: frames and ranges of single strips, as they are seen, from a copy of the edit.

Run as a script with the path of a JSON file as its last argument; see `addon/vse/as_seen.py`, which writes it. Nothing
of the add-on is imported: the user's add-ons are not loaded here.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

if TYPE_CHECKING:
    from bpy.types import Scene, Strip


def main(order: dict[str, Any]) -> None:
    bpy.ops.wm.open_mainfile(filepath=order["blend"], load_ui=False)
    scene = bpy.data.scenes[order["scene"]]
    _set_up(scene)
    was_muted = {strip.name: strip.mute for strip in scene.sequence_editor.strips_all}
    for wish in order["wishes"]:
        for strip in scene.sequence_editor.strips_all:
            strip.mute = was_muted[strip.name]
        if wish["strip"]:
            _show_alone(scene, wish["strip"], set(wish["sounds"]))
        scene.frame_start, scene.frame_end = wish["start"], wish["end_exclusive"] - 1
        if Path(wish["out"]).suffix == ".png":
            _render_picture(scene, wish["out"])
        else:
            _render_clip(scene, wish["out"], has_sound=bool(wish["sounds"]))


def _set_up(scene: Scene) -> None:
    render = scene.render
    render.use_sequencer = True
    render.use_compositing = False
    render.use_border = False
    render.resolution_percentage = 100
    render.use_file_extension = False
    # Between the strips and the screen lies the scene's view transform. What is made from these pictures comes back
    # among the strips and goes through it again: here it must not be in them yet.
    view = scene.view_settings
    view.view_transform, view.look, view.exposure, view.gamma = "Standard", "None", 0.0, 1.0
    view.use_curve_mapping = False
    # H.264 with one sample of colour for four pixels has even sides.
    render.resolution_x -= render.resolution_x % 2
    render.resolution_y -= render.resolution_y % 2


def _show_alone(scene: Scene, name: str, sounds: set[str]) -> None:
    """The strip with the effects that change it alone, and its sounds; what lies around it is muted at every level."""
    editor = scene.sequence_editor
    chain = _way_to(editor, name)
    level: Any = editor
    for strip in chain:
        shown = {strip.name, *_effects_on(level.strips, strip), *sounds}
        for other in level.strips:
            other.mute = other.name not in shown
        level.channels[strip.channel].mute = False
        for other in level.strips:
            if not other.mute:
                level.channels[other.channel].mute = False
        level = strip


def _way_to(level: Any, name: str) -> list[Strip]:
    """The strip, with the metas that it lies in before it."""
    for strip in level.strips:
        if strip.name == name:
            return [strip]
        if strip.type == "META":
            inside = _way_to(strip, name)
            if inside:
                return [strip, *inside]
    return []


def _effects_on(strips: Any, strip: Strip) -> set[str]:
    """Those that take it, or one of them, as their only input."""
    found = {strip.name}
    while True:
        more = {
            one.name
            for one in strips
            if one.name not in found
            and getattr(one, "input_1", None) is not None
            and getattr(one, "input_2", None) is None
            and one.input_1.name in found
        }
        if not more:
            return found
        found |= more


def _render_picture(scene: Scene, out: str) -> None:
    settings = scene.render.image_settings
    if hasattr(settings, "media_type"):
        settings.media_type = "IMAGE"
    settings.file_format, settings.color_mode, settings.color_depth = "PNG", "RGB", "8"
    scene.frame_set(scene.frame_start)
    scene.render.filepath = out
    bpy.ops.render.render(write_still=True, scene=scene.name)


def _render_clip(scene: Scene, out: str, *, has_sound: bool) -> None:
    settings = scene.render.image_settings
    if hasattr(settings, "media_type"):
        settings.media_type = "VIDEO"
    settings.file_format = "FFMPEG"
    ffmpeg = scene.render.ffmpeg
    ffmpeg.format, ffmpeg.codec = "MPEG4", "H264"
    ffmpeg.constant_rate_factor, ffmpeg.ffmpeg_preset = "PERC_LOSSLESS", "REALTIME"
    ffmpeg.audio_codec = "AAC" if has_sound else "NONE"
    ffmpeg.audio_bitrate = 192
    scene.render.filepath = out
    bpy.ops.render.render(animation=True, scene=scene.name)


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[-1]).read_text(encoding="utf-8")))
