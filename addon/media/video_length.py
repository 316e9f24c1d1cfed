# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a video is, from its headers: for a price, before anything is made of it."""

from __future__ import annotations

from fractions import Fraction
from urllib.parse import urlsplit

from ..errors import InputError

_OPEN_TIMEOUT_S = 15.0


def video_length_s(address: str, field: str) -> Fraction:
    """Of the first picture stream of a file or an address. Blocks while headers are read.

    Raises InputError, naming `field`; of an address it shows the host alone, as the rest may be a secret.
    """
    import av

    is_address = "://" in address
    shown = urlsplit(address).hostname or "an address" if is_address else address
    try:
        with av.open(address, timeout=_OPEN_TIMEOUT_S) as container:
            if not container.streams.video:
                raise InputError(field, shown, "there is no picture in it")
            stream = container.streams.video[0]
            if stream.duration is not None and stream.time_base is not None:
                return stream.duration * stream.time_base
            if container.duration is not None:
                return Fraction(container.duration, av.time_base)
    except (av.FFmpegError, OSError) as error:
        raise InputError(field, shown, f"it cannot be read as a video ({type(error).__name__})") from error
    raise InputError(field, shown, "it does not say how long it is; mp4 and mov do")
