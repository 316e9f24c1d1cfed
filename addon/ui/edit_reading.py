# SPDX-License-Identifier: GPL-3.0-or-later
"""A scene's edit read for a panel: a slice a tick, and once more from its beginning where it changes meanwhile.

Blender's handlers tell of changes: a reading that was changed, undone or loaded away is never gone on with.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import bpy

from ..errors import EditChangedError, ExchangeError

if TYPE_CHECKING:
    from collections.abc import Generator

    from ..interchange.bridge import TimelineSnapshot

SLICE_S = 0.0035
"""With one strip more, a tick stays below 4 ms."""
_QUIET_S = 0.3
"""An edit that was just changed is left alone so long: a drag changes it many times."""
_MOST_BEGINNINGS = 40


class EditReading:
    """`snapshot` is there when all is read; `share` of it is read so far, 0 to 1."""

    def __init__(self, scene_name: str) -> None:
        # What the slices use is loaded now, at the user's click, and not in one of them.
        from ..vse.read import prepare

        prepare()
        self._scene_name = scene_name
        self._steps: Generator[None, None, TimelineSnapshot] | None = None
        self._beginnings = 0
        self._begin_at_s = 0.0
        self._read = 0
        self._strips = 0
        self._is_gone = False
        self.snapshot: TimelineSnapshot | None = None
        _open.append(self)
        _listen()

    @property
    def share(self) -> float:
        return min(self._read / self._strips, 1.0) if self._strips else 0.0

    def go_on(self, slice_s: float = SLICE_S) -> None:
        """One slice. Raises ExchangeError where the edit is gone or never stands still."""
        if self._is_gone:
            raise ExchangeError(
                "The edit was not read to its end, as another file was opened.", hint="Open its file, and try again."
            )
        until_s = time.perf_counter() + slice_s
        if self._steps is None:
            if time.monotonic() < self._begin_at_s:
                return
            self._steps = self._begin()
        try:
            while time.perf_counter() < until_s:
                next(self._steps)
                self._read += 1
        except StopIteration as end:
            self.snapshot = end.value
            self.close()
        except (EditChangedError, ReferenceError):
            self.begin_again()

    def _begin(self) -> Generator[None, None, TimelineSnapshot]:
        from ..vse.read import timeline_steps

        scene = bpy.data.scenes.get(self._scene_name)
        if scene is None:
            raise ExchangeError(f"The scene {self._scene_name} is not there any more.", hint="Undo that, or try again.")
        if self._beginnings == _MOST_BEGINNINGS:
            raise ExchangeError(
                "The edit was changed again and again while it was being read.", hint="Stop what changes it, try again."
            )
        self._beginnings += 1
        self._read = 0
        self._strips = len(scene.sequence_editor.strips_all) if scene.sequence_editor else 0
        return timeline_steps(scene)

    def begin_again(self) -> None:
        self._steps = None
        self._begin_at_s = time.monotonic() + _QUIET_S

    def lose(self) -> None:
        self._steps = None
        self._is_gone = True

    def reads(self, scene_name: str) -> bool:
        return scene_name == self._scene_name

    def close(self) -> None:
        self._steps = None
        if self in _open:
            _open.remove(self)
        if not _open:
            stop_listening()


_open: list[EditReading] = []


@bpy.app.handlers.persistent
def _changed(_scene: bpy.types.Scene, graph: bpy.types.Depsgraph) -> None:
    """Keyframes lie on actions, all else of an edit on its scene."""
    for update in graph.updates:
        if isinstance(update.id, bpy.types.Scene):
            for one in _open:
                if one.reads(update.id.name):
                    one.begin_again()
        elif isinstance(update.id, bpy.types.Action):
            _undone()


@bpy.app.handlers.persistent
def _undone(*_: object) -> None:
    for one in _open:
        one.begin_again()


@bpy.app.handlers.persistent
def _loaded(*_: object) -> None:
    for one in _open:
        one.lose()


_HANDLERS = (
    ("depsgraph_update_post", _changed),
    ("undo_post", _undone),
    ("redo_post", _undone),
    ("load_pre", _loaded),
)


def _listen() -> None:
    for name, handler in _HANDLERS:
        handlers = getattr(bpy.app.handlers, name)
        if handler not in handlers:
            handlers.append(handler)


def stop_listening() -> None:
    """Where nothing is being read, Blender is not slowed by it."""
    for name, handler in _HANDLERS:
        handlers = getattr(bpy.app.handlers, name)
        if handler in handlers:
            handlers.remove(handler)
