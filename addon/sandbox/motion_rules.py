# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns the body of a motion control, of either standard, into a clip order, and prices it once its length is known.

Source: kling-api 2.4, 2.8, section 8. Guesses: the sentences; an element with the orientation image is taken as the
orientation video ("orientation then follows the video").
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from .create_rules import ClipOrder
from .field_table import FIELDS, Orientation
from .library_use import LibraryUse, legacy_uses, new_uses
from .motion_table import (
    DEFAULT_MODEL,
    LEGACY_NAME_OF,
    NEW_SETTINGS,
    PRICES,
    PROMPT_MAX,
    WITH_ELEMENT,
)
from .new_body import read_body, text_of
from .new_standard_table import DEFAULT_RESOLUTION, QUALITY_OF
from .refusal import invalid_value, model_not_found
from .source_image import SourceImage
from .validation import check_fields


def read_motion_order(body: Mapping[str, object]) -> ClipOrder:
    """Check the JSON object of a legacy create and return the order.

    Raises:
        Refusal: 400/1201 naming the field and the value.
    """
    checked = check_fields(body, FIELDS["motion-control"])
    values = checked.values
    model_name = text_of(values, "model_name") or DEFAULT_MODEL
    has_element = bool(values.get("element_list"))
    if has_element and model_name not in WITH_ELEMENT:
        raise invalid_value("element_list", "1 entries", f"it is not supported by {model_name}")
    image, watermark = values["image_url"], values.get("watermark_info")
    return _order(
        model_name=model_name,
        quality=str(values["mode"]),
        sound=values.get("keep_original_sound") != "no",
        text=text_of(values, "prompt") or "",
        watermark=isinstance(watermark, dict) and watermark.get("enabled") is True,
        external_task_id=text_of(values, "external_task_id"),
        callback_url=text_of(values, "callback_url"),
        image=image if isinstance(image, SourceImage) else None,
        video_url=str(values["video_url"]),
        orientation=_orientation(values["character_orientation"], has_element=has_element),
        ignored_fields=tuple(checked.ignored),
        library_uses=legacy_uses(values),
    )


def read_new_motion_order(model_name: str, body: Mapping[str, object]) -> ClipOrder:
    """Check the JSON object of a new-standard create and return the order.

    Raises:
        Refusal: 404/1203 for a model that has no motion control, 400/1201 naming the field and the value.
    """
    legacy_name = LEGACY_NAME_OF.get(model_name)
    if legacy_name is None:
        raise model_not_found(model_name)
    parts = {"prompt": 1, "image": 1, "video": 1}
    if legacy_name in WITH_ELEMENT:
        parts["element"] = 1
    read = read_body(body, NEW_SETTINGS, parts, ("image", "video"), PROMPT_MAX)
    return _order(
        model_name=model_name,
        quality=QUALITY_OF[text_of(read.settings, "resolution") or DEFAULT_RESOLUTION],
        sound=read.settings.get("audio") != "off",
        text=read.prompt,
        watermark=read.watermark,
        external_task_id=read.external_task_id,
        callback_url=read.callback_url,
        image=read.image("image"),
        video_url=str(read.parts["video"][0]["url"]),
        orientation=_orientation(read.settings["character_orientation"], has_element="element" in read.parts),
        ignored_fields=tuple(read.ignored),
        library_uses=new_uses(read.parts, read.paths),
        new=True,
    )


def motion_units(model_name: str, quality: str, length_s: Fraction) -> Decimal:
    """The price of a clip of this length: its seconds are rounded to the nearest whole one, halves upwards (guess)."""
    seconds = int(length_s + Fraction(1, 2))
    return PRICES[LEGACY_NAME_OF.get(model_name, model_name), quality] * seconds


def _order(
    *,
    model_name: str,
    quality: str,
    sound: bool,
    text: str,
    watermark: bool,
    external_task_id: str | None,
    callback_url: str | None,
    image: SourceImage | None,
    video_url: str,
    orientation: Orientation,
    ignored_fields: tuple[str, ...],
    library_uses: tuple[LibraryUse, ...],
    new: bool = False,
) -> ClipOrder:
    return ClipOrder(
        product="motion-control",
        model_name=model_name,
        quality=quality,
        duration_s=0,
        rate_fps=0,
        sound=sound,
        text=text,
        aspect_ratio="",
        watermark=watermark,
        units=Decimal(0),
        external_task_id=external_task_id,
        image=image,
        ignored_fields=ignored_fields,
        standard="new" if new else "legacy",
        callback_url=callback_url,
        video_url=video_url,
        orientation=orientation,
        library_uses=library_uses,
    )


def _orientation(given: object, *, has_element: bool) -> Orientation:
    return "video" if has_element or given == "video" else "image"
