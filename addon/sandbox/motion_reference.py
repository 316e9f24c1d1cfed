# SPDX-License-Identifier: GPL-3.0-or-later
"""The reference video of a motion control: fetched, decoded from end to end, and measured.

Facts: kling-api 2.4 (limits in `motion_table.py`). Guesses: it is fetched when the task is worked on, so that a bad one
makes the task fail, with these sentences; http and redirects are fine; pictures are taken as they are coded,
without the rotation some telephones note.
"""

from __future__ import annotations

import urllib.error
from dataclasses import dataclass
from fractions import Fraction
from http.client import HTTPException
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from .click_sound import CHANNELS, SAMPLE_RATE_HZ
from .field_table import Orientation
from .motion_table import (
    LENGTH_TOLERANCE_S,
    REFERENCE_MAX_MB,
    REFERENCE_MAX_S,
    REFERENCE_MIN_S,
    REFERENCE_SIDES_PX,
)
from .url_opener import open_url

_MB = 2**20
_CHUNK_BYTES = 2**18
# FFmpeg has one reader for both.
_CONTAINER = "mp4"


class ReferenceRejectedError(Exception):
    """The video cannot be used; the text says why, in words fit for an answer."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A video that was found good. `size` in pixels."""

    path: Path
    size: tuple[int, int]
    frames: int
    rate_fps: Fraction

    @property
    def length_s(self) -> Fraction:
        return self.frames / self.rate_fps


def fetch(url: str, path: Path) -> None:
    """Write the video at `url` to `path`. Blocks; call it from a worker thread.

    Raises:
        ReferenceRejectedError
        OSError: `path` cannot be written.
    """
    try:
        response = open_url(url)
    except urllib.error.HTTPError as error:
        error.close()
        raise ReferenceRejectedError(f"Failed to download the video: HTTP {error.code}") from error
    except (OSError, HTTPException, ValueError) as error:
        raise ReferenceRejectedError("Failed to download the video") from error
    length = 0
    with response, path.open("wb") as file:
        while True:
            try:
                chunk = response.read(_CHUNK_BYTES)
            except (OSError, HTTPException) as error:
                raise ReferenceRejectedError("Failed to download the video") from error
            if not chunk:
                return
            length += len(chunk)
            if length > REFERENCE_MAX_MB * _MB:
                raise ReferenceRejectedError(f"The video must have at most {REFERENCE_MAX_MB} MB")
            file.write(chunk)


def measure(path: Path, orientation: Orientation) -> Reference:
    """Decode the whole video at `path` and check it.

    Raises:
        ReferenceRejectedError
    """
    try:
        with av.open(str(path)) as container:
            if _CONTAINER not in container.format.name.split(","):
                raise ReferenceRejectedError("The format of the video is invalid: it must be mp4 or mov")
            if not container.streams.video:
                raise ReferenceRejectedError("The file has no video")
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            size = (stream.width, stream.height)
            low, high = REFERENCE_SIDES_PX
            if not low <= min(size) <= max(size) <= high:
                raise ReferenceRejectedError(
                    f"The resolution of the video is invalid ({size[0]}x{size[1]}): each side must be {low} to {high}"
                )
            rate_fps = stream.average_rate or stream.guessed_rate
            # Far more frames than any good video has are not decoded to the end.
            most = None if not rate_fps else (REFERENCE_MAX_S["video"] + 1) * rate_fps
            frames = 0
            for _ in container.decode(stream):
                frames += 1
                if most is not None and frames > most:
                    break
    except (av.FFmpegError, OSError, ValueError) as error:
        raise ReferenceRejectedError("The video cannot be decoded") from error
    if not rate_fps or not frames:
        raise ReferenceRejectedError("The video cannot be decoded")
    reference = Reference(path, size, frames, Fraction(rate_fps))
    longest = REFERENCE_MAX_S[orientation]
    if not REFERENCE_MIN_S <= reference.length_s <= longest + LENGTH_TOLERANCE_S:
        raise ReferenceRejectedError(
            f"The duration of the video is invalid ({float(reference.length_s):.3f} s): it must be {REFERENCE_MIN_S} to"
            f" {longest} s with the orientation {orientation}"
        )
    return reference


def read_sound(reference: Reference) -> NDArray[np.float32] | None:
    """The sound as planar stereo at 48 kHz, beginning with the first frame and as long as the picture; None: no sound.

    Raises:
        ReferenceRejectedError
    """
    samples = int(reference.length_s * SAMPLE_RATE_HZ)
    track = np.zeros((CHANNELS, samples), dtype=np.float32)
    resampler = av.AudioResampler(format="fltp", layout="stereo", rate=SAMPLE_RATE_HZ)
    try:
        with av.open(str(reference.path)) as container:
            if not container.streams.audio:
                return None
            video = container.streams.video[0]
            begin_s = float((video.start_time or 0) * (video.time_base or 0))
            first_s: float | None = None
            pieces: list[av.AudioFrame] = []
            for frame in container.decode(audio=0):
                first_s = (frame.time or 0.0) if first_s is None else first_s
                pieces.extend(resampler.resample(frame))
            if first_s is None:
                return track
            pieces.extend(resampler.resample(None))
            position = round((first_s - begin_s) * SAMPLE_RATE_HZ)
            for piece in pieces:
                position = _place(track, piece.to_ndarray().astype(np.float32), position)
    except (av.FFmpegError, OSError, ValueError) as error:
        raise ReferenceRejectedError("The sound of the video cannot be decoded") from error
    return track


def _place(track: NDArray[np.float32], piece: NDArray[np.float32], position: int) -> int:
    """Put `piece` where it belongs as far as it is inside, and return where the next one goes."""
    end = position + int(piece.shape[1])
    first, last = max(0, position), min(track.shape[1], end)
    if first < last:
        track[:, first:last] = piece[:, first - position : last - position]
    return end
