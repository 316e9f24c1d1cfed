# SPDX-License-Identifier: GPL-3.0-or-later
"""A take's recipe, back in the fields of the Shot panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..kling.request import GenerationRequest, ImageFile, ImageUrl

if TYPE_CHECKING:
    from ..kling.request import ImageInput
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


def _text(image: ImageInput | None) -> str:
    match image:
        case None:
            return ""
        case ImageFile(path, _):
            return str(path)
        case ImageUrl(url):
            return url
