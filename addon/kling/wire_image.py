# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON of image generations. Fields: kling-api reference section 2.7. Numbers are numbers here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from .image import ResultImage
from .wire import Received, Sent
from .wire_library import Many

if TYPE_CHECKING:
    from .image import ImageRequest


class ElementReference(Sent):
    element_id: int
    """Whole and exact: Python's numbers have no largest one."""


class ImageBody(Sent):
    model_name: str
    prompt: str
    negative_prompt: str | None
    image: str | None
    """An address, or base64 without a `data:` prefix."""
    image_reference: Literal["subject", "face"] | None
    image_fidelity: float | None
    human_fidelity: float | None
    element_list: tuple[ElementReference, ...] | None
    resolution: str
    n: int
    aspect_ratio: str
    external_task_id: str


class ReceivedImage(Received):
    index: int = 0
    url: str = Field(min_length=1)


class ReceivedImages(Received):
    images: Many[ReceivedImage] = ()


def encode(request: ImageRequest, external_task_id: str) -> ImageBody:
    """The body for a request that was checked."""
    return ImageBody(
        model_name=request.model_name,
        prompt=request.prompt,
        negative_prompt=request.negative_prompt or None,
        image=request.image or None,
        image_reference=request.likeness,
        image_fidelity=request.image_fidelity,
        human_fidelity=request.human_fidelity,
        element_list=tuple(ElementReference(element_id=int(each)) for each in request.element_ids) or None,
        resolution=request.resolution,
        n=request.count,
        aspect_ratio=request.aspect_ratio,
        external_task_id=external_task_id,
    )


def read_images(task_result: dict[str, Any]) -> tuple[ResultImage, ...]:
    images = ReceivedImages.model_validate(task_result).images
    return tuple(ResultImage(image.index, image.url) for image in images)
