# SPDX-License-Identifier: GPL-3.0-or-later
"""What is seen and heard where: two readings of an edit compared by file, frames and place, and by nothing else.

Sources are counted in frames of the timeline's rate by the clock of the file, so that a reading that does not know
where the file begins compares with one that does.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from .media_url import folder, join
from .snapshot import StripKind
from .times import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .snapshot import Media, StripSnapshot, TimelineSnapshot

_NEAR = Fraction(51, 100)
"""Frames. A format that counts whole frames is off by half of one at most."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One strip. `first` and `last` are the source's frames at its ends; None for what has no frames to count."""

    name: str
    track: int
    kind: str
    start: int
    end_exclusive: int
    file: tuple[str, ...]
    first: Fraction | None
    last: Fraction | None
    mute: bool
    inside: tuple[Shown, ...]

    @property
    def words(self) -> str:
        file = self.file[0] if self.file and self.file[0] else self.kind
        source = ""
        if self.first is not None and self.last is not None:
            source = f" from {float(self.first):g} to {float(self.last):g}"
        muted = ", muted" if self.mute else ""
        return f"{file}{source} at {self.start} to {self.end_exclusive}{muted}"


def shown_in(snapshot: TimelineSnapshot) -> tuple[Shown, ...]:
    return _level(snapshot.strips, snapshot.rate)


def difference(meant: Iterable[Shown], found: Iterable[Shown]) -> str:
    """The first one, in words; empty where nothing differs."""
    wanted, there = list(meant), list(found)
    for one, other in zip(wanted, there, strict=False):
        if not _same(one, other):
            inner = difference(one.inside, other.inside) if one.inside and other.inside else ""
            return inner or f"{one.name} is {one.words}, and reads as {other.words}"
    if len(wanted) > len(there):
        return f"{wanted[len(there)].name} is not there"
    if len(there) > len(wanted):
        return f"{there[len(wanted)].words} is there and should not be"
    return ""


def _level(strips: Iterable[StripSnapshot], rate: Fraction) -> tuple[Shown, ...]:
    everything = list(strips)
    order: dict[tuple[bool, int], int] = {}
    for is_sound in (False, True):
        channels = {
            one.channel
            for one in everything
            if one.kind is not StripKind.EFFECT and (one.kind is StripKind.SOUND) is is_sound
        }
        order |= {(is_sound, channel): number for number, channel in enumerate(sorted(channels))}
    found = [_shown(one, rate, order.get((one.kind is StripKind.SOUND, one.channel), 0)) for one in everything]
    return tuple(sorted(found, key=_order))


def _order(one: Shown) -> tuple[bool, int, int, int, str]:
    return (one.kind == "sound", one.track, one.start, one.end_exclusive, one.kind)


def _shown(strip: StripSnapshot, rate: Fraction, track: int) -> Shown:
    media = strip.shown
    file: tuple[str, ...] = ()
    first = last = None
    if media is not None:
        file = (media.path,)
        if media.files:
            # The pictures at its ends, whatever others the sequence is said to have.
            file = tuple(_picture(strip, media, rate, at) for at in (0, strip.length - 1))
        elif strip.kind is not StripKind.IMAGE:
            begins = media.start_frame * rate / media.rate
            first, last = (begins + source_frame(strip, at) for at in (0, strip.length - 1))
    is_effect = strip.kind is StripKind.EFFECT
    return Shown(
        strip.name,
        0 if is_effect else track,
        f"effect {strip.effect_type}" if is_effect else strip.kind.value,
        strip.start,
        strip.end_exclusive,
        file,
        first,
        last,
        strip.mute,
        _level(strip.children, rate),
    )


def _picture(strip: StripSnapshot, media: Media, rate: Fraction, at: int) -> str:
    number = nearest(source_frame(strip, at) * media.rate / rate)
    return join(folder(media.path), media.files[min(max(0, number), len(media.files) - 1)])


def source_frame(strip: StripSnapshot, at: int) -> Fraction:
    """The content's frame that is shown at `at` of the strip, counted from the content's first."""
    content = Fraction(strip.content_offset + at)
    keys = strip.retiming.keys if strip.retiming else ()
    for before, after in pairwise(keys):
        if before.frame <= content <= after.frame and after.frame > before.frame:
            share = (content - Fraction(before.frame)) / (Fraction(after.frame) - Fraction(before.frame))
            content = Fraction(before.content_frame) + share * Fraction(after.content_frame - before.content_frame)
            break
    return strip.content_length - 1 - content if strip.reverse_frames else content


def _same(one: Shown, other: Shown) -> bool:
    if (one.track, one.kind, one.start, one.end_exclusive, one.file, one.mute) != (
        other.track, other.kind, other.start, other.end_exclusive, other.file, other.mute,
    ):  # fmt: skip
        return False
    for wanted, there in ((one.first, other.first), (one.last, other.last)):
        if (wanted is None) != (there is None):
            return False
        if wanted is not None and there is not None and abs(wanted - there) > _NEAR:
            return False
    return not difference(one.inside, other.inside)
