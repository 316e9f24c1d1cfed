# SPDX-License-Identifier: GPL-3.0-or-later
"""Sounds given to a create: raw base64 or an http(s) URL. Fetching, decoding, checking, and writing as mp3.

Facts: kling-api 2.6, 2.7. Guesses: base64 is checked at the create and a URL when the task is worked on; 1 MB is 2**20
bytes; a length may be a tenth of a second outside its bounds, as codecs add to it; a sound without a single loud sample
has no voice in it.
"""

from __future__ import annotations

import base64
import binascii
import io
import urllib.error
from dataclasses import dataclass, field
from fractions import Fraction
from http.client import HTTPException
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from .click_sound import CHANNELS, SAMPLE_RATE_HZ
from .clip import write_whole
from .stereo_sound import stereo_pieces
from .url_opener import open_url

_MB = 2**20
_TOLERANCE_S = Fraction(1, 10)
# -60 dB of full scale.
_SILENCE = 0.001
_MP3_FRAME = 1152

Track = NDArray[np.float32]


class SoundRejectedError(Exception):
    """The sound cannot be used; the text says why, in words fit for an answer."""


@dataclass(frozen=True, slots=True)
class SoundLimits:
    """Bounds, all included.

    called   how the file is called in sentences
    formats  names of FFmpeg's readers; `said` is the same for people
    """

    called: str
    formats: frozenset[str]
    said: str
    max_mb: int
    lengths_s: tuple[int, int]


VOICE_LIMITS = SoundLimits("voice", frozenset({"mp3", "wav", "mp4"}), "mp3, wav, mp4 or mov", 100, (5, 30))
LIP_LIMITS = SoundLimits("sound", frozenset({"mp3", "wav", "mp4", "aac"}), "mp3, wav, m4a or aac", 5, (2, 60))


@dataclass(frozen=True, slots=True)
class SourceSound:
    """A sound as it was given: exactly one of `url` and `content` (the encoded file) is set."""

    url: str | None = None
    content: bytes | None = field(default=None, repr=False)


def read_value(value: str, limits: SoundLimits) -> SourceSound:
    """Take the value of a sound field apart, and check the sound when it is here already.

    Raises:
        SoundRejectedError
    """
    if value.startswith(("http://", "https://")):
        return SourceSound(url=value)
    if value.startswith("data:"):
        raise SoundRejectedError("raw base64 without a 'data:' prefix is required")
    # Four characters carry three bytes: far too much is refused before it is decoded.
    if len(value) > (limits.max_mb * _MB * 4) // 3 + 4:
        raise SoundRejectedError(f"the {limits.called} must have at most {limits.max_mb} MB")
    try:
        content = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise SoundRejectedError("it is neither a URL nor base64") from error
    decode(content, limits)
    return SourceSound(content=content)


def load(source: SourceSound, limits: SoundLimits) -> Track:
    """The sound as planar stereo at 48 kHz; a URL is fetched. Blocks for up to 10 s of silence.

    Raises:
        SoundRejectedError
    """
    content = source.content if source.content is not None else _fetch(source.url or "", limits)
    return decode(content, limits)


def decode(content: bytes, limits: SoundLimits) -> Track:
    """Decode and check: planar stereo at 48 kHz.

    Raises:
        SoundRejectedError
    """
    if len(content) > limits.max_mb * _MB:
        raise SoundRejectedError(f"The {limits.called} must have at most {limits.max_mb} MB")
    shortest, longest = limits.lengths_s
    pieces: list[Track] = []
    count, most = 0, (longest + 1) * SAMPLE_RATE_HZ
    try:
        with av.open(io.BytesIO(content), "r") as container:
            if limits.formats.isdisjoint(container.format.name.split(",")):
                raise SoundRejectedError(f"The format of the {limits.called} is invalid: it must be {limits.said}")
            if not container.streams.audio:
                raise SoundRejectedError(f"The {limits.called} file has no sound")
            for piece in stereo_pieces(container.decode(audio=0)):
                pieces.append(piece)
                count += piece.shape[1]
                if count > most:  # far too long: the rest is not decoded
                    break
    except (av.FFmpegError, OSError, ValueError) as error:
        raise SoundRejectedError(f"The {limits.called} cannot be decoded") from error
    track: Track = np.concatenate(pieces, axis=1) if pieces else np.zeros((CHANNELS, 0), dtype=np.float32)
    length_s = Fraction(track.shape[1], SAMPLE_RATE_HZ)
    if not shortest - _TOLERANCE_S <= length_s <= longest + _TOLERANCE_S:
        raise SoundRejectedError(
            f"The duration of the {limits.called} is invalid ({float(length_s):.3f} s): it must be {shortest} to"
            f" {longest} s"
        )
    if float(np.abs(track).max()) < _SILENCE:
        raise SoundRejectedError(f"The {limits.called} file is silent")
    return track


def write_mp3(path: Path, track: Track) -> None:
    """Write planar stereo at 48 kHz, whole or not at all.

    Raises:
        OSError, av.FFmpegError: the file cannot be written.
    """
    write_whole(path, lambda part: _encode(part, track))


def _encode(part: Path, track: Track) -> None:
    with av.open(str(part), "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=SAMPLE_RATE_HZ, layout="stereo")
        stream.bit_rate = 128_000
        for start in range(0, track.shape[1], _MP3_FRAME):
            samples = np.ascontiguousarray(track[:, start : start + _MP3_FRAME])
            frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="stereo")
            frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE_HZ, start, Fraction(1, SAMPLE_RATE_HZ)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _fetch(url: str, limits: SoundLimits) -> bytes:
    try:
        with open_url(url) as response:
            content: bytes = response.read(limits.max_mb * _MB + 1)
    except urllib.error.HTTPError as error:
        error.close()
        raise SoundRejectedError(f"Failed to download the {limits.called}: HTTP {error.code}") from error
    except (OSError, HTTPException, ValueError) as error:
        raise SoundRejectedError(f"Failed to download the {limits.called}") from error
    return content
