# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of generation task Kling has, each with its own calls."""

from __future__ import annotations

from enum import Enum


class Product(Enum):
    """The value is its last path part on the legacy standard."""

    TEXT_TO_VIDEO = "text2video"
    IMAGE_TO_VIDEO = "image2video"
    MOTION_CONTROL = "motion-control"
    """A character moves as a reference video does; the clip has the reference's length."""
    OMNI_VIDEO = "omni-video"
    """From text, frames, pictures, elements and a video together."""
    MULTI_IMAGE_TO_VIDEO = "multi-image2video"
    """From up to four pictures; on the legacy standard only."""
    LIP_SYNC = "advanced-lip-sync"
    """A face of a clip speaks a sound; no model is chosen; on the legacy standard only."""
    VIDEO_EXTEND = "video-extend"
    """Goes on where an earlier clip ends; on the legacy standard only."""
