# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be wrong with a lip-sync. Limits: kling-api section 2.6 [D]."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .lip_sync import OVERLAP_MIN_MS, SOUND_MAX_MS, SOUND_MIN_MS
from .problem import Problem
from .request import VideoRole

if TYPE_CHECKING:
    from .request import GenerationRequest

VIDEO_LENGTHS_S = (2, 60)
VIDEO_SIDES_PX = (512, 2160)
VIDEO_MAX_MB = 100


def speech_problems(request: GenerationRequest) -> tuple[Problem, ...]:
    """Where a face is seen, and when, only Kling finds out."""
    video, speech = request.video, request.speech
    if video is None or speech is None or video.role is not VideoRole.SPEECH:
        return (Problem("lips", "no video", "a clip with a face in it is needed"),)
    found = []
    shortest, longest = VIDEO_LENGTHS_S
    if not shortest <= video.duration_s <= longest:
        shown = f"a video of {float(video.duration_s):.2f} s"
        found.append(Problem("lips", shown, f"{shortest} to {longest} s are allowed"))
    if not SOUND_MIN_MS <= speech.length_ms <= SOUND_MAX_MS:
        allowed = f"{SOUND_MIN_MS // 1000} to {SOUND_MAX_MS // 1000} s are allowed"
        found.append(Problem("speech", f"a sound of {speech.length_ms / 1000:.2f} s", allowed))
    if speech.insert_ms < 0 or speech.insert_ms + OVERLAP_MIN_MS > video.duration_s * 1000:
        at = f"from {speech.insert_ms / 1000:.2f} s on"
        found.append(Problem("speech", at, "at least 2 s of it have to fall into the video"))
    elif speech.insert_ms + speech.length_ms > video.duration_s * 1000:
        ends = f"a sound that ends at {(speech.insert_ms + speech.length_ms) / 1000:.2f} s"
        found.append(Problem("speech", ends, f"the video ends at {float(video.duration_s):.2f} s"))
    return tuple(found)
