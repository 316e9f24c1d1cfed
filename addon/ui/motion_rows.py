# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of the Shot panel on the video whose motion is followed: where it comes from, what it is, where it goes."""

from __future__ import annotations

import bpy

from . import reading, reference_check
from .motion_strip import RETAKE_OT_motion_from_strip
from .reference_length import length_s, why_unknown
from .storage_words import where_videos_go
from .wrapped_label import wrapped_label

_ADDRESSES = ("http://", "https://")


def draw_motion(layout: bpy.types.UILayout, context: bpy.types.Context, draft: bpy.types.PropertyGroup) -> None:
    layout.operator(RETAKE_OT_motion_from_strip.bl_idname, icon="SEQ_STRIP_DUPLICATE")
    layout.prop(draft, "motion", placeholder="or https://…")
    motion = draft.motion.strip()
    if not motion:
        if not reading.is_under_way():
            wrapped_label(
                layout, context, "Select a strip, 3 to 30 s long, and take its motion; or choose a video", "INFO"
            )
        return
    if motion.startswith(_ADDRESSES):
        seconds = length_s(motion)
        words = why_unknown(motion) if seconds is None else f"The video lasts {float(seconds):.2f} s"
        wrapped_label(layout, context, words, "INFO")
        return
    reference_check.draw(layout, context, draft)
    words, is_good = where_videos_go()
    wrapped_label(layout, context, words, "EXPORT" if is_good else "ERROR")
