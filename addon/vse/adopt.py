# SPDX-License-Identifier: GPL-3.0-or-later
"""A strip of another maker becomes take 0 of a new shot, so that takes can be shown in its place and it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .compat import content_start, left_handle
from .connect import partners
from .shots import record_take

if TYPE_CHECKING:
    from fractions import Fraction

    from bpy.types import Scene, Strip

    from ..timeline.take import Take


def adopt(scene: Scene, strip: Strip, take: Take) -> None:
    """`take` is what the movie `strip` shows now. Its sound strip belongs to the shot from now on."""
    sounds = [one for one in partners(scene, strip) if one.type == "SOUND"]
    for one in (strip, *sounds):
        one.retake.shot_id = take.shot_id
        one.retake.take_number = take.number
        one.retake.job_id = ""
    record_take(scene, take)


def hidden_before_s(strip: Strip, rate: Fraction) -> Fraction:
    """How many seconds of a strip's content lie before its first visible frame, in an edit of `rate`."""
    return max(left_handle(strip) - round(content_start(strip)), 0) / rate
