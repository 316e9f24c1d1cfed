# SPDX-License-Identifier: GPL-3.0-or-later
"""The sound of a range of a video, to the sample: for the encoder, as stereo at 48 kHz."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

SOUND_RATE_HZ = 48_000
_CHANNELS = 2
_RUN_IN_S = 0.1


def read_sound(path: Path, start_s: Fraction, length_s: Fraction) -> NDArray[np.float32] | None:
    """Two rows of samples from `start_s` of the file's own clock on, filled up with silence; None without sound.

    Holds all of it in memory: 0.4 MB a second.
    """
    import av
    import numpy as np

    with av.open(str(path)) as container:
        if not container.streams.audio:
            return None
        stream = container.streams.audio[0]
        track = np.zeros((_CHANNELS, round(length_s * SOUND_RATE_HZ)), np.float32)
        resampler = av.AudioResampler(format="fltp", layout="stereo", rate=SOUND_RATE_HZ)
        # Codecs need the packet before the first one that counts.
        container.seek(max(0, int((float(start_s) - _RUN_IN_S) * av.time_base)))
        position: int | None = None
        for packet in container.demux(stream):
            try:
                frames = packet.decode()
            except av.InvalidDataError:
                continue
            for frame in frames:
                if position is None:
                    position = round((float(frame.time or 0.0) - float(start_s)) * SOUND_RATE_HZ)
                for piece in resampler.resample(frame):
                    position = _lay(track, piece.to_ndarray().astype(np.float32, copy=False), position)
            if position is not None and position >= track.shape[1]:
                return track
        if position is not None:
            for piece in resampler.resample(None):
                position = _lay(track, piece.to_ndarray().astype(np.float32, copy=False), position)
        return track


def _lay(track: NDArray[np.float32], piece: NDArray[np.float32], position: int) -> int:
    """Put `piece` where it belongs as far as it is inside, and say where the next one goes."""
    end = position + int(piece.shape[1])
    first, last = max(0, position), min(track.shape[1], end)
    if first < last:
        track[:, first:last] = piece[:, first - position : last - position]
    return end
