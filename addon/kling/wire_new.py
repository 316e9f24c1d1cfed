# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON of the new standard: the model in the path, a whole number of seconds, typed parts.

Fields: kling-api reference sections 2.8 (requests) and 4 (answers). The service ignores keys it does not know without
a word, so nothing may be sent that a model's table does not list: there is no negative prompt and no mode here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field, field_validator

from ..redaction import redact
from .catalogue import ModelRow, catalogue
from .request import GenerationRequest, Product
from .task import KlingTask, ResultVideo, decimal_or_none, read_status
from .wire import Received, Sent

if TYPE_CHECKING:
    from .sent_pictures import SentPictures

_PATHS = {Product.TEXT_TO_VIDEO: "text-to-video", Product.IMAGE_TO_VIDEO: "image-to-video"}


class PromptPart(Sent):
    type: Literal["prompt"] = "prompt"
    text: str


class FramePart(Sent):
    type: Literal["first_frame", "last_frame"]
    url: str
    """An address, or base64 without a `data:` prefix."""


class Settings(Sent):
    multi_shot: bool | None
    """Sent as false wherever it exists: left out it is true, and semicolons in a prompt would be read as cuts."""
    audio: Literal["off", "native"] | None
    resolution: str
    aspect_ratio: str | None
    duration: int
    """Seconds."""


class Options(Sent):
    external_task_id: str


class VideoBody(Sent):
    prompt: str | None
    """For text to video only; elsewhere the prompt is one of the contents."""
    contents: tuple[PromptPart | FramePart, ...] | None
    settings: Settings
    options: Options


def path(request: GenerationRequest) -> str:
    return f"/{_PATHS[request.product]}/{_row(request).new_name}"


def encode(request: GenerationRequest, external_task_id: str, pictures: SentPictures) -> VideoBody:
    """The body for `request`; the pictures are sent as they are."""
    model = _row(request)
    mode = model.mode_row(request.mode)
    if mode is None:
        raise ValueError(f"{request.model_name} has no {request.mode}")
    is_text = request.product is Product.TEXT_TO_VIDEO
    audio: Literal["off", "native"] = "native" if request.sound else "off"
    return VideoBody(
        prompt=request.prompt if is_text else None,
        contents=None if is_text else _contents(request, pictures),
        settings=Settings(
            multi_shot=False if model.has_multi_shot else None,
            audio=audio if model.has_sound and not model.always_has_sound else None,
            resolution=mode.resolution,
            aspect_ratio=request.aspect_ratio if is_text else None,
            duration=request.duration_s,
        ),
        options=Options(external_task_id=external_task_id),
    )


def _contents(request: GenerationRequest, pictures: SentPictures) -> tuple[PromptPart | FramePart, ...]:
    parts: list[PromptPart | FramePart] = []
    if request.prompt:
        parts.append(PromptPart(text=request.prompt))
    if pictures.image is not None:
        parts.append(FramePart(type="first_frame", url=pictures.image))
    if pictures.image_tail is not None:
        parts.append(FramePart(type="last_frame", url=pictures.image_tail))
    return tuple(parts)


def _row(request: GenerationRequest) -> ModelRow:
    model = catalogue().model_row(request.model_name)
    if model.new_name is None:
        raise ValueError(f"{request.model_name} is not on the new standard")
    return model


class ReceivedOutput(Received):
    type: str = ""
    url: str = ""
    duration: str | None = None


class ReceivedBilling(Received):
    charge_type: str = ""
    amount: str | None = None


class ReceivedTask(Received):
    id: str = Field(min_length=1)
    status: str
    message: str | None = None
    external_id: str | None = None
    outputs: tuple[ReceivedOutput, ...] = ()
    billing: tuple[ReceivedBilling, ...] = ()

    @field_validator("outputs", "billing", mode="before")
    @classmethod
    def _null_is_none(cls, value: object) -> object:
        return () if value is None else value


def read_task(received: ReceivedTask) -> KlingTask:
    units = [decimal_or_none(charge.amount) for charge in received.billing if charge.charge_type == "unit"]
    amounts = [amount for amount in units if amount is not None]
    return KlingTask(
        task_id=received.id,
        external_task_id=received.external_id or None,
        status=read_status(received.status, received.id),
        reason=redact(received.message or ""),
        videos=tuple(
            ResultVideo(output.url, decimal_or_none(output.duration))
            for output in received.outputs
            if output.type == "video" and output.url
        ),
        billed_units=sum(amounts[1:], amounts[0]) if amounts else None,
    )
