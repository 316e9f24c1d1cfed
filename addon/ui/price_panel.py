# SPDX-License-Identifier: GPL-3.0-or-later
"""The Price panel: what the shot costs, what is left to spend, and the button."""

from typing import TYPE_CHECKING

import bpy

from ..vse.compat import edit_scene
from . import desk
from .generate import RETAKE_OT_generate, why_not_now
from .sidebar import SidebarPanel
from .way_out import draw_way_out
from .wrapped_label import wrapped_label

if TYPE_CHECKING:
    from decimal import Decimal

    from .drafted_shot import DraftedShot

_MOST_SHOWN = 4


class RETAKE_PT_price(SidebarPanel, bpy.types.Panel):
    bl_idname = "RETAKE_PT_price"
    bl_label = "Price"
    bl_order = 1

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return edit_scene() is not None and desk.load_when_drawn()

    def draw(self, context: bpy.types.Context) -> None:
        from .drafted_shot import drafted_shot

        layout = self.layout
        shot = drafted_shot(edit_scene().retake_draft)
        draw_price(layout, context, shot)
        _draw_left(layout, shot)
        if why_not := why_not_now():
            wrapped_label(layout, context, why_not, "INTERNET_OFFLINE")
        if why_not or desk.desk().trouble or desk.is_rehearsal():
            draw_way_out(layout)
        row = layout.row()
        row.scale_y = 1.6
        row.enabled = not shot.problems
        row.operator(RETAKE_OT_generate.bl_idname, icon="PLAY")


def draw_price(layout: bpy.types.UILayout, context: bpy.types.Context, shot: "DraftedShot") -> None:
    """What is wrong with the shot, or what it costs."""
    if _is_blank(shot):
        wrapped_label(layout, context, "Describe what the shot shows: its price stands here then", "INFO")
        return
    for sentence in shot.problems[:_MOST_SHOWN]:
        wrapped_label(layout, context, sentence, "ERROR")
    if shot.units is None:
        if not shot.problems:
            layout.label(text="The price is known once the video is looked at", icon="SORTTIME")
        return
    row = layout.row()
    row.label(text=_credits(shot.units))
    row.label(text=_dollars(shot.units))
    row.label(text=f"{shot.units.normalize():f} units")


def _is_blank(shot: "DraftedShot") -> bool:
    """Nothing was described yet, which is no fault."""
    return shot.problem_fields == {"prompt"} and len(shot.problems) == 1 and not shot.fields.prompt.strip()


def _draw_left(layout: bpy.types.UILayout, shot: "DraftedShot") -> None:
    state = desk.desk()
    if desk.is_rehearsal():
        layout.label(text="Rehearsal: nothing is paid", icon="GHOST_ENABLED")
        return
    column = layout.column(align=True)
    balance = state.balance
    if balance is not None and balance.remaining_units is not None:
        is_short = shot.units is not None and shot.units > balance.remaining_units
        text = f"Balance: {_credits(balance.remaining_units)}, {_dollars(balance.remaining_units)}"
        column.label(text=text, icon="ERROR" if is_short else "NONE")
    if state.day_left_units is not None:
        is_short = shot.units is not None and shot.units > state.day_left_units
        text = f"Left of today's budget: {_credits(state.day_left_units)}"
        column.label(text=text, icon="ERROR" if is_short else "NONE")


def _credits(units: "Decimal") -> str:
    from ..kling.catalogue import catalogue

    return f"{catalogue().credits(units).normalize():,f} credits"


def _dollars(units: "Decimal") -> str:
    from ..kling.catalogue import catalogue

    return f"${catalogue().dollars(units):,.2f}"


CLASSES = (RETAKE_PT_price,)
