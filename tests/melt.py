# SPDX-License-Identifier: GPL-3.0-or-later
"""Rendering MLT's XML with `melt`, the renderer of Kdenlive and Shotcut, which has nothing in common with Blender."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from .child_process import run_child

MELT = shutil.which("melt")
_ENDS_WITHIN_S = 60


def render(xml: str, video: Path) -> Path:
    """Every frame as it is, and the sound at 48 kHz: FFV1 and PCM in a .mkv."""
    assert MELT is not None, "melt is not installed (on Debian: apt-get install melt)"
    project = video.with_suffix(".mlt")
    project.write_text(xml, encoding="utf-8")
    # real_time=-1: one thread, and no frame is left out because of the time.
    run_child(
        [
            MELT, project, "-consumer", f"avformat:{video}", "real_time=-1", "terminate_on_pause=1",
            "vcodec=ffv1", "pix_fmt=yuv420p", "acodec=pcm_s16le", "ar=48000", "channels=2", "f=matroska",
        ],
        env={**os.environ, "SDL_AUDIODRIVER": "dummy", "QT_QPA_PLATFORM": "offscreen"},
        timeout_s=_ENDS_WITHIN_S,
    )  # fmt: skip
    return video
