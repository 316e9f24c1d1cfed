# SPDX-License-Identifier: GPL-3.0-or-later
"""What another editor does to an edit of ours, done with OpenTimelineIO's own library: our metadata is gone, clips are
called as that program calls them, and the usual tools of an editor are at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

OWN = ("blender_vse", "retake")


class OtherProgram:
    """An edit that it opened. Frames count at the rate that the clips on its tracks have."""

    def __init__(self, path: Path) -> None:
        self.timeline: otio.schema.Timeline = otio.adapters.read_from_file(str(path))
        self.rate = self.timeline.duration().rate

    def save(self, path: Path, *, keeps_metadata: bool = False) -> Path:
        if not keeps_metadata:
            self.forget_metadata()
        otio.adapters.write_to_file(self.timeline, str(path))
        return path

    def forget_metadata(self, *, drops_effects: bool = False) -> None:
        """As programs do with what they do not know. Speeds they know."""
        for one in self._everything():
            for name in OWN:
                if name in one.metadata:
                    del one.metadata[name]
            if isinstance(one, otio.core.Item):
                kept = [each for each in one.effects if isinstance(each, otio.schema.LinearTimeWarp)]
                one.effects[:] = [] if drops_effects else kept
                for each in one.effects:
                    each.metadata.clear()
            if isinstance(one, otio.schema.Clip):
                for reference in one.media_references().values():
                    reference.metadata.clear()

    def clip(self, name: str) -> otio.schema.Clip:
        (found,) = (one for one in self.clips() if one.name == name)
        return found

    def clips(self) -> Iterator[otio.schema.Clip]:
        yield from self.timeline.find_clips()

    def call_all(self, named: Callable[[otio.schema.Clip], str]) -> None:
        for clip in self.clips():
            clip.name = named(clip)

    # Tools of an editor

    def gap(self, track: otio.schema.Track, index: int, frames: int) -> None:
        track.insert(index, otio.schema.Gap(source_range=self.span(0, frames)))

    def ripple_delete(self, name: str) -> None:
        clip = self.clip(name)
        track = clip.parent()
        del track[track.index(clip)]

    def lift(self, name: str) -> None:
        """Deletes, and leaves a gap."""
        clip = self.clip(name)
        track = clip.parent()
        track[track.index(clip)] = otio.schema.Gap(source_range=self.span(0, clip.duration().value))

    def trim(self, name: str, head: int = 0, tail: int = 0) -> None:
        """Ripples: what follows moves up. Negative numbers lengthen it."""
        clip = self.clip(name)
        source = clip.source_range
        clip.source_range = self.span(source.start_time.value + head, source.duration.value - head - tail)

    def slip(self, name: str, frames: int) -> None:
        source = self.clip(name).source_range
        self.clip(name).source_range = self.span(source.start_time.value + frames, source.duration.value)

    def speed(self, name: str, scalar: float) -> None:
        self.clip(name).effects.append(otio.schema.LinearTimeWarp(time_scalar=scalar))

    def split(self, name: str, frames: int, called: str = "") -> None:
        """After so many frames, as the razor does: the second part is another clip of the same name."""
        clip = self.clip(name)
        track, source = clip.parent(), clip.source_range
        second = clip.deepcopy()
        clip.source_range = self.span(source.start_time.value, frames)
        second.source_range = self.span(source.start_time.value + frames, source.duration.value - frames)
        second.name = called or name
        track.insert(track.index(clip) + 1, second)

    def replace_media(self, name: str, path: Path, *, start: int = 0, rate: float = 0.0, frames: int = 0) -> None:
        clip = self.clip(name)
        available = TimeRange(RationalTime(0, rate), RationalTime(frames, rate)) if frames else None
        clip.set_media_references(
            {"DEFAULT_MEDIA": otio.schema.ExternalReference(str(path), available)}, "DEFAULT_MEDIA"
        )
        clip.source_range = self.span(start, clip.source_range.duration.value)

    def new_clip(self, name: str, path: Path, start: int, frames: int) -> otio.schema.Clip:
        return otio.schema.Clip(name, otio.schema.ExternalReference(str(path)), self.span(start, frames))

    def span(self, start: float, frames: float) -> TimeRange:
        return TimeRange(RationalTime(start, self.rate), RationalTime(frames, self.rate))

    def at_rate(self, rate: float) -> None:
        """The whole edit in another rate's frames: the same moments."""
        for one in self._everything():
            if isinstance(one, otio.core.Item) and one.source_range is not None:
                source = one.source_range
                one.source_range = TimeRange(
                    RationalTime(round(source.start_time.rescaled_to(rate).value), rate),
                    RationalTime(round(source.duration.rescaled_to(rate).value), rate),
                )
        self.rate = rate

    def _everything(self) -> Iterator[Any]:
        yield self.timeline
        yield self.timeline.tracks
        yield from self.timeline.find_children()
