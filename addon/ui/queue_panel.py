# SPDX-License-Identifier: GPL-3.0-or-later
"""The Queue panel: every job of this account, how far it is, and what can be done about it."""

import time

import bpy
from bpy.props import StringProperty

from ..vse.compat import edit_scene
from . import desk
from .sidebar import SidebarPanel
from .wrapped_label import wrapped_label

_MOST_SHOWN = 12

_WORDS = {
    "queued": "waits for its turn",
    "preparing": "is being prepared",
    "submitting": "is being sent",
    "unknown": "Retake asks Kling what became of it",
    "submitted": "waits in Kling's queue",
    "processing": "Kling is working on it",
    "downloading": "fetching the take",
    "ready": "the take is there",
    "placed": "on the timeline",
    "failed": "Kling could not make it",
    "refused": "refused; nothing was paid",
    "cancelled": "called back",
}
_ICONS = {"ready": "CHECKMARK", "placed": "CHECKMARK", "failed": "ERROR", "refused": "ERROR", "cancelled": "X"}
_SHARES = {"queued": 0.0, "preparing": 0.02, "submitting": 0.04, "unknown": 0.04, "submitted": 0.1, "processing": 0.4,
           "downloading": 0.85}  # fmt: skip


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
        desk.desk().entries[self.job_id].error = ""
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


class RETAKE_PT_queue(SidebarPanel, bpy.types.Panel):
    bl_idname = "RETAKE_PT_queue"
    bl_label = "Queue"

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        state = desk.desk()
        if state.trouble:
            row = layout.row()
            wrapped_label(row, context, state.trouble, "ERROR")
            row.operator(RETAKE_OT_copy_error.bl_idname, text="", icon="COPYDOWN")
        if state.session is None:
            layout.operator(RETAKE_OT_open_queue.bl_idname, icon="FILE_REFRESH")
        if not state.entries:
            if state.session is not None:
                layout.label(text="Nothing is being made. Describe a shot above", icon="INFO")
            return
        for entry in list(state.entries.values())[: -_MOST_SHOWN - 1 : -1]:
            _draw_entry(layout.box(), context, entry)
        if len(state.entries) > _MOST_SHOWN:
            layout.label(text=f"and {len(state.entries) - _MOST_SHOWN} older ones")


def _draw_entry(box: bpy.types.UILayout, context: bpy.types.Context, entry: desk.QueueEntry) -> None:
    state = entry.job.state.value if entry.job else "queued"
    row = box.row()
    row.label(text=entry.shot_id, icon=_ICONS.get(state, "ERROR" if entry.error else "SORTTIME"))
    if entry.job is not None:
        units = entry.job.billed_units if entry.job.billed_units is not None else entry.job.estimate_units
        row.label(text=f"{units.normalize():f} units")
    if entry.error:
        row = box.row()
        wrapped_label(row, context, entry.error)
        row.operator(RETAKE_OT_copy_error.bl_idname, text="", icon="COPYDOWN").job_id = entry.job_id
        if state in _SHARES:
            box.operator(RETAKE_OT_go_on.bl_idname, icon="FILE_REFRESH").job_id = entry.job_id
        return
    if state not in _SHARES:
        row = box.row()
        row.label(text=_WORDS[state])
        if entry.job is not None and entry.job.facts is not None:
            row.operator(RETAKE_OT_place_again.bl_idname, text="", icon="IMPORT").job_id = entry.job_id
        return
    share = _SHARES[state]
    if state == "downloading" and entry.share is not None:
        share += (1 - share) * entry.share
    row = box.row(align=True)
    row.progress(text=f"{entry.waits or _WORDS[state]}, {time.monotonic() - entry.began_s:.0f} s", factor=share)
    if state in ("queued", "preparing"):
        row.operator(RETAKE_OT_cancel_job.bl_idname, text="", icon="X").job_id = entry.job_id


CLASSES = (
    RETAKE_OT_cancel_job,
    RETAKE_OT_go_on,
    RETAKE_OT_place_again,
    RETAKE_OT_copy_error,
    RETAKE_OT_open_queue,
    RETAKE_PT_queue,
)
