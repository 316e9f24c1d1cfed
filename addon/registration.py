# SPDX-License-Identifier: GPL-3.0-or-later
"""Registering with Blender: ordered steps, each with its undo. What fails halfway is taken back.

Nothing heavy is imported here: the command's code loads when the command runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from .ui import (
    bring_takes,
    compare,
    conform_panel,
    desk,
    diagnostics,
    draft,
    exchange,
    exchange_report,
    extend_by_kling,
    file_events,
    fill_gaps,
    frame_image,
    generate,
    image_preview,
    key_panel,
    keymap,
    library_panel,
    lip_sync,
    make_shot,
    menus,
    motion_strip,
    pack_shots,
    preferences,
    price_panel,
    prompt_block,
    queue_panel,
    reading,
    reference_check,
    shot_panel,
    shot_presets,
    shot_rows,
    storage_panel,
    strip_overlay,
    take_bin,
    take_file_actions,
    take_list,
    take_look,
    take_paths,
    take_steps,
    takes_panel,
    translations,
    writing,
)
from .vse import properties

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_undo: list[Callable[[], None]] = []


def register() -> None:
    try:
        for step in (_properties, _classes, *map(_part, _PARTS), _desk, _command):
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


_CLASSES = (
    preferences.RetakePreferences,
    *key_panel.CLASSES,
    *storage_panel.CLASSES,
    *diagnostics.CLASSES,
    *generate.CLASSES,
    *prompt_block.CLASSES,
    *shot_presets.CLASSES,
    *shot_rows.CLASSES,
    *shot_panel.CLASSES,
    *price_panel.CLASSES,
    *take_list.CLASSES,
    *take_steps.CLASSES,
    *take_bin.CLASSES,
    *take_file_actions.CLASSES,
    *compare.CLASSES,
    *takes_panel.CLASSES,
    *queue_panel.CLASSES,
    *library_panel.CLASSES,
    *lip_sync.CLASSES,
    *extend_by_kling.CLASSES,
    *menus.CLASSES,
    *make_shot.CLASSES,
    *reading.CLASSES,
    *motion_strip.CLASSES,
    *reference_check.CLASSES,
    *pack_shots.CLASSES,
    *frame_image.CLASSES,
    *fill_gaps.CLASSES,
    *writing.CLASSES,
    *exchange_report.CLASSES,
    *exchange.CLASSES,
    *conform_panel.CLASSES,
)


def _classes() -> Callable[[], None]:
    register, unregister = bpy.utils.register_classes_factory(_CLASSES)
    register()
    return unregister


_PARTS: tuple[ModuleType, ...] = (
    draft,
    image_preview,
    prompt_block,
    key_panel,
    storage_panel,
    file_events,
    bring_takes,
    menus,
    keymap,
    strip_overlay,
    take_look,
    take_paths,
    take_bin,
    make_shot,
    reading,
    reference_check,
    library_panel,
    writing,
    exchange_report,
    exchange,
    conform_panel,
    translations,
)
"""Modules that register more than classes: each has `register` and `unregister`."""


def _part(module: ModuleType) -> Callable[[], Callable[[], None]]:
    def step() -> Callable[[], None]:
        module.register()
        undo: Callable[[], None] = module.unregister
        return undo

    return step


def _desk() -> Callable[[], None]:
    return desk.close


def _command() -> Callable[[], None]:
    """`blender --command retake …`."""
    handle = bpy.utils.register_cli_command("retake", run_command)
    return lambda: bpy.utils.unregister_cli_command(handle)


def run_command(argv: list[str]) -> int:
    """One command of the command line, inside this Blender."""
    from .cli import main
    from .ui.host import blender_host

    return main(argv, blender_host())
