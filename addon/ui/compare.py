# SPDX-License-Identifier: GPL-3.0-or-later
"""Comparing the take that the strip shows with the one that is chosen in the list."""

import bpy
from bpy.props import EnumProperty

from ..vse.compare import SIDE_BY_SIDE, WIPE, is_comparing, is_wiping
from ..vse.compat import edit_scene, left_handle
from .chosen_take import active_strip, chosen_entry, poll_chosen


class RETAKE_OT_compare_takes(bpy.types.Operator):
    bl_idname = "retake.compare_takes"
    bl_label = "Compare"
    bl_description = (
        "See the take that the strip shows and the one chosen in the list at once. Strips for the time being lie over "
        "the edit until you end it"
    )
    bl_options = {"REGISTER", "UNDO"}

    kind: EnumProperty(
        name="Kind",
        items=[
            (WIPE, "Wipe", "The chosen take covers the shown one from an edge on"),
            (SIDE_BY_SIDE, "Side by Side", "The shown take at the left, the chosen one at the right"),
        ],
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not poll_chosen(cls):
            return False
        strip = active_strip()
        if strip.retake.take_number == 0:
            cls.poll_message_set("The strip shows no take yet")
            return False
        if chosen_entry().number == strip.retake.take_number:
            cls.poll_message_set("Choose another take in the list than the strip shows")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..errors import RetakeError
        from ..vse.compare import compare
        from ..vse.shots import takes_of

        scene, strip = edit_scene(), _picture(active_strip())
        if strip is None:
            self.report({"ERROR"}, "The shot has no picture here")
            return {"CANCELLED"}
        takes = {take.number: take for take in takes_of(scene, strip.retake.shot_id)}
        shown = takes.get(strip.retake.take_number)
        if shown is None:
            self.report({"ERROR"}, "The take that the strip shows is not in the list")
            return {"CANCELLED"}
        try:
            compare(scene, strip, shown, takes[chosen_entry().number], self.kind)
        except RetakeError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}


class RETAKE_OT_end_compare(bpy.types.Operator):
    bl_idname = "retake.end_compare"
    bl_label = "End Compare"
    bl_description = "Remove the strips that compare two takes. The edit is as it was"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if edit_scene() is None or not is_comparing(edit_scene()):
            cls.poll_message_set("No takes are being compared")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..vse.compare import end_compare

        end_compare(edit_scene())
        return {"FINISHED"}


def draw_compare(layout: bpy.types.UILayout, scene: bpy.types.Scene) -> None:
    """How a comparison under way is moved and ended; nothing without one."""
    if not is_comparing(scene):
        return
    box = layout.box()
    box.label(text="Comparing two takes", icon="SPLIT_VERTICAL")
    if is_wiping(scene):
        box.prop(scene.retake, "compare_edge", slider=True)
    box.operator(RETAKE_OT_end_compare.bl_idname, icon="X")


def _picture(strip: bpy.types.Strip) -> bpy.types.Strip | None:
    """The movie strip: of a sound strip the one of its shot that lies with it."""
    if strip.type == "MOVIE":
        return strip
    beside = [
        one
        for one in edit_scene().sequence_editor.strips_all
        if one.type == "MOVIE" and one.retake.shot_id == strip.retake.shot_id
    ]
    return min(beside, key=lambda one: abs(left_handle(one) - left_handle(strip)), default=None)


CLASSES = (RETAKE_OT_compare_takes, RETAKE_OT_end_compare)
