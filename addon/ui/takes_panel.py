# SPDX-License-Identifier: GPL-3.0-or-later
"""The Takes panel: the takes of the selected strip's shot, and the one its strips show."""

import bpy
from bpy.props import IntProperty, StringProperty

from ..vse.compat import edit_scene
from . import desk, take_list
from .bring_takes import bring_when_drawn
from .chosen_take import active_strip, chosen_entry
from .compare import RETAKE_OT_compare_takes, draw_compare
from .sidebar import SidebarPanel
from .wrapped_label import wrapped_label

_FEWEST_ROWS = 4


class RETAKE_OT_show_take(bpy.types.Operator):
    bl_idname = "retake.show_take"
    bl_label = "Show Take"
    bl_description = "Let all strips of the shot show this take, in place"
    bl_options = {"REGISTER", "UNDO"}

    shot_id: StringProperty(name="Shot", options={"HIDDEN"})
    number: IntProperty(name="Take", min=0, default=1)

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
    number: IntProperty(name="Take", min=0, default=1)

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


class RETAKE_MT_take(bpy.types.Menu):
    bl_idname = "RETAKE_MT_take"
    bl_label = "Take"

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        entry = chosen_entry()
        if entry is not None:
            add = layout.operator(RETAKE_OT_add_take.bl_idname, icon="ADD")
            add.shot_id, add.number = active_strip().retake.shot_id, entry.number
        layout.operator("retake.edit_recipe", icon="GREASEPENCIL")
        layout.operator("retake.lip_sync", text="Lip-Sync to Sound…", icon="SPEAKER")
        layout.operator("retake.copy_prompt", icon="COPYDOWN")
        layout.operator("retake.reveal_take", icon="FILE_FOLDER")
        layout.operator("retake.relink_take", icon="LINKED")
        layout.separator()
        layout.operator("retake.delete_take", icon="TRASH")
        layout.operator("retake.restore_takes", icon="LOOP_BACK")


class RETAKE_PT_takes(SidebarPanel, bpy.types.Panel):
    bl_idname = "RETAKE_PT_takes"
    bl_label = "Takes"
    bl_order = 2

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        scene = edit_scene()
        if scene is None:
            layout.label(text="Choose a scene for the sequencer first", icon="INFO")
            return
        draw_compare(layout, scene)
        bring_when_drawn(scene)
        strip = active_strip()
        shot = scene.retake.shots.get(strip.retake.shot_id) if strip and strip.retake.shot_id else None
        if strip is None or shot is None or all(take.is_deleted for take in shot.takes):
            _draw_empty(layout, context, strip, has_deleted=shot is not None and len(shot.takes) > 0)
            return
        _draw_takes(layout, context, strip, shot)


def _draw_empty(
    layout: bpy.types.UILayout, context: bpy.types.Context, strip: bpy.types.Strip | None, *, has_deleted: bool
) -> None:
    if strip is not None and strip.retake.compares:
        wrapped_label(layout, context, "Select a strip of the shot to choose between its takes", "INFO")
    elif strip is not None and strip.retake.job_id:
        entry = desk.desk().entries.get(strip.retake.job_id)
        if entry is not None and entry.error:
            layout.label(text="No take came: see the Queue", icon="ERROR")
        else:
            layout.label(text="The first take is on its way", icon="SORTTIME")
    elif strip is not None and strip.retake.shot_id:
        wrapped_label(layout, context, "This shot has no take yet. Regenerate asks Kling for one", "INFO")
        layout.operator("retake.regenerate", icon="FILE_REFRESH")
    elif strip is not None:
        wrapped_label(layout, context, "Retake did not make this strip. It can be the first take of a shot", "INFO")
        layout.operator("retake.make_shot")
    else:
        wrapped_label(layout, context, "Select a strip that Retake made to see its takes", "INFO")
    if has_deleted:
        layout.operator("retake.restore_takes", icon="LOOP_BACK")


def _draw_takes(
    layout: bpy.types.UILayout,
    context: bpy.types.Context,
    strip: bpy.types.Strip,
    shot: bpy.types.PropertyGroup,
) -> None:
    layout.label(text=shot.name)
    if strip.retake.job_id:
        layout.label(text="Another take is on its way", icon="SORTTIME")
    row = layout.row()
    row.template_list("RETAKE_UL_takes", "", shot, "takes", shot, "chosen_row", rows=_FEWEST_ROWS)
    buttons = row.column(align=True)
    buttons.operator("retake.previous_take", text="", icon="TRIA_UP")
    buttons.operator("retake.next_take", text="", icon="TRIA_DOWN")
    buttons.separator()
    buttons.menu(RETAKE_MT_take.bl_idname, text="", icon="DOWNARROW_HLT")
    buttons.separator()
    buttons.operator("retake.delete_take", text="", icon="TRASH")
    entry = chosen_entry()
    if entry is not None:
        _draw_chosen(layout, context, strip, shot, entry)
    shown = next((take for take in shot.takes if take.number == strip.retake.take_number), None)
    row = layout.row(align=True)
    row.operator("retake.regenerate", icon="FILE_REFRESH")
    row.operator("retake.edit_recipe", text="", icon="GREASEPENCIL")
    if shown is not None and take_list.has_other_prompt(shown, edit_scene().retake_draft):
        wrapped_label(
            layout,
            context,
            "Regenerate asks for the prompt above, which is another one than this take's. The pencil brings its own",
            "INFO",
        )


def _draw_chosen(
    layout: bpy.types.UILayout,
    context: bpy.types.Context,
    strip: bpy.types.Strip,
    shot: bpy.types.PropertyGroup,
    entry: bpy.types.PropertyGroup,
) -> None:
    if entry.number != strip.retake.take_number:
        show = layout.operator(RETAKE_OT_show_take.bl_idname, text=f"Show Take {entry.number}", icon="HIDE_OFF")
        show.shot_id, show.number = shot.name, entry.number
    row = layout.row(align=True)
    row.operator(RETAKE_OT_compare_takes.bl_idname, text="Wipe", icon="SPLIT_VERTICAL").kind = "WIPE"
    row.operator(RETAKE_OT_compare_takes.bl_idname, text="Side by Side").kind = "SIDE_BY_SIDE"
    take_list.draw_details(layout, context, entry)


CLASSES = (RETAKE_OT_show_take, RETAKE_OT_add_take, RETAKE_MT_take, RETAKE_PT_takes)
