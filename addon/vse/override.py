# SPDX-License-Identifier: GPL-3.0-or-later
"""Giving operators another window, area and region than Blender's own.

On Python 3.11, which 4.5 and 5.0 have, an operator inside `temp_override` reads the override's dictionary without
Python's lock, whenever another thread runs Python just then: `BPY_context_member_get` takes that thread's state for its
own. Now and then this breaks memory; with two busy threads beside it Blender crashes within seconds (measured on 4.5.15
and 5.0.1; not on 5.2.3, with Python 3.13). Retake has threads for as long as a shot is under way.

An override also sets window, area and region, which is all that is wanted here. So on those versions its dictionary is
taken away again, by leaving an empty override that was entered before it.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import bpy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpy.types import Area, Region, Window

_READS_WITHOUT_LOCK = sys.version_info < (3, 12)


@contextmanager
def context_of(window: Window, area: Area | None = None, region: Region | None = None) -> Iterator[None]:
    """Let operators work there, for the time being."""
    members = {"window": window, "area": area, "region": region}
    there = {name: member for name, member in members.items() if member is not None}
    with ExitStack() as left_at_the_end:
        if not _READS_WITHOUT_LOCK:
            left_at_the_end.enter_context(bpy.context.temp_override(**there))
            yield
            return
        empty = bpy.context.temp_override()
        empty.__enter__()
        # Once more at the end: leaving the one inside brings the empty dictionary back.
        left_at_the_end.callback(empty.__exit__, None, None, None)
        left_at_the_end.enter_context(bpy.context.temp_override(**there))
        empty.__exit__(None, None, None)
        yield
