# SPDX-License-Identifier: GPL-3.0-or-later
"""Loading a file, undo and redo: the session is opened where something waits, and nothing that came is lost.

At Blender's start and after each load it is looked, on a thread, whether the ledger has unfinished jobs. Where Retake
was never used there is no ledger, and nothing is loaded.
"""

from __future__ import annotations

import os
from concurrent.futures import Future
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import bpy

from . import desk
from .host import blender_host, home, is_this_computer, why_offline
from .preferences import environ, preferences

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..app import Host

_FIRST_LOOK_S = 2.0
"""After the start, so that Blender's own start is not slowed."""
_STEP_S = 0.2
_looking: list[Future[bool]] = []


@bpy.app.handlers.persistent
def _loaded(*_: object) -> None:
    desk.note_load()
    _look_soon()


@bpy.app.handlers.persistent
def _undone(*_: object) -> None:
    desk.note_undo()


_HANDLERS = (
    (bpy.app.handlers.load_post, _loaded),
    (bpy.app.handlers.undo_post, _undone),
    (bpy.app.handlers.redo_post, _undone),
)


def register() -> None:
    for handlers, handler in _HANDLERS:
        handlers.append(handler)
    _look_soon()


def unregister() -> None:
    for handlers, handler in _HANDLERS:
        handlers.remove(handler)
    if bpy.app.timers.is_registered(look):
        bpy.app.timers.unregister(look)
    _looking.clear()


def _look_soon() -> None:
    # A command in the background opens the ledger itself.
    if not bpy.app.background and not bpy.app.timers.is_registered(look):
        bpy.app.timers.register(look, first_interval=_FIRST_LOOK_S, persistent=True)


def look() -> float | None:
    """One turn of a timer, which ends once it is known whether something waits. Also for tests."""
    if desk.desk().session is not None:
        return None
    if not _looking:
        folder = Path(os.environ["RETAKE_HOME"]) if os.environ.get("RETAKE_HOME") else home()
        may_open = preferences().use_sandbox or is_this_computer() or not why_offline()
        if folder is None or not (folder / "ledger.db").is_file() or not may_open:
            return None
        found: Future[bool] = Future()
        _looking.append(found)
        from .arrival import awaited_jobs, unlisted_jobs

        wanted = awaited_jobs() | unlisted_jobs()
        arguments = (found, environ(), blender_host(), desk.is_rehearsal(), wanted)
        Thread(target=_ask, args=arguments, name="retake-look", daemon=True).start()
    if not _looking[0].done():
        return _STEP_S
    if _looking.pop().result():
        desk.open_session()
    return None


def _ask(found: Future[bool], own: Mapping[str, str], host: Host, is_rehearsal: bool, awaited: frozenset[str]) -> None:
    """On the thread."""
    from ..session import has_unfinished

    try:
        found.set_result(has_unfinished(own, host, sandbox=is_rehearsal, awaited=awaited))
    except Exception as error:  # noqa: BLE001
        # The timer raises it, where Blender shows it.
        found.set_exception(error)
