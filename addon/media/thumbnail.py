# SPDX-License-Identifier: GPL-3.0-or-later
"""A small picture of a clip, kept by what the clip holds: it stays right when the file is moved or renamed."""

from __future__ import annotations

import hashlib
import os
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from av import VideoFrame

_WIDTH_PX = 160
_SAMPLE_BYTES = 1 << 16


def thumbnail_of(clip: Path, folder: Path) -> Path | None:
    """The .png of `clip` in `folder`, made where there is none yet; None where the clip shows no good frame.

    Decodes, so it is not for the main thread. Raises OSError where a file cannot be read or written.
    """
    path = folder / f"{_content_key(clip)}.png"
    if path.is_file():
        return path
    import av

    try:
        frame = _frame_at_a_third(clip)
        return None if frame is None else _write(frame, path)
    except av.FFmpegError:
        return None


def _content_key(clip: Path) -> str:
    """From size, beginning and end: clips of Kling's are too large to be read whole for a picture."""
    size = clip.stat().st_size
    key = hashlib.sha256(str(size).encode())
    with clip.open("rb") as file:
        key.update(file.read(_SAMPLE_BYTES))
        file.seek(max(size - _SAMPLE_BYTES, 0))
        key.update(file.read(_SAMPLE_BYTES))
    return key.hexdigest()[:24]


def _frame_at_a_third(clip: Path) -> VideoFrame | None:
    """The first good frame from a third of the clip on: a beginning is often dark. Else the last good one."""
    import av

    good = None
    with av.open(str(clip)) as container:
        if not container.streams.video:
            return None
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        third_s = (container.duration or 0) / av.time_base / 3
        if third_s > 0:
            container.seek(int(third_s * av.time_base))
        for packet in container.demux(stream):
            try:
                frames = packet.decode()
            except av.InvalidDataError:
                continue
            for frame in frames:
                if frame.is_corrupt:
                    continue
                good = frame
                if frame.time is None or frame.time >= third_s:
                    return frame
    return good


def _write(frame: VideoFrame, path: Path) -> Path:
    import av

    width = min(_WIDTH_PX, frame.width)
    height = max(round(frame.height * width / frame.width), 1)
    small = frame.reformat(width=width, height=height, format="rgb24")
    encoder = av.VideoCodecContext.create("png", "w")
    encoder.width, encoder.height, encoder.pix_fmt, encoder.framerate = width, height, "rgb24", Fraction(1)
    small.pts = None
    data = b"".join(bytes(packet) for packet in (*encoder.encode(small), *encoder.encode(None)))
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.stem}-{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path
