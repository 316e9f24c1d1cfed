# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns the body of a video extension into a clip order.

Source: kling-api 2.6 [D O1], kling-api.json `video-extend`, section 8 [G]: clips of v1, v1-5 and v1-6 made by text,
image or extension less than 30 days ago; model and mode are inherited; at most 3 minutes in all. Guesses: the
sentences; 5 s are added, where the documents say 4 to 5; a clip that is not there and one that is too old are refused
alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType

from .answers import length_text
from .create_rules import ClipOrder
from .field_table import FIELDS
from .new_body import text_of
from .refusal import invalid_value
from .task_inputs import ParentClip
from .task_store import Task
from .validation import check_fields

EXTENSION_S = 5
_LONGEST_S = 180
_KEPT_MS = 30 * 24 * 3600 * 1000
_PRODUCTS = ("text2video", "image2video", "video-extend")
# Units for one extension, by model and mode.
_PRICES: MappingProxyType[tuple[str, str], Decimal] = MappingProxyType(
    {
        ("kling-v1", "std"): Decimal("1"),
        ("kling-v1", "pro"): Decimal("3.5"),
        ("kling-v1-5", "std"): Decimal("2"),
        ("kling-v1-5", "pro"): Decimal("3.5"),
        ("kling-v1-6", "std"): Decimal("2"),
        ("kling-v1-6", "pro"): Decimal("3.5"),
    }
)


def read_extend_order(body: Mapping[str, object], find_video: Callable[[str], Task | None], at_ms: int) -> ClipOrder:
    """Check the JSON object of a create at the time `at_ms`; `find_video` gives the task that made a clip.

    Raises:
        Refusal: 400/1201 naming the field and the value.
    """
    checked = check_fields(body, FIELDS["video-extend"])
    values = checked.values
    video_id = str(values["video_id"])
    parent = find_video(video_id)
    if parent is None or parent.status(at_ms) != "succeed" or parent.updated_ms(at_ms) + _KEPT_MS <= at_ms:
        raise invalid_value("video_id", video_id, "there is no such video")
    clip = parent.clip
    units = _PRICES.get((clip.model_name, clip.quality))
    if units is None or parent.product not in _PRODUCTS:
        raise invalid_value("video_id", video_id, f"a video of {clip.model_name} {parent.product} cannot be extended")
    duration_s = clip.duration_s + EXTENSION_S
    if duration_s > _LONGEST_S:
        raise invalid_value("video_id", video_id, f"{duration_s} s in all are more than {_LONGEST_S} s")
    watermark = values.get("watermark_info")
    return ClipOrder(
        product="video-extend",
        model_name=clip.model_name,
        quality=clip.quality,
        duration_s=duration_s,
        rate_fps=clip.rate_fps,
        sound=False,
        text=text_of(values, "prompt") or "",
        aspect_ratio=clip.aspect_ratio,
        watermark=isinstance(watermark, dict) and watermark.get("enabled") is True,
        units=units,
        external_task_id=text_of(values, "external_task_id"),
        ignored_fields=tuple(checked.ignored),
        callback_url=text_of(values, "callback_url"),
        video_url=ParentClip(parent.video_id, length_text(parent)).mark,
        new_s=EXTENSION_S,
    )
