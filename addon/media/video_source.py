# SPDX-License-Identifier: GPL-3.0-or-later
"""A video file as its packets describe it: when each frame is shown and which ones can be cut at. Decodes one frame."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from ..errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    import av
    from av.container import InputContainer
    from av.video.stream import VideoStream

FIELD = "reference"
"""What the sentences call it."""

STANDARD_RATES = (
    Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(30),
    Fraction(48), Fraction(50), Fraction(60000, 1001), Fraction(60),
)  # fmt: skip

_STEADY_RATES = tuple(Fraction(rate) for rate in (24, 25, 30, 50, 60))
_MPEG4_FAMILY = "mp4"
_LEAST_FRAMES = 2
_NEARLY = Fraction(99, 100)


@dataclass(frozen=True, slots=True)
class CodedFrame:
    """One packet of the picture, in decoding order. `pts` in ticks of the stream."""

    pts: int
    is_key: bool
    is_shown: bool
    """False where an edit list of the file hides it."""


@dataclass(frozen=True)
class VideoSource:
    """`width_px` and `height_px` as coded; `shown_size_px` is what a player shows. Frames count from 0."""

    path: Path
    is_mp4_or_mov: bool
    codec: str
    pixel_format: str
    width_px: int
    height_px: int
    rotation_deg: int
    """Counter-clockwise, as a telephone notes it."""
    sample_aspect: Fraction
    """Width to height of one coded pixel."""
    is_interlaced: bool
    time_base: Fraction
    """Seconds a tick."""
    coded: tuple[CodedFrame, ...]
    last_ticks: int
    """How long the last frame is shown."""
    rate: Fraction
    """Of a constant rate the rate; else 24, 25, 30, 50 or 60, the lowest that is not below the average."""
    is_constant_rate: bool
    has_sound: bool
    size_bytes: int

    @cached_property
    def shown_pts(self) -> tuple[int, ...]:
        return tuple(sorted({one.pts for one in self.coded if one.is_shown}))

    @property
    def frame_count(self) -> int:
        return len(self.shown_pts)

    @property
    def duration_s(self) -> Fraction:
        if self.is_constant_rate:
            return self.frame_count / self.rate
        return (self.shown_pts[-1] - self.shown_pts[0] + self.last_ticks) * self.time_base

    @property
    def shown_size_px(self) -> tuple[int, int]:
        """Upright and with square pixels: a wide pixel widens the picture, as players do."""
        width = round(self.width_px * self.sample_aspect)
        return (self.height_px, width) if self.rotation_deg % 180 else (width, self.height_px)

    def time_s(self, frame: int) -> Fraction:
        """When a frame is shown, from the first one; the frame behind the last one is the end."""
        if frame == self.frame_count:
            return self.duration_s
        return (self.shown_pts[frame] - self.shown_pts[0]) * self.time_base

    def span_s(self, start: int, end_exclusive: int) -> Fraction:
        """How long the frames from `start` up to, and without, `end_exclusive` are shown."""
        if self.is_constant_rate:
            return (end_exclusive - start) / self.rate
        return self.time_s(end_exclusive) - self.time_s(start)


def open_video_source(path: Path) -> VideoSource:
    """Read all packets of the picture, and decode one frame.

    Raises InputError in a user's words where the file is missing, empty, cut short, no video or not readable.
    """
    import av

    if path.is_dir():
        raise InputError(FIELD, path.name, "it is a folder")
    if not path.is_file():
        raise InputError(FIELD, path.name, "there is no such file", hint="Check its name and folder.")
    size_bytes = path.stat().st_size
    if not size_bytes:
        raise InputError(FIELD, path.name, "the file is empty (0 bytes)", hint="Export or download it again.")
    try:
        with av.open(str(path)) as container:
            return _read(path, container, size_bytes)
    except av.FFmpegError as error:
        raise _unreadable(path, error.strerror or str(error)) from error


def _read(path: Path, container: InputContainer, size_bytes: int) -> VideoSource:
    pictures = [one for one in container.streams.video if not one.disposition & one.disposition.attached_pic]
    if not pictures:
        what = "there is only sound in it" if container.streams.audio else "there is no picture in it"
        raise InputError(FIELD, path.name, what, hint="Use a video.")
    stream = pictures[0]
    time_base = stream.time_base or Fraction(1, 90_000)
    coded, last_ticks = _coded_frames(path, container, stream)
    shown = sorted({one.pts for one in coded if one.is_shown})
    if len(shown) < _LEAST_FRAMES:
        raise InputError(FIELD, path.name, "there is one picture in it, and no movement", hint="Use a video.")
    last_ticks = last_ticks or shown[-1] - shown[-2]
    rate, is_constant = _rate_of(shown, last_ticks, time_base, stream)
    first = _first_frame(path, container, stream)
    context = stream.codec_context
    aspect = stream.sample_aspect_ratio
    return VideoSource(
        path=path,
        is_mp4_or_mov=_MPEG4_FAMILY in container.format.name.split(","),
        codec=context.name,
        pixel_format=context.pix_fmt or "",
        width_px=context.width,
        height_px=context.height,
        rotation_deg=first.rotation,
        sample_aspect=Fraction(aspect) if aspect else Fraction(1),
        is_interlaced=bool(first.interlaced_frame),
        time_base=time_base,
        coded=coded,
        last_ticks=last_ticks,
        rate=rate,
        is_constant_rate=is_constant,
        has_sound=bool(container.streams.audio),
        size_bytes=size_bytes,
    )


def _coded_frames(path: Path, container: InputContainer, stream: VideoStream) -> tuple[tuple[CodedFrame, ...], int]:
    """The packets, and how many ticks the one that is shown last says it lasts."""
    coded: list[CodedFrame] = []
    last_pts, last_ticks, whole = None, 0, 0
    for packet in container.demux(stream):
        pts = packet.pts if packet.pts is not None else packet.dts
        if not packet.size or pts is None:
            continue
        whole += not packet.is_corrupt
        coded.append(CodedFrame(pts, packet.is_keyframe, not packet.is_discard))
        if not packet.is_discard and (last_pts is None or pts > last_pts):
            last_pts, last_ticks = pts, packet.duration or 0
    # The index of an mp4 whose end is missing still names all frames.
    if whole < max(len(coded), stream.frames):
        raise _cut_short(path, f"only {whole} of {max(len(coded), stream.frames)} frames are there")
    return tuple(coded), last_ticks


def _first_frame(path: Path, container: InputContainer, stream: VideoStream) -> av.VideoFrame:
    container.seek(0)
    for frame in container.decode(stream):
        return frame
    raise _unreadable(path, "no frame can be decoded")


def _rate_of(shown: list[int], last_ticks: int, time_base: Fraction, stream: VideoStream) -> tuple[Fraction, bool]:
    average = len(shown) / ((shown[-1] - shown[0] + last_ticks) * time_base)
    stated = [Fraction(rate) for rate in (stream.average_rate, stream.guessed_rate) if rate]
    # Twice the rounding of a stamp: containers that count milliseconds jitter by one.
    tolerance_s = max(2 * time_base, Fraction(1, 100_000))
    for rate in (*stated, *STANDARD_RATES):
        if all(abs((pts - shown[0]) * time_base - place / rate) <= tolerance_s for place, pts in enumerate(shown)):
            return rate, True
    # Not below the average where it can be helped, so that few frames are lost.
    return next((rate for rate in _STEADY_RATES if rate >= average * _NEARLY), _STEADY_RATES[-1]), False


def _cut_short(path: Path, why: str) -> InputError:
    return InputError(FIELD, path.name, f"the file is cut short: {why}", hint="Export or download it again.")


def _unreadable(path: Path, why: str) -> InputError:
    return InputError(
        FIELD,
        path.name,
        f"it is no video that can be read, or its end is missing ({why})",
        hint="Export or download it again.",
    )
