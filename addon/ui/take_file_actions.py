# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be done with the chosen take's file and prompt."""

from pathlib import Path

import bpy
from bpy.props import StringProperty

from ..vse.compat import edit_scene
from ..vse.shots import absolute_path, relink_take
from .chosen_take import active_shot, chosen_entry, poll_chosen
from .take_list import prompt_of
from .take_look import forget_looks


class RETAKE_OT_reveal_take(bpy.types.Operator):
    bl_idname = "retake.reveal_take"
    bl_label = "Open Folder"
    bl_description = "Show the folder of this take's clip"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return poll_chosen(cls)

    def execute(self, context: bpy.types.Context) -> set[str]:
        folder = absolute_path(chosen_entry().filepath).parent
        if not folder.is_dir():
            self.report({"ERROR"}, f"The folder is missing: {folder}")
            return {"CANCELLED"}
        bpy.ops.wm.path_open(filepath=str(folder))
        return {"FINISHED"}


class RETAKE_OT_copy_prompt(bpy.types.Operator):
    bl_idname = "retake.copy_prompt"
    bl_label = "Copy Prompt"
    bl_description = "Copy the prompt of this take to the clipboard"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not poll_chosen(cls):
            return False
        if not prompt_of(chosen_entry()):
            cls.poll_message_set("This take was made without a prompt")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        context.window_manager.clipboard = prompt_of(chosen_entry())
        self.report({"INFO"}, "Copied")
        return {"FINISHED"}


class RETAKE_OT_relink_take(bpy.types.Operator):
    bl_idname = "retake.relink_take"
    bl_label = "Relink"
    bl_description = "Choose where the clip of this take is now. Its strips follow"
    bl_options = {"REGISTER", "UNDO"}

    filepath: StringProperty(subtype="FILE_PATH", options={"HIDDEN", "SKIP_SAVE"})
    filter_glob: StringProperty(default="*.mp4;*.mov;*.mkv;*.webm", options={"HIDDEN"})

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return poll_chosen(cls)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        self.filepath = str(absolute_path(chosen_entry().filepath))
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        file = Path(bpy.path.abspath(self.filepath))
        if not file.is_file():
            self.report({"ERROR"}, f"There is no file {file}")
            return {"CANCELLED"}
        entry = chosen_entry()
        if absolute_path(entry.filepath).name != file.name:
            self.report({"WARNING"}, f"{file.name} is named other than the clip was: is it the same take?")
        relink_take(edit_scene(), active_shot().name, entry.number, file)
        forget_looks()
        return {"FINISHED"}


CLASSES = (RETAKE_OT_reveal_take, RETAKE_OT_copy_prompt, RETAKE_OT_relink_take)
