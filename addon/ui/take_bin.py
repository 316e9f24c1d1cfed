# SPDX-License-Identifier: GPL-3.0-or-later
"""Deleting takes and getting them back. The clip goes to a folder beside it at once, and follows undo and redo.

A take that is deleted stays on the scene's record, marked: undo takes the mark away, and the clip is brought back with
it, so that neither list nor strips ever name a file that Retake itself moved away.
"""

from pathlib import Path

import bpy

from ..vse.compat import edit_scene
from ..vse.shots import absolute_path, set_deleted, shows_take
from .chosen_take import active_shot, chosen_entry, poll_chosen
from .take_look import forget_looks

_moved: set[Path] = set()
"""Where the clips were that this Blender moved."""


class RETAKE_OT_delete_take(bpy.types.Operator):
    bl_idname = "retake.delete_take"
    bl_label = "Delete Take"
    bl_description = "Take it out of the list. Its clip goes to the folder “deleted takes” beside it; nothing is erased"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not poll_chosen(cls):
            return False
        shot, entry = active_shot(), chosen_entry()
        if any(shows_take(scene, shot.name, entry.number) for scene in bpy.data.scenes):
            cls.poll_message_set("Strips show this take: let them show another one first")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..errors import RetakeError
        from ..jobs.deleted_takes import put_away

        shot, entry = active_shot(), chosen_entry()
        number, clip = entry.number, absolute_path(entry.filepath)
        try:
            put_away(clip)
        except RetakeError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        _moved.add(clip)
        for scene in bpy.data.scenes:
            if shot.name in scene.retake.shots:
                set_deleted(scene, shot.name, number, is_deleted=True)
        left = [row for row, one in enumerate(shot.takes) if not one.is_deleted]
        shot.chosen_row = max((row for row in left if row <= shot.chosen_row), default=min(left, default=0))
        forget_looks()
        self.report({"INFO"}, f"Take {number} of {shot.name} is among the deleted takes")
        return {"FINISHED"}


class RETAKE_OT_restore_takes(bpy.types.Operator):
    bl_idname = "retake.restore_takes"
    bl_label = "Restore Deleted Takes"
    bl_description = "Bring back all deleted takes of this shot: into the list, and their clips to where they were"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if active_shot() is None:
            cls.poll_message_set("Select a strip of the shot")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..errors import RetakeError
        from ..jobs.deleted_takes import bring_back, deleted_place, deleted_takes
        from ..vse.shots import knows_take, record_take, takes_of
        from .drafted_shot import media_folder

        scene, shot_id = edit_scene(), active_shot().name
        known = (*takes_of(scene, shot_id, deleted=True), *takes_of(scene, shot_id))
        folders = {media_folder(), *(take.file.parent for take in known)}
        strangers = [
            take
            for folder in sorted(folders)
            for take in deleted_takes(folder, shot_id)
            if not knows_take(scene, shot_id, take.number)
        ]
        restored = 0
        for take in (*known, *strangers):
            if not deleted_place(take.file).is_file() or take.file.is_file():
                continue
            try:
                bring_back(take.file)
            except RetakeError as error:
                self.report({"ERROR"}, str(error))
                return {"CANCELLED"}
            _moved.add(take.file)
            if take in strangers:
                record_take(scene, take, make_active=False)
            for one in bpy.data.scenes:
                if shot_id in one.retake.shots:
                    set_deleted(one, shot_id, take.number, is_deleted=False)
            restored += 1
        forget_looks()
        if not restored:
            self.report({"INFO"}, f"{shot_id} has no deleted takes")
            return {"CANCELLED"}
        self.report({"INFO"}, f"{restored} {'take is' if restored == 1 else 'takes are'} back in the list")
        return {"FINISHED"}


def follow_undo() -> None:
    """Let the clips that this Blender moved lie where the list says now. Renames only; what fails stays."""
    if not _moved:
        return
    from ..errors import StorageError
    from ..jobs.deleted_takes import bring_back, deleted_place, put_away

    listed = {
        absolute_path(entry.filepath): entry.is_deleted
        for scene in bpy.data.scenes
        for shot in scene.retake.shots
        for entry in shot.takes
        if entry.filepath
    }
    for clip in _moved & listed.keys():
        try:
            if listed[clip] and clip.is_file():
                put_away(clip)
            elif not listed[clip] and deleted_place(clip).is_file():
                bring_back(clip)
        except StorageError:
            continue  # the list shows that the file is missing, and offers to restore it
    forget_looks()


@bpy.app.handlers.persistent
def _undone(*_: object) -> None:
    follow_undo()


_HANDLERS = (bpy.app.handlers.undo_post, bpy.app.handlers.redo_post)


def register() -> None:
    for handlers in _HANDLERS:
        handlers.append(_undone)


def unregister() -> None:
    for handlers in _HANDLERS:
        handlers.remove(_undone)
    _moved.clear()


CLASSES = (RETAKE_OT_delete_take, RETAKE_OT_restore_takes)
