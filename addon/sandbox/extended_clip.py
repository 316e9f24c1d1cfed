# SPDX-License-Identifier: GPL-3.0-or-later
"""Encodes an extended clip: the pictures of the earlier clip, then new ones with the running numbers after theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av

from .clip import ClipPlan, FramePainter, RenderStoppedError, add_video, frame_count, write_whole


@dataclass(frozen=True, slots=True)
class ExtensionPlan:
    """`parent` is the earlier clip's file; `whole` says how the new clip is to be, the earlier one's part included."""

    parent: Path
    whole: ClipPlan


def picture_size(path: Path) -> tuple[int, int]:
    """Width and height of a clip in pixels.

    Raises:
        OSError, av.FFmpegError: it cannot be read.
    """
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return stream.width, stream.height


def render_extension(plan: ExtensionPlan, path: Path, should_stop: Callable[[], bool]) -> None:
    """Write the clip of `plan` to `path`, whole or not at all; `should_stop` is asked before every frame.

    Raises:
        RenderStoppedError
        OSError, av.FFmpegError: a file cannot be read or written.
    """
    write_whole(path, lambda part: _encode(plan, part, should_stop))


def _encode(plan: ExtensionPlan, part: Path, should_stop: Callable[[], bool]) -> None:
    rate_fps = plan.whole.rate_fps
    with av.open(str(part), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        video = add_video(container, plan.whole.size, Fraction(rate_fps))
        for number, frame in enumerate(_frames(plan)):
            if should_stop():
                raise RenderStoppedError
            frame.pts = number
            frame.time_base = Fraction(1, rate_fps)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))


def _frames(plan: ExtensionPlan) -> Iterator[av.VideoFrame]:
    number = 0
    with av.open(str(plan.parent)) as source:
        source.streams.video[0].thread_type = "AUTO"
        for frame in source.decode(video=0):
            # The encoder must choose its key frames itself, not repeat the earlier file's.
            frame.pict_type = av.video.frame.PictureType.NONE
            yield frame
            number += 1
    painter = FramePainter(plan.whole)
    for rest in range(number, frame_count(plan.whole.duration_s, plan.whole.rate_fps)):
        yield av.VideoFrame.from_ndarray(painter.paint(rest), format="yuv420p")
