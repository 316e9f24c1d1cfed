# SPDX-License-Identifier: GPL-3.0-or-later
"""The Shot panel: what to make, what it costs, and the button."""

from typing import TYPE_CHECKING

import bpy

from ..vse.compat import edit_scene
from . import desk
from .generate import RETAKE_OT_generate
from .sidebar import SidebarPanel
from .wrapped_label import wrapped_label

if TYPE_CHECKING:
    from .drafted_shot import DraftedShot

_MOST_SHOWN = 4
_MOST_QUOTED = 30


class RETAKE_PT_shot(SidebarPanel, bpy.types.Panel):
    bl_idname = "RETAKE_PT_shot"
    bl_label = "Shot"

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
        _draw_prompt(layout, draft)
        _draw_hints(layout, context, shot)
        column = layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        column.prop(draft, "shot_id", placeholder=next_shot_id(scene))
        column.prop(draft, "model")
        column.prop(draft, "quality")
        column.prop(draft, "duration", text="Length (s)")
        _active(column, active=not draft.image).prop(draft, "aspect")
        column.prop(draft, "sound")
        column.prop(draft, "image")
        column.prop(draft, "end_image")
        column.prop(draft, "negative")
        _draw_price(layout, context, shot)
        row = layout.row()
        row.scale_y = 1.6
        row.enabled = not shot.problems
        row.operator(RETAKE_OT_generate.bl_idname, icon="PLAY")


def _draw_prompt(layout: bpy.types.UILayout, draft: bpy.types.PropertyGroup) -> None:
    placeholder = "A lighthouse in the rain, camera rising slowly"
    if hasattr(layout, "textbox"):  # 5.2 has a field of several lines
        layout.textbox(draft, "prompt", initial_visible_lines=5, placeholder=placeholder)
    else:
        layout.prop(draft, "prompt", text="", placeholder=placeholder)


def _draw_hints(layout: bpy.types.UILayout, context: bpy.types.Context, shot: "DraftedShot") -> None:
    for hint in shot.hints[:_MOST_SHOWN]:
        words = shot.fields.prompt[hint.start : hint.end_exclusive]
        icon = "ERROR" if hint.severity == "error" else "INFO"
        wrapped_label(layout, context, f"{_short(words)}: {hint.message} {hint.advice}", icon)
    if len(shot.hints) > _MOST_SHOWN:
        layout.label(text=f"and {len(shot.hints) - _MOST_SHOWN} more", icon="BLANK1")


def _draw_price(layout: bpy.types.UILayout, context: bpy.types.Context, shot: "DraftedShot") -> None:
    from ..kling.catalogue import catalogue

    box = layout.box()
    if shot.units is None:
        for sentence in shot.problems[:_MOST_SHOWN]:
            wrapped_label(box, context, sentence, "ERROR")
        return
    whole = catalogue()
    row = box.row()
    row.label(text=f"{whole.credits(shot.units).normalize():f} credits")
    row.label(text=f"${whole.dollars(shot.units):.2f}")
    row.label(text=f"{shot.units.normalize():f} units")


def _short(words: str) -> str:
    words = words.strip()
    return f"“{words if len(words) <= _MOST_QUOTED else words[: _MOST_QUOTED - 1] + '…'}”"


def _active(layout: bpy.types.UILayout, *, active: bool) -> bpy.types.UILayout:
    row = layout.row()
    row.active = active
    return row


CLASSES = (RETAKE_PT_shot,)
