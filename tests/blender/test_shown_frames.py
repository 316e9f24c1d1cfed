# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbered frames, rendered by Blender: the snapshot says of each frame which one of the file is seen."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import bpy
import pytest

from addon.interchange.bridge import StripSnapshot, bridge_module
from addon.interchange.otio_file import read_otio, write_otio
from addon.vse.read import read_timeline
from addon.vse.write_timeline import TimelineWriter
from tests.numbered_video import read_numbers, write_numbered

from .rich_edit import SIZE_PX, add_movie, retime


def edit(folder: Path) -> bpy.types.Scene:
    """One after the other on one channel: double speed, a freeze, backwards, and a file of another rate."""
    for rate in (24, 25):
        write_numbered(folder / f"{rate}.mp4", 100, Fraction(rate), size=SIZE_PX)
    scene = bpy.context.scene
    scene.render.fps = 25
    scene.render.resolution_x, scene.render.resolution_y = SIZE_PX
    scene.view_settings.view_transform = "Standard"
    scene.sequence_editor_create()
    fast = add_movie(scene, folder / "25.mp4", "fast", 1, 1)
    retime(scene, fast, frames=(), speeds=(200,))
    add_movie(scene, folder / "25.mp4", "backwards", 2, 101).use_reverse_frames = True
    add_movie(scene, folder / "24.mp4", "other rate", 3, 301)
    return scene


def rendered(scene: bpy.types.Scene, frame: int, folder: Path) -> int:
    settings = scene.render.image_settings
    if hasattr(settings, "media_type"):
        settings.media_type = "IMAGE"
    settings.file_format = "PNG"
    scene.frame_set(frame)
    scene.render.filepath = str(folder / f"{scene.name} {frame}.png")
    bpy.ops.render.render(write_still=True, scene=scene.name)
    (number,) = read_numbers(Path(scene.render.filepath))
    return number


def said(strip: StripSnapshot, frame: int) -> Fraction:
    media = strip.shown
    assert media is not None
    shown: Fraction = bridge_module("retime").pieces_of(strip, Fraction(25)).content_frame(frame - strip.start)
    return shown * (media.rate / 25 if strip.keeps_speed else 1)


@pytest.mark.parametrize("name", ["fast", "backwards", "other rate"])
def test_blender_shows_the_frames_that_the_snapshot_says(tmp_path: Path, name: str) -> None:
    scene = edit(tmp_path)
    first = read_timeline(scene)
    write_otio(first, tmp_path / "edit.otio")
    writer = TimelineWriter.into_new_scene(read_otio(tmp_path / "edit.otio")[0])
    writer.run()
    strip = next(one for one in first.strips if one.name == name)
    for frame in range(strip.start, strip.end_exclusive - 2, strip.length // 6):
        number = rendered(scene, frame, tmp_path)
        assert abs(number - said(strip, frame)) <= 1, frame
        assert rendered(writer.scene, frame, tmp_path) == number
