# SPDX-License-Identifier: GPL-3.0-or-later
"""The Exchange panel: what an export or import kept, and the changes of an edit that was changed elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy
from bpy.app.translations import pgettext_iface as iface_
from bpy.app.translations import pgettext_rpt as rpt_
from bpy.props import BoolProperty, CollectionProperty, EnumProperty, IntProperty, PointerProperty, StringProperty

from ..vse.compat import edit_scene
from . import desk, exchange, exchange_report, reading, writing
from .sidebar import SidebarPanel
from .wrapped_label import wrapped_label

if TYPE_CHECKING:
    from threading import Event

    from ..interchange.bridge import TimelineSnapshot

_CHANGE_ICONS = {
    "added": "ADD", "removed": "REMOVE", "replaced": "FILE_REFRESH", "retimed": "TIME", "slipped": "ARROW_LEFTRIGHT",
    "trimmed": "TRACKING_CLEAR_FORWARDS", "moved": "FORWARD",
}  # fmt: skip
"""By what says most of a change, the first that it has."""
_plans: list[Any] = []
"""The one that the rows stand for; none after another file was opened."""


class RetakeChange(bpy.types.PropertyGroup):
    # `name` is the strip's.
    words: StringProperty(name="Change")
    needs: StringProperty(name="Needs")
    blocked: StringProperty(name="Cannot Be Applied")
    kind: StringProperty(name="Kind")
    frame: IntProperty(name="Frame")
    is_chosen: BoolProperty(
        name="Apply", description="Whether Apply brings this change onto the timeline", default=True
    )


class RetakeConform(bpy.types.PropertyGroup):
    file: StringProperty(name="Edit")
    path: StringProperty(name="File")
    scene: StringProperty(name="Scene")
    unchanged: IntProperty(name="Unchanged")
    not_in_edit: IntProperty(name="Not in the Edit")
    done: StringProperty(name="Done")
    changes: CollectionProperty(type=RetakeChange)
    row: IntProperty(name="Change", description="What it is about, and what it needs, is shown below the list")


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
        choice = row.row(align=True)
        choice.enabled = not item.blocked
        choice.prop(item, "is_chosen", text="")
        row.label(text=item.words, icon=_CHANGE_ICONS.get(item.kind, "NONE"), translate=False)
        if item.blocked or item.needs:
            row.label(text="", icon="LOCKED" if item.blocked else "ERROR")

    def filter_items(self, context: bpy.types.Context, data: Any, propname: str) -> tuple[list[int], list[int]]:
        return [self.bitflag_filter_item] * len(getattr(data, propname)), []


class RETAKE_OT_conform(bpy.types.Operator):
    bl_idname = "retake.conform"
    bl_label = "Compare with Changed Edit"
    bl_description = (
        "List what another program changed in this edit, to bring it back onto the timeline: .otio, .otioz or .otiod. "
        "Nothing is changed by looking"
    )

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
        begin_comparing(Path(bpy.path.abspath(self.filepath)))
        return {"FINISHED"}


class RETAKE_OT_conform_again(bpy.types.Operator):
    bl_idname = "retake.conform_again"
    bl_label = "Compare Again"
    bl_description = "Compare the same edit with the timeline as it is now. What was chosen has to be chosen again"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not RETAKE_OT_conform.poll(context):
            cls.poll_message_set("There is no edit to compare with")
            return False
        return bool(context.window_manager.retake_conform.path)

    def execute(self, context: bpy.types.Context) -> set[str]:
        begin_comparing(Path(context.window_manager.retake_conform.path))
        return {"FINISHED"}


def begin_comparing(path: Path) -> None:
    def work(living: TimelineSnapshot, _unwanted: Event) -> Any:
        from ..vse.conform import plan_between

        plan = plan_between(living, path)
        return plan, [_needs(change) for change in plan.changes]

    def take_in(there: bpy.types.Scene, found: Any) -> None:
        plan, needs = found
        show_plan(path, there, plan, needs)

    forget_plan()
    reading.begin_with_edit(edit_scene(), "The edits are being compared", work, take_in)


def _needs(change: Any) -> str:
    """What a strip whose media is too short would need, with the price."""
    from ..shots.longer_take import more_material

    shown = change.after.shown if change.after else None
    if not change.missing_frames or shown is None:
        return ""
    advice: str = more_material(shown.metadata.get("recipe"), change.missing_frames, change.needed_s, shown.rate).advice
    return advice


def show_plan(path: Path, scene: bpy.types.Scene, plan: Any, needs: list[str]) -> None:
    shown = bpy.context.window_manager.retake_conform
    shown.file, shown.path, shown.scene, shown.done = path.name, str(path), scene.name, ""
    shown.unchanged, shown.not_in_edit = plan.unchanged, len(plan.not_in_edit)
    shown.changes.clear()
    shown.row = 0
    _plans[:] = [plan]
    for change, need in zip(plan.changes, needs, strict=True):
        row = shown.changes.add()
        row.name, row.words, row.needs, row.blocked = change.name, change.sentence, need, change.blocked
        row.kind = change.kinds[-1].value
        row.frame = (change.before or change.after).start
        row.is_chosen = not change.blocked
    desk.redraw()


class RETAKE_OT_choose_changes(bpy.types.Operator):
    bl_idname = "retake.choose_changes"
    bl_label = "Choose Changes"
    bl_description = "Choose all changes that can be applied, or none"
    bl_options = {"INTERNAL"}

    choice: EnumProperty(
        name="Choose",
        items=(
            ("ALL", "All", "All changes that can be applied"),
            ("NONE", "None", "No change"),
            ("ENOUGH", "Long Enough", "Those whose media is long enough: nothing has to be made again"),
        ),
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        for row in context.window_manager.retake_conform.changes:
            is_wanted = self.choice == "ALL" or (self.choice == "ENOUGH" and not row.needs)
            row.is_chosen = is_wanted and not row.blocked
        return {"FINISHED"}


class RETAKE_OT_show_change(bpy.types.Operator):
    bl_idname = "retake.show_change"
    bl_label = "Go to Change"
    bl_description = (
        "Move the playhead to the change's first frame, and make its strip the active one where there is one"
    )
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        shown = context.window_manager.retake_conform
        scene = bpy.data.scenes.get(shown.scene)
        if scene is None or not 0 <= shown.row < len(shown.changes):
            return {"CANCELLED"}
        row = shown.changes[shown.row]
        scene.frame_set(row.frame)
        strip = scene.sequence_editor.strips_all.get(row.name)
        if strip is not None:
            for one in scene.sequence_editor.strips_all:
                one.select = one == strip
            scene.sequence_editor.active_strip = strip
        return {"FINISHED"}


class RETAKE_OT_apply_conform(bpy.types.Operator):
    bl_idname = "retake.apply_conform"
    bl_label = "Apply Changes"
    bl_description = (
        "Bring the chosen changes onto the timeline, all of them or, where one fails, none. Strips keep all else that "
        "they are; one undo step takes it back"
    )
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        shown = context.window_manager.retake_conform
        scene = edit_scene()
        if not _plans or len(_plans[0].changes) != len(shown.changes):
            cls.poll_message_set("Compare the edit with the timeline again")
        elif scene is None or scene.name != shown.scene:
            cls.poll_message_set("These are changes of another scene")
        elif all(row.blocked for row in shown.changes):
            cls.poll_message_set("None of the changes can be applied")
        elif not any(row.is_chosen for row in shown.changes):
            cls.poll_message_set("Choose a change")
        else:
            return True
        return False

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..errors import RetakeError
        from ..vse.apply_conform import apply_changes

        shown = context.window_manager.retake_conform
        chosen = {row.name for row in shown.changes if row.is_chosen and not row.blocked}
        try:
            applied = apply_changes(edit_scene(), _plans[0], chosen)
        except RetakeError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        for name, _, reason in applied.notes:
            self.report({"WARNING"}, f"{name}: {reason}")
        for name, reason in applied.skipped:
            self.report({"WARNING"}, f"{name}: {reason}")
        forget_plan()
        words = rpt_("{count} changes are on the timeline").format(count=applied.changes)
        if applied.skipped:
            words = rpt_("{count} changes are on the timeline, {skipped} are not").format(
                count=applied.changes, skipped=len(applied.skipped)
            )
        shown.done = words
        self.report({"INFO"}, words)
        return {"FINISHED"}


class RETAKE_OT_forget_conform(bpy.types.Operator):
    bl_idname = "retake.forget_conform"
    bl_label = "Dismiss"
    bl_description = "Take the list of changes away"
    bl_options = {"INTERNAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        forget_plan()
        shown = context.window_manager.retake_conform
        shown.file = shown.path = shown.done = ""
        return {"FINISHED"}


def forget_plan() -> None:
    """The file stays known, to be compared again."""
    shown = bpy.context.window_manager.retake_conform
    shown.scene = shown.done = ""
    shown.changes.clear()
    _plans.clear()


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
        reading.draw(layout, context)
        writing.draw(layout)
        exchange_report.draw_missing(layout, context)
        _draw_changes(layout, context)
        if exchange_report.shown_report() is not None:
            exchange_report.draw(layout, context)
        elif not (reading.is_under_way() or writing.is_running() or context.window_manager.retake_conform.file):
            exchange_report.draw_empty(layout, context)


def _draw_changes(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    shown = context.window_manager.retake_conform
    if not shown.file:
        return
    box = layout.box()
    row = box.row(align=True)
    row.label(text=shown.file, icon="FILE", translate=False)
    row.operator(RETAKE_OT_conform_again.bl_idname, text="", icon="FILE_REFRESH")
    row.operator(RETAKE_OT_forget_conform.bl_idname, text="", icon="X")
    if shown.done:
        wrapped_label(box, context, shown.done, "CHECKMARK", translate=False)
        return
    if not shown.scene:
        return  # it is being compared, or could not be
    if not len(shown.changes):
        box.label(text="Nothing was changed", icon="CHECKMARK")
        _draw_rest(box, shown)
        return
    _draw_choice(box, shown)
    box.template_list("RETAKE_UL_changes", "", shown, "changes", shown, "row", rows=min(len(shown.changes), 8))
    chosen = shown.changes[min(shown.row, len(shown.changes) - 1)]
    row = box.row()
    wrapped_label(row.column(), context, chosen.words, translate=False)
    row.operator(RETAKE_OT_show_change.bl_idname, text="", icon="VIEWZOOM")
    if chosen.blocked:
        words = iface_("It stays as it is: {reason}").format(reason=chosen.blocked)
        wrapped_label(box, context, words, "LOCKED", translate=False)
    if chosen.needs:
        wrapped_label(box, context, chosen.needs, "ERROR", translate=False)
    _draw_rest(box, shown)
    box.operator(RETAKE_OT_apply_conform.bl_idname, icon="CHECKMARK")


def _draw_choice(box: bpy.types.UILayout, shown: Any) -> None:
    count = sum(row.is_chosen for row in shown.changes)
    row = box.row(align=True)
    words = iface_("{count} of {all} chosen").format(count=count, all=len(shown.changes))
    row.label(text=words, translate=False)
    short = sum(bool(one.needs) for one in shown.changes)
    choices = ["ALL", "NONE", *(["ENOUGH"] if 0 < short < len(shown.changes) else [])]
    for choice, label in (("ALL", "All"), ("NONE", "None"), ("ENOUGH", "Long Enough")):
        if choice in choices:
            row.operator(RETAKE_OT_choose_changes.bl_idname, text=label).choice = choice


def _draw_rest(box: bpy.types.UILayout, shown: Any) -> None:
    rest = box.column(align=True)
    rest.scale_y = 0.8
    if shown.unchanged == 1:
        rest.label(text="1 strip is as it was")
    elif shown.unchanged:
        rest.label(text=iface_("{count} strips are as they were").format(count=shown.unchanged), translate=False)
    if shown.not_in_edit:
        words = iface_("{count} strips are not in the edit and stay").format(count=shown.not_in_edit)
        rest.label(text=words, translate=False)


def register() -> None:
    bpy.types.WindowManager.retake_conform = PointerProperty(type=RetakeConform)


def unregister() -> None:
    _plans.clear()
    del bpy.types.WindowManager.retake_conform


CLASSES = (
    RetakeChange,
    RetakeConform,
    RETAKE_UL_changes,
    RETAKE_OT_conform,
    RETAKE_OT_conform_again,
    RETAKE_OT_choose_changes,
    RETAKE_OT_show_change,
    RETAKE_OT_apply_conform,
    RETAKE_OT_forget_conform,
    RETAKE_PT_exchange,
)
