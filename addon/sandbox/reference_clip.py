# SPDX-License-Identifier: GPL-3.0-or-later
"""Encodes a clip that shows the dimmed frames of its reference video, a motion control with the character over them.

Frame n shows what the reference shows at that time and its lower band carries n, so that a shift of even one frame can
be seen and measured. There is no flash, which would hide the reference. The sound is the reference's or there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .clip import Plane, RenderStoppedError, SoundWriter, add_video, planes_of, write_band, write_number, write_whole
from .frame_marks import FLASH_BOTTOM, FRAME_BAND, TAKE_BAND, take_mark
from .reference_video import Reference
from .slate import SlateText, draw_caption, number_glyphs

_DIMMING = 0.45
_CHARACTER_HEIGHT = 0.3
# One way from side to side.
_CROSSING_S = 2


@dataclass(frozen=True, slots=True)
class ReferencePlan:
    """Everything a render needs. `size` in pixels, both even; `track` as `SoundWriter` takes it.

    character  moves over the frames; None: nobody does
    rate_fps   of the clip; None: the reference's
    """

    task_id: str
    heading: str
    size: tuple[int, int]
    reference: Reference
    character: Image.Image | None = None
    track: NDArray[np.float32] | None = None
    watermark: bool = False
    rate_fps: Fraction | None = None

    @property
    def clip_fps(self) -> Fraction:
        return self.rate_fps or self.reference.rate_fps

    @property
    def clip_frames(self) -> int:
        """As long as the reference to the nearest frame, halves upwards."""
        return int(self.reference.length_s * self.clip_fps + Fraction(1, 2))

    @property
    def length_text(self) -> str:
        """Seconds as Kling writes them, cut to milliseconds."""
        length_ms = int(self.clip_frames / self.clip_fps * 1000)
        return f"{length_ms // 1000}.{length_ms % 1000:03d}"


def render_over_reference(plan: ReferencePlan, path: Path, should_stop: Callable[[], bool]) -> None:
    """Write the clip of `plan` to `path`, whole or not at all; `should_stop` is asked before every frame.

    Raises:
        RenderStoppedError
        OSError, av.FFmpegError: a file cannot be read or written.
    """
    write_whole(path, lambda part: _encode(plan, part, should_stop))


def _encode(plan: ReferencePlan, part: Path, should_stop: Callable[[], bool]) -> None:
    painter = _Painter(plan)
    rate_fps = plan.clip_fps
    with (
        av.open(str(plan.reference.path)) as source,
        av.open(str(part), "w", format="mp4", options={"movflags": "+faststart"}) as container,
    ):
        source.streams.video[0].thread_type = "AUTO"
        video = add_video(container, plan.size, rate_fps)
        sound = SoundWriter(container, plan.track) if plan.track is not None else None
        for number, shown in _retimed(source.decode(video=0), plan):
            if should_stop():
                raise RenderStoppedError
            frame = av.VideoFrame.from_ndarray(painter.paint(number, shown), format="yuv420p")
            frame.pts = number
            frame.time_base = 1 / rate_fps
            container.mux(video.encode(frame))
            if sound is not None:
                sound.write_until(Fraction(number + 1) / rate_fps)
        container.mux(video.encode(None))
        if sound is not None:
            sound.finish()


def _retimed(frames: Iterator[av.VideoFrame], plan: ReferencePlan) -> Iterator[tuple[int, av.VideoFrame]]:
    """The number of each frame of the clip with the frame of the reference that is seen then."""
    step = plan.reference.rate_fps / plan.clip_fps
    number = 0
    for position, frame in enumerate(frames):
        last = position == plan.reference.frames - 1
        while number < plan.clip_frames and (int(number * step) <= position or last):
            yield number, frame
            number += 1


class _Painter:
    """Paints frame after frame. Used by one thread."""

    def __init__(self, plan: ReferencePlan) -> None:
        self._plan = plan
        width, height = plan.size
        self._stage_height = round(FLASH_BOTTOM * height)
        words = SlateText(plan.heading, plan.task_id, "", plan.watermark)
        self._caption = np.asarray(draw_caption(plan.size, words))
        self._glyphs = number_glyphs(plan.size)
        self._take = take_mark(plan.task_id)
        self._character = None if plan.character is None else self._small(plan.character)
        ref_width, ref_height = plan.reference.size
        fit = min(width / ref_width, self._stage_height / ref_height)
        self._shown = (max(2, round(ref_width * fit / 2) * 2), max(2, int(ref_height * fit / 2) * 2))

    def paint(self, number: int, reference: av.VideoFrame) -> Plane:
        """The planes of frame `number`, one below the other: shape (height * 3 / 2, width)."""
        width, height = self._plan.size
        picture = np.zeros((height, width, 3), dtype=np.uint8)
        shown_width, shown_height = min(self._shown[0], width), self._shown[1]
        small = reference.reformat(width=shown_width, height=shown_height, format="rgb24").to_ndarray()
        left, top = (width - shown_width) // 2, (self._stage_height - shown_height) // 2
        picture[top : top + shown_height, left : left + shown_width] = (small * _DIMMING).astype(np.uint8)
        if self._character is not None:
            self._put_character(picture, self._character, number)
        np.maximum(picture, self._caption, out=picture)
        # The digits are written into the luma alone, so the place below them must have no colour.
        glyphs = self._glyphs
        cell_height, cell_width = glyphs.digits[0].shape
        picture[glyphs.top : glyphs.top + cell_height, glyphs.left : glyphs.left + glyphs.count * cell_width] = 0
        planes = planes_of(picture)
        luma = planes[: width * height].reshape(height, width)
        write_number(luma, glyphs, number)
        write_band(luma, TAKE_BAND, self._take)
        write_band(luma, FRAME_BAND, number)
        return planes.reshape(height * 3 // 2, width)

    def _small(self, character: Image.Image) -> Plane:
        width, height = self._plan.size
        scale = min(_CHARACTER_HEIGHT * height / character.height, 0.5 * width / character.width)
        box = (max(1, round(character.width * scale)), max(1, round(character.height * scale)))
        return np.asarray(character.convert("RGB").resize(box, Image.Resampling.BILINEAR))

    def _put_character(self, picture: Plane, character: Plane, number: int) -> None:
        height, width = character.shape[:2]
        crossed = number / float(self._plan.clip_fps) / _CROSSING_S
        # There and back again: 0 at the left, 1 at the right.
        place = 1 - abs(1 - crossed % 2)
        left = round(place * (picture.shape[1] - width))
        top = (self._stage_height - height) // 2
        picture[top : top + height, left : left + width] = character
