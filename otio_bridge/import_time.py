# SPDX-License-Identifier: GPL-3.0-or-later
"""Where things lie on a track, in exact seconds: sums of written frames would drift where rates are mixed."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .errors import BridgeError
from .times import Json, moment

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIPS = ("Clip", "Stack", "Track")


def schema_of(item: Any) -> str:
    return str(item.get("OTIO_SCHEMA", "")).partition(".")[0] if isinstance(item, dict) else ""


def children_of(item: Json) -> list[Json]:
    children = item.get("children")
    return [one for one in children if isinstance(one, dict)] if isinstance(children, list) else []


def effects_of(item: Json) -> list[Json]:
    effects = item.get("effects")
    return [one for one in effects if isinstance(one, dict)] if isinstance(effects, list) else []


def is_time_effect(effect: Json) -> bool:
    return schema_of(effect) in ("LinearTimeWarp", "FreezeFrame")


def time_scalar(item: Json) -> float:
    """How fast the item's media runs: what all its linear time effects make of it. 1 where one of them is damaged."""
    product = 1.0
    for effect in effects_of(item):
        if not is_time_effect(effect) or effect.get("enabled") is False:
            continue
        scalar = effect.get("time_scalar", 0.0 if schema_of(effect) == "FreezeFrame" else 1.0)
        if isinstance(scalar, int | float) and not isinstance(scalar, bool) and math.isfinite(scalar):
            product *= scalar
    return product if abs(product) < 10_000 else 1.0


def active_reference(clip: Json) -> tuple[str, Json]:
    references = clip.get("media_references")
    key = clip.get("active_media_reference_key")
    if not isinstance(references, dict) or not references:
        return "", {}
    if not isinstance(key, str) or key not in references:
        key = next(iter(references))
    found = references[key]
    return key, found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True)
class Laid:
    """A clip or a nested edit on a track. Seconds; `source` is where its source begins, None where it does not say."""

    item: Json
    start: Fraction
    end: Fraction
    source: Fraction | None
    scalar: float
    before: Json | None = None
    after: Json | None = None
    follows: bool = False
    """`before` joins it to the item before, else it fades it in; `leads` likewise."""
    leads: bool = False

    def moved(self, by: Fraction) -> Laid:
        return replace(self, start=self.start + by, end=self.end + by)


@dataclass(frozen=True, slots=True)
class Clock:
    """`rate` counts what has none of its own. `shows_source_length`: durations of retimed clips are those of the source
    (Premiere), not of the track (OpenTimelineIO's core and all others)."""

    rate: Fraction
    shows_source_length: bool = False

    def seconds(self, time: Any) -> Fraction:
        return moment(time, self.rate).seconds

    def duration(self, item: Json) -> Fraction:
        """Raises BridgeError for times that are none."""
        source = item.get("source_range")
        if isinstance(source, dict):
            length = self.seconds(source.get("duration"))
            scalar = time_scalar(item) if self.shows_source_length else 1.0
            return max(Fraction(0), length / Fraction(abs(scalar)) if scalar else length)
        match schema_of(item):
            case "Clip":
                available = active_reference(item)[1].get("available_range")
                return (
                    max(Fraction(0), self.seconds(available.get("duration")))
                    if isinstance(available, dict)
                    else Fraction(0)
                )
            case "Track":
                lengths = (self.duration(one) for one in children_of(item) if schema_of(one) != "Transition")
                return sum(lengths, Fraction(0))
            case "Stack":
                return max((self.duration(one) for one in children_of(item)), default=Fraction(0))
        return Fraction(0)

    def source_start(self, item: Json) -> Fraction | None:
        source = item.get("source_range")
        return self.seconds(source.get("start_time")) if isinstance(source, dict) else None

    def offsets(self, transition: Json) -> tuple[Fraction, Fraction]:
        """How far it reaches before and beyond the cut."""
        found = []
        for key in ("in_offset", "out_offset"):
            time = transition.get(key)
            found.append(max(Fraction(0), self.seconds(time)) if isinstance(time, dict) else Fraction(0))
        return found[0], found[1]

    def lay_out(self, track: Json) -> list[Laid]:
        """The clips and nested edits of a track, its own source_range applied: what it cuts off is gone or trimmed.

        One that would hide everything is a clock's time written in its place (screening rooms do), and not applied.
        """
        laid = list(self._lay_out(track))
        window = track.get("source_range")
        if schema_of(track) != "Track" or not isinstance(window, dict):
            return laid
        start = self.seconds(window.get("start_time"))
        end = start + max(Fraction(0), self.seconds(window.get("duration")))
        inside = [one.moved(-start) for one in (_within(each, start, end) for each in laid) if one is not None]
        return inside or laid

    def _lay_out(self, track: Json) -> Iterator[Laid]:
        # A clip right in a stack is a track of one.
        children = children_of(track) if schema_of(track) == "Track" else [track]
        at = Fraction(0)
        for number, item in enumerate(children):
            schema = schema_of(item)
            if schema in CLIPS:
                length = self.duration(item)
                before = _neighbour(children, number, -1)
                after = _neighbour(children, number, 1)
                yield Laid(
                    item, at, at + length, self.source_start(item), time_scalar(item), before, after,
                    follows=before is not None and _is_clip(children, number - 2),
                    leads=after is not None and _is_clip(children, number + 2),
                )  # fmt: skip
                at += length
            elif schema != "Transition":
                at += self.duration(item)


def _neighbour(children: list[Json], number: int, step: int) -> Json | None:
    place = number + step
    if 0 <= place < len(children) and schema_of(children[place]) == "Transition":
        return children[place]
    return None


def _is_clip(children: list[Json], number: int) -> bool:
    return 0 <= number < len(children) and schema_of(children[number]) in CLIPS


def _within(laid: Laid, start: Fraction, end: Fraction) -> Laid | None:
    if laid.end <= start or laid.start >= end:
        return None
    head, tail = max(Fraction(0), start - laid.start), max(Fraction(0), laid.end - end)
    if not head and not tail:
        return laid
    scalar = Fraction(laid.scalar)
    source = laid.source
    # Of a reversed clip the source begins at what it shows last.
    if source is not None:
        source += head * scalar if scalar >= 0 else -tail * scalar
    return replace(
        laid,
        start=laid.start + head,
        end=laid.end - tail,
        source=source,
        before=None if head else laid.before,
        after=None if tail else laid.after,
        follows=laid.follows and not head,
        leads=laid.leads and not tail,
    )


def check_depth(root: Json, most: int = 60) -> None:
    """Raises BridgeError where edits are nested deeper than Blender's metas could be worked with."""
    pending = [(root, 0)]
    while pending:
        item, depth = pending.pop()
        if depth > 2 * most:
            raise BridgeError(
                f"The edit nests more than {most} edits in each other.", hint="Flatten the innermost before the export."
            )
        pending += [(one, depth + 1) for one in children_of(item)]
