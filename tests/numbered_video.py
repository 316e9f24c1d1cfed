# SPDX-License-Identifier: GPL-3.0-or-later
"""Videos whose frames carry their number, low enough to be seen beside the character that the local Kling draws."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from addon.sandbox.frame_marks import FLASH_BOTTOM

BITS = 10
_DARK, _BRIGHT = 40, 250
_MIDDLE = 60
"""Between the two once both are dimmed to less than a half."""
_TOP, _BOTTOM = 0.72, 0.92
"""Of the height: below the character, which stands in the middle third."""

Picture = NDArray[np.uint8]


def numbered_picture(number: int, size: tuple[int, int]) -> Picture:
    """RGB, shape (height, width, 3)."""
    width, height = size
    picture = np.full((height, width, 3), _DARK, dtype=np.uint8)
    edges = [width * bit // BITS for bit in range(BITS + 1)]
    for bit in range(BITS):
        if number >> bit & 1:
            picture[round(_TOP * height) : round(_BOTTOM * height), edges[bit] : edges[bit + 1]] = _BRIGHT
    return picture


def write_numbered(
    path: Path,
    frames: int,
    rate: Fraction,
    *,
    size: tuple[int, int] = (640, 360),
    first: int = 0,
    click_s: float | None = None,
    codec: str = "libx264",
) -> None:
    """Numbers from `first`; with `click_s` a track of sound that is silent but for 5 ms from then on."""
    with av.open(str(path), "w") as container:
        video = container.add_stream(codec, rate=rate)
        video.width, video.height = size
        video.pix_fmt = "yuv420p"
        video.options = {"preset": "ultrafast", "crf": "16"} if codec == "libx264" else {}
        audio = None if click_s is None else container.add_stream("aac", rate=48_000, layout="stereo")
        for place in range(frames):
            frame = av.VideoFrame.from_ndarray(numbered_picture(first + place, size), format="rgb24")
            frame.pts, frame.time_base = place, 1 / rate
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if audio is not None and click_s is not None:
            sound = np.zeros((2, int(48_000 * frames / rate)), dtype=np.float32)
            sound[:, int(click_s * 48_000) : int((click_s + 0.005) * 48_000)] = 0.9
            frame = av.AudioFrame.from_ndarray(sound, format="fltp", layout="stereo")
            frame.sample_rate, frame.pts, frame.time_base = 48_000, 0, Fraction(1, 48_000)
            container.mux(audio.encode(frame))
            container.mux(audio.encode(None))


def read_numbers(clip: Path) -> list[int]:
    """Of each frame of a clip that is such a video."""
    return [_number(picture, 0, 0, picture.shape[1], picture.shape[0]) for picture in pictures_of(clip)]


def read_followed(clip: Path, size: tuple[int, int] = (640, 360)) -> list[int]:
    """Of each frame of a motion control that the local Kling made: the number of the reference's frame it shows."""
    return [followed_number(picture, size) for picture in pictures_of(clip)]


def followed_number(picture: Picture, size: tuple[int, int] = (640, 360)) -> int:
    height, width = picture.shape[:2]
    stage = round(FLASH_BOTTOM * height)
    fit = min(width / size[0], stage / size[1])
    shown = size[0] * fit, size[1] * fit
    return _number(picture, (width - shown[0]) / 2, (stage - shown[1]) / 2, *shown)


def pictures_of(clip: Path) -> list[Picture]:
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        return [np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8) for frame in container.decode(stream)]


def _number(picture: Picture, left: float, top: float, width: float, height: float) -> int:
    row = round(top + height * (_TOP + _BOTTOM) / 2)
    columns = (round(left + width * (bit + 0.5) / BITS) for bit in range(BITS))
    return sum(1 << bit for bit, column in enumerate(columns) if picture[row - 2 : row + 3, column].mean() > _MIDDLE)
