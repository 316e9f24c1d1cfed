# SPDX-License-Identifier: GPL-3.0-or-later
"""Which rules read the body of a create, by its path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from .create_rules import ClipOrder, read_order
from .extend_rules import read_extend_order
from .field_table import Product
from .motion_rules import read_motion_order, read_new_motion_order
from .motion_table import NEW_MOTION_PRODUCT
from .multi_image_rules import read_multi_image_order
from .new_create_rules import read_new_order
from .new_omni_rules import read_new_omni_order
from .new_standard_table import NEW_ENDPOINTS, NEW_PRODUCTS
from .omni_rules import read_omni_order
from .omni_table import NEW_OMNI_PRODUCT
from .refusal import model_not_found
from .task_store import Task

ALL_NEW_PRODUCTS = (*NEW_PRODUCTS, NEW_MOTION_PRODUCT, NEW_OMNI_PRODUCT)
# Raises Refusal.
ReadOrder = Callable[[Mapping[str, object]], ClipOrder]


def legacy_reader(product: Product, find_video: Callable[[str], Task | None], at_ms: int) -> ReadOrder:
    """The rules of `/v1/videos/{product}`; `find_video` gives the task that made a clip, by the clip's id."""
    match product:
        case "motion-control":
            return read_motion_order
        case "omni-video":
            return read_omni_order
        case "multi-image2video":
            return read_multi_image_order
        case "video-extend":
            return lambda body: read_extend_order(body, find_video, at_ms)
        case "text2video" | "image2video":
            return partial(read_order, product)


def new_reader(product: str, model_name: str) -> ReadOrder:
    """The rules of `/{product}/{model_name}`.

    Raises:
        Refusal: 404/1203 for a model that the path does not have.
    """
    if product == NEW_MOTION_PRODUCT:
        return partial(read_new_motion_order, model_name)
    if product == NEW_OMNI_PRODUCT:
        return partial(read_new_omni_order, model_name)
    endpoint = NEW_ENDPOINTS.get((product, model_name))
    if endpoint is None:
        raise model_not_found(model_name)
    return partial(read_new_order, endpoint, model_name)
