# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns the body of a custom element into an order.

Source: kling-api 2.7 and kling-api.json `elements` [D O2]. Guesses: the sentences; the list that the reference type
does not ask for is ignored, as the documents say of the video list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .library_order import LibraryOrder
from .library_table import CUSTOM_ELEMENT, ELEMENT_TAKES_S, ELEMENT_UNITS
from .library_use import LibraryLookup, LibraryUse, check_uses
from .new_body import text_of
from .refusal import missing_field
from .source_image import SourceImage
from .validation import check_fields


def read_element_order(lookup: LibraryLookup, body: Mapping[str, object]) -> LibraryOrder:
    """Check a create's JSON object and return the order. The pictures are under "0" (frontal), "1" and so on.

    Raises:
        Refusal: 400/1201 naming the field and the value.
    """
    checked = check_fields(body, CUSTOM_ELEMENT)
    values = checked.values
    voice_id = text_of(values, "element_voice_id")
    if voice_id is not None:
        check_uses([LibraryUse("element_voice_id", "voice", voice_id)], lookup)
    tags = values.get("tag_list")
    order = LibraryOrder(
        product="advanced-custom-elements",
        units=ELEMENT_UNITS,
        facts={
            "name": values["element_name"],
            "description": values["element_description"],
            "reference_type": values["reference_type"],
            "voice_id": voice_id,
            "tags": [tag["tag_id"] for tag in tags] if isinstance(tags, list) else [],
        },
        takes_s=ELEMENT_TAKES_S,
        external_task_id=text_of(values, "external_task_id"),
        callback_url=text_of(values, "callback_url"),
        slots=0,
    )
    if values["reference_type"] == "image_refer":
        return _of_images(order, values, checked.ignored)
    return _of_video(order, values, checked.ignored)


def _of_images(order: LibraryOrder, values: Mapping[str, object], ignored: list[str]) -> LibraryOrder:
    given = values.get("element_image_list")
    if not isinstance(given, dict):
        raise missing_field("element_image_list", "when reference_type is image_refer")
    pictures = [given["frontal_image"], *(entry["image_url"] for entry in given["refer_images"])]
    images = {str(number): picture for number, picture in enumerate(pictures) if isinstance(picture, SourceImage)}
    unused = ["element_video_list"] if "element_video_list" in values else []
    return replace(
        order, images=images, facts={**order.facts, "pictures": len(images)}, ignored_fields=(*ignored, *unused)
    )


def _of_video(order: LibraryOrder, values: Mapping[str, object], ignored: list[str]) -> LibraryOrder:
    given = values.get("element_video_list")
    if not isinstance(given, dict):
        raise missing_field("element_video_list", "when reference_type is video_refer")
    unused = ["element_image_list"] if "element_image_list" in values else []
    return replace(
        order,
        facts={**order.facts, "video_url": given["refer_videos"][0]["video_url"]},
        ignored_fields=(*ignored, *unused),
    )
