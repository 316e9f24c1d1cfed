# SPDX-License-Identifier: GPL-3.0-or-later
"""Strips pasted into another scene get their shots' takes there, as soon as a panel has to show them."""

from __future__ import annotations

import bpy

from ..vse.shared_shots import bring_shots, lacks_shots
from . import desk


def bring_when_drawn(scene: bpy.types.Scene) -> None:
    """A panel's `draw` may not write: a timer does, right after it."""
    if lacks_shots(scene) and not bpy.app.timers.is_registered(bring):
        bpy.app.timers.register(bring, first_interval=0.0)


def bring() -> None:
    """The one turn of the timer. Also for tests, where timers do not run."""
    for scene in bpy.data.scenes:
        bring_shots(scene)
    desk.redraw()


def register() -> None:
    """Nothing: the timer starts with the first pasted strip."""


def unregister() -> None:
    if bpy.app.timers.is_registered(bring):
        bpy.app.timers.unregister(bring)
