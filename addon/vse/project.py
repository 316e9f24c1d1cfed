# SPDX-License-Identifier: GPL-3.0-or-later
"""Opening, making and saving .blend files from scripts and the command line."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import bpy

from ..errors import InputError, StorageError
from ..timeline.rate import scene_rate
from .compat import edit_scene, right_handle, set_edit_scene
from .properties import ensure_registered

if TYPE_CHECKING:
    from pathlib import Path

    from bpy.types import Scene


def open_project(path: Path, scene_name: str = "") -> Scene:
    """Load `path` and return the scene of that name, or the one whose edit it shows.

    Raises StorageError, or InputError where there is no such scene.
    """
    ensure_registered()
    try:
        bpy.ops.wm.open_mainfile(filepath=str(path), load_ui=False)
    except RuntimeError as error:
        raise StorageError(f"Blender cannot open {path}: {error}", hint="Is it a .blend of this version?") from error
    if not scene_name:
        return _ready_scene()
    found = bpy.data.scenes.get(scene_name)
    if found is None:
        known = ", ".join(one.name for one in bpy.data.scenes)
        raise InputError("--scene", scene_name, f"the file has {known}")
    return found


def new_project(path: Path, rate: Fraction, size_px: tuple[int, int]) -> Scene:
    """Begin an empty edit that is saved to `path` at once, so that media paths in it can be relative."""
    ensure_registered()
    # Not read_factory_settings: that would switch off the add-ons, this one among them.
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True, load_ui=False)
    scene = _ready_scene()
    scene.render.fps, scene.render.fps_base = blender_rate(rate)
    scene.render.resolution_x, scene.render.resolution_y = size_px
    # Filmic tones would change the look of finished clips.
    scene.view_settings.view_transform = "Standard"
    _show_sequencer()
    save_project(path)
    return scene


def save_project(path: Path, *, keep_backup: bool = True) -> None:
    """Raises StorageError. Blender writes beside the file and renames, so the old file is whole or replaced.

    Without `keep_backup` no .blend1 is left, which of a file begun a moment ago would be an empty edit.
    """
    file_paths = bpy.context.preferences.filepaths
    versions_kept = file_paths.save_version
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not keep_backup:
            file_paths.save_version = 0
        bpy.ops.wm.save_as_mainfile(filepath=str(path), check_existing=False)
    except (OSError, RuntimeError) as error:
        raise StorageError(f"The .blend cannot be saved to {path}: {error}", hint="Choose another folder.") from error
    finally:
        file_paths.save_version = versions_kept


def blender_rate(rate: Fraction) -> tuple[int, float]:
    """`fps` and `fps_base` for a rate: 24000/1001 is 24 and 1.001. Raises InputError for what Blender cannot hold."""
    fps = -(-rate.numerator // rate.denominator)
    fps_base = float(fps / rate)
    if not 1 <= fps <= 32767 or scene_rate(fps, fps_base) != rate:
        raise InputError("frame rate", rate, "a rate such as 24, 25, 30, 60, 24000/1001 or 30000/1001 is needed")
    return fps, fps_base


def end_of_edit(scene: Scene) -> int:
    """The first frame after the last strip, or the scene's first frame where there is no strip."""
    strips = scene.sequence_editor_create().strips
    return max((right_handle(strip) for strip in strips), default=scene.frame_start)


def fit_scene_to_edit(scene: Scene) -> None:
    """Let the scene's range reach from its start to the end of the last strip."""
    scene.frame_end = max(end_of_edit(scene) - 1, scene.frame_start)


def only_scene(scene: Scene, begun: Scene) -> None:
    """Let `scene` be what the file opens on, without the empty one it was begun with."""
    for window in bpy.context.window_manager.windows:
        window.scene = scene
        set_edit_scene(window, scene)
    name = begun.name
    bpy.data.scenes.remove(begun)
    if scene.name.startswith(name):
        scene.name = name


def _show_sequencer() -> None:
    """Let the file open on its edit: the largest area shows preview and timeline.

    Blender's own Video Editing template would be the finer layout, but bpy 4.5.15 does not exit once it was loaded.
    """
    for window in bpy.context.window_manager.windows:
        area = max(window.screen.areas, key=lambda area: area.width * area.height)
        area.ui_type = "SEQUENCE_EDITOR"
        area.spaces.active.view_type = "SEQUENCER_PREVIEW"
        window.workspace.name = "Video Editing"


def _ready_scene() -> Scene:
    scene = edit_scene()
    for window in bpy.context.window_manager.windows:
        set_edit_scene(window, scene)
    return scene
