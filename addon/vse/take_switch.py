# SPDX-License-Identifier: GPL-3.0-or-later
"""Showing a take in place: the strips of its shot keep all they are, and get other media.

Measured on 4.5.15, 5.0.1 and 5.2.3: a new `filepath` keeps position, right handle, effects and their inputs, keyframes,
transform and modifiers; the left handle moves on 4.5 where the new file is shorter, so handles are set again. The
playback rate is frozen when a strip is added: a take of another rate cannot be shown by a strip of the old one.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import bpy

from ..errors import PlacementError
from .compat import left_handle, right_handle, set_left_handle, set_right_handle
from .context import sequencer_context
from .shots import blend_path, record_take, takes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpy.types import Scene, Strip

    from ..timeline.take import Take

_WAITING_COLOR = "COLOR_03"
_RATE_TOLERANCE = Fraction(1, 1000)


@dataclass(frozen=True, slots=True)
class SwitchReport:
    strips: int
    """How many strips show the take now."""
    sentences: tuple[str, ...]
    """What the user should know of it."""


def show_take(scene: Scene, take: Take, strips: Sequence[Strip] | None = None) -> SwitchReport:
    """Let all strips of the shot, or those of `strips`, show `take`, and record it.

    Raises PlacementError, with nothing changed, where the file is missing or a strip's rate is another.
    """
    editor = scene.sequence_editor_create()
    if strips is None:
        strips = [strip for strip in editor.strips_all if strip.retake.shot_id == take.shot_id]
    if not take.file.is_file():
        # Blender would show nothing and say nothing.
        raise PlacementError(
            f"The file of {take.name} is missing: {take.file}.", hint="Put it back, or fetch it again."
        )
    pictures = [strip for strip in strips if strip.type == "MOVIE"]
    sounds = [strip for strip in strips if strip.type == "SOUND"]
    for strip in pictures:
        _check_rate(strip, take)
    sentences = []
    for strip in pictures:
        _swap(strip, take)
        strip.name = _new_name(strip.name, scene, take, "")
    if take.has_sound and pictures and not sounds:
        sentences.append(f"{take.name} has sound, and its strips had none: add it from the Takes list.")
    for strip in sounds:
        if take.has_sound:
            _swap_sound(scene, strip, take)
            if strip.retake.is_silenced:
                strip.mute = strip.retake.is_silenced = False
            strip.name = _new_name(strip.name, scene, take, " sound")
        else:
            strip.retake.is_silenced = strip.retake.is_silenced or not strip.mute
            strip.mute = True
            sentences.append(f"{take.name} is silent: the sound strip of its shot is muted.")
    for strip in strips:
        strip.retake.shot_id = take.shot_id
        strip.retake.take_number = take.number
        strip.retake.job_id = ""
        if strip.color_tag == _WAITING_COLOR:
            strip.color_tag = "NONE"
    record_take(scene, take)
    return SwitchReport(len(pictures) + len(sounds), tuple(dict.fromkeys(sentences)))


def _check_rate(strip: Strip, take: Take) -> None:
    if abs(Fraction(strip.fps).limit_denominator(1001) - take.rate) > _RATE_TOLERANCE:
        raise PlacementError(
            f"{take.name} has {float(take.rate):g} frames per second and its strip {strip.fps:g}: "
            "Blender cannot change that in place.",
            hint="Add it as a new strip from the Takes list.",
        )


def _swap(strip: Strip, take: Take) -> None:
    start, end = left_handle(strip), right_handle(strip)
    strip.filepath = blend_path(take.file)
    # On 4.5 the left handle moves where the new file is shorter.
    set_left_handle(strip, start)
    set_right_handle(strip, end)


def _swap_sound(scene: Scene, strip: Strip, take: Take) -> None:
    start, end = left_handle(strip), right_handle(strip)
    strip.sound = bpy.data.sounds.load(blend_path(take.file), check_existing=True)
    editor = scene.sequence_editor
    selected = [one for one in editor.strips_all if one.select]
    with sequencer_context(scene):
        # Only the operator lets a sound strip learn the length of its new file; it works on what is selected.
        for one in editor.strips_all:
            one.select = one == strip
        bpy.ops.sequencer.reload("EXEC_DEFAULT", False, adjust_length=True)
        for one in editor.strips_all:
            one.select = one in selected
    set_left_handle(strip, start)
    set_right_handle(strip, end)


def _new_name(name: str, scene: Scene, take: Take, ending: str) -> str:
    """The take's name, unless the user gave the strip one of their own."""
    ours = {f"{take.shot_id} (waiting){ending}", *(f"{one.name}{ending}" for one in takes_of(scene, take.shot_id))}
    base, dot, number = name.rpartition(".")
    if name in ours or (dot and number.isdigit() and base in ours):
        return f"{take.name}{ending}"
    return name
