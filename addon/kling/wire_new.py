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
from .product import Product
from .request import GenerationRequest, VideoRole
from .standard import Standard
from .task import KlingTask, ResultVideo, decimal_or_none, read_status, utc_from_ms
from .wire import Received, Sent
from .wire_prompt import WirePrompt, asks_aspect_ratio, wire_prompt

if TYPE_CHECKING:
    from .sent_media import SentMedia

_PATHS = {
    Product.TEXT_TO_VIDEO: "text-to-video",
    Product.IMAGE_TO_VIDEO: "image-to-video",
    Product.MOTION_CONTROL: "motion-control",
    Product.OMNI_VIDEO: "omni-video",
}

_VIDEO_PARTS: dict[VideoRole, Literal["video", "feature_video", "base_video"]] = {
    VideoRole.MOTION: "video",
    VideoRole.FEATURE: "feature_video",
    VideoRole.BASE: "base_video",
}


class PromptPart(Sent):
    type: Literal["prompt"] = "prompt"
    text: str


class FilePart(Sent):
    type: Literal["first_frame", "last_frame", "image", "refer_image", "video", "feature_video", "base_video"]
    url: str
    """An address or, for pictures, base64 without a `data:` prefix."""
    id: str | None
    """What the prompt calls it; None for what it need not name."""


class ElementPart(Sent):
    type: Literal["element"] = "element"
    element_id: str
    id: str


class VoicePart(Sent):
    type: Literal["voice"] = "voice"
    voice_id: str
    id: str


Part = PromptPart | FilePart | ElementPart | VoicePart


class Settings(Sent):
    multi_shot: bool | None
    """Sent wherever it exists: left out it is true, and semicolons in a prompt would be read as cuts."""
    audio: Literal["off", "native", "original"] | None
    resolution: str
    aspect_ratio: str | None
    duration: int | None
    """Seconds; None where a video decides."""
    character_orientation: Literal["image", "video"] | None


class Options(Sent):
    external_task_id: str


class VideoBody(Sent):
    prompt: str | None
    """For text to video only; elsewhere the prompt is one of the contents."""
    contents: tuple[Part, ...] | None
    settings: Settings
    options: Options


def path(request: GenerationRequest) -> str:
    return f"/{_PATHS[request.product]}/{_row(request).new_name}"


def encode(request: GenerationRequest, external_task_id: str, media: SentMedia) -> VideoBody:
    """The body for `request`; the pictures are sent as they are."""
    model = _row(request)
    mode = model.mode_row(request.mode)
    if mode is None:
        raise ValueError(f"{request.model_name} has no {request.mode}")
    is_text = request.product is Product.TEXT_TO_VIDEO
    motion = request.video if request.product is Product.MOTION_CONTROL else None
    prompt = wire_prompt(request, Standard.NEW)
    return VideoBody(
        prompt=prompt.text if is_text else None,
        contents=None if is_text else _contents(request, prompt, media),
        settings=Settings(
            multi_shot=_multi_shot(request) if model.has_multi_shot and motion is None else None,
            audio=_audio(request, model),
            resolution=mode.resolution,
            aspect_ratio=request.aspect_ratio if asks_aspect_ratio(request) else None,
            duration=None if request.follows_video else request.duration_s,
            character_orientation=None if motion is None else motion.orientation.value,
        ),
        options=Options(external_task_id=external_task_id),
    )


def _multi_shot(request: GenerationRequest) -> bool:
    # Beside a feature video it may not be switched off (kling-api section 2.8, one reading of the rule there).
    has_feature = request.video is not None and request.video.role is VideoRole.FEATURE
    return bool(request.cuts or request.free_cuts or has_feature)


def _audio(request: GenerationRequest, model: ModelRow) -> Literal["off", "native", "original"] | None:
    if request.video is not None and request.video.role is not VideoRole.FEATURE:
        return "original" if request.video.keep_sound else "off"
    # kling-o1 has the setting although it makes no sound of its own.
    has_setting = (model.has_sound or model.video is not None) and not model.always_has_sound
    if not has_setting:
        return None
    return "native" if request.sound else "off"


def _contents(request: GenerationRequest, prompt: WirePrompt, media: SentMedia) -> tuple[Part, ...]:
    parts: list[Part] = []
    if prompt.text:
        parts.append(PromptPart(text=prompt.text))
    if media.image is not None:
        is_motion = request.product is Product.MOTION_CONTROL
        parts.append(FilePart(type="image" if is_motion else "first_frame", url=media.image, id=None))
    if media.image_tail is not None:
        parts.append(FilePart(type="last_frame", url=media.image_tail, id=None))
    for number, picture in enumerate(media.references, start=1):
        parts.append(FilePart(type="refer_image", url=picture, id=f"image_{number}"))
    if request.video is not None:
        role = request.video.role
        name = None if role is VideoRole.MOTION else "video_1"
        parts.append(FilePart(type=_VIDEO_PARTS[role], url=media.video_url(request.video.source), id=name))
    for number, element in enumerate(request.elements, start=1):
        parts.append(ElementPart(element_id=element.element_id, id=f"element_{number}"))
    parts.extend(VoicePart(voice_id=voice.voice_id, id=voice.reference_id) for voice in prompt.voices)
    return tuple(parts)


def _row(request: GenerationRequest) -> ModelRow:
    model = catalogue().model_row(request.model_name)
    if model.new_name is None or request.product not in _PATHS:
        raise ValueError(f"{request.model_name} {request.product.value} is not on the new standard")
    return model


class ReceivedOutput(Received):
    type: str = ""
    id: str = ""
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
    create_time: str | None = None
    """Milliseconds since 1970."""

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
            ResultVideo(output.url, decimal_or_none(output.duration), output.id)
            for output in received.outputs
            if output.type == "video" and output.url
        ),
        billed_units=sum(amounts[1:], amounts[0]) if amounts else None,
        created_at_utc=utc_from_ms(received.create_time),
    )
