# SPDX-License-Identifier: GPL-3.0-or-later
"""Which shot and take the Takes panel is about: the active strip's shot, and the row that is chosen in its list."""

from __future__ import annotations

import bpy

from ..vse.compat import edit_scene


def active_strip() -> bpy.types.Strip | None:
    scene = edit_scene()
    editor = scene.sequence_editor if scene is not None else None
    return editor.active_strip if editor is not None else None


def active_shot() -> bpy.types.PropertyGroup | None:
    """The shot of the active strip, as the scene lists it."""
    strip = active_strip()
    return edit_scene().retake.shots.get(strip.retake.shot_id) if strip is not None and strip.retake.shot_id else None


def chosen_entry() -> bpy.types.PropertyGroup | None:
    """The take in the chosen row; where that is a deleted one, the take that the strip shows."""
    shot = active_shot()
    if shot is None:
        return None
    rows = list(shot.takes)
    if shot.chosen_row < len(rows) and not rows[shot.chosen_row].is_deleted:
        return rows[shot.chosen_row]
    return next((row for row in rows if row.number == shot.active_take and not row.is_deleted), None)


def poll_chosen(operator: type[bpy.types.Operator]) -> bool:
    if chosen_entry() is None:
        operator.poll_message_set("Select a strip of a shot that has takes")
        return False
    return True
