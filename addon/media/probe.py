# SPDX-License-Identifier: GPL-3.0-or-later
"""What a clip holds, found by decoding all of it: a file that is cut short or damaged does not pass."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from ..errors import StorageError

if TYPE_CHECKING:
    from pathlib import Path

    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.video.stream import VideoStream


@dataclass(frozen=True, slots=True)
class ClipFacts:
    """`frame_count` counts decoded frames; `sound_s` is the length of the decoded sound, 0 where there is none."""

    width_px: int
    height_px: int
    frame_count: int
    rate: Fraction
    sound_s: Fraction

    @property
    def has_sound(self) -> bool:
        return self.sound_s > 0

    @property
    def duration_s(self) -> Fraction:
        return self.frame_count / self.rate


class DamagedClip(StorageError):
    """The file is not a whole, readable clip."""


LEAST_READABLE = Fraction(9, 10)
"""Of the frames a file names: an edit list may hide some, and a clip with a bad frame is still a clip."""


def probe_clip(path: Path) -> ClipFacts:
    """Decode the first video and audio stream to the end. Raises DamagedClip, or OSError for the file itself."""
    import av

    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise _damaged(path, "it holds no picture")
            video = container.streams.video[0]
            rate = video.average_rate or video.guessed_rate
            if rate is None:
                raise _damaged(path, "it states no frame rate")
            frame_count, sound_s = _decode(container, [video, *container.streams.audio[:1]])
            # An mp4 whose end is missing decodes without complaint; its index still names all frames.
            if frame_count == 0 or frame_count < video.frames * LEAST_READABLE:
                raise _damaged(path, f"only {frame_count} of {video.frames} frames can be read")
            return ClipFacts(video.width, video.height, frame_count, Fraction(rate), sound_s)
    except av.FFmpegError as error:
        raise _damaged(path, error.strerror or str(error)) from error


def _decode(container: InputContainer, streams: list[VideoStream | AudioStream]) -> tuple[int, Fraction]:
    """How many frames, and how many seconds of sound, can be read."""
    import av

    frame_count = 0
    sound_s = Fraction(0)
    for packet in container.demux(streams):
        try:
            frames = packet.decode()
        except av.InvalidDataError:
            continue  # counted by what is missing in the end
        for frame in frames:
            if isinstance(frame, av.VideoFrame):
                frame_count += not frame.is_corrupt
            elif isinstance(frame, av.AudioFrame):
                sound_s += Fraction(frame.samples, frame.sample_rate)
    return frame_count, sound_s


def _damaged(path: Path, why: str) -> DamagedClip:
    return DamagedClip(f"{path.name} is not a whole clip: {why}.", hint="Retake fetches it again while Kling keeps it.")
