# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns decoded sound into planar stereo at 48 kHz.

FFmpeg makes a sound of one channel quieter by 3 dB when it spreads it over two; here both channels get it as it is, so
that a volume of 1 changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import av
import numpy as np
from numpy.typing import NDArray

from .click_sound import CHANNELS, SAMPLE_RATE_HZ


def stereo_pieces(frames: Iterable[av.AudioFrame]) -> Iterator[NDArray[np.float32]]:
    """The sound of `frames`, which are of one stream and in order, piece after piece: shape (2, samples).

    Raises:
        av.FFmpegError: the sound cannot be converted.
    """
    resampler: av.AudioResampler | None = None
    for frame in frames:
        if resampler is None:
            layout = "mono" if frame.layout.nb_channels == 1 else "stereo"
            resampler = av.AudioResampler(format="fltp", layout=layout, rate=SAMPLE_RATE_HZ)
        for piece in resampler.resample(frame):
            yield _spread(piece)
    if resampler is not None:
        for piece in resampler.resample(None):
            yield _spread(piece)


def _spread(piece: av.AudioFrame) -> NDArray[np.float32]:
    samples: NDArray[np.float32] = piece.to_ndarray().astype(np.float32)
    return samples if samples.shape[0] == CHANNELS else np.repeat(samples, CHANNELS, axis=0)
