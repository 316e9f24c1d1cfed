# SPDX-License-Identifier: GPL-3.0-or-later
"""Sentences in panels: Blender cuts a label that is too long in its middle, so they are broken into lines.

A sentence is put into the user's language before that: Blender knows it as a whole alone.
"""

import textwrap

import bpy
from bpy.app.translations import pgettext_iface as iface_

_CHARACTER_PX = 6.6
"""Of Blender's default font at scale 1, on average: rather too wide than cut off."""
_MARGIN_PX = 70


def wrapped_label(
    layout: bpy.types.UILayout, context: bpy.types.Context, text: str, icon: str = "NONE", *, translate: bool = True
) -> None:
    scale = context.preferences.system.ui_scale if context.region else 1.0
    width_px = context.region.width if context.region else 300
    characters = max(int((width_px - _MARGIN_PX * scale) / (_CHARACTER_PX * scale)), 20)
    column = layout.column(align=True)
    column.scale_y = 0.8
    for number, line in enumerate(
        textwrap.wrap(iface_(text) if translate else text, characters, break_on_hyphens=False)
    ):
        beside = icon if number == 0 else ("NONE" if icon == "NONE" else "BLANK1")
        column.label(text=line, icon=beside, translate=False)
