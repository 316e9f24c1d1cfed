# SPDX-License-Identifier: GPL-3.0-or-later
"""Clips whose every frame says its number, of many makes, and how to read the numbers back. Quick to write and read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

BITS = 10
_WHITE, _BLACK = 220, 30


def marked_picture(number: int, size_px: tuple[int, int]) -> NDArray[np.uint8]:
    """Grey: bright at the top, then a band with the bits of `number`, lowest first, and dark below."""
    width, height = size_px
    grey = np.full((height, width), 60, np.uint8)
    grey[: height // 3] = 160
    for bit in range(BITS):
        grey[height // 3 : height * 2 // 3, bit * width // BITS : (bit + 1) * width // BITS] = (
            _WHITE if number >> bit & 1 else _BLACK
        )
    return grey


def read_number(grey: NDArray[np.uint8]) -> int:
    height, width = grey.shape
    return sum(1 << bit for bit in range(BITS) if grey[height // 2, int((bit + 0.5) * width / BITS)] > 125)


def write_marked_clip(
    path: Path,
    *,
    frames: int = 96,
    rate: Fraction = Fraction(24),
    size_px: tuple[int, int] = (640, 360),
    key_every: int = 24,
    b_frames: int = 2,
    codec: str = "libx264",
    rotation_deg: int = 0,
    pixel_aspect: Fraction = Fraction(1),
    times_ms: Callable[[int], int] | None = None,
    has_sound: bool = False,
    options: dict[str, str] | None = None,
) -> Path:
    """`times_ms` gives each frame its own time. The sound clicks for 10 ms at the start of each second."""
    coding = {"preset": "ultrafast", "sc_threshold": "0"} if codec == "libx264" else {"cpu-used": "8"}
    coding |= {"g": str(key_every), "keyint_min": str(key_every), "bf": str(b_frames), **(options or {})}
    with av.open(str(path), "w", options={"movflags": "faststart"} if path.suffix in (".mp4", ".mov") else {}) as out:
        video = out.add_stream(codec, rate=rate, options=coding)
        video.width, video.height = size_px
        video.pix_fmt = "yuv420p"
        video.codec_context.sample_aspect_ratio = pixel_aspect
        if rotation_deg:
            video.set_display_rotation(rotation_deg)
        if times_ms is not None:
            video.codec_context.time_base = Fraction(1, 1000)
        audio = (
            out.add_stream("libopus" if path.suffix == ".webm" else "aac", rate=48_000, layout="stereo")
            if has_sound
            else None
        )
        for number in range(frames):
            planes = np.full((size_px[1] * 3 // 2, size_px[0]), 128, np.uint8)
            planes[: size_px[1]] = marked_picture(number, size_px)
            frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            if times_ms is not None:
                frame.pts, frame.time_base = times_ms(number), Fraction(1, 1000)
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
        if audio is not None:
            sound = av.AudioFrame.from_ndarray(_clicks(float(frames / rate)), format="fltp", layout="stereo")
            sound.sample_rate, sound.pts, sound.time_base = 48_000, 0, Fraction(1, 48_000)
            out.mux(audio.encode(sound))
            out.mux(audio.encode(None))
    return path


def _clicks(seconds: float) -> NDArray[np.float32]:
    times = np.arange(int(seconds * 48_000)) / 48_000
    wave = (np.sin(2 * np.pi * 1000 * times) * (times % 1 < 0.010)).astype(np.float32)
    return np.stack([wave, wave])


@dataclass(frozen=True, slots=True)
class MarkedFrame:
    number: int
    time_s: float


def read_marked_clip(path: Path, *, edit_lists: bool = True) -> list[MarkedFrame]:
    """`edit_lists` False reads like a program that does not know them."""
    options = {} if edit_lists else {"ignore_editlist": "1"}
    with av.open(str(path), options=options) as container:
        return [
            MarkedFrame(read_number(frame.to_ndarray(format="gray")), float(frame.time or 0.0))
            for frame in container.decode(video=0)
        ]


def numbers(frames: Iterable[MarkedFrame]) -> list[int]:
    return [frame.number for frame in frames]
