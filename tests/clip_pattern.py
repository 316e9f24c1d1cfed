# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the sandbox's marks back from a video: which frame, which take, where it flashes and clicks.

Written from the description of the marks and not from the code that draws them; it imports nothing of the product. It
reads the clips themselves and renders of them at another size, rate or codec.

The marks, in fractions of the clip's picture: the band from 0.90 to 1.00 of the height carries the frame number, the
one from 0.80 to 0.90 the take mark. A band is 20 equal cells: white, black, 16 bits (highest first, white is 1), their
even parity, white. Above 0.78 all is white in the first frame of every second and dark in all others. In the sound a
10 ms burst of 1 kHz begins exactly on every second.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

Crop = tuple[float, float, float, float]
WHOLE: Crop = (0.0, 0.0, 1.0, 1.0)
_CELLS = 20
# Black and white of a readable band are further apart than this, in 8-bit grey.
_CONTRAST = 60.0
# Between the brightest picture (120 on average) and the flash (235).
_FLASH_LEVEL = 180.0


@dataclass(frozen=True, slots=True)
class FrameReading:
    """One frame of a video.

    index         position in decoding order of presentation, from 0
    time_s        presentation time
    frame_number  what the lower band says; None: not readable (no band, or its parity is wrong)
    take_mark     what the upper band says; None: not readable
    flash         the upper part is white
    """

    index: int
    time_s: float
    frame_number: int | None
    take_mark: int | None
    flash: bool


def take_mark(task_id: str) -> int:
    """The mark that clips of the task `task_id` carry."""
    return zlib.crc32(task_id.encode()) & 0xFFFF


def fit_crop(clip_size: tuple[int, int], video_size: tuple[int, int]) -> Crop:
    """Where a clip of `clip_size` is in a frame of `video_size` when it was scaled to fit and centred."""
    scale = min(Fraction(video_size[0], clip_size[0]), Fraction(video_size[1], clip_size[1]))
    width, height = (float(side * scale / whole) for side, whole in zip(clip_size, video_size, strict=True))
    return ((1 - width) / 2, (1 - height) / 2, (1 + width) / 2, (1 + height) / 2)


def read_frames(path: Path, crop: Crop = WHOLE) -> list[FrameReading]:
    """Read every frame of the first video stream.

    `crop` is (left, top, right, bottom) of the clip's picture in fractions of the frame; see `fit_crop`.
    """
    readings = []
    with av.open(str(path)) as container:
        container.streams.video[0].thread_type = "AUTO"
        for index, frame in enumerate(container.decode(video=0)):
            grey = _cropped(_grey(frame), crop)
            readings.append(
                FrameReading(
                    index=index,
                    time_s=float(frame.time if frame.time is not None else "nan"),
                    frame_number=_read_band(grey, 0.90, 1.00),
                    take_mark=_read_band(grey, 0.80, 0.90),
                    flash=_mean(grey, 0.02, 0.76, 0.02, 0.98) > _FLASH_LEVEL,
                )
            )
    return readings


def click_times_s(path: Path) -> list[float]:
    """When the clicks begin, in seconds of presentation time, to a fraction of a millisecond.

    Empty when there is no sound or only silence. Clicks closer than 50 ms count as one.
    """
    samples, rate_hz, start_s = read_sound(path)
    if not len(samples):
        return []
    loudness = np.abs(samples)
    peak = float(loudness.max())
    if peak < 0.01:
        return []
    # A sine of 1 kHz passes 0.3 of its height 0.05 ms after it begins; an encoder's echo before it stays below.
    loud = np.flatnonzero(loudness > 0.3 * peak)
    first = np.flatnonzero(np.diff(loud, prepend=-rate_hz) > 0.050 * rate_hz)
    return [start_s + float(loud[position]) / rate_hz for position in first]


def read_sound(path: Path) -> tuple[NDArray[np.float64], int, float]:
    """The first audio stream mixed to mono, its rate in Hz, and the presentation time of its first sample.

    The samples are empty and the rate is 0 when there is no audio stream.
    """
    with av.open(str(path)) as container:
        if not container.streams.audio:
            return np.zeros(0), 0, 0.0
        rate_hz = container.streams.audio[0].codec_context.sample_rate
        resampler = av.AudioResampler(format="fltp", layout="stereo", rate=rate_hz)
        pieces: list[NDArray[np.float64]] = []
        start_s: float | None = None
        for frame in container.decode(audio=0):
            if start_s is None:
                start_s = float(frame.time if frame.time is not None else 0.0)
            pieces.extend(piece.to_ndarray().mean(axis=0, dtype=np.float64) for piece in resampler.resample(frame))
        pieces.extend(piece.to_ndarray().mean(axis=0, dtype=np.float64) for piece in resampler.resample(None))
    return (np.concatenate(pieces) if pieces else np.zeros(0)), rate_hz, start_s or 0.0


def _grey(frame: av.VideoFrame) -> NDArray[np.uint8]:
    if frame.format.name not in ("yuv420p", "yuvj420p", "yuv422p", "yuv444p"):
        return np.asarray(frame.to_ndarray(format="gray"), dtype=np.uint8)
    # The luma as it is: quicker than a conversion, and limited range changes no decision here.
    plane = frame.planes[0]
    rows = np.frombuffer(memoryview(plane), dtype=np.uint8).reshape(plane.height, plane.line_size)
    return rows[:, : plane.width]


def _cropped(grey: NDArray[np.uint8], crop: Crop) -> NDArray[np.uint8]:
    height, width = grey.shape
    left, top, right, bottom = crop
    return grey[round(top * height) : round(bottom * height), round(left * width) : round(right * width)]


def _read_band(grey: NDArray[np.uint8], top: float, bottom: float) -> int | None:
    # The middle of each cell only: its edges are blurred by scaling and coding.
    inset = (bottom - top) * 0.25
    levels = [
        _mean(grey, top + inset, bottom - inset, (cell + 0.25) / _CELLS, (cell + 0.75) / _CELLS)
        for cell in range(_CELLS)
    ]
    white, black = min(levels[0], levels[-1]), levels[1]
    if white - black < _CONTRAST:
        return None
    cells = [level > (white + black) / 2 for level in levels]
    bits, parity = cells[2:18], cells[18]
    if sum(bits) % 2 != int(parity):
        return None
    return sum(1 << (15 - place) for place, bit in enumerate(bits) if bit)


def _mean(grey: NDArray[np.uint8], top: float, bottom: float, left: float, right: float) -> float:
    height, width = grey.shape
    first_row, first_column = int(top * height), int(left * width)
    last_row = max(first_row + 1, int(bottom * height))
    last_column = max(first_column + 1, int(right * width))
    return float(grey[first_row:last_row, first_column:last_column].mean())
