# SPDX-License-Identifier: GPL-3.0-or-later
"""Open a .blend without the extension; report its strips and whether their media is there."""

from __future__ import annotations

from pathlib import Path

import bpy
import extension

bpy.ops.wm.open_mainfile(filepath=extension.arguments()[0])
extension.report(
    [
        {
            "type": strip.type,
            "file_exists": strip.type == "MOVIE" and Path(bpy.path.abspath(strip.filepath)).is_file(),
        }
        for scene in bpy.data.scenes
        if scene.sequence_editor is not None
        for strip in scene.sequence_editor.strips_all
    ]
)
