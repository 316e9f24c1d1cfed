# SPDX-License-Identifier: GPL-3.0-or-later
"""A motion reference from the file on disk: read, measured, judged, made fit to be sent. Blocks while it decodes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..errors import InputError
from ..kling.catalogue import DEFAULT_MODEL_NAME
from ..media.reference_file import make_reference
from ..media.reference_measures import measure_reference
from ..media.reference_plan import plan_reference
from ..media.small_frames import read_small_frames
from ..media.video_source import FIELD, open_video_source
from ..timeline.ranges import FrameRange
from .reference_check import check_reference, reference_limits

if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction
    from pathlib import Path

    from ..kling.request import Orientation
    from ..media.reference_file import ReferenceFile
    from ..media.reference_plan import ReferenceLimits
    from ..media.video_source import VideoSource
    from .reference_check import ReferenceCheck

    Progress = Callable[[float], None]

_MEASURED_MAX_S = 120
"""Of a longer video only its beginning is looked at: no more than a quarter of that can be sent."""


@dataclass(frozen=True, slots=True)
class MotionReference:
    """A video, the limits it is held to and what was found."""

    source: VideoSource
    limits: ReferenceLimits
    check: ReferenceCheck


def inspect_reference(
    path: Path,
    orientation: Orientation,
    *,
    model_name: str = DEFAULT_MODEL_NAME,
    frames: FrameRange | None = None,
    number_of_first: int = 0,
    progress: Progress | None = None,
) -> MotionReference:
    """Decode and judge the frames, of the source from 0; None: all. `number_of_first` as in `check_reference`.

    Raises InputError, in a user's words, where there is no video to judge or the range is outside of it.
    """
    limits = reference_limits(model_name, orientation)
    source = open_video_source(path)
    wanted = frames or FrameRange(0, source.frame_count)
    if wanted.start < 0 or wanted.end_exclusive > source.frame_count:
        shown = f"frames {wanted.start} to {wanted.end_exclusive - 1}"
        raise InputError(FIELD, shown, f"{path.name} has the frames 0 to {source.frame_count - 1}")
    measured_end = min(wanted.end_exclusive, wanted.start + int(_MEASURED_MAX_S * source.rate))
    half = None if progress is None else lambda share: progress(share / 2)
    small = read_small_frames(source, wanted.start, measured_end, half)
    later = None if progress is None else lambda share: progress(0.5 + share / 2)
    measures = measure_reference(small, progress=later)
    check = check_reference(source, measures, limits, orientation, wanted, number_of_first=number_of_first)
    if measured_end < wanted.end_exclusive and check.best is not None and check.best.end_exclusive > measured_end:
        # What nobody looked at is not offered.
        check = replace(check, best=FrameRange(check.best.start, measured_end))
    return MotionReference(source, limits, check)


def prepare_reference(
    reference: MotionReference,
    out: Path,
    *,
    frames: FrameRange | None = None,
    rate: Fraction | None = None,
    keep_sound: bool = True,
    progress: Progress | None = None,
) -> ReferenceFile:
    """Make the file Kling gets, of `frames` or else of the best part. `rate`: that of the edit, where the result has to
    lie frame on frame; None keeps that of the source.

    Raises InputError where no part can be used, StorageError where the file cannot be written.
    """
    part = frames or reference.check.best
    name = reference.source.path.name
    if part is None:
        shortest, length_s = reference.limits.lengths_s[0], reference.check.duration_s
        if length_s < shortest:
            raise InputError(FIELD, f"{name} with {float(length_s):.2f} s", f"at least {shortest} s are needed")
        raise InputError(
            FIELD,
            name,
            f"no part of it without a cut lasts {shortest} s",
            hint="Use a longer clip, or one without cuts.",
        )
    plan = plan_reference(reference.source, reference.limits, (part.start, part.end_exclusive), rate)
    if out.resolve() == reference.source.path.resolve():
        raise InputError("--fix", out.name, "it would overwrite the clip itself")
    return make_reference(reference.source, plan, reference.limits, out, keep_sound=keep_sound, progress=progress)
