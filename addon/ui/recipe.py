# SPDX-License-Identifier: GPL-3.0-or-later
"""A take's recipe, back in the fields of the Shot panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..kling.request import GenerationRequest, ImageFile, ImageUrl, VideoRole

if TYPE_CHECKING:
    from ..kling.request import ImageInput, VideoReference
    from .draft import RetakeDraft


def fill_draft(draft: RetakeDraft, shot_id: str, recipe: dict[str, Any]) -> None:
    request = GenerationRequest.from_record(recipe)
    draft.shot_id = shot_id
    draft.prompt = request.prompt
    draft.negative = request.negative_prompt
    draft.model = request.model_name
    draft.quality = request.mode
    draft.duration = request.duration_s
    draft.aspect = request.aspect_ratio
    draft.sound = request.sound
    draft.image = _text(request.image)
    draft.end_image = _text(request.image_tail)
    draft.references.clear()
    for image in request.references:
        draft.references.add().filepath = _text(image)
    draft.cuts.clear()
    for cut in request.cuts:
        row = draft.cuts.add()
        row.prompt, row.duration = cut.prompt, cut.duration_s
    _fill_named(draft.voices, {voice.name: voice.voice_id for voice in request.voices})
    _fill_named(draft.elements, {element.name: element.element_id for element in request.elements})
    is_motion = request.video is not None and request.video.role is VideoRole.MOTION
    draft.motion = _video_text(request.video) if request.video is not None and is_motion else ""
    if request.video is not None and is_motion:
        draft.orientation = request.video.orientation.value
        draft.keep_sound = request.video.keep_sound
    draft.camera = request.camera.axis or "none" if request.camera else "none"
    if request.camera is not None and request.camera.amount is not None:
        draft.camera_amount = request.camera.amount
    draft.use_cfg = request.cfg_scale is not None
    if request.cfg_scale is not None:
        draft.cfg = request.cfg_scale
    draft.kind = _kind(request)


def _kind(request: GenerationRequest) -> str:
    if request.speech is not None:
        return "TEXT"  # what it was made from is another take
    if request.video is not None:
        return "MOTION"
    if request.references:
        return "REFERENCES"
    return "IMAGE" if request.image or request.image_tail else "TEXT"


def _fill_named(rows: Any, ids: dict[str, str]) -> None:
    rows.clear()
    for name, identifier in ids.items():
        row = rows.add()
        row.name, row.identifier = name, identifier


def _video_text(video: VideoReference) -> str:
    return video.source if isinstance(video.source, str) else str(video.source.path)


def _text(image: ImageInput | None) -> str:
    match image:
        case None:
            return ""
        case ImageFile(path, _):
            return str(path)
        case ImageUrl(url):
            return url
