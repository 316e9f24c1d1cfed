# SPDX-License-Identifier: GPL-3.0-or-later
"""What the last export or import kept: in the Exchange panel strip by strip, and as text for a message to somebody."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import bpy
from bpy.app.translations import pgettext_iface as iface_
from bpy.props import CollectionProperty, IntProperty, PointerProperty, StringProperty

from ..vse.compat import edit_scene
from . import desk
from .wrapped_label import wrapped_label

if TYPE_CHECKING:
    from ..interchange.bridge import Report

_MOST_ROWS = 200
"""A list of thousands would hold Blender up while it is filled; the copied text has them all."""
_MOST_NOTES = 4
_ICONS = {"kept": "CHECKMARK", "approximated": "ERROR", "dropped": "CANCEL"}
_COUNTED_AGAIN_S = 1.0


@dataclass(frozen=True, slots=True)
class ShownReport:
    title: str
    report: Report
    approximated: int
    dropped: int

    @property
    def losses(self) -> int:
        return self.approximated + self.dropped


_shown: ShownReport | None = None
_missing: dict[str, tuple[float, int]] = {}


def shown_report() -> ShownReport | None:
    return _shown


def show_report(title: str, report: Report) -> None:
    global _shown
    losses = report.losses
    dropped = sum(one.fate.value == "dropped" for one in losses)
    _shown = ShownReport(title, report, len(losses) - dropped, dropped)
    rows = bpy.context.window_manager.retake_report
    rows.findings.clear()
    rows["row"] = 0
    for one in losses[:_MOST_ROWS]:
        row = rows.findings.add()
        row.name, row.feature, row.fate, row.reason = one.strip, one.feature, one.fate.value, one.reason
    _missing.clear()
    desk.redraw()


def as_text(shown: ShownReport) -> str:
    lines = [shown.title, _kept_words(shown), _loss_words(shown), ""]
    lines += [one.sentence for one in shown.report.losses]
    lines += list(shown.report.notes)
    return "\n".join(lines).strip() + "\n"


def missing_media(scene: bpy.types.Scene | None) -> int:
    """How many strips of the scene stand for media that is missing; counted again once a second at most."""
    from ..vse.stand_in import stand_ins

    if scene is None:
        return 0
    counted_s, count = _missing.get(scene.name, (-_COUNTED_AGAIN_S, 0))
    if time.monotonic() - counted_s >= _COUNTED_AGAIN_S:
        count = sum(1 for _ in stand_ins(scene))
        _missing[scene.name] = time.monotonic(), count
    return count


def count_again() -> None:
    _missing.clear()


def _kept_words(shown: ShownReport) -> str:
    report = shown.report
    words = iface_("{kept} of {all} strip kept") if report.strips == 1 else iface_("{kept} of {all} strips kept")
    return words.format(kept=report.kept, all=report.strips)


def _loss_words(shown: ShownReport) -> str:
    if not shown.losses:
        return iface_("Nothing was lost")
    words = iface_("{count} finding") if shown.losses == 1 else iface_("{count} findings")
    parts = []
    if shown.approximated:
        parts.append(iface_("{count} approximated").format(count=shown.approximated))
    if shown.dropped:
        parts.append(iface_("{count} dropped").format(count=shown.dropped))
    return f"{words.format(count=shown.losses)}: {', '.join(parts)}"


def _show_row(self: RetakeReport, _context: bpy.types.Context) -> None:
    if self.row < len(self.findings):
        bpy.ops.retake.show_strip("EXEC_DEFAULT", True, name=self.findings[self.row].name)


class RetakeFinding(bpy.types.PropertyGroup):
    # `name` is the strip's.
    feature: StringProperty(name="Feature")
    fate: StringProperty(name="Fate")
    reason: StringProperty(name="Reason")


class RetakeReport(bpy.types.PropertyGroup):
    findings: CollectionProperty(type=RetakeFinding)
    row: IntProperty(name="Finding", description="Click to select its strip and frame it", update=_show_row)


class RETAKE_UL_findings(bpy.types.UIList):
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
        layout.label(text=f"{item.name}: {item.reason}", icon=_ICONS[item.fate], translate=False)

    def filter_items(self, context: bpy.types.Context, data: Any, propname: str) -> tuple[list[int], list[int]]:
        wanted = self.filter_name.lower()
        shown = [
            self.bitflag_filter_item if wanted in f"{one.name} {one.reason}".lower() else 0
            for one in getattr(data, propname)
        ]
        return shown, []


class RETAKE_OT_show_strip(bpy.types.Operator):
    bl_idname = "retake.show_strip"
    bl_label = "Show Strip"
    bl_description = "Select the strip of this finding and frame it"
    bl_options = {"INTERNAL", "UNDO"}

    name: StringProperty(options={"SKIP_SAVE"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..vse.show_strip import show_strip

        scene = edit_scene()
        if scene is None or not show_strip(scene, self.name):
            self.report({"WARNING"}, iface_("{name} is not on this timeline").format(name=self.name))
            return {"CANCELLED"}
        return {"FINISHED"}


class RETAKE_OT_copy_report(bpy.types.Operator):
    bl_idname = "retake.copy_report"
    bl_label = "Copy Report"
    bl_description = "Copy all findings as text, to paste them into a message"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if _shown is None:
            cls.poll_message_set("Nothing was imported or exported yet")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        if _shown is None:
            return {"CANCELLED"}
        context.window_manager.clipboard = as_text(_shown)
        self.report({"INFO"}, iface_("The report is in the clipboard"))
        return {"FINISHED"}


class RETAKE_OT_forget_report(bpy.types.Operator):
    bl_idname = "retake.forget_report"
    bl_label = "Dismiss"
    bl_description = "Take the report away"
    bl_options = {"INTERNAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        forget()
        return {"FINISHED"}


def draw_missing(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    count = missing_media(edit_scene())
    if count:
        words = iface_("{count} strip lacks its media") if count == 1 else iface_("{count} strips lack their media")
        box = layout.box()
        wrapped_label(box, context, words.format(count=count), "ERROR", translate=False)
        box.operator("retake.relink", text="Relink Folder…", icon="FILE_FOLDER")


def draw_empty(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    wrapped_label(
        layout,
        context,
        "What an import or export kept, and what it could not keep, is listed here strip by strip.",
        "INFO",
    )


def draw(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    shown = _shown
    if shown is None:
        return
    rows = context.window_manager.retake_report
    box = layout.box()
    row = box.row()
    row.label(text=shown.title, icon="FILE", translate=False)
    row.operator(RETAKE_OT_copy_report.bl_idname, text="", icon="COPYDOWN")
    row.operator(RETAKE_OT_forget_report.bl_idname, text="", icon="X")
    column = box.column(align=True)
    column.label(text=_kept_words(shown), translate=False)
    column.label(text=_loss_words(shown), icon="NONE" if shown.losses else "CHECKMARK", translate=False)
    if len(rows.findings):
        box.template_list(
            "RETAKE_UL_findings", "", rows, "findings", rows, "row", rows=max(min(len(rows.findings), 8), 3)
        )
        chosen = rows.findings[min(rows.row, len(rows.findings) - 1)]
        feature = "" if chosen.feature == "strip" else f", {chosen.feature}"
        sentence = f"{chosen.name}{feature}: {chosen.reason}"
        wrapped_label(box, context, sentence, _ICONS[chosen.fate], translate=False)
        if shown.losses > len(rows.findings):
            more = iface_("and {count} more, which Copy Report has")
            wrapped_label(box, context, more.format(count=shown.losses - len(rows.findings)), translate=False)
    for note in shown.report.notes[:_MOST_NOTES]:
        wrapped_label(box, context, note, "INFO")


def forget() -> None:
    global _shown
    _shown = None
    bpy.context.window_manager.retake_report.findings.clear()
    desk.redraw()


def register() -> None:
    bpy.types.WindowManager.retake_report = PointerProperty(type=RetakeReport)


def unregister() -> None:
    global _shown
    _shown = None
    _missing.clear()
    del bpy.types.WindowManager.retake_report


CLASSES = (
    RetakeFinding,
    RetakeReport,
    RETAKE_UL_findings,
    RETAKE_OT_show_strip,
    RETAKE_OT_copy_report,
    RETAKE_OT_forget_report,
)
