# SPDX-License-Identifier: GPL-3.0-or-later
"""The lists of the Shot panel: voices, elements and reference images, with a row for each."""

import bpy
from bpy.props import EnumProperty, IntProperty

from ..vse.compat import edit_scene

_LISTS = [
    ("voices", "Voices", "Voices of the account or of Kling's own"),
    ("elements", "Elements", "Characters and things of the account"),
    ("references", "References", "Pictures that the prompt names"),
    ("cuts", "Cuts", "Parts of one clip, one after the other"),
]


class RETAKE_OT_add_row(bpy.types.Operator):
    bl_idname = "retake.add_row"
    bl_label = "Add"
    bl_description = "Add an empty row"
    bl_options = {"UNDO", "INTERNAL"}

    to: EnumProperty(name="List", items=_LISTS, options={"HIDDEN"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        getattr(edit_scene().retake_draft, self.to).add()
        return {"FINISHED"}


class RETAKE_OT_remove_row(bpy.types.Operator):
    bl_idname = "retake.remove_row"
    bl_label = "Remove"
    bl_description = "Take this row out of the list"
    bl_options = {"UNDO", "INTERNAL"}

    of: EnumProperty(name="List", items=_LISTS, options={"HIDDEN"})
    index: IntProperty(name="Row", min=0, options={"HIDDEN"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        getattr(edit_scene().retake_draft, self.of).remove(self.index)
        return {"FINISHED"}


def draw_rows(layout: bpy.types.UILayout, draft: bpy.types.PropertyGroup, name: str) -> None:
    """One list with its buttons."""
    rows = getattr(draft, name)
    column = layout.column(align=True)
    column.use_property_split = False
    for index, entry in enumerate(rows):
        row = column.row(align=True)
        if name == "cuts":
            row.prop(entry, "prompt", text="", placeholder=f"What part {index + 1} shows")
            length = row.row(align=True)
            length.scale_x = 0.4
            length.prop(entry, "duration", text="")
        elif name == "references":
            row.label(text=f"@image_{index + 1}")
            row.prop(entry, "filepath", text="")
        else:
            row.prop(entry, "name", text="", placeholder="Name in the prompt")
            row.prop(entry, "identifier", text="", placeholder="Id")
        remove = row.operator(RETAKE_OT_remove_row.bl_idname, text="", icon="X")
        remove.of, remove.index = name, index
    words = {"voices": "Add Voice", "elements": "Add Element", "references": "Add Image", "cuts": "Add Cut"}
    column.operator(RETAKE_OT_add_row.bl_idname, text=words[name], icon="ADD").to = name
    if name == "cuts":
        column.operator("retake.pack_shots", icon="SEQ_STRIP_META")
        if rows:
            column.label(text=f"{sum(row.duration for row in rows)} s in all; a strip for each", icon="INFO")


CLASSES = (RETAKE_OT_add_row, RETAKE_OT_remove_row)
