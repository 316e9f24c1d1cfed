# SPDX-License-Identifier: GPL-3.0-or-later
"""Inside the Blender program: many shots at once, the sidebar open, each tick of Retake's timer timed. Ends Blender."""

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

OUT, COUNT, LIMIT_S = Path(sys.argv[-3]), int(sys.argv[-2]), float(sys.argv[-1])
ROOT = "bl_ext.user_default.retake"
spent: dict[str, list[float]] = {
    "tick": [],
    "tick that places": [],
    "placing a take": [],
    "its strips": [],
    "queue drawn": [],
    "Blender: new filepath": [],
    "Blender: undo step": [],
    "empty timer": [],
}
said: dict[str, Any] = {"spent_s": spent}


def timed(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    def measured(*arguments: Any) -> Any:
        began_s = time.perf_counter()
        try:
            return function(*arguments)
        finally:
            spent[name].append(time.perf_counter() - began_s)

    return measured


def empty() -> float:
    return 0.1


def steps() -> Iterator[float]:
    window = bpy.context.window_manager.windows[0]
    area = max(window.screen.areas, key=lambda area: area.width * area.height)
    area.ui_type = "SEQUENCE_EDITOR"
    scene = bpy.context.scene
    window.workspace.sequencer_scene = scene
    area.spaces[0].show_region_ui = True
    own = bpy.context.preferences.addons[ROOT].preferences
    own.media_folder = str(OUT / "takes")
    own.tasks_at_once = 100
    window.event_simulate(type="ESC", value="PRESS", x=10, y=10)
    yield 1.0
    next(region for region in area.regions if region.type == "UI").active_panel_category = "Retake"
    area.tag_redraw()
    yield 3.0
    desk = importlib.import_module(f"{ROOT}.ui.desk")
    queue_panel = importlib.import_module(f"{ROOT}.ui.queue_panel")
    waiting = importlib.import_module(f"{ROOT}.ui.waiting")
    spot = importlib.import_module(f"{ROOT}.timeline.spot")
    fields = importlib.import_module(f"{ROOT}.shots.shot_fields").ShotFields
    plain_tick = desk.tick
    arrival = importlib.import_module(f"{ROOT}.ui.arrival")
    arrival.arrive = timed(arrival.arrive, "placing a take")
    arrival.show_take = timed(arrival.show_take, "its strips")

    def tick() -> float | None:
        before = len(spent["placing a take"])
        began_s = time.perf_counter()
        try:
            return plain_tick()
        finally:
            places = len(spent["placing a take"]) > before
            spent["tick that places" if places else "tick"].append(time.perf_counter() - began_s)

    desk.tick = tick
    draw = timed(queue_panel.RETAKE_PT_queue.draw, "queue drawn")
    # Blender gives a `draw` as many arguments as it names.
    queue_panel.RETAKE_PT_queue.draw = lambda panel, context: draw(panel, context)
    bpy.app.timers.register(timed(empty, "empty timer"), first_interval=0.1)
    # Two models: Kling counts what runs at once for each.
    for number in range(COUNT):
        shot = fields(prompt=f"shot {number}", model=("kling-2.6", "kling-3.0")[number % 2])
        job_id = desk.new_job_id()
        place = spot.find_spot((), spot.Place.PLAYHEAD, 1 + number * 130)
        waiting.place_waiting(scene, f"t{number:03d}", job_id, shot, place)
        desk.wish(job_id, f"t{number:03d}", shot, OUT, OUT / "takes")
        if number % 10 == 9:
            yield 0.01
    said["most_in_flight"] = 0
    ends_s = time.monotonic() + LIMIT_S
    while time.monotonic() < ends_s:
        states = [entry.job.state.value for entry in desk.desk().entries.values() if entry.job]
        under_way = sum(state in ("submitted", "processing", "downloading") for state in states)
        said["most_in_flight"] = max(said["most_in_flight"], under_way)
        if states.count("placed") == COUNT:
            break
        yield 0.5
    # What of placing is Blender's own: opening the file that a strip is given, and an undo step of the edit.
    for strip in [strip for strip in scene.sequence_editor.strips_all if strip.type == "MOVIE"][:40]:
        timed(setattr, "Blender: new filepath")(strip, "filepath", strip.filepath)
        timed(bpy.ops.ed.undo_push, "Blender: undo step")()
        yield 0.02
    said["placed"] = sum(bool(strip.retake.take_number) for strip in scene.sequence_editor.strips_all)
    said["errors"] = sorted({entry.error for entry in desk.desk().entries.values() if entry.error})


def turn() -> float | None:
    try:
        return next(run)
    except StopIteration:
        pass
    except Exception:
        said["error"] = traceback.format_exc()
    (OUT / "said.json").write_text(json.dumps(said), encoding="utf-8")
    bpy.ops.wm.quit_blender()
    return None


run = steps()
bpy.app.timers.register(turn, first_interval=1.5)
