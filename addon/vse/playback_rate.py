# SPDX-License-Identifier: GPL-3.0-or-later
"""Giving a movie strip media of another frame rate, while it stays the strip that it is.

Blender freezes a strip's playback rate when the operator adds it, and no property shows or changes it. So a new strip
is added, is given all properties and modifiers of the old one, and changes its inside with it by Blender's Swap Strips:
the old strip keeps its place, name and blending, and with them keyframes, drivers, effects, transitions, masks and its
meta; all else comes from the new one, which goes. Swap Strips asks for equal lengths, so both show a few frames
meanwhile. Measured on 4.5.15, 5.0.1 and 5.2.3.

Retimed strips need none of this: their keys say which share of the media shows when, at any rate.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import bpy

from ..errors import PlacementError
from ..timeline.equal_lengths import equal_lengths
from ..timeline.rate import frames_at_rate, scene_rate
from .compat import (
    MOVIE_ADD_OPTIONS,
    content_duration,
    content_start,
    content_trim,
    left_handle,
    right_handle,
    set_content_start,
    set_content_trim,
    set_left_handle,
    set_right_handle,
)
from .meta_level import level_of, select_only, siblings
from .shots import absolute_path, blend_path
from .strip_properties import copy_properties

if TYPE_CHECKING:
    from bpy.types import Scene, Strip

    from ..timeline.take import Take

_TOLERANCE = Fraction(1, 1000)
_MOST_FRAMES = 60
"""Enough for any two rates; see `equal_lengths`."""
_MOST_KNOWN = 512
_rates: dict[tuple[str, int, int], Fraction] = {}
"""By path, time and length of the file: Blender opens it for each answer, which takes 5 to 9 ms (on 5.2.2)."""
_CHANNEL = 126
"""The operator finds no place on the highest one (measured on 5.2.3)."""


@dataclass(frozen=True, slots=True)
class StripTime:
    """Where a strip is and what it shows, to be set again."""

    start: float
    left: int
    right: int
    trim: tuple[int, int]

    @classmethod
    def of(cls, strip: Strip) -> StripTime:
        return cls(content_start(strip), left_handle(strip), right_handle(strip), content_trim(strip))

    def set_on(self, strip: Strip) -> None:
        if content_trim(strip) != self.trim:  # setting it opens the file again, 8 ms (measured on 5.2.2)
            set_content_trim(strip, *self.trim)
        if content_start(strip) != self.start:
            set_content_start(strip, self.start)
        # On 4.5 the left handle moves where new media is shorter. Neither handle passes the other, which may lie
        # anywhere just now: hence the right one twice.
        set_right_handle(strip, self.right)
        set_left_handle(strip, self.left)
        set_right_handle(strip, self.right)

    def at_rate(self, factor: Fraction) -> StripTime:
        """Trims of the media count in its own frames."""
        start, end = (round(count * factor) for count in self.trim)
        return StripTime(self.start, self.left, self.right, (start, end))


def is_retimed(strip: Strip) -> bool:
    return len(strip.retiming_keys) > 0


def plays_at(strip: Strip, rate: Fraction) -> bool:
    """Whether a movie strip's media has that rate."""
    return abs(_media_rate(strip) - rate) <= _TOLERANCE


def _media_rate(strip: Strip) -> Fraction:
    """Frames per second of the file that a movie strip shows; 0 where Blender cannot read it."""
    path = absolute_path(strip.filepath)
    try:
        facts = path.stat()
    except OSError:
        return Fraction(0)
    key = (str(path), facts.st_mtime_ns, facts.st_size)
    if key not in _rates:
        if len(_rates) >= _MOST_KNOWN:
            _rates.clear()
        _rates[key] = Fraction(strip.fps).limit_denominator(1001)
    return _rates[key]


def add_like(scene: Scene, strip: Strip, take: Take) -> Strip:
    """A new strip of `take` beside a movie strip, for `RateChange`. Raises PlacementError with nothing added."""
    editor = scene.sequence_editor
    before = {one.name for one in editor.strips_all}
    with level_of(scene, strip):
        try:
            bpy.ops.sequencer.movie_strip_add(
                "EXEC_DEFAULT",
                False,
                filepath=str(take.file),
                frame_start=left_handle(strip),
                channel=_CHANNEL,
                fit_method="FIT",
                sound=False,
                use_framerate=False,
                adjust_playback_rate=True,
                set_view_transform=False,
                **MOVIE_ADD_OPTIONS,
            )
            added = next(one for one in editor.strips_all if one.name not in before)
        except (RuntimeError, StopIteration) as error:
            raise PlacementError(
                f"Blender could not add {take.file.name}: {error}.", hint="Is the file whole?"
            ) from error
        try:
            _liken(scene, strip, added)
        except (RuntimeError, TypeError, AttributeError) as error:
            siblings(scene, strip).strips.remove(added)
            raise PlacementError(
                f"{strip.name} has something that Blender does not let be copied: {error}.",
                hint="Add the take as a new strip from the Takes list.",
            ) from error
    return added


def _liken(scene: Scene, strip: Strip, added: Strip) -> None:
    copy_properties(strip, added)
    if len(strip.modifiers):
        select_only(scene, strip, added)
        bpy.ops.sequencer.strip_modifier_copy("EXEC_DEFAULT", False, type="REPLACE")


@dataclass(slots=True)
class RateChange:
    """A strip, the one from `add_like` that it changes its inside with, and what it was."""

    scene: Scene
    strip: Strip
    added: Strip
    take: Take
    time: StripTime
    file: str
    rate: Fraction
    is_made: bool = False

    @classmethod
    def prepare(cls, scene: Scene, strip: Strip, take: Take) -> RateChange:
        """Raises PlacementError with nothing changed."""
        rate = _media_rate(strip) or take.rate
        time, file = StripTime.of(strip), strip.filepath
        return cls(scene, strip, add_like(scene, strip, take), take, time, file, rate)

    def make(self) -> None:
        """Let the strip show the take. Raises PlacementError; `take_back` sets all right then."""
        lock = self.strip.lock
        self.strip.filepath = blend_path(self.take.file)
        self._exchange()
        self.time.at_rate(self.take.rate / self.rate).set_on(self.strip)
        self.strip.lock = lock

    def take_back(self) -> None:
        """The strip is what it was before `prepare`."""
        if self.is_made:
            self.strip.filepath = blend_path(self.take.file)
            self._exchange()
        self.strip.filepath = self.file
        self.time.set_on(self.strip)
        self.forget()

    def forget(self) -> None:
        siblings(self.scene, self.strip).strips.remove(self.added)

    def _exchange(self) -> None:
        """Both show the take, of which a few frames last equally long at either rate: Swap Strips asks for that."""
        rate = scene_rate(self.scene.render.fps, self.scene.render.fps_base)
        rates = (self.take.rate, self.rate) if self.is_made else (self.rate, self.take.rate)
        counts = equal_lengths(*rates, rate, min(_MOST_FRAMES, self.take.frame_count - 1))
        if counts is not None:
            for one, count in zip((self.strip, self.added), counts, strict=True):
                set_content_trim(one, 0, 0)
                set_content_trim(one, 0, self.take.frame_count - count)
        if counts is None or content_duration(self.strip) != content_duration(self.added):
            raise self._error("no common length was found")
        with level_of(self.scene, self.strip):
            select_only(self.scene, self.strip, self.added)
            try:
                bpy.ops.sequencer.swap_data("EXEC_DEFAULT", False)
            except RuntimeError as error:
                raise self._error(str(error)) from error
        self.is_made = not self.is_made

    def _error(self, why: str) -> PlacementError:
        return PlacementError(
            f"Blender could not give {self.strip.name} the rate of {self.take.name}: {why}.",
            hint="Add the take as a new strip from the Takes list.",
        )


def is_frozen_otherwise(scene: Scene, strip: Strip, take: Take) -> bool:
    """Whether a movie strip, which shows the take, plays it at the rate of other media that it once had."""
    rate = scene_rate(scene.render.fps, scene.render.fps_base)
    shown = frames_at_rate(max(take.frame_count - sum(content_trim(strip)), 1), take.rate, rate)
    # Blender's count of a file's frames may differ by one.
    return abs(content_duration(strip) - shown) > 1 + rate / take.rate
