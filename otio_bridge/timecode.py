# SPDX-License-Identifier: GPL-3.0-or-later
"""Timecode against frames, without OpenTimelineIO: what checks the adapters may not share their arithmetic."""

from __future__ import annotations

import re
from fractions import Fraction

from .errors import BridgeError

RATES = tuple(
    [Fraction(whole) for whole in (24, 25, 30, 48, 50, 60)]
    + [Fraction(whole * 1000, 1001) for whole in (24, 30, 60)]
)  # fmt: skip
"""Those that timecode is written at."""

DAY_S = 24 * 3600

_TIMECODE = re.compile(r"(\d{1,2})[:;.,](\d{2})[:;.,](\d{2})([:;.,])(\d{2,3})")
_DROPPED_PER_MINUTE = {Fraction(30000, 1001): 2, Fraction(60000, 1001): 4}


def drops_frames(rate: Fraction) -> bool:
    """Whether there is drop-frame timecode at `rate`."""
    return rate in _DROPPED_PER_MINUTE


def frames_of(timecode: str, rate: Fraction) -> int:
    """Of `01:00:00:00`, or of `01:00:00;00` with frame numbers dropped, or of a bare number of frames.

    Raises BridgeError for what is none at `rate`.
    """
    if timecode.isascii() and timecode.isdigit():
        return int(timecode[:12])
    match = _TIMECODE.fullmatch(timecode)
    if match is None:
        raise BridgeError(f"{timecode!r} is no timecode.", hint="The file is damaged: export the edit again.")
    hours, minutes, seconds, frames = (int(match.group(number)) for number in (1, 2, 3, 5))
    whole = round(rate)
    if frames >= whole or seconds > 59 or minutes > 59:
        raise BridgeError(
            f"The timecode {timecode} does not exist at {float(rate):g} frames a second.",
            hint="Give the rate that the edit was made at (--rate).",
        )
    found = ((hours * 60 + minutes) * 60 + seconds) * whole + frames
    dropped = _DROPPED_PER_MINUTE.get(rate, 0) if match.group(4) in ";," else 0
    total = hours * 60 + minutes
    return found - dropped * (total - total // 10)


def timecode_of(frames: int, rate: Fraction) -> str:
    """Drop-frame where `rate` has it, with `;` before the frames. `frames` from 0 up, less than 24 hours."""
    whole = round(rate)
    dropped = _DROPPED_PER_MINUTE.get(rate, 0)
    if dropped:
        ten = whole * 600 - dropped * 9
        tens, rest = divmod(frames, ten)
        minute = whole * 60 - dropped
        # The first minute of ten drops none.
        frames += dropped * 9 * tens + (dropped * ((rest - dropped) // minute) if rest >= whole * 60 else 0)
    seconds, shown = divmod(frames, whole)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{';' if dropped else ':'}{shown:02d}"
