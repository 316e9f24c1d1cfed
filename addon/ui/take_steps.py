# SPDX-License-Identifier: GPL-3.0-or-later
"""Going through the takes of all selected strips at once."""

from typing import TYPE_CHECKING

import bpy

from ..vse.compat import edit_scene
from .chosen_take import active_shot

if TYPE_CHECKING:
    from ..timeline.take import Take


class _StepOperator:
    bl_options: set[str] = {"REGISTER", "UNDO"}
    step: int
    words: str

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        editor = edit_scene().sequence_editor if edit_scene() is not None else None
        if editor is None or not any(strip.select and strip.retake.shot_id for strip in editor.strips_all):
            cls.poll_message_set("Select strips of shots")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..errors import RetakeError
        from ..vse.take_switch import show_take

        scene = edit_scene()
        told = []
        shown = 0
        for shot_id, number in _selected(scene).items():
            take = _take_beside(scene, shot_id, number, self.step)
            if take is None:
                told.append(f"{shot_id} has no {self.words} take")
                continue
            try:
                told += show_take(scene, take).sentences
                shown += 1
            except RetakeError as error:
                told.append(str(error))
        for sentence in told:
            self.report({"WARNING"}, sentence)
        shot = active_shot()
        if shot is not None:
            shot.chosen_row = next(
                (row for row, entry in enumerate(shot.takes) if entry.number == shot.active_take), shot.chosen_row
            )
        return {"FINISHED"} if shown else {"CANCELLED"}


class RETAKE_OT_next_take(_StepOperator, bpy.types.Operator):
    bl_idname = "retake.next_take"
    bl_label = "Next Take"
    bl_description = "Let the shots of all selected strips show their next take, in place"
    step = 1
    words = "later"


class RETAKE_OT_previous_take(_StepOperator, bpy.types.Operator):
    bl_idname = "retake.previous_take"
    bl_label = "Previous Take"
    bl_description = "Let the shots of all selected strips show the take before, in place"
    step = -1
    words = "earlier"


def _selected(scene: bpy.types.Scene) -> dict[str, int]:
    """The take shown, by shot. A strip that waits for its first take is left out."""
    return {
        strip.retake.shot_id: strip.retake.take_number
        for strip in scene.sequence_editor.strips_all
        if strip.select and strip.retake.shot_id
    }


def _take_beside(scene: bpy.types.Scene, shot_id: str, number: int, step: int) -> "Take | None":
    from ..timeline.take_order import neighbour
    from ..vse.shots import takes_of

    takes = {take.number: take for take in takes_of(scene, shot_id)}
    found = neighbour(takes, number, step)
    return takes[found] if found is not None else None


CLASSES = (RETAKE_OT_next_take, RETAKE_OT_previous_take)
