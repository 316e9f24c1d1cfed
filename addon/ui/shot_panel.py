# SPDX-License-Identifier: GPL-3.0-or-later
"""The Shot panel: what to make. What the chosen model cannot do is greyed, and says why."""

from typing import TYPE_CHECKING

import bpy
from bpy.props import IntProperty

from ..vse.compat import edit_scene
from . import desk, prompt_block, reading
from .image_preview import draw_preview
from .motion_rows import draw_motion
from .prompt_block import RETAKE_OT_edit_prompt
from .shot_presets import RETAKE_PT_shot_presets
from .shot_rows import draw_rows
from .sidebar import SidebarPanel
from .where import draw_place
from .wrapped_label import wrapped_label

if TYPE_CHECKING:
    from .drafted_shot import DraftedShot

_MOST_SHOWN = 4
_MOST_QUOTED = 30
_FEATURES = {
    "sound": "Sound",
    "end image": "End Image",
    "voice": "Voices",
    "element": "Elements",
    "reference": "References",
    "cuts": "Cuts",
    "camera": "Camera",
    "cfg": "Prompt Strength",
}
_MOST_BUTTONS = 3
"""Lengths are buttons up to here, and a number beyond."""


class RETAKE_OT_set_length(bpy.types.Operator):
    bl_idname = "retake.set_length"
    bl_label = "Set Length"
    bl_description = "Let the shot have this length"
    bl_options = {"UNDO", "INTERNAL"}

    duration: IntProperty(name="Length", description="In seconds", min=1, options={"HIDDEN"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        edit_scene().retake_draft.duration = self.duration
        return {"FINISHED"}


class RETAKE_PT_shot(SidebarPanel, bpy.types.Panel):
    bl_idname = "RETAKE_PT_shot"
    bl_label = "Shot"
    bl_order = 0

    def draw_header_preset(self, context: bpy.types.Context) -> None:
        RETAKE_PT_shot_presets.draw_panel_header(self.layout)

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        scene = edit_scene()
        if scene is None:
            layout.label(text="Choose a scene for the sequencer first", icon="INFO")
            return
        if not desk.load_when_drawn():
            layout.label(text="Loading …", icon="SORTTIME")
            return
        from .drafted_shot import drafted_shot, next_shot_id

        draft = scene.retake_draft
        shot = drafted_shot(draft)
        layout.row(align=True).prop(draft, "kind", expand=True)
        reading.draw(layout, context)
        _draw_prompt(layout, draft)
        if len(draft.cuts) and draft.kind != "MOTION":
            wrapped_label(layout, context, "Each cut has its own text: this prompt is not sent", "INFO")
        _draw_hints(layout, context, shot)
        layout.use_property_split = True
        layout.use_property_decorate = False
        _draw_pictures(layout, context, draft, shot)
        column = layout.column()
        column.prop(draft, "model")
        column.prop(draft, "quality")
        if draft.kind != "MOTION" and not len(draft.cuts):
            _draw_length(column, draft)
        if draft.kind == "TEXT" or (draft.kind == "REFERENCES" and not draft.image):
            column.prop(draft, "aspect")
        _draw_sound(column, context, draft, shot)
        draw_place(column, context, draft)
        _draw_more(layout, context, draft, shot, next_shot_id(scene))


def _draw_prompt(layout: bpy.types.UILayout, draft: bpy.types.PropertyGroup) -> None:
    placeholder = "A lighthouse in the rain, camera rising slowly"
    if hasattr(layout, "textbox"):  # 5.2 has a field of several lines
        layout.textbox(draft, "prompt", initial_visible_lines=5, placeholder=placeholder)
        return
    row = layout.row(align=True)
    row.prop(draft, "prompt", text="", placeholder=placeholder)
    row.operator(RETAKE_OT_edit_prompt.bl_idname, text="", icon="TEXT")
    if draft.prompt_block is not None:
        prompt_block.follow()  # a file was loaded


def _draw_hints(layout: bpy.types.UILayout, context: bpy.types.Context, shot: "DraftedShot") -> None:
    for hint in shot.hints[:_MOST_SHOWN]:
        words = shot.fields.prompt[hint.start : hint.end_exclusive]
        icon = "ERROR" if hint.severity == "error" else "INFO"
        wrapped_label(layout, context, f"{_short(words)}: {hint.message} {hint.advice}", icon)
    if len(shot.hints) > _MOST_SHOWN:
        layout.label(text=f"and {len(shot.hints) - _MOST_SHOWN} more", icon="BLANK1")


def _draw_pictures(
    layout: bpy.types.UILayout, context: bpy.types.Context, draft: bpy.types.PropertyGroup, shot: "DraftedShot"
) -> None:
    if draft.kind == "TEXT":
        return
    if draft.kind == "MOTION":
        draw_motion(layout, context, draft)
        layout.prop(draft, "orientation")
        _draw_image(layout, draft, "image", text="Character")
        return
    if draft.kind == "IMAGE":
        row = layout.row(align=True)
        row.operator("retake.fill_gap", icon="ARROW_LEFTRIGHT")
        row.operator_menu_enum("retake.extend", "towards", text="Extend", icon="TRIA_RIGHT_BAR")
    if draft.kind == "REFERENCES":
        draw_rows(layout, draft, "references")
        _reason(layout, context, shot, "reference")
    _draw_image(layout, draft, "image")
    _draw_image(layout, draft, "end_image", active="end image" not in shot.why_not)
    if draft.image or draft.end_image:
        _reason(layout, context, shot, "end image")


def _draw_image(
    layout: bpy.types.UILayout,
    draft: bpy.types.PropertyGroup,
    name: str,
    *,
    active: bool = True,
    text: str | None = None,
) -> None:
    column = layout.column(align=True)
    # Greyed, and not locked: what is in the field can be taken out, and another model chosen later.
    column.active = active
    row = column.row(align=True)
    row.prop(draft, name, **({} if text is None else {"text": text}))
    row.operator_menu_enum("retake.frame_as_image", "of", text="", icon="RESTRICT_RENDER_OFF").field = name
    draw_preview(column, getattr(draft, name), scale=5.0)


def _draw_length(layout: bpy.types.UILayout, draft: bpy.types.PropertyGroup) -> None:
    from ..kling.catalogue import catalogue

    lengths = catalogue().model_row(draft.model).durations_s
    if len(lengths) > _MOST_BUTTONS and draft.duration in lengths:
        layout.prop(draft, "duration", text="Length (s)")
        return
    split = layout.split(factor=0.4, align=True)
    name = split.row()
    name.alignment = "RIGHT"
    name.label(text="Length")
    row = split.row(align=True)
    # One of a long row's ends is enough to get a number that does not fit back among them.
    for seconds in lengths if len(lengths) <= _MOST_BUTTONS else (lengths[0], lengths[-1]):
        button = row.operator(RETAKE_OT_set_length.bl_idname, text=f"{seconds} s", depress=draft.duration == seconds)
        button.duration = seconds


def _draw_sound(
    layout: bpy.types.UILayout, context: bpy.types.Context, draft: bpy.types.PropertyGroup, shot: "DraftedShot"
) -> None:
    if draft.kind == "MOTION":
        layout.prop(draft, "keep_sound")
        return
    row = layout.row()
    row.active = "sound" not in shot.why_not
    row.prop(draft, "sound")
    _reason(layout, context, shot, "sound")


def _draw_more(
    layout: bpy.types.UILayout,
    context: bpy.types.Context,
    draft: bpy.types.PropertyGroup,
    shot: "DraftedShot",
    next_id: str,
) -> None:
    if draft.kind != "MOTION":
        _draw_section(layout, context, draft, shot, "cuts", "cuts", "Cuts")
    if draft.kind in ("TEXT", "IMAGE"):
        _draw_section(layout, context, draft, shot, "voices", "voice", "Voices")
    if draft.kind != "TEXT":
        _draw_section(layout, context, draft, shot, "elements", "element", "Elements")
    header, body = layout.panel("retake_more", default_closed=True)
    header.label(text="More")
    if body is None:
        return
    body.prop(draft, "shot_id", placeholder=next_id)
    body.prop(draft, "negative")
    camera = body.column()
    camera.active = "camera" not in shot.why_not
    camera.prop(draft, "camera")
    if draft.camera != "none":
        camera.prop(draft, "camera_amount")
    _reason(body, context, shot, "camera")
    strength = body.row()
    strength.active = "cfg" not in shot.why_not
    strength.prop(draft, "use_cfg")
    if draft.use_cfg:
        body.prop(draft, "cfg", slider=True)
    _reason(body, context, shot, "cfg")


def _draw_section(
    layout: bpy.types.UILayout,
    context: bpy.types.Context,
    draft: bpy.types.PropertyGroup,
    shot: "DraftedShot",
    name: str,
    feature: str,
    title: str,
) -> None:
    header, body = layout.panel(f"retake_{name}", default_closed=True)
    count = len(getattr(draft, name))
    header.active = feature not in shot.why_not
    header.label(text=f"{title} ({count})" if count else title)
    if body is None:
        return
    _reason(body, context, shot, feature)
    rows = body.column()
    rows.active = feature not in shot.why_not
    draw_rows(rows, draft, name)


def _reason(layout: bpy.types.UILayout, context: bpy.types.Context, shot: "DraftedShot", feature: str) -> None:
    """Why the model does not do it; nothing where it does."""
    if feature in shot.why_not:
        wrapped_label(layout, context, f"{_FEATURES[feature]}: {shot.why_not[feature]}", "INFO")


def _short(words: str) -> str:
    words = words.strip()
    return f"“{words if len(words) <= _MOST_QUOTED else words[: _MOST_QUOTED - 1] + '…'}”"


CLASSES = (RETAKE_OT_set_length, RETAKE_PT_shot)
