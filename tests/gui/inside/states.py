# SPDX-License-Identifier: GPL-3.0-or-later
"""Inside the Blender program: an editor goes through the sidebar's states. Notes what is seen, and takes pictures.

-- FOLDER whole       from the empty panel to a second take, undo, a reload, and what goes wrong
-- FOLDER quit        ask for a shot, save, and quit while Kling works
-- FOLDER restart     open that file again, and wait
-- FOLDER copies      undo the arrival, paste into another scene, work in a second window
-- FOLDER offline     in a Blender that was started with --offline-mode
-- FOLDER references  take the motion of a strip, and fill a gap
-- FOLDER exchange    import an edit with a missing file, and conform to one that was changed elsewhere
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
BLEND = str(FOLDER / "edit.blend")
ROOT = "bl_ext.user_default.retake"
WAIT_S = 60
said: dict[str, Any] = {}


def scene() -> bpy.types.Scene:
    return bpy.context.window_manager.windows[0].workspace.sequencer_scene


def area() -> bpy.types.Area:
    return max(bpy.context.window_manager.windows[0].screen.areas, key=lambda area: area.width * area.height)


def desk() -> Any:
    return importlib.import_module(f"{ROOT}.ui.desk").desk()


def numbers() -> list[int]:
    """The takes that the movie strips show."""
    return [strip.retake.take_number for strip in scene().sequence_editor.strips_all if strip.type == "MOVIE"]


def errors() -> list[str]:
    return [entry.error for entry in desk().entries.values() if entry.error]


def act(do: Callable[[], object]) -> str:
    """Run an operator where the mouse would be; the report of one that refuses, else an empty text.

    A script's operators leave no undo step unless their second argument says so; a click's do.
    """
    window = bpy.context.window_manager.windows[0]
    region = next(region for region in area().regions if region.type == "WINDOW")
    with bpy.context.temp_override(window=window, area=area(), region=region):
        try:
            do()
        except RuntimeError as error:
            return str(error)
    return ""


def picture(name: str) -> None:
    """Of the whole screen, where the run is for pictures: Blender's own screenshot is black in a timer (on 5.2.2)."""
    if "PICTURES" in os.environ:
        subprocess.run(["import", "-window", "root", FOLDER / f"{name}.png"], check=True)


def wait(done: Callable[[], bool]) -> Iterator[float]:
    for _ in range(WAIT_S * 4):
        if done():
            break
        yield 0.25
    yield 0.5


def open_sidebar() -> Iterator[float]:
    # Takes go beside the file.
    bpy.ops.wm.save_as_mainfile(filepath=BLEND)
    window = bpy.context.window_manager.windows[0]
    area().ui_type = "SEQUENCE_EDITOR"
    if window.workspace.sequencer_scene is None:
        window.workspace.sequencer_scene = bpy.context.scene
    area().spaces[0].show_region_ui = True
    # Strips say their name and length, and not in which folder a test ran.
    area().spaces[0].timeline_overlay.show_strip_source = False
    window.event_simulate(type="ESC", value="PRESS", x=10, y=10)  # the splash
    yield 1.0
    next(region for region in area().regions if region.type == "UI").active_panel_category = "Retake"
    area().tag_redraw()
    yield 3.0


def whole() -> Iterator[float]:
    yield from open_sidebar()
    scene().render.fps = 24
    picture("1-empty")
    said["empty prompt"] = act(lambda: bpy.ops.retake.generate("INVOKE_DEFAULT", True))
    scene().retake_draft.prompt = "[Anna]: “We made it.” She smiles, camera rising slowly"
    area().tag_redraw()
    yield 1.0
    picture("2-prompt")
    scene().retake_draft.prompt = "A lighthouse in the rain, camera rising slowly"
    act(lambda: bpy.ops.retake.generate("INVOKE_DEFAULT", True))
    act(lambda: bpy.ops.sequencer.view_all())
    said["waiting"] = [strip.name for strip in scene().sequence_editor.strips_all]
    yield 1.5
    picture("3-waiting")
    yield from wait(lambda: numbers() == [1])
    said["first"] = numbers()
    scene().sequence_editor.active_strip = scene().sequence_editor.strips_all[0]
    scene().retake_draft.prompt = "A lighthouse at dusk, camera rising slowly"
    said["regenerate"] = act(lambda: bpy.ops.retake.regenerate("INVOKE_DEFAULT", True))
    yield from wait(lambda: numbers() == [2])
    said["second"] = numbers()
    yield 2.0  # the thumbnails
    picture("4-takes")
    act(lambda: bpy.ops.retake.show_take("INVOKE_DEFAULT", True, shot_id="s010", number=1))
    said["switched"] = numbers()
    act(lambda: bpy.ops.ed.undo())
    yield 0.5
    said["undone"] = numbers()
    act(lambda: bpy.ops.ed.redo())
    yield 0.5
    said["redone"] = numbers()
    act(lambda: bpy.ops.wm.save_as_mainfile(filepath=BLEND))
    bpy.ops.wm.read_homefile(use_empty=True)
    yield 0.5
    bpy.ops.wm.open_mainfile(filepath=BLEND)
    yield 1.0
    said["reloaded"] = numbers()
    said["takes"] = [take.number for take in scene().retake.shots["s010"].takes]
    # The sandbox refuses the third shot for its content.
    scene().frame_current = 200
    act(lambda: bpy.ops.retake.generate("INVOKE_DEFAULT", True))
    yield from wait(lambda: bool(errors()))
    said["moderation"] = errors()
    picture("5-failed")
    base_url, key = os.environ.pop("KLING_BASE_URL"), os.environ["KLING_API_KEY"]
    said["offline"] = act(lambda: bpy.ops.retake.generate("INVOKE_DEFAULT", True))
    area().tag_redraw()
    yield 0.5
    picture("6-offline")
    os.environ["KLING_BASE_URL"], os.environ["KLING_API_KEY"] = base_url, "nobody's"
    act(lambda: bpy.ops.retake.generate("INVOKE_DEFAULT", True))
    yield from wait(lambda: bool(errors()) or bool(desk().trouble))
    said["bad key"] = [*errors(), desk().trouble]
    area().tag_redraw()
    yield 0.5
    picture("5b-bad-key")
    os.environ["KLING_API_KEY"] = key
    yield from preferences()


def preferences() -> Iterator[float]:
    bpy.ops.screen.userpref_show()
    yield 1.0
    window = bpy.context.window_manager.windows[-1]
    bpy.context.preferences.active_section = "ADDONS"
    bpy.context.window_manager.addon_search = "Retake"
    with bpy.context.temp_override(window=window):
        bpy.ops.preferences.addon_expand(module=ROOT)
    yield 1.0
    for _ in range(12):
        window.event_simulate(type="WHEELDOWNMOUSE", value="PRESS", x=window.width // 2, y=window.height // 2)
        yield 0.1
    yield 1.0
    picture("7-preferences")


def listed(of: bpy.types.Scene) -> list[int]:
    return [take.number for shot in of.retake.shots for take in shot.takes]


def copies() -> Iterator[float]:
    yield from open_sidebar()
    scene().render.fps = 24
    scene().retake_draft.prompt = "A lighthouse in the rain, camera rising slowly"
    act(lambda: bpy.ops.retake.generate("INVOKE_DEFAULT", True))
    yield from wait(lambda: numbers() == [1])
    act(lambda: bpy.ops.ed.undo())
    said["arrival undone"] = numbers()
    yield from wait(lambda: listed(scene()) == [1])
    said["listed after undo"] = listed(scene())
    yield 0.5
    said["still undone"] = numbers()
    act(lambda: bpy.ops.ed.redo())
    yield 1.0
    said["arrival redone"] = [numbers(), listed(scene())]
    first = scene()
    for strip in first.sequence_editor.strips_all:
        strip.select = True
    first.sequence_editor.active_strip = first.sequence_editor.strips_all[0]
    act(lambda: bpy.ops.sequencer.copy())
    second = bpy.data.scenes.new("Second")
    second.sequence_editor_create()
    bpy.context.window_manager.windows[0].workspace.sequencer_scene = second
    yield 0.5
    act(lambda: bpy.ops.sequencer.paste())
    second.sequence_editor.active_strip = second.sequence_editor.strips_all[0]
    area().tag_redraw()
    yield from wait(lambda: listed(second) == [1])
    said["pasted"] = [numbers(), listed(second)]
    bpy.ops.wm.window_new()
    yield 1.5
    window = bpy.context.window_manager.windows[-1]
    said["windows"] = len(bpy.context.window_manager.windows)
    beside = max(window.screen.areas, key=lambda one: one.width * one.height)
    beside.ui_type = "SEQUENCE_EDITOR"
    beside.spaces[0].show_region_ui = True
    yield 1.0
    second.retake_draft.prompt = "A lighthouse at dusk"
    region = next(region for region in beside.regions if region.type == "WINDOW")
    with bpy.context.temp_override(window=window, area=beside, region=region):
        bpy.ops.retake.regenerate("INVOKE_DEFAULT", True)
    yield from wait(lambda: numbers() == [2])
    shown_first = [strip.retake.take_number for strip in first.sequence_editor.strips_all]
    said["second window"] = [numbers(), listed(second), shown_first]


def offline() -> Iterator[float]:
    yield from open_sidebar()
    del os.environ["KLING_BASE_URL"]
    scene().retake_draft.prompt = "A lighthouse in the rain, camera rising slowly"
    said["offline"] = act(lambda: bpy.ops.retake.generate("INVOKE_DEFAULT", True))
    yield from wait(importlib.import_module(f"{ROOT}.ui.loading").is_done)
    area().tag_redraw()
    yield 1.0
    picture("6b-offline-mode")


def references() -> Iterator[float]:
    """Motion from a strip with a cut in it, and a gap between two strips."""
    yield from open_sidebar()
    scene().render.fps = 24
    scene().render.resolution_x, scene().render.resolution_y = 640, 360
    draft = scene().retake_draft
    dance = add_movie("dance.mp4", 1, 2)
    draft.image = str(FOLDER / "anna.png")
    draft.prompt = "She dances on a roof at night"
    draft.duration = 5
    act(lambda: bpy.ops.sequencer.view_all())
    said["motion"] = act(lambda: bpy.ops.retake.motion_from_strip("INVOKE_DEFAULT", True))
    yield from wait(lambda: bool(draft.motion))
    yield from wait(lambda: bool(findings()))
    said["findings"] = findings()
    yield 1.0
    picture("8-motion")
    index = [rule for rule, _ in findings()].index("cut")
    act(lambda: bpy.ops.retake.fix_reference("INVOKE_DEFAULT", True, index=index))
    before = draft.motion
    yield from wait(lambda: draft.motion != before)
    yield from wait(lambda: found() is not None)
    said["fixed"] = findings()
    yield 1.0
    said["generate"] = act(lambda: bpy.ops.retake.generate("INVOKE_DEFAULT", True))
    yield from wait(lambda: 1 in numbers())
    take = next(strip for strip in scene().sequence_editor.strips_all if strip.retake.take_number == 1)
    said["over"] = [take.left_handle - dance.left_handle, take.right_handle - take.left_handle, draft.motion_frames]
    add_movie("left.mp4", 401, 5)
    # What is mirrored has to be rendered, by a second Blender.
    add_movie("right.mp4", 561, 5).use_flip_x = True
    for strip in scene().sequence_editor.strips_all:
        strip.select = strip.name in ("left.mp4", "right.mp4") and strip.type == "MOVIE"
    act(lambda: bpy.ops.sequencer.view_selected())
    said["gap"] = act(lambda: bpy.ops.retake.fill_gap("INVOKE_DEFAULT", True))
    yield from wait(lambda: bool(draft.end_image))
    said["images"] = [draft.image, draft.end_image]
    draft.prompt = "The lamp goes out"
    area().tag_redraw()
    yield 1.5
    picture("9-gap")
    act(lambda: bpy.ops.retake.generate("INVOKE_DEFAULT", True))
    yield from wait(lambda: numbers().count(1) == 2)
    said["filled"] = sorted(
        (strip.left_handle, strip.right_handle)
        for strip in scene().sequence_editor.strips_all
        if strip.retake.take_number == 1 and strip.type == "MOVIE"
    )


def exchange() -> Iterator[float]:
    yield from open_sidebar()
    reading = importlib.import_module(f"{ROOT}.ui.reading")
    act(lambda: bpy.ops.retake.import_otio(filepath=str(FOLDER / "cut.otio"), place="new"))
    yield from wait(lambda: scene().name == "cut" and not reading.is_under_way())
    yield 1.0
    said["imported"] = sorted(
        (strip.name, strip.type, strip.channel, strip.left_handle, strip.right_handle)
        for strip in scene().sequence_editor.strips_all
    )
    act(lambda: bpy.ops.sequencer.view_all())
    area().spaces[0].timeline_overlay.show_strip_source = False
    open_panel("Exchange")
    area().tag_redraw()
    yield 1.5
    act(lambda: bpy.ops.retake.conform(filepath=str(FOLDER / "changed.otio")))
    rows = bpy.context.window_manager.retake_conform.changes
    yield from wait(lambda: len(rows) > 0)
    said["changes"] = [row.words for row in rows]
    yield 1.5
    said["apply"] = act(lambda: bpy.ops.retake.apply_conform("INVOKE_DEFAULT", True))
    yield 1.0
    said["conformed"] = places()
    act(lambda: bpy.ops.ed.undo())
    yield 1.0
    said["undone"] = places()
    scene().sequence_editor.strips_all["gone"].lock = True
    act(lambda: bpy.ops.retake.conform_again())
    yield 0.5
    yield from wait(lambda: len(bpy.context.window_manager.retake_conform.changes) > 0)
    bpy.context.window_manager.retake_conform.row = 2
    area().tag_redraw()
    yield 1.5
    picture("10-conform")
    said["apply what is not locked"] = act(lambda: bpy.ops.retake.apply_conform("INVOKE_DEFAULT", True))
    yield 1.0
    said["beside what is locked"] = places()


def places() -> dict[str, list[int]]:
    return {one.name: [one.left_handle, one.right_handle] for one in scene().sequence_editor.strips_all}


def open_panel(title: str) -> None:
    """The panel once more, above the others and open: it is closed at first, and a click opens it for the editor."""
    cls = getattr(bpy.types, f"RETAKE_PT_{title.lower()}")
    names = ("bl_space_type", "bl_region_type", "bl_category", "bl_label", "draw")
    body = {"bl_idname": f"{cls.bl_idname}_open", "bl_order": -1, **{name: getattr(cls, name) for name in names}}
    bpy.utils.register_class(type(body["bl_idname"], (bpy.types.Panel,), body))


def add_movie(name: str, frame: int, channel: int) -> bpy.types.Strip:
    act(
        lambda: bpy.ops.sequencer.movie_strip_add(
            filepath=str(FOLDER / name), frame_start=frame, channel=channel, sound=False, fit_method="FIT",
            use_framerate=False, adjust_playback_rate=True, move_strips=False,
        )
    )  # fmt: skip
    return scene().sequence_editor.active_strip


def found() -> Any:
    return importlib.import_module(f"{ROOT}.ui.reference_check").found_in(scene().retake_draft)


def findings() -> list[tuple[str, str]]:
    """What the panel says of the motion reference, once it was looked at."""
    return [(one.rule.value, one.message) for one in found().check.findings] if found() is not None else []


def quit_early() -> Iterator[float]:
    yield from open_sidebar()
    scene().retake_draft.prompt = "A lighthouse in the rain"
    act(lambda: bpy.ops.retake.generate("INVOKE_DEFAULT", True))
    yield from wait(lambda: any(entry.job and entry.job.task_id for entry in desk().entries.values()))
    act(lambda: bpy.ops.wm.save_as_mainfile(filepath=BLEND))
    said["saved"] = numbers()


def restart() -> Iterator[float]:
    bpy.ops.wm.open_mainfile(filepath=BLEND)
    yield 0.5
    said["opened"] = numbers()
    yield from wait(lambda: numbers() == [1])
    said["arrived"] = numbers()


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


run = {
    "whole": whole, "quit": quit_early, "restart": restart, "references": references, "copies": copies,
    "offline": offline, "exchange": exchange,
}[MODE]()  # fmt: skip
bpy.app.timers.register(turn, first_interval=1.5, persistent=True)
