# SPDX-License-Identifier: GPL-3.0-or-later
"""Encodes one clip: H.264 and AAC in an mp4 file, with the marks of `frame_marks.py` on every frame.

Facts: 24 fps (some models 30), rate * seconds + 1 frames, avc1 + mp4a, no audio track without sound (the last is a
guess: kling-api section 7 calls it unknown). Pictures and texts are drawn once by `slate.py`; per frame only the
cells, the number and the flash are written into the planes.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.reformatter import ColorRange, Colorspace
from av.video.stream import VideoStream
from numpy.typing import NDArray
from PIL import Image

from .click_sound import SAMPLE_RATE_HZ, clicks
from .frame_marks import BLACK, FLASH_BOTTOM, FRAME_BAND, TAKE_BAND, WHITE, band_cells, cell_edges, is_flash, take_mark
from .slate import NumberGlyphs, SlateText, draw_still, number_glyphs

_AAC_FRAME = 1024
_BT709 = 1  # of ITU-T H.273, for primaries and transfer; PyAV 16 has no names for it
_GREY = 128  # chroma of a picture without colour

Plane = NDArray[np.uint8]


class RenderStoppedError(Exception):
    """Rendering was told to stop; no file was left behind."""


@dataclass(frozen=True, slots=True)
class ClipPlan:
    """Everything a render needs. `size` in pixels, both even; `image` and `image_tail` in RGB.

    track  the sound in place of the clicks, as `SoundWriter` takes it; only with `sound`
    """

    task_id: str
    model_name: str
    quality: str
    size: tuple[int, int]
    duration_s: int
    rate_fps: int
    sound: bool
    text: str
    watermark: bool = False
    image: Image.Image | None = None
    image_tail: Image.Image | None = None
    track: NDArray[np.float32] | None = None


def frame_count(duration_s: int, rate_fps: int) -> int:
    """Kling's clips are one frame longer than asked: 5 s at 24 fps are 121 frames (guess from 5.041 s, [L])."""
    return duration_s * rate_fps + 1


def duration_text(duration_s: int, rate_fps: int) -> str:
    """Seconds as Kling writes them, cut to milliseconds: "5.041" for 121 frames at 24 fps."""
    milliseconds = frame_count(duration_s, rate_fps) * 1000 // rate_fps
    return f"{milliseconds // 1000}.{milliseconds % 1000:03d}"


def render_clip(plan: ClipPlan, path: Path, should_stop: Callable[[], bool]) -> None:
    """Write the clip of `plan` to `path`, whole or not at all: a temporary file is fsynced and renamed.

    May run in any thread; `should_stop` is asked before every frame.

    Raises:
        RenderStoppedError
        OSError, av.FFmpegError: the file cannot be written.
    """
    write_whole(path, lambda part: _encode(plan, part, should_stop))


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Have `write` fill a temporary file, fsync it and rename it to `path`; nothing is left of it when that raises."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        write(part)
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    if os.name == "posix":  # Windows cannot open a folder to flush it
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _encode(plan: ClipPlan, part: Path, should_stop: Callable[[], bool]) -> None:
    painter = FramePainter(plan)
    count = frame_count(plan.duration_s, plan.rate_fps)
    with av.open(str(part), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        video = add_video(container, plan.size, Fraction(plan.rate_fps))
        samples = int(Fraction(count, plan.rate_fps) * SAMPLE_RATE_HZ)
        sound = SoundWriter(container, clicks(samples) if plan.track is None else plan.track) if plan.sound else None
        for number in range(count):
            if should_stop():
                raise RenderStoppedError
            frame = av.VideoFrame.from_ndarray(painter.paint(number), format="yuv420p")
            frame.pts = number
            frame.time_base = Fraction(1, plan.rate_fps)
            container.mux(video.encode(frame))
            if sound is not None:
                sound.write_until(Fraction(number + 1, plan.rate_fps))
        container.mux(video.encode(None))
        if sound is not None:
            sound.finish()


def add_video(container: OutputContainer, size: tuple[int, int], rate_fps: Fraction) -> VideoStream:
    """The stream that a clip's pictures (yuv420p, BT.709, limited range) are encoded into."""
    stream = container.add_stream("libx264", rate=rate_fps)
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    # A key frame a second keeps seeking quick, as an editor does all the time.
    stream.options = {"preset": "ultrafast", "crf": "20", "g": str(max(1, round(rate_fps)))}
    context = stream.codec_context
    context.color_range = ColorRange.MPEG
    context.colorspace = Colorspace.ITU709
    context.color_primaries = _BT709
    context.color_trc = _BT709
    return stream


class SoundWriter:
    """Feeds a track, planar stereo at 48 kHz, to the encoder in step with the picture: the file is interleaved."""

    def __init__(self, container: OutputContainer, track: NDArray[np.float32]) -> None:
        self._container = container
        self._stream: AudioStream = container.add_stream("aac", rate=SAMPLE_RATE_HZ, layout="stereo")
        self._stream.bit_rate = 192_000
        self._track = track
        self._done = 0

    def write_until(self, time_s: Fraction) -> None:
        while self._done + _AAC_FRAME <= min(self._track.shape[1], time_s * SAMPLE_RATE_HZ):
            self._write(self._done + _AAC_FRAME)

    def finish(self) -> None:
        while self._done < self._track.shape[1]:
            self._write(min(self._done + _AAC_FRAME, self._track.shape[1]))
        self._container.mux(self._stream.encode(None))

    def _write(self, end: int) -> None:
        samples = np.ascontiguousarray(self._track[:, self._done : end])
        frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="stereo")
        frame.sample_rate = SAMPLE_RATE_HZ
        frame.pts = self._done
        frame.time_base = Fraction(1, SAMPLE_RATE_HZ)
        self._container.mux(self._stream.encode(frame))
        self._done = end


class FramePainter:
    """Paints frame after frame into one buffer of yuv420p planes. Used by one thread."""

    def __init__(self, plan: ClipPlan) -> None:
        self._plan = plan
        self._width, self._height = plan.size
        words = SlateText(_heading(plan), plan.task_id, plan.text, plan.watermark)
        start = plan.image if plan.image is not None else plan.image_tail
        self._still = self._marked(draw_still(plan.size, words, start))
        self._tail: Plane | None = None
        if plan.image is not None and plan.image_tail is not None:
            self._tail = self._marked(draw_still(plan.size, words, plan.image_tail))
        self._glyphs: NumberGlyphs = number_glyphs(plan.size)

    def paint(self, number: int) -> Plane:
        """The planes of frame `number`, one below the other: shape (height * 3 / 2, width)."""
        planes = self._picture(number)
        luma = planes[: self._width * self._height].reshape(self._height, self._width)
        if is_flash(number, self._plan.rate_fps):
            self._flash(planes, luma)
        else:
            write_number(luma, self._glyphs, number)
        write_band(luma, FRAME_BAND, number)
        return planes.reshape(self._height * 3 // 2, self._width)

    def _picture(self, number: int) -> Plane:
        if self._tail is None:
            return self._still.copy()
        last = frame_count(self._plan.duration_s, self._plan.rate_fps) - 1
        # The second half of the clip goes over to the end image, which the last frame shows alone.
        weight = round(256 * max(0.0, 2 * number / last - 1))
        if weight == 0:
            return self._still.copy()
        mixed = self._still.astype(np.uint16) * (256 - weight) + self._tail.astype(np.uint16) * weight
        return (mixed >> 8).astype(np.uint8)

    def _flash(self, planes: Plane, luma: Plane) -> None:
        bottom = round(FLASH_BOTTOM * self._height)
        luma[:bottom] = WHITE
        area = self._width * self._height
        rows = (bottom + 1) // 2
        for start in (area, area + area // 4):
            chroma = planes[start : start + area // 4].reshape(self._height // 2, self._width // 2)
            chroma[:rows] = _GREY

    def _marked(self, still: Image.Image) -> Plane:
        """The still as flat planes with the take band, which is the same on every frame."""
        planes = planes_of(np.asarray(still))
        luma = planes[: self._width * self._height].reshape(self._height, self._width)
        write_band(luma, TAKE_BAND, take_mark(self._plan.task_id))
        return planes


def planes_of(picture: Plane) -> Plane:
    """An RGB picture as flat yuv420p planes, one after the other."""
    rgb = av.VideoFrame.from_ndarray(picture, format="rgb24")
    yuv = rgb.reformat(
        format="yuv420p",
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
        dst_colorspace=Colorspace.ITU709,
    )
    return np.concatenate([_plane(yuv, index) for index in range(3)])


def write_band(luma: Plane, band: tuple[float, float], number: int) -> None:
    """Write the cells of `number` into a luma plane."""
    height, width = luma.shape
    top, bottom = round(band[0] * height), round(band[1] * height)
    edges = cell_edges(width)
    for index, white in enumerate(band_cells(number)):
        luma[top:bottom, edges[index] : edges[index + 1]] = WHITE if white else BLACK


def write_number(luma: Plane, glyphs: NumberGlyphs, number: int) -> None:
    """Write the digits a person reads into a luma plane."""
    left = glyphs.left
    for digit in f"{number:0{glyphs.count}d}":
        patch = glyphs.digits[int(digit)]
        luma[glyphs.top : glyphs.top + patch.shape[0], left : left + patch.shape[1]] = patch
        left += patch.shape[1]


def _plane(frame: av.VideoFrame, index: int) -> Plane:
    plane = frame.planes[index]
    rows: Plane = np.frombuffer(memoryview(plane), dtype=np.uint8).reshape(plane.height, plane.line_size)
    return np.ascontiguousarray(rows[:, : plane.width]).reshape(-1)


def _heading(plan: ClipPlan) -> str:
    width, height = plan.size
    sound = "sound" if plan.sound else "silent"
    return f"{plan.model_name} · {plan.quality} · {width}x{height} · {plan.duration_s} s · {sound}"
