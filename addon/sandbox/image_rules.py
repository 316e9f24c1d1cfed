# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns the body of an image generation into an order, prices it, and says how big the images are.

Source: kling-api 2.7, section 8 and kling-api.json `image-generations` [D O2]. Guesses: the sentences; 1k is as many
pixels as 1024x1024 and 2k as many as 2048x2048, sides are multiples of 8; image_fidelity and human_fidelity are refused
for kling-v3 and ignored where they take no effect; elements are refused for kling-v2-1 (the capability map says not
supported).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from .library_order import LibraryOrder
from .library_table import IMAGE_TAKES_S, IMAGES
from .library_use import LibraryLookup, check_uses, legacy_uses
from .new_body import text_of
from .refusal import invalid_value, missing_field
from .source_image import SourceImage
from .validation import check_fields

DEFAULT_MODEL = "kling-v3"
_SIDE_PX = MappingProxyType({"1k": 1024, "2k": 2048})
_INPUTS_MAX = 10
_WITH_FIDELITY = "kling-v2-1"
# Units of one image, by model and by whether it was given an image.
_PRICES = MappingProxyType(
    {
        ("kling-v3", False): Decimal(8),
        ("kling-v3", True): Decimal(8),
        ("kling-v2-1", False): Decimal(4),
        ("kling-v2-1", True): Decimal(8),
    }
)


def read_image_order(lookup: LibraryLookup, body: Mapping[str, object]) -> LibraryOrder:
    """Check a create's JSON object and return the order. The picture it was given is under "image".

    Raises:
        Refusal: 400/1201 naming the field and the value.
    """
    checked = check_fields(body, IMAGES)
    values = checked.values
    model_name = text_of(values, "model_name") or DEFAULT_MODEL
    image = values.get("image")
    _check_reference(model_name, values)
    _check_elements(model_name, values)
    check_uses(legacy_uses(values), lookup)
    count = values.get("n", 1)
    if not isinstance(count, int):
        raise TypeError("n was checked to be a whole number")
    width, height = image_size(text_of(values, "resolution") or "1k", text_of(values, "aspect_ratio") or "16:9")
    watermark = values.get("watermark_info")
    unused = [] if values.get("image_reference") == "subject" else ["human_fidelity"] if _has_human(values) else []
    return LibraryOrder(
        product="images",
        units=_PRICES[model_name, image is not None] * count,
        facts={
            "prompt": values["prompt"],
            "resolution": text_of(values, "resolution") or "1k",
            "size": [width, height],
            "pictures": count,
        },
        takes_s=IMAGE_TAKES_S,
        external_task_id=text_of(values, "external_task_id"),
        callback_url=text_of(values, "callback_url"),
        ignored_fields=(*checked.ignored, *unused),
        images={"image": image} if isinstance(image, SourceImage) else {},
        package_type="image",
        slots=count,
        model_name=model_name,
        watermark=isinstance(watermark, dict) and watermark.get("enabled") is True,
    )


def image_size(resolution: str, aspect_ratio: str) -> tuple[int, int]:
    """Width and height in pixels."""
    wide, high = (int(part) for part in aspect_ratio.split(":"))
    side_px = _SIDE_PX[resolution]
    return _to_eight(side_px * math.sqrt(wide / high)), _to_eight(side_px * math.sqrt(high / wide))


def _to_eight(length: float) -> int:
    return round(length / 8) * 8


def _has_human(values: Mapping[str, object]) -> bool:
    return "human_fidelity" in values


def _check_reference(model_name: str, values: Mapping[str, object]) -> None:
    for name in ("image_reference", "image_fidelity", "human_fidelity"):
        if name in values and model_name != _WITH_FIDELITY:
            raise invalid_value(name, values[name], f"it is not supported by {model_name}")
    if "image" not in values:
        if "image_reference" in values:
            raise missing_field("image", "with image_reference")
        return
    if "negative_prompt" in values:
        raise invalid_value("negative_prompt", values["negative_prompt"], "it is not supported with image")


def _check_elements(model_name: str, values: Mapping[str, object]) -> None:
    elements = values.get("element_list")
    count = len(elements) if isinstance(elements, list) else 0
    if count and model_name == _WITH_FIDELITY:
        raise invalid_value("element_list", f"{count} entries", f"it is not supported by {model_name}")
    if count + ("image" in values) > _INPUTS_MAX:
        raise invalid_value("element_list", f"{count} entries", f"with image there may be {_INPUTS_MAX} in all")
