# SPDX-License-Identifier: GPL-3.0-or-later
"""The operators that ask for takes: a new shot at the playhead, or another take of the selected strip's shot."""

from pathlib import Path

import bpy
from bpy.app.translations import pgettext_rpt as rpt_

from ..vse.compat import edit_scene
from ..vse.shots import await_take
from . import desk
from .host import is_this_computer, why_offline
from .preferences import preferences


def why_not_now() -> str:
    """Why no shot can be asked for on this computer just now; empty where one can."""
    needs_network = not preferences().use_sandbox and not is_this_computer()
    return why_offline() if needs_network else ""


def _can_ask(cls: type[bpy.types.Operator]) -> bool:
    if edit_scene() is None:
        cls.poll_message_set("Choose a scene for the sequencer first")
        return False
    if why_not := why_not_now():
        cls.poll_message_set(why_not)
        return False
    return True


def _active_shot_strip(scene: bpy.types.Scene | None) -> bpy.types.Strip | None:
    """The active strip, where it is one of a shot."""
    editor = scene.sequence_editor if scene else None
    strip = editor.active_strip if editor else None
    return strip if strip is not None and strip.retake.shot_id else None


class RETAKE_OT_generate(bpy.types.Operator):
    bl_idname = "retake.generate"
    bl_label = "Generate"
    bl_description = (
        "Ask Kling for the shot. A placeholder lies at the playhead at once; move, trim or delete it as you like. "
        "It costs what the panel says"
    )
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return _can_ask(cls)

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..errors import RetakeError
        from .drafted_shot import drafted_shot, media_folder, next_shot_id
        from .waiting import place_waiting
        from .where import spot_of

        scene = edit_scene()
        shot = drafted_shot(scene.retake_draft)
        if shot.problems:
            self.report({"ERROR"}, shot.problems[0])
            return {"CANCELLED"}
        shot_id = scene.retake_draft.shot_id or next_shot_id(scene)
        job_id = desk.new_job_id()
        try:
            spot = spot_of(scene, scene.retake_draft)
            told = place_waiting(scene, shot_id, job_id, shot.fields, spot)
        except RetakeError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        desk.wish(job_id, shot_id, shot.fields, folder_of_names(), media_folder())
        on_its_way = rpt_("{:s} is on its way").format(shot_id)
        self.report({"INFO"}, f"{on_its_way}: {told}" if told else on_its_way)
        return {"FINISHED"}


class RETAKE_OT_regenerate(bpy.types.Operator):
    bl_idname = "retake.regenerate"
    bl_label = "Regenerate"
    bl_description = (
        "Ask Kling for another take of the selected strip's shot, as the Shot panel describes it. The strip shows it, "
        "in place, once it is there. It costs what the panel says"
    )
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not _can_ask(cls):
            return False
        if _active_shot_strip(edit_scene()) is None:
            cls.poll_message_set("Select a strip that Retake made")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        from .drafted_shot import drafted_shot, media_folder

        scene = edit_scene()
        shot = drafted_shot(scene.retake_draft)
        if shot.problems:
            self.report({"ERROR"}, shot.problems[0])
            return {"CANCELLED"}
        shot_id = _active_shot_strip(scene).retake.shot_id
        job_id = desk.new_job_id()
        await_take(scene, shot_id, job_id)
        desk.wish(job_id, shot_id, shot.fields, folder_of_names(), media_folder())
        self.report({"INFO"}, f"Another take of {shot_id} is on its way")
        return {"FINISHED"}


class RETAKE_OT_edit_recipe(bpy.types.Operator):
    bl_idname = "retake.edit_recipe"
    bl_label = "Edit Recipe"
    bl_description = "Put what the selected strip's take was made from into the Shot panel"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if _active_shot_strip(edit_scene()) is None:
            cls.poll_message_set("Select a strip that Retake made")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..vse.shots import takes_of
        from .recipe import fill_draft

        scene = edit_scene()
        strip = _active_shot_strip(scene)
        for take in takes_of(scene, strip.retake.shot_id):
            if take.number == strip.retake.take_number:
                fill_draft(scene.retake_draft, take.shot_id, take.recipe)
                return {"FINISHED"}
        self.report({"ERROR"}, "This strip shows no take yet")
        return {"CANCELLED"}


def folder_of_names() -> Path:
    """What relative names of images count from."""
    return Path(bpy.data.filepath).parent if bpy.data.filepath else Path.home()


CLASSES = (RETAKE_OT_generate, RETAKE_OT_regenerate, RETAKE_OT_edit_recipe)
