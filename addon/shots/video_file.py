# SPDX-License-Identifier: GPL-3.0-or-later
"""A reference video on this computer: what of it Kling would refuse, found before it is uploaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import InputError
from ..kling.catalogue import catalogue
from ..kling.request import VideoRole
from ..media.video_source import open_video_source

if TYPE_CHECKING:
    from fractions import Fraction
    from pathlib import Path

_FIELD = "reference video"
_BYTES_IN_MB = 1_000_000
"""The smaller of the two meanings suits both."""


def check_video_file(path: Path, role: VideoRole, model_name: str) -> Fraction:
    """Its length in seconds, which is not judged here. Reads the packets.

    Raises InputError for what cannot be read and for a file, a size or a picture that the model would refuse.
    """
    try:
        source = open_video_source(path)
    except InputError as error:
        raise InputError(_FIELD, error.value, error.allowed, hint=error.hint) from error
    model = catalogue().model_row(model_name)
    limits = model.motion if role is VideoRole.MOTION else model.video
    if limits is None:
        return source.duration_s  # refused for the model, with a better sentence
    cure = f"`retake reference {path.name} --fix OUT.mp4` makes one that fits."
    if not source.is_mp4_or_mov:
        raise InputError(_FIELD, path.name, "Kling takes mp4 and mov", hint=cure)
    if source.size_bytes > limits.max_mb * _BYTES_IN_MB:
        shown = f"{path.name} with {source.size_bytes / _BYTES_IN_MB:.0f} MB"
        raise InputError(_FIELD, shown, f"at most {limits.max_mb} MB are allowed", hint=cure)
    width, height = source.shown_size_px
    least, most = limits.sides_px
    if min(width, height) < least or max(width, height) > most:
        shown = f"{path.name} with {width} × {height} px"
        raise InputError(_FIELD, shown, f"sides of {least} to {most} px are allowed", hint=cure)
    return source.duration_s
