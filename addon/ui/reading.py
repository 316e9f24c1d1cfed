# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are read, cut or rendered for the panels: on threads, and taken in on the main thread when they are there.

Nothing of it is asked of Kling, and nothing is paid. Main thread only, but for the work itself.
"""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import bpy

from ..redaction import logger
from . import desk
from .wrapped_label import wrapped_label

if TYPE_CHECKING:
    from collections.abc import Callable

_STEP_S = 0.1


@dataclass(frozen=True, slots=True)
class _Work:
    words: str
    blend: str
    scene_name: str
    take_in: Callable[[bpy.types.Scene, Any], None]
    done: Future[Any] = field(default_factory=Future)
    unwanted: Event = field(default_factory=Event)


_under_way: list[_Work] = []
_trouble = ""


def begin(
    scene: bpy.types.Scene,
    words: str,
    work: Callable[[Event], Any],
    take_in: Callable[[bpy.types.Scene, Any], None],
) -> None:
    """Do `work` on a thread, then `take_in` its result on the main thread, unless another file is open by then.

    `words` say what is being done, as a sentence. What `work` raises is shown in the panel.
    """
    global _trouble
    _trouble = ""
    one = _Work(words, bpy.data.filepath, scene.name, take_in)
    _under_way.append(one)

    def run() -> None:
        try:
            one.done.set_result(work(one.unwanted))
        except Exception as error:  # noqa: BLE001
            # The timer shows it.
            one.done.set_exception(error)

    Thread(target=run, name="retake-reading", daemon=True).start()
    if not bpy.app.timers.is_registered(take_in_done):
        bpy.app.timers.register(take_in_done, first_interval=_STEP_S)


def take_in_done() -> float | None:
    """One turn of the timer; also for tests. None where nothing is under way any more."""
    for one in [work for work in _under_way if work.done.done()]:
        _under_way.remove(one)
        _take_in(one)
        desk.redraw()
    return _STEP_S if _under_way else None


def _take_in(one: _Work) -> None:
    global _trouble
    from ..errors import RetakeError

    scene = bpy.data.scenes.get(one.scene_name)
    if scene is None or bpy.data.filepath != one.blend:
        return
    try:
        one.take_in(scene, one.done.result())
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
    _under_way.clear()


def draw(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """What is under way, with a way out, and what went wrong last."""
    for one in _under_way:
        row = layout.row()
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


def register() -> None:
    """Nothing: the timer starts with the first work."""


def unregister() -> None:
    global _trouble
    if bpy.app.timers.is_registered(take_in_done):
        bpy.app.timers.unregister(take_in_done)
    stop_all()
    _trouble = ""


CLASSES = (RETAKE_OT_stop_reading,)
