# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON of the legacy standard. Numbers go out as strings there.

Fields: kling-api reference sections 2.1 to 2.3 (requests) and 4 (answers).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, field_validator

from ..redaction import redact
from .catalogue import catalogue
from .request import GenerationRequest
from .task import KlingTask, ResultVideo, decimal_or_none, read_status
from .wire import Received, Sent

if TYPE_CHECKING:
    from .sent_pictures import SentPictures


class VideoBody(Sent):
    """The fields that text2video and image2video share."""

    model_name: str
    prompt: str | None
    negative_prompt: str | None
    sound: Literal["on", "off"] | None
    """Left out for models that do not know it."""
    mode: str | None
    """Left out for models that have no choice of it."""
    duration: str
    """Seconds, as a string."""
    external_task_id: str


class TextToVideoBody(VideoBody):
    aspect_ratio: str


class ImageToVideoBody(VideoBody):
    image: str | None
    """An address, or base64 without a `data:` prefix."""
    image_tail: str | None


def encode(
    request: GenerationRequest, external_task_id: str, pictures: SentPictures
) -> TextToVideoBody | ImageToVideoBody:
    """The body for `request`; the pictures are sent as they are."""
    model = catalogue().model_row(request.model_name)
    mode = model.mode_row(request.mode)
    if model.legacy_name is None or mode is None:
        raise ValueError(f"{request.model_name} {request.mode} is not on the legacy standard")
    sound: Literal["on", "off"] = "on" if request.sound else "off"
    shared: dict[str, Any] = {
        "model_name": model.legacy_name,
        "prompt": request.prompt or None,
        "negative_prompt": request.negative_prompt or None,
        "sound": sound if model.has_sound else None,
        "mode": mode.name if mode.is_sent else None,
        "duration": str(request.duration_s),
        "external_task_id": external_task_id,
    }
    if pictures.image is None and pictures.image_tail is None:
        return TextToVideoBody(**shared, aspect_ratio=request.aspect_ratio)
    return ImageToVideoBody(**shared, image=pictures.image, image_tail=pictures.image_tail)


class ReceivedVideo(Received):
    id: str = ""
    url: str
    duration: str = ""
    """Seconds with decimals, as a string."""


class ReceivedResult(Received):
    videos: tuple[ReceivedVideo, ...] = ()

    @field_validator("videos", mode="before")
    @classmethod
    def _null_is_none(cls, value: object) -> object:
        return () if value is None else value


class ReceivedTaskInfo(Received):
    external_task_id: str | None = None


class ReceivedTask(Received):
    task_id: str = Field(min_length=1)
    """18 digits as a rule: beyond 2^53, hence text."""
    task_status: str
    task_status_msg: str | None = None
    task_info: ReceivedTaskInfo | None = None
    task_result: ReceivedResult | None = None
    final_unit_deduction: str | None = None


def read_task(received: ReceivedTask) -> KlingTask:
    videos = received.task_result.videos if received.task_result else ()
    return KlingTask(
        task_id=received.task_id,
        external_task_id=(received.task_info.external_task_id or None) if received.task_info else None,
        status=read_status(received.task_status, received.task_id),
        reason=redact(received.task_status_msg or ""),
        videos=tuple(ResultVideo(video.url, decimal_or_none(video.duration)) for video in videos),
        billed_units=decimal_or_none(received.final_unit_deduction),
    )
