# SPDX-License-Identifier: GPL-3.0-or-later
"""What a media file says of itself without being decoded: rate, frames, size, and the timecode that it begins at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_TIMECODE = re.compile(r"(\d{1,2}):(\d{2}):(\d{2})([:;.])(\d{2,3})")
_DROPPED_PER_MINUTE = {30: 2, 60: 4}


@dataclass(frozen=True, slots=True)
class FileFacts:
    """`rate` None: no picture. `frame_count` is what the file names, 0 where it does not; nothing is decoded."""

    rate: Fraction | None
    frame_count: int
    width_px: int
    height_px: int
    timecode: str

    @property
    def start_frame(self) -> int:
        """The first frame's number by the embedded timecode; 0 without one."""
        return 0 if self.rate is None else timecode_frames(self.timecode, self.rate)


def file_facts(path: Path) -> FileFacts | None:
    """None for what is no readable media."""
    import av

    try:
        with av.open(str(path)) as container:
            tags = [dict(stream.metadata) for stream in container.streams] + [dict(container.metadata)]
            timecode = next((tag["timecode"] for tag in tags if "timecode" in tag), "")
            if not container.streams.video:
                return FileFacts(None, 0, 0, 0, timecode)
            video = container.streams.video[0]
            rate = video.average_rate or video.guessed_rate
            count = video.frames
            if not count and rate and video.duration and video.time_base:
                count = round(video.duration * video.time_base * rate)
            return FileFacts(Fraction(rate) if rate else None, count, video.width, video.height, timecode)
    except (OSError, av.FFmpegError):
        return None


def timecode_frames(timecode: str, rate: Fraction) -> int:
    """Of `01:00:00:00`; with `;` before the frames some numbers are dropped, at 29.97 and 59.94. 0 for what is none."""
    match = _TIMECODE.fullmatch(timecode.strip())
    if match is None:
        return 0
    hours, minutes, seconds, frames = (int(match.group(number)) for number in (1, 2, 3, 5))
    whole_rate = round(rate)
    count = ((hours * 60 + minutes) * 60 + seconds) * whole_rate + frames
    if match.group(4) == ";" and whole_rate in _DROPPED_PER_MINUTE:
        all_minutes = hours * 60 + minutes
        count -= _DROPPED_PER_MINUTE[whole_rate] * (all_minutes - all_minutes // 10)
    return count
