# SPDX-License-Identifier: GPL-3.0-or-later
"""The sound of a clip: silence with a click that begins exactly on each whole second, second 0 included.

Format: 48 kHz stereo. Kling's rate and channels before 4.0 are unknown (kling-api section 7), so this is a guess.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE_HZ = 48_000
CHANNELS = 2
_CLICK_S = 0.010
_TONE_HZ = 1_000
_AMPLITUDE = 0.8


def clicks(samples: int) -> NDArray[np.float32]:
    """Planar stereo, shape (2, samples), values in -0.8..0.8. A click starts at its full loudness."""
    track = np.zeros(samples, dtype=np.float32)
    time_s = np.arange(round(_CLICK_S * SAMPLE_RATE_HZ), dtype=np.float32) / SAMPLE_RATE_HZ
    click = (_AMPLITUDE * np.sin(2 * np.pi * _TONE_HZ * time_s)).astype(np.float32)
    for start in range(0, samples, SAMPLE_RATE_HZ):
        room = min(len(click), samples - start)
        track[start : start + room] = click[:room]
    return np.stack([track] * CHANNELS)
