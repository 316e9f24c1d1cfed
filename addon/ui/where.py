# SPDX-License-Identifier: GPL-3.0-or-later
"""Where Generate puts a shot: the choice in the Shot panel, and what it comes to on the timeline as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.app.translations import pgettext_iface as iface_

from ..errors import PlacementError
from ..timeline.channels import HIGHEST_CHANNEL
from ..timeline.ranges import FrameRange
from ..timeline.rate import scene_rate
from ..timeline.spot import LyingStrip, Place, Spot, find_spot, length_to_fill_s
from ..vse.compat import edit_scene, left_handle, right_handle
from .wrapped_label import wrapped_label

if TYPE_CHECKING:
    from fractions import Fraction


def spot_of(scene: bpy.types.Scene, place: str) -> Spot:
    """`place` is one of the draft's. Raises PlacementError where the timeline has no such place now."""
    editor = scene.sequence_editor_create()
    if place == Place.PLAYHEAD.value:
        return find_spot((), Place.PLAYHEAD, scene.frame_current)
    channels = editor.channels
    closed = frozenset(n for n in range(1, HIGHEST_CHANNEL + 1) if channels[n].lock or channels[n].mute)
    active = editor.active_strip
    strips = [
        LyingStrip(
            channel=strip.channel,
            frames=FrameRange(left_handle(strip), right_handle(strip)),
            is_selected=strip.select,
            is_active=strip == active,
            is_sound=strip.type == "SOUND",
        )
        for strip in editor.strips
    ]
    return find_spot(strips, Place(place), scene.frame_current, closed)


def draw_place(layout: bpy.types.UILayout, context: bpy.types.Context, draft: bpy.types.PropertyGroup) -> None:
    """The choice, what it comes to, and the length that fills the place."""
    layout.prop(draft, "place")
    scene = edit_scene()
    try:
        spot = spot_of(scene, draft.place)
    except PlacementError as error:
        wrapped_label(layout, context, str(error), "INFO")
        return
    if spot.room is None:
        return
    seconds = spot.room.length / scene_rate(scene.render.fps, scene.render.fps_base)
    row = layout.row()
    row.label(text=_words(spot, seconds), icon="ARROW_LEFTRIGHT")
    fitting_s = _fitting_s(draft, seconds)
    if fitting_s != draft.duration and draft.kind != "MOTION":
        button = row.operator("retake.set_length", text=iface_("Use {:d} s").format(fitting_s), translate=False)
        button.duration = fitting_s


def _words(spot: Spot, seconds: Fraction) -> str:
    if spot.channel is None:
        return iface_("The strip shows {:.1f} s").format(float(seconds))
    return iface_("Gap of {:.1f} s on channel {:d}").format(float(seconds), spot.channel)


def _fitting_s(draft: bpy.types.PropertyGroup, seconds: Fraction) -> int:
    from ..kling.catalogue import catalogue

    return length_to_fill_s(catalogue().model_row(draft.model).durations_s, seconds)
