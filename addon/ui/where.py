# SPDX-License-Identifier: GPL-3.0-or-later
"""Where Generate puts a shot: the choice in the Shot panel, and what it comes to on the timeline as it is."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import bpy
from bpy.app.translations import pgettext_iface as iface_

from ..errors import PlacementError
from ..timeline.channels import HIGHEST_CHANNEL
from ..timeline.ranges import FrameRange
from ..timeline.rate import frames_at_rate, scene_rate
from ..timeline.spot import LyingStrip, Place, Spot, find_spot, length_to_fill_s
from ..vse.compat import edit_scene, left_handle, right_handle
from .motion_strip import motion_spot
from .wrapped_label import wrapped_label


def spot_of(scene: bpy.types.Scene, draft: bpy.types.PropertyGroup) -> Spot:
    """Where the shot of the panel goes. Raises PlacementError where the timeline has no such place now."""
    place = Place(draft.place)
    if place is Place.PLAYHEAD:
        return find_spot((), Place.PLAYHEAD, scene.frame_current)
    if place is Place.AUTOMATIC and draft.kind == "MOTION" and draft.motion_strip:
        over = motion_spot(scene, draft)
        if over is not None:
            return over
    frames = shot_frames(scene, draft) if place in (Place.AFTER, Place.BEFORE) else 1
    spot = find_spot(lying_strips(scene), place, scene.frame_current, closed_channels(scene), frames)
    in_gap = spot.room is not None and spot.channel is not None and place in (Place.AUTOMATIC, Place.GAP)
    return replace(spot, head_share=_head_share(draft)) if in_gap else spot


def _head_share(draft: bpy.types.PropertyGroup) -> Fraction:
    """A shot in a gap meets its neighbours with those ends whose frames it was given; between two, half is left off at
    either end."""
    if draft.kind not in ("IMAGE", "REFERENCES") or not draft.end_image:
        return Fraction(0)
    return Fraction(1, 2) if draft.image else Fraction(1)


def shot_frames(scene: bpy.types.Scene, draft: bpy.types.PropertyGroup) -> int:
    """How many frames of the edit the shot of the panel lasts."""
    from .drafted_shot import drafted_shot
    from .slates import slate_of

    slate = slate_of(drafted_shot(draft).fields)
    return frames_at_rate(slate.frame_count, slate.rate, scene_rate(scene.render.fps, scene.render.fps_base))


def closed_channels(scene: bpy.types.Scene) -> frozenset[int]:
    channels = scene.sequence_editor_create().channels
    return frozenset(n for n in range(1, HIGHEST_CHANNEL + 1) if channels[n].lock or channels[n].mute)


def lying_strips(scene: bpy.types.Scene) -> list[LyingStrip]:
    editor = scene.sequence_editor_create()
    active = editor.active_strip
    return [
        LyingStrip(
            channel=strip.channel,
            frames=FrameRange(left_handle(strip), right_handle(strip)),
            is_selected=strip.select,
            is_active=strip == active,
            is_sound=strip.type == "SOUND",
        )
        for strip in editor.strips
    ]


def draw_place(layout: bpy.types.UILayout, context: bpy.types.Context, draft: bpy.types.PropertyGroup) -> None:
    """The choice, what it comes to, and the length that fills the place."""
    layout.prop(draft, "place")
    scene = edit_scene()
    try:
        spot = spot_of(scene, draft)
    except PlacementError as error:
        wrapped_label(layout, context, str(error), "INFO")
        return
    if spot.room is None:
        return
    seconds = spot.room.length / scene_rate(scene.render.fps, scene.render.fps_base)
    row = layout.row()
    row.label(text=_words(draft, spot, seconds), icon="ARROW_LEFTRIGHT")
    needed_s = fitting_s(draft, seconds)
    if needed_s != draft.duration and draft.kind != "MOTION" and draft.place not in ("AFTER", "BEFORE"):
        button = row.operator("retake.set_length", text=iface_("Use {:d} s").format(needed_s), translate=False)
        button.duration = needed_s


def _words(draft: bpy.types.PropertyGroup, spot: Spot, seconds: Fraction) -> str:
    if draft.place in ("AFTER", "BEFORE"):
        return iface_("{:.1f} s of room on channel {:d}").format(float(seconds), spot.channel)
    if spot.channel is None and draft.place == Place.AUTOMATIC.value:
        return iface_("Over the strip, from frame {:d} on").format(spot.frame)
    if spot.channel is None:
        return iface_("The strip shows {:.1f} s").format(float(seconds))
    return iface_("Gap of {:.1f} s on channel {:d}").format(float(seconds), spot.channel)


def fitting_s(draft: bpy.types.PropertyGroup, seconds: Fraction) -> int:
    """The shortest length that the draft's model sells and that fills `seconds`, else its longest."""
    from ..kling.catalogue import catalogue

    return length_to_fill_s(catalogue().model_row(draft.model).durations_s, seconds)
