# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON of elements. Fields: kling-api reference section 2.7.

What is inside `element_image_list` and `tag_list` of an answer is documented as empty: that it is what a request holds
is a guess, so nothing depends on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, assert_never

from pydantic import Field

from .element import Element, ElementFromPictures, ElementFromVideo
from .wire import Received, Sent
from .wire_library import Many
from .wire_voice import ReceivedVoice, read_voice

if TYPE_CHECKING:
    from .element import NewElement
    from .voice import Voice


class ReferImage(Sent):
    image_url: str
    """An address, or base64 without a `data:` prefix."""


class ImageList(Sent):
    frontal_image: str
    refer_images: tuple[ReferImage, ...]


class ReferVideo(Sent):
    video_url: str


class VideoList(Sent):
    refer_videos: tuple[ReferVideo]


class Tag(Sent):
    tag_id: str


class NewElementBody(Sent):
    element_name: str
    element_description: str
    reference_type: Literal["image_refer", "video_refer"]
    element_image_list: ImageList | None = None
    element_video_list: VideoList | None = None
    element_voice_id: str | None
    tag_list: tuple[Tag, ...] | None
    external_task_id: str


class DeleteElementBody(Sent):
    element_id: str
    """A text here, by the documentation and in the live probes, although it is a number elsewhere on these paths."""


class ReceivedElement(Received):
    element_id: str = Field(min_length=1)
    element_name: str | None = None
    element_description: str | None = None
    reference_type: str | None = None
    element_image_list: Any = None
    element_voice_info: Any = None
    tag_list: Any = None
    owned_by: str | None = None
    status: str | None = None


class ReceivedElements(Received):
    elements: Many[ReceivedElement] = ()


def encode(element: NewElement, external_task_id: str) -> NewElementBody:
    """The body for an element that was checked."""
    shared: dict[str, Any] = {
        "element_name": element.name,
        "element_description": element.description,
        "element_voice_id": element.voice_id or None,
        "tag_list": tuple(Tag(tag_id=tag) for tag in element.tags) or None,
        "external_task_id": external_task_id,
    }
    match element:
        case ElementFromPictures():
            images = tuple(ReferImage(image_url=image) for image in element.refer_images)
            pictures = ImageList(frontal_image=element.frontal_image, refer_images=images)
            return NewElementBody(**shared, reference_type="image_refer", element_image_list=pictures)
        case ElementFromVideo():
            video = VideoList(refer_videos=(ReferVideo(video_url=element.video_url),))
            return NewElementBody(**shared, reference_type="video_refer", element_video_list=video)
        case _:
            assert_never(element)


def read_elements(task_result: dict[str, Any]) -> tuple[Element, ...]:
    return tuple(map(_read_element, ReceivedElements.model_validate(task_result).elements))


def _read_element(received: ReceivedElement) -> Element:
    return Element(
        element_id=received.element_id,
        name=received.element_name or "",
        description=received.element_description or "",
        reference_type=received.reference_type or "",
        frontal_image_url=_text_in(received.element_image_list, "frontal_image"),
        voice=_voice(received.element_voice_info),
        tags=_tags(received.tag_list),
        owned_by=received.owned_by or "",
        is_deleted=received.status == "deleted",
    )


def _voice(value: object) -> Voice | None:
    # Empty for an element without one.
    return read_voice(ReceivedVoice.model_validate(value)) if _text_in(value, "voice_id") else None


def _tags(value: object) -> tuple[str, ...]:
    entries = value if isinstance(value, list) else []
    return tuple(tag for tag in (_text_in(entry, "tag_id") for entry in entries) if tag)


def _text_in(value: object, name: str) -> str:
    found = value.get(name) if isinstance(value, dict) else None
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""
