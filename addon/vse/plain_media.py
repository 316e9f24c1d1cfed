# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a strip shows its media plainly, frame for frame, so that the media itself can be read in its place."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from ..timeline.ranges import FrameRange
from ..timeline.rate import scene_rate
from .compat import animated_paths, content_duration, content_start, content_trim, left_handle, right_handle
from .shots import absolute_path

if TYPE_CHECKING:
    from pathlib import Path

    from bpy.types import Scene, Strip

_EXACT = 1e-4
_SAME_RATE = Fraction(1, 1000)


@dataclass(frozen=True, slots=True)
class PlainRange:
    """`frames` of `file`, counted from 0, are what a strip shows, one for each frame of the timeline.

    `file_frames` is how many the file has by Blender's count: where it has others, this does not hold.
    """

    file: Path
    frames: FrameRange
    file_frames: int


def plain_range(scene: Scene, strip: Strip) -> PlainRange | None:
    """What a movie strip shows of its file; None where anything stands between the two. Opens the file."""
    if strip.type != "MOVIE" or why_not_plain(scene, strip):
        return None
    cut_before, cut_after = content_trim(strip)
    first = cut_before + left_handle(strip) - round(content_start(strip))
    shown = right_handle(strip) - left_handle(strip)
    count = content_duration(strip) + cut_before + cut_after
    if first < cut_before or first + shown > count - cut_after:
        return None  # a still frame is held before or after the content
    return PlainRange(absolute_path(strip.filepath), FrameRange(first, first + shown), count)


def why_not_plain(scene: Scene, strip: Strip) -> str:
    """What stands between the file and what is seen of it; empty where nothing does."""
    for why, is_so in _reasons(scene, strip):
        if is_so:
            return why
    return ""


def _reasons(scene: Scene, strip: Strip) -> list[tuple[str, bool]]:
    rate = scene_rate(scene.render.fps, scene.render.fps_base)
    transform, crop = strip.transform, strip.crop
    moved = (transform.rotation, transform.offset_x, transform.offset_y)
    return [
        ("it is retimed", len(strip.retiming_keys) > 0),
        ("it is played backwards", strip.use_reverse_frames),
        ("it is mirrored", strip.use_flip_x or strip.use_flip_y),
        ("it is cropped", any((crop.min_x, crop.max_x, crop.min_y, crop.max_y))),
        ("it is turned or moved", any(abs(one) > _EXACT for one in moved)),
        ("it is stretched", abs(transform.scale_x - transform.scale_y) > _EXACT),
        ("the frame's edge cuts it", not _fits(scene, strip)),
        ("it has modifiers", len(strip.modifiers) > 0),
        ("its colours are changed", strip.color_saturation != 1 or strip.color_multiply != 1),
        ("it is see-through", strip.blend_alpha < 1),
        ("it is strobed or deinterlaced", strip.strobe > 1 or strip.use_deinterlace),
        ("it is animated", any(f'"{strip.name}"' in path for path in animated_paths(scene))),
        ("an effect changes it", _has_effect(scene, strip)),
        ("its frames are not the edit's", abs(Fraction(strip.fps).limit_denominator(1001) - rate) > _SAME_RATE),
    ]


def _fits(scene: Scene, strip: Strip) -> bool:
    element = strip.elements[0] if strip.elements else None
    if element is None or not element.orig_width or not element.orig_height:
        return False
    width, height = element.orig_width * strip.transform.scale_x, element.orig_height * strip.transform.scale_y
    return 0 < width <= scene.render.resolution_x + 1 and 0 < height <= scene.render.resolution_y + 1


def _has_effect(scene: Scene, strip: Strip) -> bool:
    return any(
        strip in (getattr(one, "input_1", None), getattr(one, "input_2", None))
        for one in scene.sequence_editor.strips_all
    )
