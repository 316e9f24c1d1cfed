# SPDX-License-Identifier: GPL-3.0-or-later
"""How a range of a video becomes a file that Kling takes: copied as it is, or encoded once. Decides; reads nothing."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from ..errors import InputError
from .video_source import FIELD

if TYPE_CHECKING:
    from .video_source import VideoSource

_COPIED_CODECS = ("h264", "hevc")
_COPIED_PIXELS = ("yuv420p", "yuvj420p")


@dataclass(frozen=True, slots=True)
class ReferenceLimits:
    """Bounds are included. A MB is taken as 10^6 bytes: the smaller of the two meanings suits both."""

    lengths_s: tuple[int, int]
    sides_px: tuple[int, int]
    max_mb: int

    @property
    def max_bytes(self) -> int:
        return self.max_mb * 1_000_000


@dataclass(frozen=True, slots=True)
class ReferencePlan:
    """`start` up to, and without, `end_exclusive`: frames of the source. `reasons` is empty where the picture is copied
    bit by bit, else each says in a user's words why it is encoded anew."""

    start: int
    end_exclusive: int
    size_px: tuple[int, int]
    rate: Fraction
    reasons: tuple[str, ...]

    @property
    def is_copy(self) -> bool:
        return not self.reasons


def plan_reference(
    source: VideoSource,
    limits: ReferenceLimits,
    frames: tuple[int, int] | None = None,
    rate: Fraction | None = None,
) -> ReferencePlan:
    """Plan the frames from the first of `frames` up to, and without, the second; None: all. `rate`: None for that of
    the source.

    Raises InputError for a range outside the source, of a length Kling does not take, or a picture too narrow to fit.
    """
    start, end = frames or (0, source.frame_count)
    if not 0 <= start < end <= source.frame_count:
        raise InputError(FIELD, f"frames {start} to {end - 1}", f"it has the frames 0 to {source.frame_count - 1}")
    length_s = source.span_s(start, end)
    shortest, longest = limits.lengths_s
    if not shortest <= length_s <= longest:
        raise InputError(FIELD, f"{float(length_s):.2f} s of it", f"{shortest} to {longest} s are allowed")
    size = fitted_size(source.shown_size_px, limits.sides_px)
    wanted = rate or source.rate
    return ReferencePlan(start, end, size, wanted, tuple(_reasons(source, limits, start, end, size, wanted)))


def fitted_size(size_px: tuple[int, int], sides_px: tuple[int, int]) -> tuple[int, int]:
    """The nearest size with even sides within the bounds and the same shape. Raises InputError where there is none."""
    least, most = sides_px
    low, high = min(size_px), max(size_px)
    factor = Fraction(least, low) if low < least else min(Fraction(1), Fraction(most, high))
    width, height = (_even(side * factor, least) for side in size_px)
    if max(width, height) > most or min(width, height) < least:
        raise InputError(
            FIELD,
            f"{size_px[0]} × {size_px[1]} px",
            f"sides of {least} to {most} px are allowed, and no scale fits both",
        )
    return width, height


def _even(side: Fraction, least: int) -> int:
    down = int(side) // 2 * 2
    return down if down >= least else -(-int(side) // 2) * 2


def file_reasons(source: VideoSource) -> tuple[str, ...]:
    """Why a file has to be encoded whatever part of it is used and however large it is."""
    reasons = []
    if not source.is_mp4_or_mov:
        reasons.append("Kling takes mp4 and mov")
    if source.codec not in _COPIED_CODECS or source.pixel_format not in _COPIED_PIXELS:
        reasons.append(f"{source.codec} {source.pixel_format} is not what Kling surely reads; H.264 is")
    if source.rotation_deg:
        reasons.append(f"it is turned by {abs(source.rotation_deg)}° by a note that not every reader heeds")
    if source.sample_aspect != 1:
        reasons.append("its pixels are not square")
    if source.is_interlaced:
        reasons.append("it is interlaced")
    if not source.is_constant_rate:
        reasons.append(f"its frame rate varies and becomes {float(source.rate):g}")
    return tuple(reasons)


def _reasons(
    source: VideoSource, limits: ReferenceLimits, start: int, end: int, size: tuple[int, int], rate: Fraction
) -> list[str]:
    width, height = source.shown_size_px
    reasons = list(file_reasons(source))
    if size != (width, height):
        reasons.append(f"{width} × {height} px is scaled to {size[0]} × {size[1]} px")
    if rate != source.rate:
        reasons.append(f"{float(source.rate):g} frames a second become {float(rate):g}")
    if not reasons:
        if not _can_be_cut(source, start, end):
            reasons.append("a file can be cut without encoding only at key frames, and one end lies between two")
        elif source.size_bytes * Fraction(end - start, source.frame_count) > limits.max_bytes:
            reasons.append(f"it would have more than {limits.max_mb} MB")
    return reasons


def _can_be_cut(source: VideoSource, start: int, end: int) -> bool:
    """Whether the packets of the range are a run in decoding order that begins with a key frame.

    Then nothing has to be hidden by an edit list. Measured on a clip cut 6 frames behind a key frame by an edit list:
    FFmpeg told to ignore those shows the 6, OpenCV 5 counts them, PyAV 18 and Blender 4.5 and 5.2 leave them out.
    """
    wanted = set(source.shown_pts[start:end])
    places = [place for place, one in enumerate(source.coded) if one.pts in wanted]
    first, last = places[0], places[-1]
    if not source.coded[first].is_key or source.coded[first].pts != source.shown_pts[start]:
        return False
    return last - first + 1 == len(wanted)
