# SPDX-License-Identifier: GPL-3.0-or-later
"""Marks on what an import has written so far, so that half an edit is known and taken away wherever it turns up.

Another undo step that is made meanwhile, or a file that is saved meanwhile, would bring it back otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

if TYPE_CHECKING:
    from bpy.types import Scene, Strip

INTO_SCENE, NEW_SCENE = "into", "new"


def mark_scene(scene: Scene, *, is_new: bool) -> None:
    scene.retake.half_import = NEW_SCENE if is_new else INTO_SCENE


def mark_strip(strip: Strip) -> None:
    strip.retake.is_half_import = True


def unmark_strip(strip: Strip) -> None:
    strip.retake.is_half_import = False


def half_scenes() -> list[Scene]:
    return [scene for scene in bpy.data.scenes if scene.retake.half_import]


def remove_half_imports() -> int:
    """How many scenes had half an edit. Scenes that were made for one go whole, where another one is left."""
    scenes = half_scenes()
    for scene in scenes:
        if scene.retake.half_import == NEW_SCENE and len(bpy.data.scenes) > 1:
            bpy.data.scenes.remove(scene)
        else:
            remove_marked(scene)
            scene.retake.half_import = ""
    return len(scenes)


def remove_marked(scene: Scene) -> None:
    editor = scene.sequence_editor
    # Backwards: an effect comes after what it works on, and would go with it. What is in a meta goes with that.
    for strip in [one for one in editor.strips if one.retake.is_half_import][::-1] if editor else ():
        editor.strips.remove(strip)
