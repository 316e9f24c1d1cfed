# SPDX-License-Identifier: GPL-3.0-or-later
"""Showing a take in place: the strips of its shot keep all they are, and get other media.

Measured on 4.5.15, 5.0.1 and 5.2.3: a new `filepath` keeps position, right handle, effects and their inputs, keyframes,
transform and modifiers; the left handle moves on 4.5 where the new file is shorter, so handles are set again. The
playback rate is frozen when a strip is added: see `playback_rate` for takes of another rate, and `framing` for those of
another size.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from ..errors import PlacementError
from ..timeline.rate import scene_rate
from .compat import (
    content_duration,
    content_start,
    left_handle,
    right_handle,
    set_left_handle,
    set_right_handle,
)
from .connect import connect, partners
from .framing import keep_framing, movie_size, shown_size
from .meta_level import siblings
from .playback_rate import RateChange, StripTime, is_frozen_otherwise, is_retimed, plays_at
from .shots import blend_path, record_take, takes_of
from .take_sound import add_sound, lacks_sound, play_take, silence

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bpy.types import Scene, Strip

    from ..timeline.take import Take

_WAITING_COLOR = "COLOR_03"
_SAME_LENGTH = 0.02
"""By how much, as a share, the lengths of two takes differ that are sold as the same."""


@dataclass(frozen=True, slots=True)
class SwitchReport:
    strips: int
    """How many strips show the take now."""
    sentences: tuple[str, ...]
    """What the user should know of it."""


def show_take(scene: Scene, take: Take, strips: Sequence[Strip] | None = None) -> SwitchReport:
    """Let all strips of the shot, or those of `strips`, show `take`, and record it.

    What a strip shows begins at the same time in the shot as before. Raises PlacementError, with the timeline as it
    was, where the file is missing or Blender cannot show it.
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
    known = {one.number: one for one in takes_of(scene, take.shot_id)}
    shown = {strip: known.get(strip.retake.take_number) for strip in pictures}
    take_back: list[Callable[[], None]] = []
    sentences = []
    try:
        changes = _show_pictures(scene, take, shown, take_back)
        for strip in sounds:
            if take.has_sound:
                _play(scene, strip, take, take_back)
            else:
                _silence(strip, take_back)
                sentences.append(f"{take.name} is silent: the sound strip of its shot is muted.")
        for strip, before in shown.items():
            if take.has_sound and lacks_sound(scene, strip):
                sentences += _bring_sound(scene, strip, take, before, take_back)
    except (PlacementError, RuntimeError) as error:
        for undo in reversed(take_back):
            undo()
        if isinstance(error, PlacementError):
            raise
        raise PlacementError(f"Blender could not show {take.name}: {error}.", hint="Is the file whole?") from error
    for change in changes:
        change.forget()
    for strip, before in shown.items():
        sentences += _length_sentences(scene, strip, take, before)
    _name_and_note(scene, take, [*pictures, *sounds])
    record_take(scene, take)
    return SwitchReport(len(pictures) + len(sounds), tuple(dict.fromkeys(sentences)))


def _show_pictures(
    scene: Scene, take: Take, shown: dict[Strip, Take | None], take_back: list[Callable[[], None]]
) -> list[RateChange]:
    """Returns what is to be forgotten once nothing has to be taken back."""
    changes = []
    for strip, before in shown.items():
        is_other = not plays_at(strip, take.rate)
        if before is not None and not is_other:
            is_other = is_frozen_otherwise(scene, strip, before)
        if is_other and not is_retimed(strip):
            change = RateChange.prepare(scene, strip, take)
            take_back.append(change.take_back)
            changes.append(change)
    sizes = {strip: shown_size(strip) for strip in shown}
    changed = {change.strip for change in changes}
    for change in changes:
        connected = partners(scene, change.strip)
        change.make()
        connect(scene, change.strip, connected)
    for strip in shown:
        if strip not in changed:
            time, file = StripTime.of(strip), strip.filepath
            take_back.append(lambda strip=strip, time=time, file=file: _set_back(strip, file, time))
            strip.filepath = blend_path(take.file)
            time.set_on(strip)
    size = take.size_px or movie_size(take.file)
    if size is None:
        raise PlacementError(f"Blender cannot read {take.file.name}.", hint="Is the file whole?")
    for strip, before_size in sizes.items():
        if before_size is not None:
            keep_framing(scene, strip, before_size, size)
            take_back.append(lambda strip=strip, before_size=before_size: keep_framing(scene, strip, size, before_size))
    return changes


def _set_back(strip: Strip, file: str, time: StripTime) -> None:
    strip.filepath = file
    time.set_on(strip)


def _play(scene: Scene, strip: Strip, take: Take, take_back: list[Callable[[], None]]) -> None:
    sound, start, end = strip.sound, left_handle(strip), right_handle(strip)
    state = strip.mute, strip.retake.is_silenced

    def undo() -> None:
        strip.sound = sound
        set_left_handle(strip, start)
        set_right_handle(strip, end)
        strip.mute, strip.retake.is_silenced = state

    take_back.append(undo)
    play_take(scene, strip, take)


def _silence(strip: Strip, take_back: list[Callable[[], None]]) -> None:
    state = strip.mute, strip.retake.is_silenced

    def undo() -> None:
        strip.mute, strip.retake.is_silenced = state

    take_back.append(undo)
    silence(strip)


def _bring_sound(
    scene: Scene, strip: Strip, take: Take, before: Take | None, take_back: list[Callable[[], None]]
) -> list[str]:
    if before is not None and before.has_sound:
        return []  # its sound was taken away on purpose
    if is_retimed(strip):
        return [f"{take.name} has sound, and {strip.name} is retimed: add the take as a new strip to have its sound."]
    sound = add_sound(scene, strip, take)
    take_back.append(lambda: siblings(scene, strip).strips.remove(sound))
    sound.retake.shot_id, sound.retake.take_number = take.shot_id, take.number
    return [f"{take.name} has sound: its strip lies on channel {sound.channel}."]


def _length_sentences(scene: Scene, strip: Strip, take: Take, before: Take | None) -> list[str]:
    if is_retimed(strip):
        if before is None or abs(take.duration_s / before.duration_s - 1) <= _SAME_LENGTH:
            return []
        speed = float(take.duration_s / before.duration_s)
        return [
            f"{strip.name} is retimed: all of {take.name} plays in the time of {before.name}, at {speed:.2g} times its "
            "speed. Reset the retiming to play it as it is."
        ]
    rate = scene_rate(scene.render.fps, scene.render.fps_base)
    missing = right_handle(strip) - (content_start(strip) + content_duration(strip))
    if missing < 1:
        return []
    wanted_s = ceil((right_handle(strip) - content_start(strip)) / rate)
    return [
        f"{take.name} is {missing / rate:.1f} s shorter than {strip.name} shows: the rest holds its last frame. Trim "
        f"the strip, or regenerate at {wanted_s} s or more."
    ]


def _name_and_note(scene: Scene, take: Take, strips: list[Strip]) -> None:
    for strip in strips:
        if strip.type == "MOVIE":
            strip.name = _new_name(strip.name, scene, take, "")
        elif take.has_sound:
            strip.name = _new_name(strip.name, scene, take, " sound")
        strip.retake.shot_id = take.shot_id
        strip.retake.take_number = take.number
        strip.retake.job_id = ""
        if strip.color_tag == _WAITING_COLOR:
            strip.color_tag = "NONE"


def _new_name(name: str, scene: Scene, take: Take, ending: str) -> str:
    """The take's name, unless the user gave the strip one of their own."""
    ours = {f"{take.shot_id} (waiting){ending}", *(f"{one.name}{ending}" for one in takes_of(scene, take.shot_id))}
    base, dot, number = name.rpartition(".")
    if name in ours or (dot and number.isdigit() and base in ours):
        return f"{take.name}{ending}"
    return name
