# SPDX-License-Identifier: GPL-3.0-or-later
"""Small videos and pictures whose every frame says which file it is and which frame, even while two are mixed.

A picture is four bands of 16 cells, all of middle grey but one: file `mark` writes into band `mark % 4` a white and a
black cell, four bits of the mark and ten of the frame's number. In a mix of two files each band keeps its file's cells
with less contrast: how much less says how much of the picture the file is.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import takewhile
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

SIZE_PX = (160, 90)
_BANDS, _CELLS, _MARK_BITS, _NUMBER_BITS = 4, 16, 4, 10
_BLACK, _MIDDLE, _WHITE = 30, 125, 220
_FAINTEST = 0.03
"""Of the full contrast: less is an encoder's noise."""
_CLICK_S = 0.010

Grey = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, order=True)
class Seen:
    """One file in a picture. `share` of 1: it is all of the picture."""

    mark: int
    number: int
    share: float = 1.0

    def __str__(self) -> str:
        return f"{self.mark}:{self.number}" + (f" ({self.share:.0%})" if self.share < 0.97 else "")


def banded_picture(mark: int, number: int) -> Grey:
    """Grey, shape (height, width)."""
    width, height = SIZE_PX
    bits = [1, 0]
    bits += [mark >> bit & 1 for bit in range(_MARK_BITS)] + [number >> bit & 1 for bit in range(_NUMBER_BITS)]
    picture = np.full((height, width), _MIDDLE, np.uint8)
    band = mark % _BANDS
    rows = slice(height * band // _BANDS, height * (band + 1) // _BANDS)
    for cell, bit in enumerate(bits):
        picture[rows, width * cell // _CELLS : width * (cell + 1) // _CELLS] = _WHITE if bit else _BLACK
    return picture


def read_picture(grey: Grey) -> tuple[Seen, ...]:
    """The files in a picture of any size, by mark. Empty for one that is none of them."""
    height, width = grey.shape
    found = []
    for band in range(_BANDS):
        middle = round(height * (band + 0.5) / _BANDS)
        columns = [round(width * (cell + 0.5) / _CELLS) for cell in range(_CELLS)]
        levels = [float(grey[middle - 3 : middle + 4, column - 2 : column + 3].mean()) for column in columns]
        contrast = levels[0] - levels[1]
        share = contrast / (255 / 219 * (_WHITE - _BLACK))  # a video's levels lie between 16 and 235
        if share < _FAINTEST:
            continue
        limit = (levels[0] + levels[1]) / 2
        bits = [level > limit for level in levels[2:]]
        mark = sum(1 << bit for bit in range(_MARK_BITS) if bits[bit])
        number = sum(1 << bit for bit in range(_NUMBER_BITS) if bits[_MARK_BITS + bit])
        found.append(Seen(mark, number, round(min(share, 1.0), 3)))
    return tuple(sorted(found))


def read_clip(path: Path) -> list[tuple[Seen, ...]]:
    """Of each frame."""
    with av.open(str(path)) as container:
        return [read_picture(np.asarray(frame.to_ndarray(format="gray8"))) for frame in container.decode(video=0)]


def write_banded_clip(
    path: Path, mark: int, frames: int, rate: Fraction, *, timecode: str = "", has_sound: bool = False
) -> Path:
    """`timecode`: what the first frame carries, such as `01:00:00:00`. The sound: see `click_times_s`."""
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=rate, options={"preset": "ultrafast", "crf": "8", "g": "12", "bf": "2"})
        video.width, video.height = SIZE_PX
        video.pix_fmt = "yuv420p"
        if timecode:
            video.metadata["timecode"] = timecode
        audio = out.add_stream("aac", rate=48_000, layout="stereo") if has_sound else None
        for number in range(frames):
            planes = np.full((SIZE_PX[1] * 3 // 2, SIZE_PX[0]), 128, np.uint8)
            planes[: SIZE_PX[1]] = banded_picture(mark, number)
            frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            frame.pts, frame.time_base = number, 1 / rate
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
        if audio is not None:
            sound = av.AudioFrame.from_ndarray(clicking(float(frames / rate)), format="fltp", layout="stereo")
            sound.sample_rate, sound.pts, sound.time_base = 48_000, 0, Fraction(1, 48_000)
            out.mux(audio.encode(sound))
            out.mux(audio.encode(None))
    return path


def write_banded_pictures(folder: Path, mark: int, frames: int) -> list[Path]:
    """`banded.0001.png` and on, whose numbers count from 0."""
    from PIL import Image

    found = []
    for number in range(frames):
        found.append(folder / f"banded.{number + 1:04d}.png")
        # A picture's levels are all of 0 to 255, a video's are not.
        levels = (banded_picture(mark, number).astype(np.float64) - 16) * 255 / 219
        Image.fromarray(np.repeat(np.round(levels).astype(np.uint8)[:, :, None], 3, axis=2)).save(found[-1])
    return found


def write_clicks(path: Path, length_s: float) -> Path:
    """A WAV file of 48 kHz, stereo."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=48_000, layout="stereo")
        samples = (clicking(length_s) * 30_000).astype(np.int16)
        packed = np.ascontiguousarray(samples.T).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(packed, format="s16", layout="stereo")
        frame.sample_rate = 48_000
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def click_times_s(length_s: float) -> list[float]:
    """When the clicks begin: no two are equally far apart, so that their distances say which they are."""
    times = (0.4 * number + 0.01 * number**2 for number in range(1000))
    return list(takewhile(lambda time: time + _CLICK_S < length_s, times))


def clicking(length_s: float) -> NDArray[np.float32]:
    """Shape (2, samples): 1 kHz for 10 ms at each of the times, at 48 kHz."""
    wave = np.zeros(round(length_s * 48_000))
    click = np.sin(2 * np.pi * 1000 * np.arange(round(_CLICK_S * 48_000)) / 48_000) * 0.6
    for time in click_times_s(length_s):
        wave[round(time * 48_000) :][: len(click)] = click
    return np.stack([wave, wave]).astype(np.float32)
