# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a shot is, drawn on the strips that wait for it: a thin bar and the state above it.

Nothing is looked for while no job is under way or in trouble. Otherwise one pass over the strips on show reads each
one's job, and only those that wait and are in sight are measured and drawn: two calls for all bars, one for each text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import bpy
from bpy.app.translations import pgettext_iface as iface_

from ..vse.compat import edit_scene, left_handle, right_handle
from . import desk
from .progress import WORDS, is_under_way, share, state_of

if TYPE_CHECKING:
    from collections.abc import Callable

_INSET = 0.05
"""Blender leaves this part of a channel free above and below a strip."""
_BAR_PX = 4
_TEXT_PX = 11
_MARGIN_PX = 5
_LEAST_TEXT_PX = 40
"""Of a strip's width, for a text."""
_LEAST_HEIGHT_PX = 26
"""Of a strip's height, for a text: lower ones have Blender's own name there."""
_BACK = (0.05, 0.05, 0.05, 0.8)
_DONE = (0.30, 0.72, 0.36, 1.0)
_FAILED = (0.86, 0.22, 0.20, 1.0)
_WORD = (1.0, 1.0, 1.0, 1.0)

_handle: object = None


@dataclass(frozen=True, slots=True)
class StripLabel:
    """What is drawn on one strip, in pixels of the region."""

    left: float
    right: float
    bottom: float
    top: float
    share: float
    words: str
    has_failed: bool


def labels(
    scene: bpy.types.Scene, to_region: Callable[[float, float], tuple[float, float]], width_px: int, height_px: int
) -> list[StripLabel]:
    """Of the strips in sight that wait for a job; `to_region` turns frame and channel into pixels."""
    state = desk.desk()
    shown = {job_id: entry for job_id, entry in state.entries.items() if entry.error or is_under_way(entry)}
    editor = scene.sequence_editor
    if not shown or editor is None:
        return []
    strips = editor.meta_stack[-1].strips if len(editor.meta_stack) else editor.strips
    found = []
    for strip in strips:
        job_id = strip.retake.job_id
        if not job_id or job_id not in shown or strip.type == "SOUND":
            continue
        left, bottom = to_region(left_handle(strip), strip.channel + _INSET)
        right, top = to_region(right_handle(strip), strip.channel + 1 - _INSET)
        if right < 0 or left > width_px or top < 0 or bottom > height_px:
            continue
        entry = shown[job_id]
        if entry.error:
            words, part = iface_("failed: see Queue"), 1.0
        else:
            part = share(state, entry)
            words = iface_("paused" if _is_held(state, entry) else entry.waits or WORDS[state_of(entry)])
        # A text begins where the strip comes into sight.
        found.append(StripLabel(max(left, 0), min(right, width_px), bottom, top, part, words, bool(entry.error)))
    return found


def _is_held(state: desk.Desk, entry: desk.QueueEntry) -> bool:
    return state.is_paused and state_of(entry) in ("queued", "preparing")


def _draw() -> None:
    context = bpy.context
    if not desk.desk().entries or context.space_data.view_type == "PREVIEW":
        return
    scene, region = edit_scene(), context.region
    if scene is None:
        return

    view = region.view2d

    def to_region(frame: float, channel: float) -> tuple[float, float]:
        x, y = view.view_to_region(frame, channel, clip=False)
        return float(x), float(y)

    found = labels(scene, to_region, region.width, region.height)
    if found:
        _draw_bars(found, context.preferences.system.ui_scale)
        _draw_words(found, context.preferences.system.ui_scale)


def _draw_bars(found: list[StripLabel], scale: float) -> None:
    import gpu
    from gpu_extras.batch import batch_for_shader

    corners: dict[tuple[float, ...], list[tuple[float, float]]] = {_BACK: [], _DONE: [], _FAILED: []}
    for one in found:
        # A failure is a band behind its words: red words are lost on a yellow strip.
        top = one.bottom + (_band_px(one, scale) if one.has_failed else _BAR_PX * scale)
        reach = one.left + (one.right - one.left) * one.share
        corners[_BACK] += _two_triangles(one.left, one.bottom, one.right, top)
        corners[_FAILED if one.has_failed else _DONE] += _two_triangles(one.left, one.bottom, reach, top)
    shader = gpu.shader.from_builtin("UNIFORM_COLOR")
    gpu.state.blend_set("ALPHA")
    shader.bind()
    for color, points in corners.items():
        if points:
            shader.uniform_float("color", color)
            batch_for_shader(shader, "TRIS", {"pos": points}).draw(shader)
    gpu.state.blend_set("NONE")


def _has_room_for_words(one: StripLabel, scale: float) -> bool:
    return one.right - one.left >= _LEAST_TEXT_PX * scale and one.top - one.bottom >= _LEAST_HEIGHT_PX * scale


def _band_px(one: StripLabel, scale: float) -> float:
    return (_TEXT_PX + 2 * _MARGIN_PX if _has_room_for_words(one, scale) else _BAR_PX) * scale


def _two_triangles(left: float, bottom: float, right: float, top: float) -> list[tuple[float, float]]:
    return [(left, bottom), (right, bottom), (right, top), (left, bottom), (right, top), (left, top)]


def _draw_words(found: list[StripLabel], scale: float) -> None:
    import blf

    font = 0
    blf.size(font, _TEXT_PX * scale)
    blf.enable(font, blf.CLIPPING | blf.SHADOW)
    blf.shadow(font, 3, 0.0, 0.0, 0.0, 0.9)
    for one in found:
        if not _has_room_for_words(one, scale):
            continue
        margin = _MARGIN_PX * scale
        blf.clipping(font, one.left, one.bottom, one.right - margin, one.top)
        blf.color(font, *_WORD)
        blf.position(font, one.left + margin, one.bottom + (0 if one.has_failed else _BAR_PX * scale) + margin, 0)
        blf.draw(font, one.words)
    blf.disable(font, blf.CLIPPING | blf.SHADOW)


def register() -> None:
    global _handle
    if not bpy.app.background:  # there is nothing to draw on
        _handle = bpy.types.SpaceSequenceEditor.draw_handler_add(_draw, (), "WINDOW", "POST_PIXEL")


def unregister() -> None:
    global _handle
    if _handle is not None:
        bpy.types.SpaceSequenceEditor.draw_handler_remove(_handle, "WINDOW")
        _handle = None
