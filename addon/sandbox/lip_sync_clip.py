# SPDX-License-Identifier: GPL-3.0-or-later
"""Encodes the clip of a lip-sync: the frames of the source, and its sound mixed with the sound that was put in.

The pictures, marks and all, are the source's: no lips move. Sizes are made even, which H.264 needs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

from .click_sound import SAMPLE_RATE_HZ
from .clip import RenderStoppedError, SoundWriter, add_video, planes_of, write_whole
from .reference_video import Reference
from .slate import SlateText, draw_caption
from .source_sound import Track


@dataclass(frozen=True, slots=True)
class LipSyncPlan:
    """Everything a render needs. `track` as `SoundWriter` takes it, as long as the source."""

    task_id: str
    source: Reference
    track: Track
    watermark: bool = False


def mix(
    original: Track | None, added: Track, *, insert_ms: int, original_volume: float, added_volume: float, samples: int
) -> Track:
    """Both sounds in one track of `samples`; what is louder than full scale is cut off (guess)."""
    track = np.zeros((added.shape[0], samples), dtype=np.float32)
    if original is not None:
        length = min(samples, original.shape[1])
        track[:, :length] = original[:, :length] * original_volume
    first = min(samples, insert_ms * SAMPLE_RATE_HZ // 1000)
    last = min(samples, first + added.shape[1])
    track[:, first:last] += added[:, : last - first] * added_volume
    return np.clip(track, -1, 1)


def render_lip_sync(plan: LipSyncPlan, path: Path, should_stop: Callable[[], bool]) -> None:
    """Write the clip of `plan` to `path`, whole or not at all; `should_stop` is asked before every frame.

    Raises:
        RenderStoppedError
        OSError, av.FFmpegError: a file cannot be read or written.
    """
    write_whole(path, lambda part: _encode(plan, part, should_stop))


def _encode(plan: LipSyncPlan, part: Path, should_stop: Callable[[], bool]) -> None:
    width, height = (side // 2 * 2 for side in plan.source.size)
    caption = np.asarray(_caption(plan, (width, height))) if plan.watermark else None
    rate_fps = plan.source.rate_fps
    with (
        av.open(str(plan.source.path)) as source,
        av.open(str(part), "w", format="mp4", options={"movflags": "+faststart"}) as container,
    ):
        source.streams.video[0].thread_type = "AUTO"
        video = add_video(container, (width, height), rate_fps)
        sound = SoundWriter(container, plan.track)
        for number, shown in enumerate(source.decode(video=0)):
            if should_stop():
                raise RenderStoppedError
            small = shown.reformat(width=width, height=height, format="rgb24").to_ndarray()
            picture = np.asarray(small, dtype=np.uint8)
            if caption is not None:
                picture = np.maximum(picture, caption)
            frame = av.VideoFrame.from_ndarray(planes_of(picture).reshape(height * 3 // 2, width), format="yuv420p")
            frame.pts = number
            frame.time_base = 1 / rate_fps
            container.mux(video.encode(frame))
            sound.write_until(Fraction(number + 1) / rate_fps)
        container.mux(video.encode(None))
        sound.finish()


def _caption(plan: LipSyncPlan, size: tuple[int, int]) -> Image.Image:
    return draw_caption(size, SlateText("", plan.task_id, "", watermark=True))
