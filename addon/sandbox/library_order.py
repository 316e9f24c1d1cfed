# SPDX-License-Identifier: GPL-3.0-or-later
"""What a create of the library asks for: a voice, an element, images, or a clip whose lips follow a sound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, get_args

from .resource_packs import PackageType
from .source_image import SourceImage
from .source_sound import SourceSound

LibraryProduct = Literal["custom-voices", "advanced-custom-elements", "images", "advanced-lip-sync", "identify-face"]
LIBRARY_PRODUCTS: tuple[LibraryProduct, ...] = get_args(LibraryProduct)


@dataclass(frozen=True, slots=True)
class LibraryOrder:
    """A create that was found good.

    facts    what is worked with later, in values that JSON has; the keys are the product's own matter
    images   pictures that were given, by field
    slots    how many places of the account's concurrency it takes: images their number, voices and elements none
             (guess: they generate no picture)
    takes_s  how long Kling would take, in seconds
    """

    product: LibraryProduct
    units: Decimal
    facts: Mapping[str, object]
    takes_s: float
    external_task_id: str | None = None
    callback_url: str | None = None
    ignored_fields: tuple[str, ...] = ()
    images: Mapping[str, SourceImage] = field(default_factory=dict)
    sound: SourceSound | None = None
    package_type: PackageType = "video"
    slots: int = 1
    model_name: str = ""
    watermark: bool = False
