# SPDX-License-Identifier: GPL-3.0-or-later
"""The frame of a clip at a time, as a picture that Kling takes. Reads a file: not for Blender's main thread."""

from __future__ import annotations

import os
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from ..errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from av import VideoFrame

_LONGEST_SIDE_PX = 1920
"""A .png of more may pass the 10 MB that Kling takes."""


@dataclass(frozen=True, slots=True)
class Source:
    """A clip as its head states it: `frame_count` may be off where the head does not say it."""

    frame_count: int
    rate: Fraction
    size_px: tuple[int, int]
    has_sound: bool


def write_frame(clip: Path, at_s: Fraction, picture: Path) -> Source:
    """Write the frame that shows at `at_s` seconds to `picture` (.png), whole or not at all.

    After the last frame it is the last one. Raises InputError for a clip without a readable picture, and OSError.
    """
    import av

    try:
        with av.open(str(clip)) as container:
            if not container.streams.video:
                raise InputError("strip", clip.name, "it has no picture")
            stream = container.streams.video[0]
            rate = stream.average_rate or stream.guessed_rate
            if rate is None or stream.time_base is None:
                raise InputError("strip", clip.name, "it states no frame rate")
            start = stream.start_time or 0
            container.seek(start + int(at_s / stream.time_base), stream=stream)
            found = None
            for frame in container.decode(stream):
                if frame.pts is not None and (frame.pts - start) * stream.time_base > at_s and found is not None:
                    break
                found = frame
            if found is None:
                raise InputError("strip", clip.name, "no frame of it can be read")
            write_picture(found, picture)
            count = stream.frames or round((stream.duration or 0) * stream.time_base * rate)
            return Source(count, Fraction(rate), (stream.width, stream.height), bool(container.streams.audio))
    except av.FFmpegError as error:
        raise InputError("strip", clip.name, f"it cannot be read as a video ({type(error).__name__})") from error


def write_picture(frame: VideoFrame, picture: Path) -> None:
    """As .png, whole or not at all, at most 1920 px on its longest side. Raises OSError."""
    import av

    picture.parent.mkdir(parents=True, exist_ok=True)
    scale = min(Fraction(_LONGEST_SIDE_PX, max(frame.width, frame.height)), Fraction(1))
    part = picture.with_name(f".{picture.stem}-{os.getpid()}.png")
    try:
        with av.open(str(part), "w", format="image2") as out:
            stream = out.add_stream("png", rate=1)
            stream.width, stream.height = round(frame.width * scale), round(frame.height * scale)
            stream.pix_fmt = "rgb24"
            out.mux(stream.encode(frame.reformat(stream.width, stream.height, "rgb24")))
            out.mux(stream.encode(None))
        part.replace(picture)
    finally:
        part.unlink(missing_ok=True)
