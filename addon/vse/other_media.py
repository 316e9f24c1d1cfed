# SPDX-License-Identifier: GPL-3.0-or-later
"""Letting a strip show another file while it stays the strip that it is: at the file's own speed, in the frame that the
old one filled, its sound as long as it is. Each step says how it is taken back.

Blender freezes a movie strip's playback rate when the strip is added: see `playback_rate`.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ..errors import PlacementError
from ..interchange.bridge import StripKind
from ..media.file_facts import file_facts
from ..timeline.rate import scene_rate
from ..timeline.take import Take
from .compat import content_trim, curves_of, set_content_trim
from .connect import connect
from .framing import keep_framing, movie_size, shown_size
from .playback_rate import RateChange, StripTime, plays_at
from .shots import blend_path
from .strip_memory import strip_memory

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bpy.types import Scene, Strip

    from ..interchange.bridge import StripSnapshot

    TakeBack = list[Callable[[], None]]

_SAME_RATE = Fraction(1, 1000)
_FRAMED = ("scale_x", "scale_y")
_CROPPED = ("min_x", "max_x", "min_y", "max_y")


class MediaChanges:
    """Of one scene, inside a sequencer's context. What was done is noted in `take_back`, the latest last."""

    def __init__(self, scene: Scene, take_back: TakeBack) -> None:
        self._scene = scene
        self._rate = scene_rate(scene.render.fps, scene.render.fps_base)
        self._take_back = take_back
        self._rate_changes: list[RateChange] = []

    def show(self, strip: Strip, after: StripSnapshot, partners: Sequence[Strip], *, is_other: bool) -> None:
        """`is_other`: another file than now. The strip has no retiming keys. Where it lies is not set here, and what
        was trimmed off the old file for good is not trimmed off another one.

        Raises PlacementError or RuntimeError.
        """
        shown = after.shown
        if shown is None or not shown.path:
            return
        path = Path(shown.path)
        match after.kind:
            case StripKind.SOUND:
                if is_other:
                    self._play(strip, path)
            case StripKind.MOVIE:
                self._show_movie(strip, after, path, partners, is_other=is_other)
            case StripKind.IMAGE:
                if is_other:
                    self._show_pictures(strip, path, shown.files or (path.name,))
        if strip.retake.take_number != after.take_number:
            number = strip.retake.take_number
            self._take_back.append(lambda: setattr(strip.retake, "take_number", number))
            strip.retake.take_number = after.take_number

    def finish(self) -> None:
        """Nothing has to be taken back any more."""
        for change in self._rate_changes:
            change.forget()
        self._rate_changes.clear()

    # Movies

    def _show_movie(
        self, strip: Strip, after: StripSnapshot, path: Path, partners: Sequence[Strip], *, is_other: bool
    ) -> None:
        facts = file_facts(path)
        if facts is None or facts.rate is None:
            raise PlacementError(f"{path} is no video.", hint="Leave that change out.")
        before_size, after_size = shown_size(strip), movie_size(path)
        if after_size is None:
            raise PlacementError(f"Blender cannot read {path}.", hint="Is the file whole?")
        if after.keeps_speed and not self._runs_at(strip, facts.rate):
            take = Take(
                after.shot_id or path.stem, after.take_number, path, facts.frame_count or 1, facts.rate, has_sound=False
            )
            memory, trim = strip_memory(strip), content_trim(strip)
            change = RateChange.prepare(self._scene, strip, take)
            if memory is not None:
                # What it plays at by now, which need not be its file's rate.
                change.rate = memory.playback_rate or self._rate
            self._rate_changes.append(change)
            self._take_back.append(lambda: self._take_rate_back(change))
            change.make()
            if not is_other:
                set_content_trim(strip, *trim)
            connect(self._scene, strip, list(partners))
            if not self._runs_at(strip, facts.rate):
                raise PlacementError(
                    f"Blender does not play {path.name} at its own speed in {strip.name}.",
                    hint="Add it as a new strip.",
                )
        elif is_other:
            time, file = StripTime.of(strip), strip.filepath
            self._take_back.append(lambda: _set_back(strip, file, time))
            strip.filepath = blend_path(path)
        if is_other:
            set_content_trim(strip, 0, 0)
        if is_other and before_size is not None:
            self._take_back.append(_framing_of(self._scene, strip))
            keep_framing(self._scene, strip, before_size, after_size)

    def _runs_at(self, strip: Strip, rate: Fraction) -> bool:
        """Whether a movie strip plays a file of that rate at the file's own speed."""
        memory = strip_memory(strip)
        if memory is None:
            return plays_at(strip, rate)
        return abs((memory.playback_rate or self._rate) - rate) <= _SAME_RATE

    def _take_rate_back(self, change: RateChange) -> None:
        self._rate_changes.remove(change)
        change.take_back()

    # Sounds and pictures

    def _play(self, strip: Strip, path: Path) -> None:
        """Setting what is trimmed off lets a sound strip learn the length of its file (measured on 4.5.15, 5.0.1 and
        5.2.3)."""
        time, sound = StripTime.of(strip), strip.sound

        def undo() -> None:
            strip.sound = sound
            set_content_trim(strip, *time.trim)
            time.set_on(strip)

        self._take_back.append(undo)
        strip.sound = bpy.data.sounds.load(blend_path(path), check_existing=True)
        set_content_trim(strip, 0, 0)

    def _show_pictures(self, strip: Strip, path: Path, names: Sequence[str]) -> None:
        time, folder, files = StripTime.of(strip), strip.directory, [one.filename for one in strip.elements]

        def show(where: str, which: Sequence[str]) -> None:
            strip.directory = where
            while len(strip.elements) < len(which):
                strip.elements.append(which[len(strip.elements)])
            while len(strip.elements) > len(which):
                strip.elements.pop(len(strip.elements) - 1)
            for element, name in zip(strip.elements, which, strict=True):
                element.filename = name

        def undo() -> None:
            show(folder, files)
            time.set_on(strip)

        self._take_back.append(undo)
        show(blend_path(path.parent), names)


def _set_back(strip: Strip, file: str, time: StripTime) -> None:
    strip.filepath = file
    time.set_on(strip)


def _framing_of(scene: Scene, strip: Strip) -> Callable[[], None]:
    """Sets scale and crop again, their keyframes too, as they are now to the last bit."""
    path = strip.path_from_id()
    scales = {name: getattr(strip.transform, name) for name in _FRAMED}
    crops = {name: getattr(strip.crop, name) for name in _CROPPED}
    ways = {f"{path}.transform.{name}" for name in _FRAMED} | {f"{path}.crop.{name}" for name in _CROPPED}
    keys = {
        (curve.data_path, curve.array_index): [
            (key.co[1], key.handle_left[1], key.handle_right[1]) for key in curve.keyframe_points
        ]
        for curve in curves_of(scene)
        if curve.data_path in ways
    }

    def undo() -> None:
        for name, value in scales.items():
            setattr(strip.transform, name, value)
        for name, value in crops.items():
            setattr(strip.crop, name, value)
        for curve in curves_of(scene):
            for key, values in zip(
                curve.keyframe_points, keys.get((curve.data_path, curve.array_index), ()), strict=False
            ):
                key.co[1], key.handle_left[1], key.handle_right[1] = values

    return undo
