# SPDX-License-Identifier: GPL-3.0-or-later
"""Inside the Blender program: edits go in and out by menus, mouse, Esc and a dropped file. Notes what is seen.

-- FOLDER menus   File > Export and Import, the file browser, the report, a finding, missing media
-- FOLDER stop    Esc, an undo and another file while a long edit is written
-- FOLDER drop    a file from outside Blender is dropped onto the sequencer
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import bpy

FOLDER, MODE = Path(sys.argv[-2]), sys.argv[-1]
ROOT = "bl_ext.user_default.retake"
WAIT_S = 90
IMPORT, EXPORT = 311, 332
IMPORT_EDIT, EXPORT_EDIT = 499, 478
"""Entries of the File menu and of its menus, in pixels from above, in a window of 1600 by 900."""
said: dict[str, Any] = {}


def window() -> bpy.types.Window:
    return bpy.context.window_manager.windows[0]


def scene() -> bpy.types.Scene:
    return window().workspace.sequencer_scene


def area() -> bpy.types.Area:
    return max(window().screen.areas, key=lambda area: area.width * area.height)


def region(kind: str) -> bpy.types.Region:
    return next(region for region in area().regions if region.type == kind)


def part(name: str) -> Any:
    return importlib.import_module(f"{ROOT}.ui.{name}")


def picture(name: str) -> None:
    if "PICTURES" in os.environ:
        subprocess.run(["import", "-window", "root", FOLDER / f"{name}.png"], check=True)


def wait(done: Callable[[], bool]) -> Iterator[float]:
    for _ in range(WAIT_S * 4):
        if done():
            break
        yield 0.25
    yield 0.5


def is_idle() -> bool:
    return not part("reading").is_under_way() and not part("writing").is_running()


def press(key: str, *, ctrl: bool = False) -> Iterator[float]:
    for value in ("PRESS", "RELEASE"):
        window().event_simulate(type=key, value=value, ctrl=ctrl)
    yield 0.5


def click(x: int, y: int) -> Iterator[float]:
    window().event_simulate(type="MOUSEMOVE", value="NOTHING", x=x, y=y)
    yield 0.3
    for value in ("PRESS", "RELEASE"):
        window().event_simulate(type="LEFTMOUSE", value=value, x=x, y=y)
    yield 0.7


def in_sequencer(do: Callable[[], object]) -> str:
    with bpy.context.temp_override(window=window(), area=area(), region=region("WINDOW")):
        try:
            do()
        except RuntimeError as error:
            return str(error)
    return ""


def trouble() -> str:
    return part("reading")._trouble


def strips() -> list[str]:
    return sorted(strip.name for strip in scene().sequence_editor.strips_all)


def open_sidebar() -> Iterator[float]:
    area().ui_type = "SEQUENCE_EDITOR"
    if window().workspace.sequencer_scene is None:
        window().workspace.sequencer_scene = bpy.context.scene
    scene().sequence_editor_create()
    area().spaces[0].show_region_ui = True
    area().spaces[0].timeline_overlay.show_strip_source = False
    window().event_simulate(type="ESC", value="PRESS", x=10, y=10)  # the splash
    yield 1.0
    region("UI").active_panel_category = "Retake"
    area().tag_redraw()
    yield 3.0
    open_panel()
    yield 1.0


def open_panel() -> None:
    """The panel once more, above the others and open: it is closed at first, and a click opens it for the editor."""
    cls = bpy.types.RETAKE_PT_exchange
    names = ("bl_space_type", "bl_region_type", "bl_category", "bl_label", "draw")
    body = {"bl_idname": "RETAKE_PT_exchange_open", "bl_order": -1, **{name: getattr(cls, name) for name in names}}
    bpy.utils.register_class(type("RETAKE_PT_exchange_open", (bpy.types.Panel,), body))


def file_menu(down: int) -> Iterator[float]:
    """By a click on File, and one on an entry that is so many pixels below the window's upper edge."""
    yield from click(35, window().height - 12)
    yield from click(76, window().height - down)


def choose(down: int) -> Iterator[float]:
    yield from click(374, window().height - down)
    yield 1.0


def browser() -> tuple[bpy.types.Window, bpy.types.Area]:
    return next(
        (one, area)
        for one in bpy.context.window_manager.windows
        for area in one.screen.areas
        if area.type == "FILE_BROWSER"
    )


def confirm(folder: Path, name: str) -> Iterator[float]:
    """As a click on the browser's button does."""
    one, place = browser()
    params = place.spaces[0].params
    params.directory = str(folder).encode()
    params.filename = name
    yield 1.0
    with bpy.context.temp_override(window=one, area=place, region=place.regions[0]):
        bpy.ops.file.execute()
    yield 0.5


def menus() -> Iterator[float]:
    yield from open_sidebar()
    picture("20-empty")
    yield from file_menu(EXPORT)
    picture("21-export-disabled")
    for _ in range(3):
        yield from press("ESC")
    window().event_simulate(type="MOUSEMOVE", value="NOTHING", x=window().width // 3, y=window().height // 2)
    yield 1.0
    said["export without strips"] = bpy.ops.retake.export_otio.poll()
    yield from file_menu(IMPORT)
    picture("22-import-menu")
    yield from choose(IMPORT_EDIT)
    _, place = browser()
    said["import asks"] = place.spaces[0].active_operator.bl_idname
    picture("23-import-browser")
    yield from confirm(FOLDER, "cut.otio")
    yield from wait(lambda: is_idle() and bool(strips()))
    said["imported"] = [scene().name, strips()]
    in_sequencer(lambda: bpy.ops.sequencer.view_all())
    area().tag_redraw()
    yield 1.5
    picture("24-imported")
    rows = bpy.context.window_manager.retake_report
    said["findings"] = [row.name for row in rows.findings]
    rows.row = 0
    yield 1.0
    active = scene().sequence_editor.active_strip
    said["shown"] = [rows.findings[0].name, active.name if active else "", active.select if active else False]
    in_sequencer(lambda: bpy.ops.retake.copy_report())
    said["copied"] = bpy.context.window_manager.clipboard
    said["missing"] = part("exchange_report").missing_media(scene())
    picture("25-finding")
    in_sequencer(lambda: bpy.ops.retake.relink(directory=str(FOLDER / "elsewhere")))
    yield from wait(lambda: is_idle() and not part("exchange_report").missing_media(scene()))
    said["relinked"] = [strip.type for strip in scene().sequence_editor.strips]
    in_sequencer(lambda: bpy.ops.ed.undo())
    yield 0.5
    said["relink undone"] = sorted(strip.type for strip in scene().sequence_editor.strips)
    yield from file_menu(EXPORT)
    picture("26-export-menu")
    yield from choose(EXPORT_EDIT)
    picture("27-export-browser")
    yield from confirm(FOLDER, "written")
    yield from wait(lambda: is_idle() and (FOLDER / "written.otio").is_file())
    said["written"] = (FOLDER / "written.otio").is_file()
    yield 1.0
    picture("28-exported")
    for suffix in ("otioz", "otiod"):
        out = str(FOLDER / f"bundle.{suffix}")
        in_sequencer(lambda out=out: bpy.ops.retake.export_otio(filepath=out, leave_missing=True))
        yield from wait(is_idle)
    said["bundles"] = [(FOLDER / "bundle.otioz").is_file(), (FOLDER / "bundle.otiod").is_dir(), trouble()]


def stop() -> Iterator[float]:
    yield from open_sidebar()
    scenes = len(bpy.data.scenes)
    first = scene().name
    for way in ("Esc", "undo", "load"):
        bpy.ops.ed.undo_push(message=f"before {way}")
        bpy.ops.retake.import_otio(filepath=str(FOLDER / "long.otio"), place="scene")
        yield from wait(lambda: bool(part("writing")._running) and part("writing")._running[0][1].written > 60)
        said[f"{way}: meanwhile"] = [part("writing").is_running(), len(strips()) > 60]
        picture(f"30-{way}")
        if way == "Esc":
            yield from press("ESC")
        elif way == "undo":
            in_sequencer(lambda: bpy.ops.ed.undo())
        else:
            bpy.ops.wm.read_homefile(app_template="")
        yield from wait(is_idle)
        if way != "load":
            said[f"{way}: after"] = [strips(), len(bpy.data.scenes) - scenes, trouble(), scene().name == first]
            picture(f"31-{way}")
    said["load: after"] = [len(one.sequence_editor.strips_all) for one in bpy.data.scenes if one.sequence_editor]
    said["half"] = [one.name for one in bpy.data.scenes if one.retake.half_import]


def drop() -> Iterator[float]:
    yield from open_sidebar()
    handler = bpy.types.RETAKE_FH_otio
    polls = {}
    for kind in ("SEQUENCE_EDITOR", "VIEW_3D", "IMAGE_EDITOR"):
        area().type = kind
        with bpy.context.temp_override(window=window(), area=area(), region=region("WINDOW")):
            polls[kind] = handler.poll_drop(bpy.context)
    area().ui_type = "SEQUENCE_EDITOR"
    said["polls"] = polls
    said["kinds"] = handler.bl_file_extensions
    yield 1.0
    where = region("WINDOW")
    for number, name in enumerate(("cut.otio", "cut.otioz", "cut.otiod")):
        before = {one.name for one in bpy.data.scenes}
        x, y = where.x + where.width // 3, where.y + where.height // 2
        # From a program of its own, as a file manager is: it needs this Blender to answer.
        source = subprocess.Popen(
            ["python3", Path(__file__).parent / "drop_source.py", FOLDER / name, str(x), str(window().height - y)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(60):
            if source.poll() is not None:
                break
            yield 0.25
        source.kill()
        said[f"{name}: source"] = source.communicate()[0][-2000:]
        yield 1.0
        picture(f"4{number}-dropped")
        said[f"{name}: before the dialog"] = len(bpy.data.scenes)
        yield from press("RET")
        yield from wait(lambda before=before: is_idle() and len(bpy.data.scenes) > len(before))
        said[f"{name}: new"] = sorted({one.name for one in bpy.data.scenes} - before)
        said[f"{name}: trouble"] = trouble()
        said[f"{name}: strips"] = sorted(
            # Names are those of one file: a number that another scene's strip made needful is left off.
            strip.name.partition(".")[0]
            for strip in scene().sequence_editor.strips_all
        )
    picture("49-drops-done")


def turn() -> float | None:
    try:
        return next(run)
    except StopIteration:
        pass
    except Exception:
        said["error"] = traceback.format_exc()
    (FOLDER / f"{MODE}.json").write_text(json.dumps(said), encoding="utf-8")
    bpy.ops.wm.quit_blender()
    return None


run = {"menus": menus, "stop": stop, "drop": drop}[MODE]()
bpy.app.timers.register(turn, first_interval=1.5, persistent=True)
