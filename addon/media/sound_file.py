# SPDX-License-Identifier: GPL-3.0-or-later
"""A range of a file's sound as a .wav of its own. Reads and writes files: not for Blender's main thread."""

from __future__ import annotations

import os
import wave
from fractions import Fraction
from typing import TYPE_CHECKING

from ..errors import InputError
from .reference_sound import SOUND_RATE_HZ, read_sound

if TYPE_CHECKING:
    from pathlib import Path

_LOUDEST = 32767
_QUIETEST_HEARD = 0.001
"""-60 dB of full scale."""


def write_sound(source: Path, start_s: Fraction, length_s: Fraction, out: Path) -> None:
    """Write `length_s` seconds of `source` from `start_s` on to `out` (.wav, mono, 48 kHz), whole or not at all.

    Raises InputError where there is no sound or nothing is heard in it, and OSError.
    """
    import av
    import numpy as np

    try:
        track = read_sound(source, start_s, length_s)
    except av.FFmpegError as error:
        raise InputError("sound", source.name, f"it cannot be read ({type(error).__name__})") from error
    if track is None:
        raise InputError("sound", source.name, "there is no sound in it")
    mono = track.mean(axis=0)
    if not mono.size or float(np.abs(mono).max()) < _QUIETEST_HEARD:
        raise InputError("sound", f"this part of {source.name}", "nothing is heard in it")
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(f".{out.stem}-{os.getpid()}.wav")
    try:
        with wave.open(str(part), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(SOUND_RATE_HZ)
            file.writeframes((mono.clip(-1, 1) * _LOUDEST).astype("<i2").tobytes())
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


def sound_length_s(path: Path, field: str) -> Fraction:
    """Of the first track of sound, decoded. Raises InputError, naming `field`."""
    import av

    if not path.is_file():
        raise InputError(field, path, "there is no such file")
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise InputError(field, path.name, "there is no sound in it")
            samples = rate_hz = 0
            for frame in container.decode(audio=0):
                samples, rate_hz = samples + frame.samples, frame.sample_rate
    except av.FFmpegError as error:
        raise InputError(field, path.name, f"it cannot be read as a sound ({type(error).__name__})") from error
    if not samples:
        raise InputError(field, path.name, "there is no sound in it")
    return Fraction(samples, rate_hz)
