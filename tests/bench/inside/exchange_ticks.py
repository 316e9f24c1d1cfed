# SPDX-License-Identifier: GPL-3.0-or-later
"""Inside the Blender program: an edit is imported and exported in the window, Retake's turns timed. Ends Blender.

-- FOLDER, which has edit.otio and gets said.json
"""

from __future__ import annotations

import importlib
import json
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import bpy

FOLDER = Path(sys.argv[-1])
ROOT = "bl_ext.user_default.retake"
LIMIT_S = 540
spent: dict[str, list[float]] = {
    name: []
    for name in (
        *("import", "first export", "export"),
        *("beat, idle", "beat, import", "beat, first export", "beat, export"),
    )
}
target = {"name": "export"}
said: dict[str, Any] = {"spent_s": spent, "took_s": {}}
beat = {"name": "beat, idle", "last_s": 0.0}


def timed(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    def measured(*arguments: Any) -> Any:
        began_s = time.perf_counter()
        try:
            return function(*arguments)
        finally:
            spent[name].append(time.perf_counter() - began_s)

    return measured


def pulse() -> float:
    """Comes round with Blender's own loop: the time from one to the next is how long the window stands still."""
    now_s = time.perf_counter()
    spent[beat["name"]].append(now_s - beat["last_s"])
    beat["last_s"] = now_s
    return 0.0


def wait(done: Callable[[], bool], name: str) -> Iterator[float]:
    began_s = time.perf_counter()
    beat["name"] = f"beat, {name}"
    while not done():
        if time.perf_counter() - began_s > LIMIT_S:
            raise TimeoutError(name)
        yield 0.05
    said["took_s"][name] = time.perf_counter() - began_s
    beat["name"] = "beat, idle"


def steps() -> Iterator[float]:
    window = bpy.context.window_manager.windows[0]
    area = max(window.screen.areas, key=lambda area: area.width * area.height)
    area.ui_type = "SEQUENCE_EDITOR"
    window.workspace.sequencer_scene = bpy.context.scene
    area.spaces[0].show_region_ui = True
    window.event_simulate(type="ESC", value="PRESS", x=10, y=10)
    yield 1.0
    next(region for region in area.regions if region.type == "UI").active_panel_category = "Retake"
    area.tag_redraw()
    yield 3.0
    reading = importlib.import_module(f"{ROOT}.ui.reading")
    writing = importlib.import_module(f"{ROOT}.ui.writing")
    importlib.import_module(f"{ROOT}.vse.write_timeline")
    plain = writing.RETAKE_OT_write_import.modal
    modal = timed(plain, "import")
    writing.RETAKE_OT_write_import.modal = lambda self, context, event: (
        modal(self, context, event) if event.type == "TIMER" else plain(self, context, event)
    )
    plain_read = reading._read_on
    reading._read_on = lambda one: timed(plain_read, target["name"])(one)
    beat["last_s"] = time.perf_counter()
    bpy.app.timers.register(pulse)
    yield 2.0
    bpy.ops.retake.import_otio(filepath=str(FOLDER / "edit.otio"), place="new")
    yield from wait(lambda: not reading.is_under_way() and not writing.is_running(), "import")
    yield 2.0
    said["strips"] = len(window.workspace.sequencer_scene.sequence_editor.strips)
    out = FOLDER / "out.otio"
    for name in ("first export", "export"):
        # The first one loads libraries, on its thread.
        target["name"] = name
        bpy.ops.retake.export_otio(filepath=str(out))
        yield from wait(lambda: not reading.is_under_way(), name)
    said["written"] = out.is_file()
    began_s = time.perf_counter()
    bpy.ops.ed.undo_push(message="bench")
    said["took_s"]["Blender: undo step"] = time.perf_counter() - began_s


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
