# SPDX-License-Identifier: GPL-3.0-or-later
"""Long work on a timeline: a slice a tick, as one undo step, and stopped by Esc.

In a window it takes all input meanwhile, so that nothing comes between its slices. Where something does all the same
(an undo by a script, another window, another file), it ends, and what it had written is taken away.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import bpy
from bpy.app.translations import pgettext_iface as iface_

from ..redaction import logger
from ..vse.override import context_of
from . import desk, reading
from .edit_reading import SLICE_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SHARE = 0.25
_LONGEST_S = 0.014
"""A window that takes long to draw itself is drawn after each tick, so many ticks would take minutes. There a tick may
last a part of the time that the window takes anyway, and never so long that it would be seen."""
_TICK_S = 0.001
"""Blender draws and looks at the keyboard in between."""
_SHOWN_S = 0.25


class Writer(Protocol):
    """`written` of `strips` are done. `stop` ends it early; True: what was done stays."""

    strips: int
    written: int
    slice_s: float

    def steps(self, slice_s: float = ...) -> Iterator[None]: ...
    def run(self) -> None: ...
    def take_back(self) -> None: ...
    def stop(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Writing:
    words: str
    """What is being done, as a sentence."""
    begin: Callable[[], Writer | None]
    """Raises RetakeError with nothing changed."""
    finish: Callable[[Writer], None]


_waiting: list[Writing] = []
_running: list[tuple[Writing, Writer]] = []
_lost: list[bool] = []
"""Not empty where Blender undid something or loads a file while something is being written."""


def begin(operator: str, writing: Writing) -> None:
    """`operator`: one of those below, for the name of the undo step. Headless it is done when this returns."""
    _waiting.append(writing)
    run = getattr(bpy.ops.retake, operator)
    windows = bpy.context.window_manager.windows
    if bpy.app.background or not windows:
        run("EXEC_DEFAULT", True)
        return
    with context_of(windows[0]):
        run("INVOKE_DEFAULT")


def is_running() -> bool:
    return bool(_running)


def draw(layout: bpy.types.UILayout) -> None:
    for writing, writer in _running:
        layout.progress(text=_progress_words(writing, writer), factor=min(writer.written / max(writer.strips, 1), 1.0))
        layout.label(text="Esc stops it", icon="INFO")


def _progress_words(writing: Writing, writer: Writer) -> str:
    words = iface_("{what}: {done} of {all} strips")
    return words.format(what=iface_(writing.words), done=f"{writer.written:,}", all=f"{writer.strips:,}")


class _Sliced:
    """What the operators share. Blender looks up what a class names when it registers it: nothing imported late."""

    _writing: Writing
    _writer: Any
    _steps: Any
    _timer: Any
    _shown_s: float
    _ended_s: float

    def _begin(self) -> bool:
        from ..errors import RetakeError

        if not _waiting:
            return False
        self._writing = _waiting.pop(0)
        _lost.clear()
        try:
            self._writer = self._writing.begin()
        except RetakeError as error:
            reading.show_trouble(str(error))
            return False
        return self._writer is not None

    def execute(self, context: bpy.types.Context) -> set[str]:
        if not self._begin():
            return {"CANCELLED"}
        try:
            self._writer.run()
        except Exception as error:  # noqa: BLE001
            # The scene is as it was; the panel says why.
            _show(error)
            return {"CANCELLED"}
        self._writing.finish(self._writer)
        return {"FINISHED"}

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if _running or not self._begin():
            return {"CANCELLED"}
        self._steps = self._writer.steps(SLICE_S)
        self._shown_s = 0.0
        self._ended_s = time.perf_counter()
        _running.append((self._writing, self._writer))
        desk.hold_arrivals(held=True)
        wm = context.window_manager
        wm.progress_begin(0, max(self._writer.strips, 1))
        self._timer = wm.event_timer_add(_TICK_S, window=context.window)
        wm.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        try:
            return self._go_on(context, event)
        except BaseException:
            # Blender calls nothing any more: takes that arrive would wait for ever.
            self._end(context, {"CANCELLED"})
            raise

    def _go_on(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if _lost:
            # What was made is another step's by now. What of it is there all the same is marked.
            from ..vse.half_import import remove_half_imports

            remove_half_imports()
            reading.show_trouble("It was ended and taken back, as something was undone or redone. Do it again.")
            return self._end(context, {"CANCELLED"})
        if event.type == "ESC" and event.value == "PRESS":
            stays = self._writer.stop()
            if stays:
                self._writing.finish(self._writer)
            reading.show_trouble(
                "It was stopped: what was done stays." if stays else "It was stopped: all is as it was before."
            )
            return self._end(context, {"FINISHED" if stays else "CANCELLED"})
        if event.type != "TIMER":
            return {"RUNNING_MODAL"}
        round_s = time.perf_counter() - self._ended_s
        self._writer.slice_s = min(max(SLICE_S, round_s * _SHARE), _LONGEST_S)
        try:
            if next(self._steps, self) is self:
                self._writing.finish(self._writer)
                return self._end(context, {"FINISHED"})
        except Exception as error:  # noqa: BLE001
            self._writer.take_back()
            _show(error)
            return self._end(context, {"CANCELLED"})
        self._ended_s = time.perf_counter()
        if time.monotonic() - self._shown_s > _SHOWN_S:
            self._shown_s = time.monotonic()
            context.window_manager.progress_update(self._writer.written)
            context.workspace.status_text_set(
                f"{_progress_words(self._writing, self._writer)}   {iface_('Esc stops it')}"
            )
            desk.redraw_sidebars()
        return {"RUNNING_MODAL"}

    def cancel(self, context: bpy.types.Context) -> None:
        """Blender ends it: the window is closed, or a file is loaded, which takes all of it away."""
        if not _lost:
            self._writer.stop()
        self._forget()

    def _end(self, context: bpy.types.Context, result: set[str]) -> set[str]:
        context.window_manager.event_timer_remove(self._timer)
        context.window_manager.progress_end()
        context.workspace.status_text_set(None)
        self._forget()
        desk.redraw()
        return result

    def _forget(self) -> None:
        _running.clear()
        desk.hold_arrivals(held=False)


class RETAKE_OT_write_import(_Sliced, bpy.types.Operator):
    """In a window it goes on a slice at a time, and takes no other input meanwhile: Esc takes all of it back."""

    bl_idname = "retake.write_import"
    bl_label = "Import Edit"
    bl_description = "Write the edit that was read to the timeline"
    bl_options = {"INTERNAL", "UNDO"}


class RETAKE_OT_write_found_media(_Sliced, bpy.types.Operator):
    """Likewise; after Esc the media that was found so far stays."""

    bl_idname = "retake.write_found_media"
    bl_label = "Find Missing Media"
    bl_description = "Give the stand-ins the media that was found"
    bl_options = {"INTERNAL", "UNDO"}


def _show(error: Exception) -> None:
    from ..errors import RetakeError

    if isinstance(error, (RetakeError, OSError)):
        reading.show_trouble(str(error))
        return
    logger("ui").error("writing to the timeline", exc_info=error)
    reading.show_trouble(f"Retake failed inside: {error!r}. Please report it with Retake's log.")


@bpy.app.handlers.persistent
def _note_loss(*_: object) -> None:
    if _running:
        _lost.append(True)


@bpy.app.handlers.persistent
def _look_for_halves(*_: object) -> None:
    """An undo step or file from the middle of an import."""
    if not bpy.app.background and not bpy.app.timers.is_registered(remove_halves):
        bpy.app.timers.register(remove_halves, first_interval=0.0)


def remove_halves() -> None:
    """Once, after an undo or a load; also for tests."""
    from ..vse.half_import import remove_half_imports

    if not _running and remove_half_imports():
        reading.show_trouble("Half of an import was taken away: it was never written to its end.")


_HANDLERS = (
    (bpy.app.handlers.undo_post, _note_loss),
    (bpy.app.handlers.redo_post, _note_loss),
    (bpy.app.handlers.load_pre, _note_loss),
    (bpy.app.handlers.undo_post, _look_for_halves),
    (bpy.app.handlers.redo_post, _look_for_halves),
    (bpy.app.handlers.load_post, _look_for_halves),
)


def register() -> None:
    for handlers, handler in _HANDLERS:
        handlers.append(handler)


def unregister() -> None:
    for handlers, handler in _HANDLERS:
        handlers.remove(handler)
    if bpy.app.timers.is_registered(remove_halves):
        bpy.app.timers.unregister(remove_halves)
    _waiting.clear()
    _running.clear()


CLASSES = (RETAKE_OT_write_import, RETAKE_OT_write_found_media)
