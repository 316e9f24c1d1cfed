# SPDX-License-Identifier: GPL-3.0-or-later
"""The Queue panel: every job of this account, how far it is, and what can be done about it."""

import bpy
from bpy.props import StringProperty

from ..vse.compat import edit_scene
from ..vse.shots import has_asked, note_asked
from . import desk
from .progress import WORDS, is_under_way, line, share, state_of
from .sidebar import SidebarPanel
from .wrapped_label import wrapped_label

_MOST_SHOWN = 12

_ICONS = {"ready": "CHECKMARK", "placed": "CHECKMARK", "failed": "ERROR", "refused": "ERROR", "cancelled": "X"}
_ENDED = ("ready", "placed", "failed", "refused", "cancelled")
_UNPAID = ("refused", "cancelled")


class RETAKE_OT_cancel_job(bpy.types.Operator):
    bl_idname = "retake.cancel_job"
    bl_label = "Cancel"
    bl_description = "Call the shot back, if it is not sent yet. Kling has no cancel: what is sent is paid and kept"

    job_id: StringProperty(options={"HIDDEN"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        session = desk.desk().session
        if session is not None:
            session.cancel(self.job_id)
        return {"FINISHED"}


class RETAKE_OT_go_on(bpy.types.Operator):
    bl_idname = "retake.go_on"
    bl_label = "Try Again"
    bl_description = "Go on with this shot where it stopped. Nothing is paid twice"

    job_id: StringProperty(options={"HIDDEN"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        entry = desk.desk().entries.get(self.job_id)
        if entry is None:
            self.report({"ERROR"}, "This job is not in the list any more")
            return {"CANCELLED"}
        if entry.unsent is not None:
            desk.send(entry.unsent)
        else:
            entry.error = ""
            desk.open_session().go_on(self.job_id)
        return {"FINISHED"}


class RETAKE_OT_place_again(bpy.types.Operator):
    bl_idname = "retake.place_again"
    bl_label = "Place Again"
    bl_description = (
        "Put this take on the strips that wait for it, or into its shot's list, once more: after an undo, say"
    )

    job_id: StringProperty(options={"HIDDEN"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        entry = desk.desk().entries.get(self.job_id)
        if entry is None or entry.job is None or entry.job.facts is None:
            self.report({"ERROR"}, "This shot has no take")
            return {"CANCELLED"}
        from .arrival import arrive

        arrive(desk.open_session(), entry.job, into=edit_scene())
        return {"FINISHED"}


class RETAKE_OT_copy_error(bpy.types.Operator):
    bl_idname = "retake.copy_error"
    bl_label = "Copy Error"
    bl_description = "Copy what went wrong to the clipboard; it holds no key"

    job_id: StringProperty(options={"HIDDEN"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        entry = desk.desk().entries.get(self.job_id)
        context.window_manager.clipboard = entry.error if entry else desk.desk().trouble
        self.report({"INFO"}, "Copied")
        return {"FINISHED"}


class RETAKE_OT_open_queue(bpy.types.Operator):
    bl_idname = "retake.open_queue"
    bl_label = "Look for Unfinished Shots"
    bl_description = "Read Retake's ledger, and go on with what is unfinished"

    def execute(self, context: bpy.types.Context) -> set[str]:
        desk.open_session()
        return {"FINISHED"}


class RETAKE_OT_pause(bpy.types.Operator):
    bl_idname = "retake.pause"
    bl_label = "Pause"
    bl_description = "Send nothing new for now, or go on. What Kling has goes on, and is fetched"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if desk.desk().session is None:
            cls.poll_message_set("Nothing is under way")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        desk.set_paused(paused=not desk.desk().is_paused)
        self.report({"INFO"}, "Nothing new is sent" if desk.desk().is_paused else "Shots are sent again")
        return {"FINISHED"}


class RETAKE_OT_clear_finished(bpy.types.Operator):
    bl_idname = "retake.clear_finished"
    bl_label = "Clear Finished"
    bl_description = "Take ended jobs out of this list. Ledger, takes and files stay"

    def execute(self, context: bpy.types.Context) -> set[str]:
        for entry in desk.desk().entries.values():
            entry.is_cleared |= _can_be_cleared(entry)
        return {"FINISHED"}


class RETAKE_OT_queue_of_all_files(bpy.types.Operator):
    bl_idname = "retake.queue_of_all_files"
    bl_label = "All Files"
    bl_description = "List the shots of all files, or only those of this file"

    def execute(self, context: bpy.types.Context) -> set[str]:
        desk.desk().shows_all_files = not desk.desk().shows_all_files
        return {"FINISHED"}


class RETAKE_OT_ask_again(bpy.types.Operator):
    bl_idname = "retake.ask_again"
    bl_label = "Generate Again"
    bl_description = "Ask Kling for the same once more. It is paid like any other take"

    job_id: StringProperty(options={"HIDDEN"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        entry = desk.desk().entries.get(self.job_id)
        units = entry.job.estimate_units if entry and entry.job else None
        price = "" if units is None else f"It costs {units.normalize():f} units."
        return context.window_manager.invoke_confirm(
            self, event, title="Generate again?", message=price, confirm_text="Generate"
        )

    def execute(self, context: bpy.types.Context) -> set[str]:
        entry = desk.desk().entries.get(self.job_id)
        if entry is None or entry.job is None:
            self.report({"ERROR"}, "This job is not on record")
            return {"CANCELLED"}
        new_id = desk.new_job_id()
        for scene in bpy.data.scenes:
            for strip in scene.sequence_editor.strips_all if scene.sequence_editor else ():
                if strip.retake.job_id == self.job_id:
                    strip.retake.job_id = new_id
            if has_asked(scene, entry.shot_id, self.job_id):
                note_asked(scene, entry.shot_id, new_id)
        desk.ask_again(self.job_id, new_id)
        return {"FINISHED"}


class RETAKE_OT_send_anyway(bpy.types.Operator):
    bl_idname = "retake.send_anyway"
    bl_label = "Send Anyway"
    bl_description = "Send it although the account's packages seem not to be enough: Kling's number may be 12 hours old"

    job_id: StringProperty(options={"HIDDEN"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        from dataclasses import replace

        entry = desk.desk().entries.get(self.job_id)
        if entry is not None and entry.unsent is not None:
            desk.send(replace(entry.unsent, ignores_balance=True))
        elif entry is not None and entry.again_of:
            desk.ask_again(entry.again_of, entry.job_id, ignores_balance=True)
        else:
            self.report({"ERROR"}, "This shot was sent, or is forgotten")
            return {"CANCELLED"}
        return {"FINISHED"}


class RETAKE_OT_open_takes(bpy.types.Operator):
    bl_idname = "retake.open_takes"
    bl_label = "Open Folder"
    bl_description = "Show the folder that this job's clip goes to"

    job_id: StringProperty(options={"HIDDEN"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        entry = desk.desk().entries.get(self.job_id)
        if entry is None or entry.job is None or not entry.job.media_dir.is_dir():
            self.report({"ERROR"}, "There is no such folder yet")
            return {"CANCELLED"}
        bpy.ops.wm.path_open(filepath=str(entry.job.media_dir))
        return {"FINISHED"}


class RETAKE_PT_queue(SidebarPanel, bpy.types.Panel):
    bl_idname = "RETAKE_PT_queue"
    bl_label = "Queue"
    bl_order = 3

    def draw_header_preset(self, context: bpy.types.Context) -> None:
        state = desk.desk()
        under_way = sum(map(is_under_way, state.entries.values()))
        row = self.layout.row(align=True)
        if under_way:
            row.label(text=str(under_way))
        row.operator(RETAKE_OT_pause.bl_idname, text="", icon="PLAY" if state.is_paused else "PAUSE", emboss=False)

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        state = desk.desk()
        if state.trouble:
            row = layout.row()
            wrapped_label(row, context, state.trouble, "ERROR")
            row.operator(RETAKE_OT_copy_error.bl_idname, text="", icon="COPYDOWN")
        if state.session is None:
            layout.operator(RETAKE_OT_open_queue.bl_idname, icon="FILE_REFRESH")
        if state.is_paused:
            layout.label(text="Paused: nothing new is sent", icon="PAUSE")
        everything = [entry for entry in state.entries.values() if not entry.is_cleared]
        if not everything:
            if state.session is not None:
                layout.label(text="Nothing is being made. Describe a shot above", icon="INFO")
            return
        text = "All Files" if state.shows_all_files else "This File"
        icon = "FILE_FOLDER" if state.shows_all_files else "FILE_BLEND"
        layout.operator(RETAKE_OT_queue_of_all_files.bl_idname, text=text, icon=icon)
        # Those that want something first, then the newest.
        entries = list(reversed(everything if state.shows_all_files else _of_this_file(everything)))
        if not entries:
            layout.label(text="No shot of this file is in the list", icon="INFO")
            return
        entries.sort(key=lambda entry: not is_under_way(entry) and not entry.error)
        for entry in entries[:_MOST_SHOWN]:
            _draw_entry(layout.box(), context, entry)
        row = layout.row()
        if len(entries) > _MOST_SHOWN:
            row.label(text=f"and {len(entries) - _MOST_SHOWN} more")
        if any(map(_can_be_cleared, entries)):
            row.operator(RETAKE_OT_clear_finished.bl_idname)


def _can_be_cleared(entry: desk.QueueEntry) -> bool:
    """Not what is under way, nor what stopped and can go on."""
    return state_of(entry) in _ENDED or (entry.job is None and bool(entry.error))


def _of_this_file(entries: list[desk.QueueEntry]) -> list[desk.QueueEntry]:
    """Those whose take is in a list of this file, or is waited for on its timeline."""
    from .arrival import awaited_jobs

    shots = [shot for scene in bpy.data.scenes for shot in scene.retake.shots]
    here = awaited_jobs() | {take.job_id for shot in shots for take in shot.takes}
    here |= {asked.name for shot in shots for asked in shot.asked}
    return [entry for entry in entries if entry.job_id in here]


def _draw_entry(box: bpy.types.UILayout, context: bpy.types.Context, entry: desk.QueueEntry) -> None:
    state = state_of(entry)
    row = box.row()
    icon = "ERROR" if entry.error else _ICONS.get(state, "SORTTIME")
    row.label(text=f"{entry.shot_id} take {entry.job.take_number}" if entry.job else entry.shot_id, icon=icon)
    if entry.job is not None:
        units = entry.job.billed_units if entry.job.billed_units is not None else entry.job.estimate_units
        about = "" if entry.job.billed_units is not None or state in _UNPAID else "about "
        row.label(text="free" if state in _UNPAID else f"{about}{units.normalize():f} units")
        row.operator(RETAKE_OT_open_takes.bl_idname, text="", icon="FILE_FOLDER", emboss=False).job_id = entry.job_id
    if entry.error:
        _draw_error(box, context, entry, state)
        return
    row = box.row(align=True)
    if is_under_way(entry):
        row.progress(text=line(desk.desk(), entry), factor=share(desk.desk(), entry))
        if state in ("queued", "preparing"):
            row.operator(RETAKE_OT_cancel_job.bl_idname, text="", icon="X").job_id = entry.job_id
        return
    row.label(text=WORDS[state])
    if entry.job is not None and entry.job.facts is not None:
        row.operator(RETAKE_OT_place_again.bl_idname, text="", icon="IMPORT").job_id = entry.job_id
    if entry.note:
        wrapped_label(box, context, entry.note, "INFO")


def _draw_error(box: bpy.types.UILayout, context: bpy.types.Context, entry: desk.QueueEntry, state: str) -> None:
    row = box.row()
    wrapped_label(row, context, entry.error)
    row.operator(RETAKE_OT_copy_error.bl_idname, text="", icon="COPYDOWN").job_id = entry.job_id
    if entry.lacks_balance:
        box.operator(RETAKE_OT_send_anyway.bl_idname, icon="PLAY").job_id = entry.job_id
    elif entry.job is not None and state in _ENDED and entry.job.facts is None:
        box.operator(RETAKE_OT_ask_again.bl_idname, icon="FILE_REFRESH").job_id = entry.job_id
    elif entry.job is not None and entry.job.facts is not None:
        box.operator(RETAKE_OT_place_again.bl_idname, icon="IMPORT").job_id = entry.job_id
    elif entry.job is not None or entry.unsent is not None:
        box.operator(RETAKE_OT_go_on.bl_idname, icon="FILE_REFRESH").job_id = entry.job_id


CLASSES = (
    RETAKE_OT_cancel_job,
    RETAKE_OT_go_on,
    RETAKE_OT_place_again,
    RETAKE_OT_copy_error,
    RETAKE_OT_open_queue,
    RETAKE_OT_pause,
    RETAKE_OT_clear_finished,
    RETAKE_OT_queue_of_all_files,
    RETAKE_OT_ask_again,
    RETAKE_OT_send_anyway,
    RETAKE_OT_open_takes,
    RETAKE_PT_queue,
)
