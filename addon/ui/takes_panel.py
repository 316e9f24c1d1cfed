# SPDX-License-Identifier: GPL-3.0-or-later
"""The Takes panel: the takes of the selected strip's shot, and the one its strips show."""

import bpy
from bpy.props import IntProperty, StringProperty

from ..vse.compat import edit_scene
from .sidebar import SidebarPanel


class RETAKE_OT_show_take(bpy.types.Operator):
    bl_idname = "retake.show_take"
    bl_label = "Show Take"
    bl_description = "Let all strips of the shot show this take, in place"
    bl_options = {"REGISTER", "UNDO"}

    shot_id: StringProperty(name="Shot", options={"HIDDEN"})
    number: IntProperty(name="Take", min=1, default=1)

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..errors import RetakeError
        from ..vse.shots import takes_of
        from ..vse.take_switch import show_take

        scene = edit_scene()
        take = next((take for take in takes_of(scene, self.shot_id) if take.number == self.number), None)
        if take is None:
            self.report({"ERROR"}, f"{self.shot_id} has no take {self.number}")
            return {"CANCELLED"}
        try:
            report = show_take(scene, take)
        except RetakeError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        for sentence in report.sentences:
            self.report({"WARNING"}, sentence)
        return {"FINISHED"}


class RETAKE_OT_add_take(bpy.types.Operator):
    bl_idname = "retake.add_take"
    bl_label = "Add as New Strip"
    bl_description = "Put this take at the playhead as a strip of its own"
    bl_options = {"REGISTER", "UNDO"}

    shot_id: StringProperty(name="Shot", options={"HIDDEN"})
    number: IntProperty(name="Take", min=1, default=1)

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..errors import RetakeError
        from ..vse.place import add_take
        from ..vse.shots import takes_of

        scene = edit_scene()
        for take in takes_of(scene, self.shot_id):
            if take.number == self.number:
                try:
                    add_take(scene, take, scene.frame_current, None)
                except RetakeError as error:
                    self.report({"ERROR"}, str(error))
                    return {"CANCELLED"}
                return {"FINISHED"}
        self.report({"ERROR"}, f"{self.shot_id} has no take {self.number}")
        return {"CANCELLED"}


class RETAKE_OT_reveal_take(bpy.types.Operator):
    bl_idname = "retake.reveal_take"
    bl_label = "Open Folder"
    bl_description = "Show the folder of this take's clip"

    shot_id: StringProperty(name="Shot", options={"HIDDEN"})
    number: IntProperty(name="Take", min=1, default=1)

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..vse.shots import takes_of

        for take in takes_of(edit_scene(), self.shot_id):
            if take.number == self.number:
                bpy.ops.wm.path_open(filepath=str(take.file.parent))
        return {"FINISHED"}


class RETAKE_PT_takes(SidebarPanel, bpy.types.Panel):
    bl_idname = "RETAKE_PT_takes"
    bl_label = "Takes"
    bl_order = 2

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        scene = edit_scene()
        strip = scene.sequence_editor.active_strip if scene and scene.sequence_editor else None
        shot = scene.retake.shots.get(strip.retake.shot_id) if strip and strip.retake.shot_id else None
        if shot is None or not shot.takes:
            waits = strip is not None and strip.retake.job_id
            text = "The first take is on its way" if waits else "Select a strip that Retake made to see its takes"
            layout.label(text=text, icon="INFO")
            return
        row = layout.row()
        row.label(text=shot.name)
        row.operator("retake.edit_recipe", text="", icon="GREASEPENCIL")
        if strip.retake.job_id:
            layout.label(text="Another take is on its way", icon="SORTTIME")
        column = layout.column(align=True)
        for take in shot.takes:
            row = column.row(align=True)
            shows = strip.retake.take_number == take.number
            button = row.operator(
                RETAKE_OT_show_take.bl_idname,
                text=f"Take {take.number}  ·  {take.cost_units or '–'} units",
                icon="RADIOBUT_ON" if shows else "RADIOBUT_OFF",
                depress=shows,
            )
            button.shot_id, button.number = shot.name, take.number
            add = row.operator(RETAKE_OT_add_take.bl_idname, text="", icon="ADD")
            add.shot_id, add.number = shot.name, take.number
            reveal = row.operator(RETAKE_OT_reveal_take.bl_idname, text="", icon="FILE_FOLDER")
            reveal.shot_id, reveal.number = shot.name, take.number
        layout.operator("retake.regenerate", icon="FILE_REFRESH")


CLASSES = (RETAKE_OT_show_take, RETAKE_OT_add_take, RETAKE_OT_reveal_take, RETAKE_PT_takes)
