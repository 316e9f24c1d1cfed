# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything an add-on may leave behind in Blender, as plain data to compare.

Blender lists neither its timers nor its commands, so both are counted where they are registered: import this module
before the extension is enabled.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bpy

_timers: list[Callable[[], Any]] = []
_commands: list[tuple[str, Any]] = []


def _count_timers() -> None:
    register = bpy.app.timers.register

    def counting(function: Callable[[], Any], **options: Any) -> None:
        _timers.append(function)
        register(function, **options)

    bpy.app.timers.register = counting


def _count_commands() -> None:
    register, unregister = bpy.utils.register_cli_command, bpy.utils.unregister_cli_command

    def counting(name: str, execute: Callable[[list[str]], int]) -> Any:
        handle = register(name, execute)
        _commands.append((name, handle))
        return handle

    def forgetting(handle: Any) -> None:
        unregister(handle)
        _commands[:] = [entry for entry in _commands if entry[1] is not handle]

    bpy.utils.register_cli_command, bpy.utils.unregister_cli_command = counting, forgetting


_count_timers()
_count_commands()


def _name(function: Any) -> str:
    # Not repr: it holds an address, which differs after enabling again.
    return f"{function.__module__}.{function.__qualname__}" if hasattr(function, "__qualname__") else repr(function)


def take() -> dict[str, Any]:
    types = {name: getattr(bpy.types, name) for name in dir(bpy.types)}
    rna = {name: cls.bl_rna for name, cls in types.items() if hasattr(cls, "bl_rna")}
    draws = {name: getattr(getattr(cls, "draw", None), "_draw_funcs", None) for name, cls in types.items()}
    handlers = {name: getattr(bpy.app.handlers, name) for name in dir(bpy.app.handlers)}
    keyconfig = bpy.context.window_manager.keyconfigs.addon
    return {
        "types": sorted(types),
        "properties": sorted(f"{name}.{prop.identifier}" for name, struct in rna.items() for prop in struct.properties),
        # Of a menu that anybody ever added to, Blender keeps a list with the menu's own function.
        "menus": {name: sorted(map(_name, functions)) for name, functions in draws.items() if len(functions or ()) > 1},
        "handlers": {n: sorted(map(_name, found)) for n, found in handlers.items() if isinstance(found, list)},
        "timers": sorted(_name(function) for function in _timers if bpy.app.timers.is_registered(function)),
        "commands": sorted(name for name, _ in _commands),
        # An emptied keymap stays: another extension may have asked for it too.
        "keymaps": {m.name: len(m.keymap_items) for m in keyconfig.keymaps if m.keymap_items} if keyconfig else {},
    }
