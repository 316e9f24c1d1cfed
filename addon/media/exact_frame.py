# SPDX-License-Identifier: GPL-3.0-or-later
"""One frame of a clip by its number, as a picture. Reads a file: not for Blender's main thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .first_frame import write_picture
from .video_source import open_video_source

if TYPE_CHECKING:
    from pathlib import Path


def write_exact_frame(clip: Path, number: int, frame_count: int, picture: Path) -> bool:
    """Write frame `number`, from 0, to `picture` (.png), whole or not at all.

    False where the clip does not have the `frame_count` frames that the number was counted by, or its frames are not
    stored as they are shown (turned, with wide pixels, interlaced). Raises InputError where it cannot be read, OSError.
    """
    import av

    source = open_video_source(clip)
    is_shown_as_stored = not source.rotation_deg and source.sample_aspect == 1 and not source.is_interlaced
    if source.frame_count != frame_count or not 0 <= number < frame_count or not is_shown_as_stored:
        return False
    wanted = source.shown_pts[number]
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        container.seek(wanted, stream=stream)
        for frame in container.decode(stream):
            if frame.pts is not None and frame.pts >= wanted:
                write_picture(frame, picture)
                return frame.pts == wanted
    return False
