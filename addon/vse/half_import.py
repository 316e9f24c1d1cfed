# SPDX-License-Identifier: GPL-3.0-or-later
"""Marks on what an import has written so far, so that half an edit is known and taken away wherever it turns up.

Another undo step that is made meanwhile, or a file that is saved meanwhile, would bring it back otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

if TYPE_CHECKING:
    from bpy.types import Scene, Strip

_NEW = "new "


def mark_scene(scene: Scene, import_id: str, *, is_new: bool) -> None:
    scene.retake.half_import = f"{_NEW if is_new else ''}{import_id}"


def mark_strip(strip: Strip, import_id: str) -> None:
    """It stays: once its scene is whole, no half import has that id any more."""
    strip.retake.import_id = import_id


def is_whole(scene: Scene) -> None:
    scene.retake.half_import = ""


def half_scenes() -> list[Scene]:
    return [scene for scene in bpy.data.scenes if scene.retake.half_import]


def remove_half_imports() -> int:
    """How many scenes had half an edit. Scenes that were made for one go whole, where another one is left."""
    scenes = half_scenes()
    for scene in scenes:
        mark = scene.retake.half_import
        if mark.startswith(_NEW) and len(bpy.data.scenes) > 1:
            bpy.data.scenes.remove(scene)
        else:
            remove_strips(scene, mark.removeprefix(_NEW))
            is_whole(scene)
    return len(scenes)


def remove_strips(scene: Scene, import_id: str) -> None:
    editor = scene.sequence_editor
    # Backwards: an effect comes after what it works on, and would go with it. What is in a meta goes with that.
    for strip in [one for one in editor.strips if one.retake.import_id == import_id][::-1] if editor else ():
        editor.strips.remove(strip)
