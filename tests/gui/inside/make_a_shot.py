# SPDX-License-Identifier: GPL-3.0-or-later
"""Inside the Blender program: an editor opens the sidebar, writes a prompt and clicks Generate. Ends Blender."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import bpy

FOLDER = Path(sys.argv[sys.argv.index("--") + 1])
WAIT_S = 90
said: dict[str, object] = {}


def steps() -> Iterator[float]:
    """Each yield hands the window back to Blender for that many seconds."""
    window = bpy.context.window_manager.windows[0]
    area = max(window.screen.areas, key=lambda area: area.width * area.height)
    area.ui_type = "SEQUENCE_EDITOR"
    scene = bpy.context.scene
    window.workspace.sequencer_scene = scene
    preferences = bpy.context.preferences.addons["bl_ext.user_default.retake"].preferences
    preferences.use_sandbox = True
    preferences.media_folder = str(FOLDER / "takes")
    area.spaces[0].show_region_ui = True
    window.event_simulate(type="ESC", value="PRESS", x=10, y=10)  # the splash
    yield 1.0
    sidebar = next(region for region in area.regions if region.type == "UI")
    sidebar.active_panel_category = "Retake"
    area.tag_redraw()
    yield 3.0
    scene.retake_draft.prompt = "A lighthouse in the rain, camera rising slowly"
    region = next(region for region in area.regions if region.type == "WINDOW")
    with bpy.context.temp_override(window=window, area=area, region=region):
        said["generate"] = list(bpy.ops.retake.generate("INVOKE_DEFAULT"))
    editor = scene.sequence_editor
    said["waiting"] = [strip.name for strip in editor.strips_all]
    for _ in range(WAIT_S):
        yield 1.0
        if any(strip.retake.take_number for strip in editor.strips_all):
            break
    said["strips"] = [(strip.name, strip.type, strip.retake.take_number) for strip in editor.strips_all]
    said["files"] = [
        Path(bpy.path.abspath(strip.filepath)).name for strip in editor.strips_all if strip.type == "MOVIE"
    ]


def turn() -> float | None:
    try:
        return next(run)
    except StopIteration:
        pass
    except Exception:
        said["error"] = traceback.format_exc()
    (FOLDER / "said.json").write_text(json.dumps(said), encoding="utf-8")
    bpy.ops.wm.quit_blender()
    return None


run = steps()
bpy.app.timers.register(turn, first_interval=1.5)
