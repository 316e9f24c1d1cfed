# SPDX-License-Identifier: GPL-3.0-or-later
"""The Exchange panel: what an export or import kept, and the changes of an edit that was changed elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy
from bpy.props import BoolProperty, CollectionProperty, IntProperty, PointerProperty, StringProperty

from ..vse.compat import edit_scene
from . import desk, exchange, reading
from .sidebar import SidebarPanel
from .wrapped_label import wrapped_label

if TYPE_CHECKING:
    from threading import Event

_MOST_ROWS = 12
_ICONS = {"kept": "CHECKMARK", "approximated": "ERROR", "dropped": "CANCEL"}
_changes: list[Any] = []
"""What the rows stand for; empty after another file was opened."""


class RetakeChange(bpy.types.PropertyGroup):
    # `name` is the strip's.
    words: StringProperty(name="Change")
    needs: StringProperty(name="Needs")
    is_chosen: BoolProperty(
        name="Apply", description="Whether Apply brings this change onto the timeline", default=True
    )


class RetakeConform(bpy.types.PropertyGroup):
    file: StringProperty(name="Edit")
    unchanged: IntProperty(name="Unchanged")
    changes: CollectionProperty(type=RetakeChange)
    row: IntProperty(name="Change")


class RETAKE_UL_changes(bpy.types.UIList):
    def draw_item(
        self,
        context: bpy.types.Context,
        layout: bpy.types.UILayout,
        data: Any,
        item: Any,
        icon: int,
        active_data: Any,
        active_property: str,
        index: int = 0,
        flt_flag: int = 0,
    ) -> None:
        row = layout.row(align=True)
        row.prop(item, "is_chosen", text="")
        row.label(text=item.words, icon="ERROR" if item.needs else "NONE")

    def filter_items(self, context: bpy.types.Context, data: Any, propname: str) -> tuple[list[int], list[int]]:
        return [self.bitflag_filter_item] * len(getattr(data, propname)), []


class RETAKE_OT_conform(bpy.types.Operator):
    bl_idname = "retake.conform"
    bl_label = "Compare with Changed Edit"
    bl_description = "List what another program changed in this edit, to bring it back onto the timeline"

    filepath: StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"})
    filter_glob: StringProperty(default="*.otio;*.otioz;*.otiod;*.edl;*.xml;*.fcpxml;*.aaf", options={"HIDDEN"})

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        scene = edit_scene()
        if scene is None or scene.sequence_editor is None or not len(scene.sequence_editor.strips):
            cls.poll_message_set("There is no edit to compare with")
            return False
        return True

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..vse.read import read_timeline

        scene = edit_scene()
        path = Path(bpy.path.abspath(self.filepath))
        living = read_timeline(scene)

        def work(_unwanted: Event) -> Any:
            from ..vse.conform import plan_between

            plan = plan_between(living, path)
            return plan, [_needs(change) for change in plan.changes]

        def take_in(_: bpy.types.Scene, found: Any) -> None:
            plan, needs = found
            show_plan(path.name, plan, needs)

        reading.begin(scene, "The edits are being compared", work, take_in)
        return {"FINISHED"}


def _needs(change: Any) -> str:
    """What a strip whose media is too short would need, with the price."""
    from ..kling.catalogue import catalogue
    from ..shots.longer_take import longer_take

    if not change.missing_frames:
        return ""
    shown = change.after.shown if change.after else None
    recipe = shown.metadata.get("recipe") if shown else None
    longer = longer_take(recipe, change.needed_s) if isinstance(recipe, dict) and change.needed_s else None
    if longer is None:
        return f"{change.missing_frames} frames longer than its media"
    dollars = catalogue().dollars(longer.units)
    return f"{change.missing_frames} frames longer than its take: {longer.duration_s} s would cost ${dollars:.2f}"


def show_plan(file: str, plan: Any, needs: list[str]) -> None:
    shown = bpy.context.window_manager.retake_conform
    shown.file, shown.unchanged = file, plan.unchanged
    shown.changes.clear()
    _changes[:] = plan.changes
    for change, need in zip(plan.changes, needs, strict=True):
        row = shown.changes.add()
        row.name, row.words, row.needs = change.name, change.sentence, need
    desk.redraw()


class RETAKE_OT_apply_conform(bpy.types.Operator):
    bl_idname = "retake.apply_conform"
    bl_label = "Apply Changes"
    bl_description = "Bring the chosen changes onto the timeline; strips keep all else that they are"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        rows = context.window_manager.retake_conform.changes
        if not any(row.is_chosen for row in rows):
            cls.poll_message_set("Choose a change")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..errors import RetakeError
        from ..vse.apply_conform import apply_changes

        shown = context.window_manager.retake_conform
        if len(_changes) != len(shown.changes):
            self.report({"ERROR"}, "Compare the edit with the timeline again")
            return {"CANCELLED"}
        chosen = [change for change, row in zip(_changes, shown.changes, strict=True) if row.is_chosen]
        try:
            applied = apply_changes(edit_scene(), chosen)
        except RetakeError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        for name, _, reason in applied.notes:
            self.report({"WARNING"}, f"{name}: {reason}")
        forget_plan()
        self.report({"INFO"}, f"{applied.changes} changes are on the timeline")
        return {"FINISHED"}


class RETAKE_OT_forget_conform(bpy.types.Operator):
    bl_idname = "retake.forget_conform"
    bl_label = "Dismiss"
    bl_description = "Take the list of changes away"
    bl_options = {"INTERNAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        forget_plan()
        return {"FINISHED"}


def forget_plan() -> None:
    shown = bpy.context.window_manager.retake_conform
    shown.file = ""
    shown.changes.clear()
    _changes.clear()


class RETAKE_PT_exchange(SidebarPanel, bpy.types.Panel):
    bl_idname = "RETAKE_PT_exchange"
    bl_label = "Exchange"
    bl_order = 5
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        row = layout.row(align=True)
        row.operator(exchange.RETAKE_OT_import_otio.bl_idname, text="Import…", icon="IMPORT")
        row.operator(exchange.RETAKE_OT_export_otio.bl_idname, text="Export…", icon="EXPORT")
        layout.operator(RETAKE_OT_conform.bl_idname, text="Compare with Changed Edit…", icon="ARROW_LEFTRIGHT")
        layout.operator(exchange.RETAKE_OT_relink.bl_idname, text="Find Missing Media…", icon="VIEWZOOM")
        reading.draw(layout, context)
        _draw_changes(layout, context)
        _draw_report(layout, context)


def _draw_changes(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    shown = context.window_manager.retake_conform
    if not shown.file:
        return
    box = layout.box()
    row = box.row()
    row.label(text=shown.file, icon="FILE")
    row.operator(RETAKE_OT_forget_conform.bl_idname, text="", icon="X")
    if not len(shown.changes):
        box.label(text="Nothing was changed", icon="CHECKMARK")
        return
    box.template_list("RETAKE_UL_changes", "", shown, "changes", shown, "row", rows=min(len(shown.changes), 8))
    chosen = shown.changes[min(shown.row, len(shown.changes) - 1)]
    wrapped_label(box, context, chosen.words)
    if chosen.needs:
        wrapped_label(box, context, chosen.needs, "ERROR")
    box.label(text=bpy.app.translations.pgettext_iface("{count} strips are as they were").format(count=shown.unchanged))
    box.operator(RETAKE_OT_apply_conform.bl_idname, icon="CHECKMARK")


def _draw_report(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    shown = exchange.shown_report()
    if shown is None:
        return
    box = layout.box()
    box.label(text=shown.title, icon="FILE")
    words = bpy.app.translations.pgettext_iface("{kept} of {all} strips, {count} findings")
    losses = shown.report.losses
    box.label(text=words.format(kept=shown.report.kept, all=shown.report.strips, count=len(losses)))
    for one in losses[:_MOST_ROWS]:
        wrapped_label(box, context, f"{one.strip}, {one.feature}: {one.reason}", _ICONS[one.fate.value])
    if len(losses) > _MOST_ROWS:
        more = bpy.app.translations.pgettext_iface("and {count} more")
        box.label(text=more.format(count=len(losses) - _MOST_ROWS))
    for note in shown.report.notes:
        wrapped_label(box, context, note, "INFO")


def register() -> None:
    bpy.types.WindowManager.retake_conform = PointerProperty(type=RetakeConform)


def unregister() -> None:
    _changes.clear()
    del bpy.types.WindowManager.retake_conform


CLASSES = (
    RetakeChange,
    RetakeConform,
    RETAKE_UL_changes,
    RETAKE_OT_conform,
    RETAKE_OT_apply_conform,
    RETAKE_OT_forget_conform,
    RETAKE_PT_exchange,
)
