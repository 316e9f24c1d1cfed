# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns the body of a new-standard omni video into a clip order.

Source: kling-api 2.8. Guesses: the sentences; a prompt is required; "feature_video: audio off and multi_shot true only"
means that every other value written down is refused; beside a base_video multi_shot is off unless it is asked for,
which is refused; audio original needs a base_video; aspect_ratio and duration are ignored where the inputs decide.
"""

from __future__ import annotations

from collections.abc import Mapping

from .create_rules import ClipOrder
from .library_use import new_uses
from .new_body import NewBody, read_body, text_of
from .new_standard_table import DEFAULT_ASPECT_RATIO, DEFAULT_DURATION, DEFAULT_RESOLUTION, QUALITY_OF
from .omni_combination import OmniNames, OmniUse, check_combination, video_elements_refused
from .omni_rules import omni_units
from .omni_table import NEW_OMNI_PARTS, OMNI_FPS, OMNI_MODELS, new_omni_settings
from .prompt_references import check_ids
from .refusal import invalid_value, model_not_found
from .shot_prompt import check_shots
from .task_inputs import Inputs, VideoRole

_NAMES = OmniNames(
    frames="contents",
    images="contents.refer_image",
    elements="contents.element",
    duration="settings.duration",
    first_frame="first_frame",
    last_frame="last_frame",
)


def read_new_omni_order(model_name: str, body: Mapping[str, object]) -> ClipOrder:
    """Check the JSON object of a create and return the order.

    Raises:
        Refusal: 404/1203 for a model that has no omni video, 400/1201 naming the field and the value.
    """
    model = OMNI_MODELS.get(model_name)
    if model is None or model_name != model.new_name:
        raise model_not_found(model_name)
    read = read_body(body, new_omni_settings(model), NEW_OMNI_PARTS, ("prompt",), model.prompt_max)
    given = read.settings.get("duration")
    duration_s = given if isinstance(given, int) else DEFAULT_DURATION
    video_url, role = _video(read)
    use = OmniUse(
        model=model,
        duration_s=duration_s,
        first_frame="first_frame" in read.parts,
        last_frame="last_frame" in read.parts,
        pictures=len(read.images("refer_image")),
        elements=len(read.parts.get("element", ())),
        role=role,
    )
    _check_settings_with_video(read, role)
    check_combination(use, _NAMES)
    check_ids("contents.prompt", read.prompt, read.ids)
    if model.multi_shot and role != "base" and read.settings.get("multi_shot") is not False:
        check_shots("contents.prompt", read.prompt, duration_s)
    quality = QUALITY_OF[text_of(read.settings, "resolution") or DEFAULT_RESOLUTION]
    audio = read.settings.get("audio")
    ignored = list(read.ignored)
    if "aspect_ratio" in read.settings and (use.first_frame or role == "base"):
        ignored.append("settings.aspect_ratio")
    if "duration" in read.settings and role == "base":
        ignored.append("settings.duration")
    return ClipOrder(
        product="omni-video",
        model_name=model_name,
        quality=quality,
        duration_s=0 if role == "base" else duration_s,
        rate_fps=OMNI_FPS,
        sound=audio in ("native", "original"),
        text=read.prompt,
        aspect_ratio=text_of(read.settings, "aspect_ratio") or DEFAULT_ASPECT_RATIO,
        watermark=read.watermark,
        units=omni_units(model_name, quality, role, duration_s, sound=audio == "native"),
        external_task_id=read.external_task_id,
        image=read.image("first_frame"),
        image_tail=read.image("last_frame"),
        ignored_fields=tuple(ignored),
        standard="new",
        callback_url=read.callback_url,
        inputs=Inputs(read.images("refer_image"), video_url, role),
        library_uses=new_uses(read.parts, read.paths, video_elements_refused(use)),
    )


def _video(read: NewBody) -> tuple[str | None, VideoRole | None]:
    base, feature = read.parts.get("base_video"), read.parts.get("feature_video")
    if base and feature:
        raise invalid_value("contents", "base_video", "feature_video and base_video exclude each other")
    if base:
        return str(base[0]["url"]), "base"
    return (str(feature[0]["url"]), "feature") if feature else (None, None)


def _check_settings_with_video(read: NewBody, role: VideoRole | None) -> None:
    audio = read.settings.get("audio", "off")
    multi_shot = read.settings.get("multi_shot")
    if role == "feature":
        if audio != "off":
            raise invalid_value("settings.audio", audio, "it must be off with a feature_video")
        if multi_shot is False:
            raise invalid_value("settings.multi_shot", "false", "it must be true with a feature_video")
    elif role == "base":
        if audio == "native":
            raise invalid_value("settings.audio", audio, "it must be original or off with a base_video")
        if multi_shot is True:
            raise invalid_value("settings.multi_shot", "true", "it is not supported with a base_video")
    elif audio == "original":
        raise invalid_value("settings.audio", audio, "it needs a base_video")
