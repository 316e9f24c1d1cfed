# SPDX-License-Identifier: GPL-3.0-or-later
"""Retake in the sequencer's own menus: Add, Strip, and the one of a right click."""

from __future__ import annotations

import bpy

from ..vse.compat import edit_scene
from . import desk
from .extend_by_kling import can_extend
from .generate import RETAKE_OT_edit_recipe, RETAKE_OT_generate, RETAKE_OT_regenerate
from .price_panel import draw_price

_WIDTH_PX = 420
_MADE_FROM = {"MOVIE", "IMAGE"}
"""Strips of others that a shot can be made of."""
_SHOWN = {"MOVIE", "IMAGE", "SCENE", "META"}
_PROMPT = "A lighthouse in the rain, camera rising slowly"


class RETAKE_OT_add_shot(bpy.types.Operator):
    bl_idname = "retake.add_shot"
    bl_label = "Retake Shot"
    bl_description = "Describe a shot and let Kling make it, at the playhead. It costs what the dialog says"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return bool(RETAKE_OT_generate.poll(context))

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        desk.load_when_drawn()
        wm = context.window_manager
        return set(wm.invoke_props_dialog(self, width=_WIDTH_PX, title="Retake Shot", confirm_text="Generate"))

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        if not desk.load_when_drawn():
            layout.label(text="Loading …", icon="SORTTIME")
            return
        from .drafted_shot import drafted_shot

        draft = edit_scene().retake_draft
        if hasattr(layout, "textbox"):  # 5.2 has a field of several lines
            layout.textbox(draft, "prompt", initial_visible_lines=4, placeholder=_PROMPT)
        else:
            layout.prop(draft, "prompt", text="", placeholder=_PROMPT)
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(draft, "model")
        if draft.kind != "MOTION":
            layout.prop(draft, "duration", text="Length (s)")
        layout.separator()
        draw_price(layout, context, drafted_shot(draft))

    def execute(self, context: bpy.types.Context) -> set[str]:
        draft = edit_scene().retake_draft
        before, draft.place = draft.place, "PLAYHEAD"
        try:
            return RETAKE_OT_generate.execute(self, context)
        finally:
            draft.place = before


class RETAKE_MT_strip(bpy.types.Menu):
    bl_idname = "RETAKE_MT_strip"
    bl_label = "Retake"

    def draw(self, context: bpy.types.Context) -> None:
        _draw_strip_items(self.layout)


def _active_strip() -> bpy.types.Strip | None:
    scene = edit_scene()
    editor = scene.sequence_editor if scene else None
    return editor.active_strip if editor else None


def _has_items() -> bool:
    strip = _active_strip()
    return strip is not None and (bool(strip.retake.shot_id) or strip.type in _SHOWN)


def _can_become_shot(strip: bpy.types.Strip) -> bool:
    return strip.type in _MADE_FROM


def _draw_strip_items(layout: bpy.types.UILayout) -> None:
    strip = _active_strip()
    if strip is None:
        return
    if strip.type in _SHOWN:
        layout.operator("retake.motion_from_strip", icon="SEQ_STRIP_DUPLICATE")
        layout.operator("retake.fill_gap", icon="ARROW_LEFTRIGHT")
        layout.operator("retake.fill_gaps", text="Fill All Gaps…")
        layout.operator_menu_enum("retake.extend", "towards", icon="TRIA_RIGHT_BAR")
        layout.operator("retake.start_from_frame", icon="RESTRICT_RENDER_OFF")
    if not strip.retake.shot_id:
        if _can_become_shot(strip):
            layout.operator("retake.make_shot", icon="FILE_MOVIE")
        return
    layout.separator()
    layout.operator(RETAKE_OT_regenerate.bl_idname, icon="FILE_REFRESH")
    layout.operator(RETAKE_OT_edit_recipe.bl_idname, icon="GREASEPENCIL")
    if can_extend(edit_scene()):
        layout.operator("retake.extend_by_kling", text="Extend by Kling…", icon="TRIA_RIGHT_BAR")
    layout.operator("retake.lip_sync", text="Lip-Sync to Sound…", icon="SPEAKER")
    if not strip.retake.take_number:
        return
    for idname, icon in (("next_take", "TRIA_RIGHT"), ("previous_take", "TRIA_LEFT")):
        if hasattr(bpy.types, f"RETAKE_OT_{idname}"):
            layout.operator(f"retake.{idname}", icon=icon)
    layout.operator("retake.reveal_take", text="Reveal Take", icon="FILE_FOLDER")


def draw_add(menu: bpy.types.Menu, _context: bpy.types.Context) -> None:
    menu.layout.separator()
    menu.layout.operator(RETAKE_OT_add_shot.bl_idname, text="Retake Shot…", icon="RENDER_ANIMATION")


def draw_context(menu: bpy.types.Menu, _context: bpy.types.Context) -> None:
    if _has_items():
        menu.layout.separator()
        _draw_strip_items(menu.layout)


def draw_strip(menu: bpy.types.Menu, _context: bpy.types.Context) -> None:
    if _has_items():
        menu.layout.separator()
        menu.layout.menu(RETAKE_MT_strip.bl_idname)


_ADDITIONS = (
    ("SEQUENCER_MT_add", draw_add),
    ("SEQUENCER_MT_context_menu", draw_context),
    ("SEQUENCER_MT_strip", draw_strip),
)


def register() -> None:
    for name, draw in _ADDITIONS:
        getattr(bpy.types, name).append(draw)


def unregister() -> None:
    for name, draw in reversed(_ADDITIONS):
        getattr(bpy.types, name).remove(draw)


CLASSES = (RETAKE_OT_add_shot, RETAKE_MT_strip)
