# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON of the legacy standard. Numbers go out as strings there.

Fields: kling-api reference sections 2.1 to 2.6 (requests) and 4 (answers).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, assert_never

from pydantic import Field, field_validator

from ..redaction import redact
from .catalogue import ModelRow, ModeRow, catalogue
from .product import Product
from .request import CAMERA_AXES, CameraMove, GenerationRequest, VideoRole
from .standard import Standard
from .task import KlingTask, ResultVideo, decimal_or_none, read_status, utc_from_ms
from .wire import Received, Sent
from .wire_prompt import asks_aspect_ratio, cut_text, wire_prompt

if TYPE_CHECKING:
    from .sent_media import SentMedia


class VoiceEntry(Sent):
    voice_id: str


class ElementEntry(Sent):
    element_id: int
    """Up to 18 digits: beyond what a double holds, but Python's numbers are exact."""


class CutEntry(Sent):
    index: int
    """From 1."""
    prompt: str
    duration: str


class CameraControl(Sent):
    type: str
    config: dict[str, float] | None


class CutFields(Sent):
    """All None where the clip is one shot."""

    multi_shot: bool | None
    shot_type: Literal["customize", "intelligence"] | None
    multi_prompt: tuple[CutEntry, ...] | None


class VideoBody(CutFields):
    """The fields that text2video and image2video share."""

    model_name: str
    prompt: str | None
    negative_prompt: str | None
    sound: Literal["on", "off"] | None
    """Left out for models that do not know it."""
    voice_list: tuple[VoiceEntry, ...] | None
    cfg_scale: float | None
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
    element_list: tuple[ElementEntry, ...] | None
    camera_control: CameraControl | None


class MotionControlBody(Sent):
    model_name: str
    prompt: str | None
    image_url: str
    video_url: str
    """An address: no call takes a video file."""
    character_orientation: Literal["image", "video"]
    mode: str
    keep_original_sound: Literal["yes", "no"]
    element_list: tuple[ElementEntry, ...] | None
    external_task_id: str


class OmniImage(Sent):
    image_url: str
    type: Literal["first_frame", "end_frame"] | None


class OmniVideo(Sent):
    video_url: str
    refer_type: Literal["base", "feature"]
    keep_original_sound: Literal["yes", "no"]


class OmniVideoBody(CutFields):
    model_name: str
    prompt: str | None
    image_list: tuple[OmniImage, ...] | None
    """Pictures first, so that image_1 is the first of them, then the frames."""
    element_list: tuple[ElementEntry, ...] | None
    video_list: tuple[OmniVideo, ...] | None
    sound: Literal["on", "off"]
    mode: str
    aspect_ratio: str | None
    duration: str | None
    """None for a video that is edited: it keeps its length."""
    external_task_id: str


class MultiImageEntry(Sent):
    image: str


class MultiImageBody(Sent):
    model_name: str
    image_list: tuple[MultiImageEntry, ...]
    prompt: str
    negative_prompt: str | None
    mode: str
    duration: str
    aspect_ratio: str
    external_task_id: str


class VideoExtendBody(Sent):
    """Model and mode are those of the clip it goes on from."""

    video_id: str
    prompt: str | None
    negative_prompt: str | None
    cfg_scale: float | None
    external_task_id: str


Body = TextToVideoBody | ImageToVideoBody | MotionControlBody | OmniVideoBody | MultiImageBody | VideoExtendBody


def encode(request: GenerationRequest, external_task_id: str, media: SentMedia) -> Body:
    """The body for `request`; the pictures are sent as they are."""
    model = catalogue().model_row(request.model_name)
    mode = model.mode_row(request.mode)
    if model.legacy_name is None or mode is None:
        raise ValueError(f"{request.model_name} {request.mode} is not on the legacy standard")
    match request.product:
        case Product.TEXT_TO_VIDEO:
            shared = _shared(request, model, mode, external_task_id)
            return TextToVideoBody(**shared, aspect_ratio=request.aspect_ratio)
        case Product.IMAGE_TO_VIDEO:
            return ImageToVideoBody(
                **_shared(request, model, mode, external_task_id),
                image=media.image,
                image_tail=media.image_tail,
                element_list=_elements(request),
                camera_control=_camera(request.camera),
            )
        case Product.MOTION_CONTROL:
            return _motion(request, model.legacy_name, external_task_id, media)
        case Product.OMNI_VIDEO:
            return _omni(request, model.legacy_name, external_task_id, media)
        case Product.MULTI_IMAGE_TO_VIDEO:
            return MultiImageBody(
                model_name=model.legacy_name,
                image_list=tuple(MultiImageEntry(image=picture) for picture in media.references),
                prompt=wire_prompt(request, Standard.LEGACY).text,
                negative_prompt=request.negative_prompt or None,
                mode=request.mode,
                duration=str(request.duration_s),
                aspect_ratio=request.aspect_ratio,
                external_task_id=external_task_id,
            )
        case Product.LIP_SYNC:
            raise ValueError("a lip-sync is no single call: see wire_lip_sync")
        case Product.VIDEO_EXTEND:
            return VideoExtendBody(
                video_id=request.extends or "",
                prompt=wire_prompt(request, Standard.LEGACY).text or None,
                negative_prompt=request.negative_prompt or None,
                cfg_scale=request.cfg_scale,
                external_task_id=external_task_id,
            )
        case _:
            assert_never(request.product)


def _shared(request: GenerationRequest, model: ModelRow, mode: ModeRow, external_task_id: str) -> dict[str, Any]:
    sound: Literal["on", "off"] = "on" if request.sound else "off"
    prompt = wire_prompt(request, Standard.LEGACY)
    return {
        "model_name": model.legacy_name,
        "prompt": None if request.cuts else prompt.text or None,
        "negative_prompt": request.negative_prompt or None,
        **_cuts(request),
        "sound": sound if model.has_sound else None,
        "voice_list": tuple(VoiceEntry(voice_id=voice.voice_id) for voice in prompt.voices) or None,
        "cfg_scale": request.cfg_scale,
        "mode": mode.name if mode.is_sent else None,
        "duration": str(request.duration_s),
        "external_task_id": external_task_id,
    }


def _cuts(request: GenerationRequest) -> dict[str, Any]:
    entries = tuple(
        CutEntry(index=number, prompt=cut_text(cut.prompt, request, Standard.LEGACY), duration=str(cut.duration_s))
        for number, cut in enumerate(request.cuts, start=1)
    )
    shot_type = "customize" if entries else "intelligence" if request.free_cuts else None
    return {"multi_shot": True if shot_type else None, "shot_type": shot_type, "multi_prompt": entries or None}


def _camera(camera: CameraMove | None) -> CameraControl | None:
    if camera is None:
        return None
    if camera.axis is None or camera.amount is None:
        return CameraControl(type=camera.kind, config=None)
    return CameraControl(
        type=camera.kind, config={axis: camera.amount if axis == camera.axis else 0.0 for axis in CAMERA_AXES}
    )


def _elements(request: GenerationRequest) -> tuple[ElementEntry, ...] | None:
    return tuple(ElementEntry(element_id=int(element.element_id)) for element in request.elements) or None


def _motion(request: GenerationRequest, legacy_name: str, external_task_id: str, media: SentMedia) -> Body:
    video = request.video
    if video is None or media.image is None:
        raise ValueError("motion control needs a picture and a video")
    return MotionControlBody(
        model_name=legacy_name,
        prompt=wire_prompt(request, Standard.LEGACY).text or None,
        image_url=media.image,
        video_url=media.video_url(video.source),
        character_orientation=video.orientation.value,
        mode=request.mode,
        keep_original_sound="yes" if video.keep_sound else "no",
        element_list=_elements(request),
        external_task_id=external_task_id,
    )


def _omni(request: GenerationRequest, legacy_name: str, external_task_id: str, media: SentMedia) -> Body:
    images = [OmniImage(image_url=picture, type=None) for picture in media.references]
    if media.image is not None:
        images.append(OmniImage(image_url=media.image, type="first_frame"))
    if media.image_tail is not None:
        images.append(OmniImage(image_url=media.image_tail, type="end_frame"))
    video = request.video
    videos = None
    if video is not None:
        refer_type: Literal["base", "feature"] = "base" if video.role is VideoRole.BASE else "feature"
        kept: Literal["yes", "no"] = "yes" if video.keep_sound else "no"
        videos = (OmniVideo(video_url=media.video_url(video.source), refer_type=refer_type, keep_original_sound=kept),)
    return OmniVideoBody(
        model_name=legacy_name,
        prompt=None if request.cuts else wire_prompt(request, Standard.LEGACY).text or None,
        **_cuts(request),
        image_list=tuple(images) or None,
        element_list=_elements(request),
        video_list=videos,
        sound="on" if request.sound else "off",
        mode=request.mode,
        aspect_ratio=request.aspect_ratio if asks_aspect_ratio(request) else None,
        duration=None if request.follows_video else str(request.duration_s),
        external_task_id=external_task_id,
    )


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
    created_at: str | None = None
    """Milliseconds since 1970."""


def read_task(received: ReceivedTask) -> KlingTask:
    videos = received.task_result.videos if received.task_result else ()
    return KlingTask(
        task_id=received.task_id,
        external_task_id=(received.task_info.external_task_id or None) if received.task_info else None,
        status=read_status(received.task_status, received.task_id),
        reason=redact(received.task_status_msg or ""),
        videos=tuple(ResultVideo(video.url, decimal_or_none(video.duration), video.id) for video in videos),
        billed_units=decimal_or_none(received.final_unit_deduction),
        created_at_utc=utc_from_ms(received.created_at),
    )
