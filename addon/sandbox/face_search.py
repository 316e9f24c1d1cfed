# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a video shows "faces". No face is recognised: each stretch with something to see counts as one (a stand-in).

A frame of one colour shows nothing. Stretches that are less than half a second apart are one; a stretch under half a
second is none. The face's picture is the middle of the middle frame of its stretch.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

from .clip import write_whole
from .reference_video import Reference

_GAP_S = Fraction(1, 2)
_LOOK_PX = 64
# Between the levels of noise in a flat picture and of the faintest picture, in 8-bit grey.
_CONTRAST = 12


@dataclass(frozen=True, slots=True)
class Face:
    """`start_frame` belongs to the stretch, `end_frame` no longer does."""

    start_frame: int
    end_frame: int

    @property
    def middle_frame(self) -> int:
        return (self.start_frame + self.end_frame - 1) // 2


def find_faces(video: Reference) -> list[Face]:
    """Decode the whole video and return its faces in order of their beginnings.

    Raises:
        av.FFmpegError, OSError: the video cannot be read.
    """
    gap = max(1, round(_GAP_S * video.rate_fps))
    stretches: list[Face] = []
    with av.open(str(video.path)) as container:
        container.streams.video[0].thread_type = "AUTO"
        for number, frame in enumerate(container.decode(video=0)):
            small = frame.reformat(width=_LOOK_PX, height=_LOOK_PX, format="gray").to_ndarray()
            if int(np.ptp(small)) < _CONTRAST:
                continue
            if stretches and number - stretches[-1].end_frame < gap:
                stretches[-1] = Face(stretches[-1].start_frame, number + 1)
            else:
                stretches.append(Face(number, number + 1))
    return [face for face in stretches if face.end_frame - face.start_frame >= gap]


def write_faces(video: Reference, faces: dict[Path, Face]) -> None:
    """Write the picture of each face as a jpg of at least 2 pixels a side.

    Raises:
        av.FFmpegError, OSError: the video cannot be read, or a picture not be written.
    """
    wanted = {face.middle_frame: path for path, face in faces.items()}
    with av.open(str(video.path)) as container:
        container.streams.video[0].thread_type = "AUTO"
        for number, frame in enumerate(container.decode(video=0)):
            if number in wanted:
                write_picture(wanted[number], _middle(Image.fromarray(frame.to_ndarray(format="rgb24"))))


def write_picture(path: Path, picture: Image.Image) -> None:
    """Write a jpg or png, whole or not at all."""
    kind = {".jpg": "JPEG", ".png": "PNG"}[path.suffix]
    write_whole(path, lambda part: picture.save(part, kind))


def _middle(picture: Image.Image) -> Image.Image:
    width, height = picture.size
    side = max(2, min(width, height) // 2)
    left, top = (width - side) // 2, (height - side) // 2
    return picture.crop((left, top, left + side, top + side))
