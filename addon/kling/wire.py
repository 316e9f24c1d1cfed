# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON of the legacy standard: strict in what we send, open in what comes back.

Fields: kling-api reference sections 2.1 to 2.3 (requests) and 4 (answers). Numbers go out as strings there.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from .catalogue import catalogue
from .request import GenerationRequest


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    def to_json(self) -> dict[str, Any]:
        return self.model_dump(exclude_none=True)


class VideoBody(_Sent):
    """The fields that text2video and image2video share."""

    model_name: str
    prompt: str | None
    negative_prompt: str | None
    sound: Literal["on", "off"] | None
    """Left out for models that do not know it."""
    mode: str
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
    request: GenerationRequest, external_task_id: str, image: str | None, image_tail: str | None
) -> TextToVideoBody | ImageToVideoBody:
    """The body for `request`; `image` and `image_tail` are addresses or base64."""
    model = catalogue().model_row(request.model_name)
    sound: Literal["on", "off"] = "on" if request.sound else "off"
    shared: dict[str, Any] = {
        "model_name": model.legacy_name,
        "prompt": request.prompt or None,
        "negative_prompt": request.negative_prompt or None,
        "sound": sound if model.has_sound else None,
        "mode": request.mode,
        "duration": str(request.duration_s),
        "external_task_id": external_task_id,
    }
    if image is None and image_tail is None:
        return TextToVideoBody(**shared, aspect_ratio=request.aspect_ratio)
    return ImageToVideoBody(**shared, image=image, image_tail=image_tail)


class _Received(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True, coerce_numbers_to_str=True)


class ReceivedVideo(_Received):
    id: str = ""
    url: str
    duration: str = ""
    """Seconds with decimals, as a string."""


class ReceivedResult(_Received):
    videos: tuple[ReceivedVideo, ...] = ()

    @field_validator("videos", mode="before")
    @classmethod
    def _null_is_none(cls, value: object) -> object:
        return () if value is None else value


class ReceivedTaskInfo(_Received):
    external_task_id: str | None = None


class ReceivedTask(_Received):
    task_id: str = Field(min_length=1)
    """18 digits as a rule: beyond 2^53, hence text."""
    task_status: str
    task_status_msg: str | None = None
    task_info: ReceivedTaskInfo | None = None
    task_result: ReceivedResult | None = None
    final_unit_deduction: str | None = None


class Envelope(_Received):
    code: int
    message: str | None = None
    request_id: str | None = None
    data: Any = None
