# SPDX-License-Identifier: GPL-3.0-or-later
"""Registering with Blender: ordered steps, each with its undo. What fails halfway is taken back.

Nothing heavy is imported here: the command's code loads when the command runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from .vse import properties

if TYPE_CHECKING:
    from collections.abc import Callable

_undo: list[Callable[[], None]] = []


def register() -> None:
    try:
        for step in (_properties, _command):
            undo_step = step()
            _undo.append(undo_step)
    except BaseException:
        unregister()
        raise


def unregister() -> None:
    while _undo:
        _undo.pop()()


def _properties() -> Callable[[], None]:
    properties.register()
    return properties.unregister


def _command() -> Callable[[], None]:
    """`blender --command retake …`."""
    handle = bpy.utils.register_cli_command("retake", run_command)
    return lambda: bpy.utils.unregister_cli_command(handle)


def run_command(argv: list[str]) -> int:
    """One command of the command line, inside this Blender."""
    from .app import Host
    from .cli import main

    return main(argv, Host(home=_home(), why_offline=_why_offline))


def _home() -> Path | None:
    if not __package__.startswith("bl_ext."):
        return None  # run from the repository: there is no extension folder
    return Path(bpy.utils.extension_path_user(__package__, create=True))


def _why_offline() -> str:
    """A sentence for each of the two ways to be offline; empty where Blender may use the network."""
    if bpy.app.online_access:
        return ""
    # True where the command line, not the preference, decided.
    if bpy.app.online_access_override:
        return "Blender was started with --offline-mode: Kling cannot be reached."
    return "Allow Online Access is off in Blender's preferences (System, Network), or start it with --online-mode."
