# SPDX-License-Identifier: GPL-3.0-or-later
"""Rendering the edit to an .mp4 with sound. Blocks until it is done: for scripts and the command line only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ..errors import StorageError
from .compat import set_video_output

if TYPE_CHECKING:
    from pathlib import Path

    from bpy.types import Scene


def render_preview(scene: Scene, path: Path) -> None:
    """The scene's range as H.264 and AAC. The scene's own output settings are changed: save before, not after."""
    set_video_output(scene)
    render = scene.render
    render.use_sequencer = True
    render.use_compositing = False
    render.ffmpeg.format = "MPEG4"
    render.ffmpeg.codec = "H264"
    render.ffmpeg.constant_rate_factor = "HIGH"
    render.ffmpeg.ffmpeg_preset = "REALTIME"
    render.ffmpeg.audio_codec = "AAC"
    render.filepath = str(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    bpy.ops.render.render(animation=True, scene=scene.name)
    if not path.is_file():
        raise StorageError(f"Blender rendered nothing to {path}.", hint="See Blender's own messages above.")
