# SPDX-License-Identifier: GPL-3.0-or-later
"""The reference video of a task: fetched, decoded from end to end, and measured.

Facts: kling-api 2.4, 2.5, 2.8 (limits in `motion_table.py` and `omni_table.py`). Guesses: it is fetched when the task
is worked on, so that a bad one makes the task fail, with these sentences; http and redirects are fine; pictures are
taken as they are coded, without the rotation some telephones note; 24 frames a second include the 24000/1001 of film.
"""

from __future__ import annotations

import urllib.error
from dataclasses import dataclass
from fractions import Fraction
from http.client import HTTPException
from itertools import chain
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .click_sound import CHANNELS, SAMPLE_RATE_HZ
from .reference_limits import ReferenceLimits
from .stereo_sound import stereo_pieces
from .url_opener import open_url

_MB = 2**20
_CHUNK_BYTES = 2**18
# FFmpeg has one reader for both.
_CONTAINER = "mp4"
# No good video is longer than a minute; one that is not decoded to its end must still count as too long.
_DECODED_MAX_S = 61
_FILM = Fraction(1000, 1001)


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


def fetch(url: str, path: Path, max_mb: int) -> None:
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
            if length > max_mb * _MB:
                raise ReferenceRejectedError(f"The video must have at most {max_mb} MB")
            file.write(chunk)


def measure(path: Path, limits: ReferenceLimits) -> Reference:
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
            _check_size(size, limits)
            rate_fps = stream.average_rate or stream.guessed_rate
            most = None if not rate_fps else _DECODED_MAX_S * rate_fps
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
    _check_time(reference, limits)
    return reference


def read_still(reference: Reference) -> Image.Image:
    """The first frame, in RGB.

    Raises:
        ReferenceRejectedError
    """
    try:
        with av.open(str(reference.path)) as container:
            for frame in container.decode(video=0):
                return Image.fromarray(frame.to_ndarray(format="rgb24"))
    except (av.FFmpegError, OSError, ValueError) as error:
        raise ReferenceRejectedError("The video cannot be decoded") from error
    raise ReferenceRejectedError("The video cannot be decoded")


def read_sound(reference: Reference, length_s: Fraction) -> NDArray[np.float32] | None:
    """The sound as planar stereo at 48 kHz from the first frame on, cut or filled up with silence to `length_s`.

    None when there is no sound.

    Raises:
        ReferenceRejectedError
    """
    samples = int(length_s * SAMPLE_RATE_HZ)
    track = np.zeros((CHANNELS, samples), dtype=np.float32)
    try:
        with av.open(str(reference.path)) as container:
            if not container.streams.audio:
                return None
            video = container.streams.video[0]
            begin_s = float((video.start_time or 0) * (video.time_base or 0))
            frames = container.decode(audio=0)
            first = next(frames, None)
            if first is None:
                return track
            position = round(((first.time or 0.0) - begin_s) * SAMPLE_RATE_HZ)
            for piece in stereo_pieces(chain([first], frames)):
                position = _place(track, piece, position)
    except (av.FFmpegError, OSError, ValueError) as error:
        raise ReferenceRejectedError("The sound of the video cannot be decoded") from error
    return track


def _check_size(size: tuple[int, int], limits: ReferenceLimits) -> None:
    width, height = size
    said = f"The resolution of the video is invalid ({width}x{height})"
    low, high = limits.sides_px
    if not low <= min(size) <= max(size) <= high:
        raise ReferenceRejectedError(f"{said}: each side must be {low} to {high}")
    if limits.area_max_px is not None and width * height > limits.area_max_px:
        raise ReferenceRejectedError(f"{said}: it must have at most {limits.area_max_px} pixels")
    if limits.ratios is not None and not limits.ratios[0] <= Fraction(width, height) <= limits.ratios[1]:
        narrowest, widest = (f"{float(ratio):g}" for ratio in limits.ratios)
        raise ReferenceRejectedError(f"{said}: width divided by height must be {narrowest} to {widest}")


def _check_time(reference: Reference, limits: ReferenceLimits) -> None:
    shortest, longest = limits.lengths_s
    if not shortest <= reference.length_s <= longest + limits.tolerance_s:
        raise ReferenceRejectedError(
            f"The duration of the video is invalid ({float(reference.length_s):.3f} s): it must be"
            f" {float(shortest):g} to {float(longest):g} s{limits.when}"
        )
    if limits.rates_fps is not None:
        slowest, fastest = limits.rates_fps
        if not slowest * _FILM <= reference.rate_fps <= fastest:
            raise ReferenceRejectedError(
                f"The frame rate of the video is invalid ({float(reference.rate_fps):.3f}): it must be"
                f" {slowest} to {fastest}"
            )


def _place(track: NDArray[np.float32], piece: NDArray[np.float32], position: int) -> int:
    """Put `piece` where it belongs as far as it is inside, and return where the next one goes."""
    end = position + int(piece.shape[1])
    first, last = max(0, position), min(track.shape[1], end)
    if first < last:
        track[:, first:last] = piece[:, first - position : last - position]
    return end
