# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns the body of a legacy omni video into a clip order, and prices the edit of a video once its length is known.

Source: kling-api 2.5, section 8. Guesses: the sentences except the one marked live; aspect_ratio is 16:9 when it is
left out, as in the vendor's own sample (section 11, 11), and has no effect beside a first frame or a base video.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from .create_rules import ClipOrder, check_prompt, slate_text
from .field_table import DEFAULT_ASPECT_RATIO, DEFAULT_DURATION, FIELDS
from .library_use import legacy_uses
from .new_body import text_of
from .omni_combination import OmniNames, OmniUse, check_combination, check_legacy_sound, video_elements_refused
from .omni_table import DEFAULT_OMNI_MODE, DEFAULT_OMNI_MODEL, OMNI_FPS, OMNI_MODELS, OmniTrack
from .prompt_references import check_positions
from .refusal import invalid_value
from .source_image import SourceImage
from .task_inputs import Inputs, VideoRole
from .validation import check_fields

_NAMES = OmniNames(
    frames="image_list",
    images="image_list",
    elements="element_list",
    duration="duration",
    first_frame="first_frame",
    last_frame="end_frame",
)


def read_omni_order(body: Mapping[str, object]) -> ClipOrder:
    """Check the JSON object of a create and return the order.

    Raises:
        Refusal: 400/1201 naming the field and the value.
    """
    checked = check_fields(body, FIELDS["omni-video"])
    values = checked.values
    model = OMNI_MODELS[text_of(values, "model_name") or DEFAULT_OMNI_MODEL]
    mode = text_of(values, "mode") or DEFAULT_OMNI_MODE
    if mode not in model.modes:
        raise invalid_value("mode", mode, f"{model.name} has {', '.join(model.modes)}")
    duration_s = int(text_of(values, "duration") or DEFAULT_DURATION)
    images, elements, videos = (_entries(values, name) for name in ("image_list", "element_list", "video_list"))
    first, last = _frame(images, "first_frame"), _frame(images, "end_frame")
    pictures = tuple(_image(entry) for entry in images if "type" not in entry)
    video_url, role, keep_sound = _video(videos)
    use = OmniUse(
        model=model,
        duration_s=duration_s,
        first_frame=first is not None,
        last_frame=last is not None,
        pictures=len(pictures),
        elements=len(elements),
        role=role,
    )
    unused = check_prompt(model.name, values, duration_s, multi_shot=model.multi_shot, required=True)
    ignored = [*checked.ignored, *unused]
    _check_shots_with_video(values, role)
    sound = values.get("sound") == "on"
    check_legacy_sound(use, sound=sound)
    check_combination(use, _NAMES)
    _check_references(values, {"image": len(images), "element": len(elements), "video": len(videos)})
    if "aspect_ratio" in values and (use.first_frame or role == "base"):
        ignored.append("aspect_ratio")
    if "duration" in values and role == "base":
        ignored.append("duration")
    watermark = values.get("watermark_info")
    return ClipOrder(
        product="omni-video",
        model_name=model.name,
        quality=mode,
        duration_s=0 if role == "base" else duration_s,
        rate_fps=OMNI_FPS,
        sound=keep_sound if role is not None else sound,
        text=slate_text(values),
        aspect_ratio=text_of(values, "aspect_ratio") or DEFAULT_ASPECT_RATIO,
        watermark=isinstance(watermark, dict) and watermark.get("enabled") is True,
        units=omni_units(model.name, mode, role, duration_s, sound=sound),
        external_task_id=text_of(values, "external_task_id"),
        image=first,
        image_tail=last,
        ignored_fields=tuple(ignored),
        callback_url=text_of(values, "callback_url"),
        inputs=Inputs(pictures, video_url, role),
        library_uses=legacy_uses(values, video_elements_refused(use)),
    )


def omni_units(model_name: str, quality: str, role: VideoRole | None, duration_s: int, *, sound: bool) -> Decimal:
    """The price at the create: of the asked seconds; 0 for an edit, whose length is not known yet."""
    if role == "base":
        return Decimal(0)
    track: OmniTrack = "video" if role is not None else "sound" if sound else "silent"
    return OMNI_MODELS[model_name].units(quality, track, duration_s)


def edited_units(model_name: str, quality: str, length_s: Fraction) -> Decimal:
    """The price of an edit: the base video's seconds are rounded to the nearest whole one, halves upwards (guess)."""
    return OMNI_MODELS[model_name].units(quality, "video", int(length_s + Fraction(1, 2)))


def _entries(values: Mapping[str, object], name: str) -> list[dict[str, object]]:
    value = values.get(name)
    return value if isinstance(value, list) else []


def _image(entry: Mapping[str, object]) -> SourceImage:
    image = entry["image_url"]
    if not isinstance(image, SourceImage):
        raise TypeError("a checked image field holds no image")
    return image


def _frame(images: list[dict[str, object]], kind: str) -> SourceImage | None:
    found = [entry for entry in images if entry.get("type") == kind]
    if len(found) > 1:
        raise invalid_value("image_list", f"{len(found)} {kind}", "there may be one of it")
    return _image(found[0]) if found else None


def _video(videos: list[dict[str, object]]) -> tuple[str | None, VideoRole | None, bool]:
    """Address, role, and whether its sound is kept."""
    if not videos:
        return None, None, False
    video = videos[0]
    role: VideoRole = "feature" if video.get("refer_type") == "feature" else "base"
    return str(video["video_url"]), role, video.get("keep_original_sound") == "yes"


def _check_shots_with_video(values: Mapping[str, object], role: VideoRole | None) -> None:
    if role is None or values.get("multi_shot") is not True:
        return
    if role == "base":
        raise invalid_value("multi_shot", "true", "it is not supported with a base video")
    if values.get("shot_type") == "customize":
        # The change log allows intelligence alone.
        raise invalid_value("shot_type", "customize", "a feature video takes intelligence only")


def _check_references(values: Mapping[str, object], counts: Mapping[str, int]) -> None:
    if values.get("multi_shot") is True and values.get("shot_type") == "customize":
        for position, shot in enumerate(_entries(values, "multi_prompt")):
            check_positions(f"multi_prompt[{position}].prompt", str(shot["prompt"]), counts)
    else:
        check_positions("prompt", text_of(values, "prompt") or "", counts)
