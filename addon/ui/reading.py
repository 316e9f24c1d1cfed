# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are read, cut or rendered for the panels: on threads, and taken in on the main thread when they are there.

Work that needs a scene's edit has it read first, a slice a tick.

Nothing of it is asked of Kling, and nothing is paid. Main thread only, but for the work itself.
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import bpy
from bpy.app.translations import pgettext_iface as iface_

from ..redaction import logger
from . import desk
from .edit_reading import EditReading, stop_listening
from .wrapped_label import wrapped_label

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..interchange.bridge import TimelineSnapshot

_STEP_S = 0.1
_SLICE_PAUSE_S = 0.001
"""Blender draws and takes input between two slices."""
_REDRAW_S = 0.25
_SHORT_TURN_S = 0.0005
"""Python's lock comes back to the main thread so soon while a thread works, instead of after 5 ms each time it draws a
panel."""


@dataclass(frozen=True, slots=True)
class _Work:
    words: str
    load: int
    """How many files had been opened when it began."""
    scene_name: str
    take_in: Callable[[bpy.types.Scene, Any], None]
    done: Future[Any] = field(default_factory=Future)
    unwanted: Event = field(default_factory=Event)
    edit: EditReading | None = None
    """What has to be read first, and what is done with it then."""
    work: Callable[[TimelineSnapshot, Event], Any] | None = None


_under_way: list[_Work] = []
_trouble = ""
_loads = 0
_drawn_s = 0.0
_usual_turn_s: list[float] = []


def begin(
    scene: bpy.types.Scene,
    words: str,
    work: Callable[[Event], Any],
    take_in: Callable[[bpy.types.Scene, Any], None],
) -> None:
    """Do `work` on a thread, then `take_in` its result on the main thread, unless another file is open by then.

    `words` say what is being done, as a sentence. What `work` raises is shown in the panel.
    """
    one = _Work(words, _loads, scene.name, take_in)
    _add(one)
    _start(one, lambda: work(one.unwanted))


def begin_with_edit(
    scene: bpy.types.Scene,
    words: str,
    work: Callable[[TimelineSnapshot, Event], Any],
    take_in: Callable[[bpy.types.Scene, Any], None],
) -> None:
    """The same with the scene's edit, which is read in slices of a few milliseconds before the thread starts."""
    _add(_Work(words, _loads, scene.name, take_in, edit=EditReading(scene.name), work=work))


def _add(one: _Work) -> None:
    global _trouble
    _trouble = ""
    _under_way.append(one)
    if not bpy.app.timers.is_registered(take_in_done):
        bpy.app.timers.register(take_in_done, first_interval=_SLICE_PAUSE_S if one.edit else _STEP_S, persistent=True)
    desk.redraw()


def _start(one: _Work, work: Callable[[], Any]) -> None:
    def run() -> None:
        try:
            one.done.set_result(work())
        except Exception as error:  # noqa: BLE001
            # The timer shows it.
            one.done.set_exception(error)

    if not _usual_turn_s:
        _usual_turn_s.append(sys.getswitchinterval())
        sys.setswitchinterval(_SHORT_TURN_S)
    Thread(target=run, name="retake-reading", daemon=True).start()


def _end_short_turns() -> None:
    if _usual_turn_s:
        sys.setswitchinterval(_usual_turn_s.pop())


def take_in_done() -> float | None:
    """One turn of the timer; also for tests. None where nothing is under way any more."""
    being_read = next((one for one in _under_way if _is_being_read(one)), None)
    if being_read is not None:
        _read_on(being_read)
    for one in [work for work in _under_way if work.done.done()]:
        _under_way.remove(one)
        _take_in(one)
        desk.redraw()
    if any(map(_is_being_read, _under_way)):
        _show_progress()
        return _SLICE_PAUSE_S
    if not _under_way:
        _end_short_turns()
    return _STEP_S if _under_way else None


def _is_being_read(one: _Work) -> bool:
    return one.edit is not None and one.edit.snapshot is None and not one.done.done()


def _read_on(one: _Work) -> None:
    edit, work = one.edit, one.work
    if edit is None or work is None:
        return
    try:
        edit.go_on()
    except Exception as error:  # noqa: BLE001
        # Shown as the work's own are.
        edit.close()
        one.done.set_exception(error)
        return
    snapshot = edit.snapshot
    if snapshot is not None:
        _start(one, lambda: work(snapshot, one.unwanted))


def _show_progress() -> None:
    """A few times a second: to draw a long timeline takes longer than a slice."""
    global _drawn_s
    if time.monotonic() - _drawn_s > _REDRAW_S:
        _drawn_s = time.monotonic()
        desk.redraw_sidebars()


def _take_in(one: _Work) -> None:
    global _trouble
    from ..errors import RetakeError

    try:
        found = one.done.result()
        scene = bpy.data.scenes.get(one.scene_name)
        if scene is None or one.load != _loads:
            return
        one.take_in(scene, found)
    except (RetakeError, OSError) as error:
        _trouble = str(error)
    except Exception as error:  # noqa: BLE001
        # The timer's boundary: what else is under way goes on, and the fault is shown, not hidden.
        logger("ui").exception("%s", one.words)
        _trouble = f"Retake failed inside: {error!r}. Please report it with Retake's log."


def show_trouble(sentence: str) -> None:
    """In the panels, where the work's own errors are shown."""
    global _trouble
    _trouble = sentence
    desk.redraw()


def is_under_way() -> bool:
    return bool(_under_way)


def stop_all() -> None:
    """What is under way is not wanted any more."""
    for one in _under_way:
        one.unwanted.set()
        if one.edit is not None:
            one.edit.close()
    _under_way.clear()
    _end_short_turns()


def draw(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """What is under way, with a way out, and what went wrong last."""
    for one in _under_way:
        row = layout.row()
        if one.edit is not None and one.edit.snapshot is None:
            row.progress(text=iface_(one.words), factor=one.edit.share)
        else:
            row.label(text=one.words, icon="SORTTIME")
        row.operator(RETAKE_OT_stop_reading.bl_idname, text="", icon="X")
    if _trouble:
        row = layout.row()
        wrapped_label(row.column(), context, _trouble, "ERROR")
        row.operator(RETAKE_OT_stop_reading.bl_idname, text="", icon="X")


class RETAKE_OT_stop_reading(bpy.types.Operator):
    bl_idname = "retake.stop_reading"
    bl_label = "Dismiss"
    bl_description = "Stop what is being read, and take the message away"
    bl_options = {"INTERNAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        global _trouble
        stop_all()
        _trouble = ""
        return {"FINISHED"}


@bpy.app.handlers.persistent
def _count_load(*_: object) -> None:
    global _loads
    _loads += 1


def register() -> None:
    """The timer starts with the first work."""
    bpy.app.handlers.load_pre.append(_count_load)


def unregister() -> None:
    global _trouble
    bpy.app.handlers.load_pre.remove(_count_load)
    if bpy.app.timers.is_registered(take_in_done):
        bpy.app.timers.unregister(take_in_done)
    stop_all()
    stop_listening()
    _trouble = ""


CLASSES = (RETAKE_OT_stop_reading,)
