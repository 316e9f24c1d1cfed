# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns the body of a multi-image video into a clip order.

Source: kling-api 2.6 [D O1]. Guesses: it costs and renders at the rate of the same model's image to video.
"""

from __future__ import annotations

from collections.abc import Mapping

from .create_rules import ClipOrder
from .field_table import DEFAULT_ASPECT_RATIO, DEFAULT_DURATION, DEFAULT_MODE, FIELDS
from .model_table import MODELS
from .new_body import text_of
from .source_image import SourceImage
from .task_inputs import Inputs
from .validation import check_fields

_MODEL = MODELS["kling-v1-6"]


def read_multi_image_order(body: Mapping[str, object]) -> ClipOrder:
    """Check the JSON object of a create and return the order.

    Raises:
        Refusal: 400/1201 naming the field and the value.
    """
    checked = check_fields(body, FIELDS["multi-image2video"])
    values = checked.values
    entries, watermark = values["image_list"], values.get("watermark_info")
    images = (entry.get("image") for entry in entries) if isinstance(entries, list) else ()
    mode = text_of(values, "mode") or DEFAULT_MODE
    duration_s = int(text_of(values, "duration") or DEFAULT_DURATION)
    return ClipOrder(
        product="multi-image2video",
        model_name=_MODEL.name,
        quality=mode,
        duration_s=duration_s,
        rate_fps=_MODEL.fps("image2video"),
        sound=False,
        text=text_of(values, "prompt") or "",
        aspect_ratio=text_of(values, "aspect_ratio") or DEFAULT_ASPECT_RATIO,
        watermark=isinstance(watermark, dict) and watermark.get("enabled") is True,
        units=_MODEL.units(mode, "silent", duration_s),
        external_task_id=text_of(values, "external_task_id"),
        ignored_fields=tuple(checked.ignored),
        callback_url=text_of(values, "callback_url"),
        inputs=Inputs(pictures=tuple(image for image in images if isinstance(image, SourceImage))),
    )
