# SPDX-License-Identifier: GPL-3.0-or-later
"""The slates that placeholders show: one file for all of a kind, made on a thread while the shot is still described."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import Future
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from ..app import home_folder
from ..kling.catalogue import catalogue
from ..media.slate import make_slate
from .host import blender_host
from .reference_length import length_s

if TYPE_CHECKING:
    from ..shots.shot_fields import ShotFields

_RATE = Fraction(24)
"""Of Kling's clips; a take of another rate is handled when it arrives."""
_SIZES_PX = {"16:9": (320, 180), "9:16": (180, 320), "1:1": (240, 240)}


@dataclass(frozen=True, slots=True)
class Slate:
    frame_count: int
    rate: Fraction
    aspect: str
    has_sound: bool
    path: Path


_making: dict[Slate, Future[None]] = {}


def slate_of(fields: ShotFields) -> Slate:
    """For a take of a shot: of the length that is asked for, or of the video it follows, where that is known."""
    video_s = length_s(fields.motion) if fields.motion else None
    duration_s = fields.duration if video_s is None else video_s
    frame_count = round(duration_s * _RATE) + 1
    always = catalogue().model_row(fields.model).always_has_sound
    has_sound = always if fields.sound is None else fields.sound
    if fields.motion:
        has_sound = fields.keep_sound
    kind = hashlib.sha256(f"{frame_count} {fields.aspect} {has_sound}".encode()).hexdigest()[:12]
    path = home_folder(os.environ, blender_host()) / "slates" / f"{kind}.mp4"
    return Slate(frame_count, _RATE, fields.aspect, has_sound, path)


def prepare(slate: Slate) -> None:
    """Have it made on a thread, unless that was done. Returns at once."""
    if slate in _making:
        return
    future = _making[slate] = Future()

    def make() -> None:
        try:
            if not slate.path.is_file():
                size_px = _SIZES_PX[slate.aspect]
                make_slate(slate.path, slate.frame_count, slate.rate, size_px, has_sound=slate.has_sound)
            future.set_result(None)
        except Exception as error:  # noqa: BLE001
            # Whoever needs the slate gets it.
            future.set_exception(error)

    Thread(target=make, name="retake-slate", daemon=True).start()


def slate_ready(slate: Slate) -> Path:
    """Its file. Waits only where it was not prepared long enough before. Raises OSError."""
    if slate in _making and (_making[slate].done() and not slate.path.is_file()):
        del _making[slate]  # it could not be made, or was deleted: once more
    prepare(slate)
    _making[slate].result()
    return slate.path
