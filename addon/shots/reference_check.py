# SPDX-License-Identifier: GPL-3.0-or-later
"""What Kling will make of a motion reference, said before it is paid for, and what would help. Decides; reads nothing.

Facts: kling-api 2.4 (limits; the largest person drives; cuts and camera moves shorten the result, which is never under
3 s) and 11.4 (what is shortened may be paid in full).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from ..errors import InputError
from ..kling.catalogue import catalogue
from ..kling.request import Orientation, whole_seconds
from ..media.reference_plan import ReferenceLimits, file_reasons, fitted_size
from ..timeline.ranges import FrameRange

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..media.reference_measures import ReferenceMeasures
    from ..media.video_source import VideoSource

ReferenceSeverity = Literal["refused", "shortened", "doubtful"]
"""refused: Kling would not take it. shortened: the clip may come out shorter. doubtful: not what was meant, likely."""


class ReferenceRule(StrEnum):
    LENGTH = "length"
    SIZE = "size"
    FILE = "file"
    CUT = "cut"
    CAMERA = "camera"
    FAST = "fast"
    STILL = "still"
    SEVERAL = "several"


class FixKind(StrEnum):
    USE_FRAMES = "use-frames"
    PREPARE = "prepare"
    ORIENTATION_VIDEO = "orientation-video"


@dataclass(frozen=True, slots=True)
class ReferenceFix:
    """`label` is a button's. `frames` are those to use instead, of the source, from 0; None: all."""

    kind: FixKind
    label: str
    frames: FrameRange | None = None


@dataclass(frozen=True, slots=True)
class ReferenceFinding:
    """`frames` are those it is about, of the source, from 0; empty: all of it. A cut's range is its first new frame,
    a dissolve's all mixed frames."""

    rule: ReferenceRule
    severity: ReferenceSeverity
    frames: tuple[FrameRange, ...]
    message: str
    effect: str
    """What Kling does with it."""
    advice: str
    """What helps, whether there is a fix or not."""
    fix: ReferenceFix | None = None


@dataclass(frozen=True, slots=True)
class ReferenceCheck:
    """`best` is the longest part without any finding about its frames, else the longest without a cut, never longer
    than Kling takes; None where no part is long enough."""

    frames: FrameRange
    duration_s: Fraction
    orientation: Orientation
    findings: tuple[ReferenceFinding, ...]
    best: FrameRange | None

    @property
    def billed_s(self) -> int:
        """What is paid for where nothing is changed."""
        return whole_seconds(self.duration_s)

    @property
    def is_refused(self) -> bool:
        return any(one.severity == "refused" for one in self.findings)


def reference_limits(model_name: str, orientation: Orientation) -> ReferenceLimits:
    """Raises InputError where the model is not known or has no motion control."""
    model = catalogue().model_row(model_name)
    if model.motion is None:
        able = [row.id for row in catalogue().model if row.motion is not None]
        raise InputError("model", model_name, f"it has no motion control; {' and '.join(able)} have")
    limits = model.motion
    return ReferenceLimits(limits.seconds_by_orientation[orientation.value], limits.sides_px, limits.max_mb)


def check_reference(
    source: VideoSource,
    measures: ReferenceMeasures,
    limits: ReferenceLimits,
    orientation: Orientation,
    frames: FrameRange | None = None,
    *,
    number_of_first: int = 0,
) -> ReferenceCheck:
    """`number_of_first`: what the user calls the source's first frame, in the sentences alone."""
    frames = frames or FrameRange(0, source.frame_count)
    judged = _Judged(source, measures, limits, orientation, frames, number_of_first)
    return ReferenceCheck(frames, judged.length_s, orientation, tuple(judged.findings()), judged.best())


@dataclass(frozen=True, slots=True)
class _Judged:
    source: VideoSource
    measures: ReferenceMeasures
    limits: ReferenceLimits
    orientation: Orientation
    frames: FrameRange
    number_of_first: int

    @property
    def length_s(self) -> Fraction:
        return self.source.span_s(self.frames.start, self.frames.end_exclusive)

    def best(self) -> FrameRange | None:
        measures = self.measures
        return self._longest([*measures.camera, *measures.fast, *measures.still, *measures.several]) or self._longest(
            []
        )

    def findings(self) -> Iterable[ReferenceFinding]:
        yield from self._length()
        yield from self._size()
        yield from self._file()
        yield from self._cuts()
        measures = self.measures
        if measures.camera:
            yield self._about(
                ReferenceRule.CAMERA, "shortened", measures.camera, "The camera moves",
                "Kling reads a moving camera as movement of the figure, or uses only the part before it.",
                "Take a shot from a tripod, or steady it first.",
            )  # fmt: skip
        if measures.fast:
            yield self._about(
                ReferenceRule.FAST, "doubtful", measures.fast, "Something moves very fast",
                "Kling may lose hands and feet there, or use only part of the motion.",
                "Slow the strip down, or film the move slower.",
            )  # fmt: skip
        if measures.still:
            yield self._about(
                ReferenceRule.STILL, "doubtful", measures.still, "Nothing moves",
                "Kling has nothing to follow there, and these seconds are paid like all others.",
                "Use the part that moves.",
            )  # fmt: skip
        if measures.several:
            yield self._about(
                ReferenceRule.SEVERAL, "doubtful", measures.several, "More than one thing moves",
                "Kling follows the largest figure alone, and may change to another one.",
                "Crop the strip to one person, or hide the others with a mask.",
            )  # fmt: skip

    def _length(self) -> Iterable[ReferenceFinding]:
        shortest, longest = self.limits.lengths_s
        shown = f"{float(self.length_s):.2f} s"
        if self.length_s < shortest:
            more = self.source.span_s(0, self.source.frame_count) >= shortest
            yield ReferenceFinding(
                ReferenceRule.LENGTH, "refused", (), f"It lasts {shown}; {shortest} s are needed.",
                "Kling refuses it.",
                f"Show at least {shortest} s of the clip." if more else f"Use a clip of at least {shortest} s.",
            )  # fmt: skip
        elif self.length_s > longest:
            yield self._too_long(shown, longest)

    def _too_long(self, shown: str, longest: int) -> ReferenceFinding:
        with_video = reference_bound(self.limits, self.orientation)
        fix: ReferenceFix | None
        if with_video is not None and self.length_s <= with_video:
            fix = ReferenceFix(FixKind.ORIENTATION_VIDEO, "Face as in the Video")
            advice = f"With orientation video {with_video} s are allowed; or trim it to {longest} s."
        else:
            fix = self._use(self.best() or self._capped(self.frames.start, self.frames.end_exclusive))
            advice = f"Trim it to {longest} s."
        when = f" with orientation {self.orientation.value}"
        return ReferenceFinding(
            ReferenceRule.LENGTH, "refused", (), f"It lasts {shown}; at most {longest} s are allowed{when}.",
            "Kling refuses it.", advice, fix,
        )  # fmt: skip

    def _size(self) -> Iterable[ReferenceFinding]:
        width, height = self.source.shown_size_px
        least, most = self.limits.sides_px
        if least <= min(width, height) and max(width, height) <= most:
            return
        try:
            fitted = fitted_size((width, height), self.limits.sides_px)
        except InputError:
            advice, fix = "Crop it: no scale brings both sides within the limits.", None
        else:
            advice = f"Retake scales it to {fitted[0]} × {fitted[1]} px."
            fix = ReferenceFix(FixKind.PREPARE, f"Scale to {fitted[0]} × {fitted[1]} px")
        yield ReferenceFinding(
            ReferenceRule.SIZE, "refused", (),
            f"Its picture has {width} × {height} px; sides of {least} to {most} px are allowed.",
            "Kling refuses it.", advice, fix,
        )  # fmt: skip

    def _file(self) -> Iterable[ReferenceFinding]:
        prepare = ReferenceFix(FixKind.PREPARE, "Make an MP4")
        if not self.source.is_mp4_or_mov:
            yield ReferenceFinding(
                ReferenceRule.FILE, "refused", (), f"It is a {self.source.path.suffix.lstrip('.') or 'nameless'} file.",
                "Kling takes mp4 and mov alone.", "Retake makes an mp4 of it.", prepare,
            )  # fmt: skip
            return
        if self.source.size_bytes > self.limits.max_bytes and self.frames.length == self.source.frame_count:
            yield ReferenceFinding(
                ReferenceRule.FILE, "refused", (),
                f"The file has {self.source.size_bytes / 1e6:.0f} MB; at most {self.limits.max_mb} MB are allowed.",
                "Kling refuses it.", "Retake encodes it so that it fits.", prepare,
            )  # fmt: skip
        reasons = file_reasons(self.source)
        if reasons:
            yield ReferenceFinding(
                ReferenceRule.FILE, "doubtful", (), f"Retake encodes it once: {'; '.join(reasons)}.",
                "Kling may show it turned, stretched or at another speed as it is.",
                "Retake makes a plain mp4 of it.", prepare,
            )  # fmt: skip

    def _cuts(self) -> Iterable[ReferenceFinding]:
        cuts = self.measures.cuts
        if not cuts:
            return
        words = [
            f"in a dissolve around frame {self._number(cut.frame)}"
            if cut.is_dissolve
            else f"at frame {self._number(cut.frame)}"
            for cut in cuts
        ]
        counted = "There is a cut" if len(cuts) == 1 else f"There are {len(cuts)} cuts"
        longest = self._longest([])
        shortest = self.limits.lengths_s[0]
        ranges = tuple(FrameRange(*(_mixed(cut.mixed_start, cut.mixed_end, cut.frame))) for cut in cuts)
        yield ReferenceFinding(
            ReferenceRule.CUT, "shortened", ranges, f"{counted}: a new picture begins {_listed(words)}.",
            "Kling follows one take: it stops at the cut, and the clip comes out shorter, perhaps at the full price.",
            f"Use the longest part between cuts, {self._range_words(longest)}." if longest
            else f"No part between cuts lasts {shortest} s: use another clip.",
            self._use(longest),
        )  # fmt: skip

    def _about(
        self,
        rule: ReferenceRule,
        severity: ReferenceSeverity,
        spans: tuple[tuple[int, int], ...],
        what: str,
        effect: str,
        advice: str,
    ) -> ReferenceFinding:
        ranges = tuple(FrameRange(*span) for span in spans)
        longest = self._longest(spans)
        if longest is not None:
            advice = f"{advice} Without it: {self._range_words(longest)}."
        where = _listed([self._range_words(one) for one in ranges])
        return ReferenceFinding(rule, severity, ranges, f"{what}: {where}.", effect, advice, self._use(longest))

    def _use(self, frames: FrameRange | None) -> ReferenceFix | None:
        if frames is None:
            return None
        words = self._range_words(frames).removeprefix("frames ")
        return ReferenceFix(FixKind.USE_FRAMES, f"Use Frames {words}", frames)

    def _longest(self, avoided: Iterable[tuple[int, int]]) -> FrameRange | None:
        """The longest part between cuts and beside `avoided` that Kling takes, shortened at its end where needed."""
        walls = [*avoided, *((cut.mixed_start, cut.mixed_end) for cut in self.measures.cuts)]
        edge, parts = self.frames.start, []
        for start, end in sorted(walls):
            if start > edge:
                parts.append((edge, min(start, self.frames.end_exclusive)))
            edge = max(edge, end)
        if edge < self.frames.end_exclusive:
            parts.append((edge, self.frames.end_exclusive))
        capped = [one for one in (self._capped(*part) for part in parts) if one is not None]
        return max(capped, key=lambda one: one.length, default=None)

    def _capped(self, start: int, end_exclusive: int) -> FrameRange | None:
        """From `start`, as long as Kling takes; None where it is too short."""
        shortest, longest = self.limits.lengths_s
        if end_exclusive <= start or self.source.span_s(start, end_exclusive) < shortest:
            return None
        low, high = start + 1, end_exclusive
        while low < high:
            middle = (low + high + 1) // 2
            if self.source.span_s(start, middle) <= longest:
                low = middle
            else:
                high = middle - 1
        return FrameRange(start, low)

    def _number(self, frame: int) -> str:
        return str(frame + self.number_of_first)

    def _range_words(self, frames: FrameRange) -> str:
        last = frames.end_exclusive - 1
        if frames.length == 1:
            return f"frame {self._number(frames.start)}"
        return f"frames {self._number(frames.start)} to {self._number(last)}"


_MOST_LISTED = 6


def reference_bound(limits: ReferenceLimits, orientation: Orientation) -> int | None:
    """How long a reference may be with orientation video, where that is longer than what is allowed now."""
    if orientation is Orientation.VIDEO:
        return None
    longest = max(
        row.motion.seconds_by_orientation[Orientation.VIDEO.value][1]
        for row in catalogue().model
        if row.motion is not None
    )
    return longest if longest > limits.lengths_s[1] else None


def _mixed(start: int, end: int, frame: int) -> tuple[int, int]:
    return (start, end) if end > start else (frame, frame + 1)


def _listed(words: list[str]) -> str:
    shown = words[:_MOST_LISTED]
    if len(words) > _MOST_LISTED:
        return f"{', '.join(shown)} and {len(words) - _MOST_LISTED} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
