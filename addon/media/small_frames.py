# SPDX-License-Identifier: GPL-3.0-or-later
"""The frames of a range as small grey pictures: all that the check of a reference looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction

    import numpy as np
    from numpy.typing import NDArray

    from .video_source import VideoSource

LONG_SIDE_PX = 192
"""Small enough that 30 s take some MB, large enough that a hand is some pixels wide."""


@dataclass(frozen=True)
class SmallFrames:
    """`pictures` is frames × height × width, 8-bit grey, as coded (not turned upright). `rate`: frames a second, on
    average."""

    pictures: NDArray[np.uint8]
    rate: float
    first: int
    """The number in the source of the first one."""

    @property
    def count(self) -> int:
        return len(self.pictures)

    @property
    def width_px(self) -> int:
        return int(self.pictures.shape[2])


def read_small_frames(
    source: VideoSource, start: int, end_exclusive: int, progress: Callable[[float], None] | None = None
) -> SmallFrames:
    """Decode the range. A frame that cannot be decoded is taken for the one before it."""
    import av
    import numpy as np

    factor = LONG_SIDE_PX / max(source.width_px, source.height_px)
    width, height = (max(32, round(side * factor)) for side in (source.width_px, source.height_px))
    count = end_exclusive - start
    pictures = np.zeros((count, height, width), np.uint8)
    place = {pts: number - start for number, pts in enumerate(source.shown_pts)}
    filled = 0
    with av.open(str(source.path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        container.seek(source.shown_pts[start], stream=stream)
        for packet in container.demux(stream):
            try:
                frames = packet.decode()
            except av.InvalidDataError:
                continue
            for frame in frames:
                at = place.get(frame.pts if frame.pts is not None else -1, -1)
                if not filled <= at < count:
                    continue
                small = frame.reformat(width=width, height=height, format="gray", interpolation="AREA")
                picture = small.to_ndarray()
                pictures[filled : at + 1] = picture if not filled else pictures[filled - 1]
                pictures[at] = picture
                filled = at + 1
                if progress is not None:
                    progress(filled / count)
            if filled == count:
                break
    if filled:
        pictures[filled:] = pictures[filled - 1]
    return SmallFrames(pictures, _average_rate(source, start, end_exclusive), start)


def _average_rate(source: VideoSource, start: int, end_exclusive: int) -> float:
    length: Fraction = source.span_s(start, end_exclusive)
    return float((end_exclusive - start) / length) if length else float(source.rate)
