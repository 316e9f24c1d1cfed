# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns the body of a create into a clip order: which values go together for which model, and the price.

Source: kling-api 2.2, 2.3 and section 3. Sentences quoted from live answers are marked so; the order in which the
real service checks is not known (the model is looked at first here). Nothing is stored in this module.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from .field_table import (
    DEFAULT_ASPECT_RATIO,
    DEFAULT_DURATION,
    DEFAULT_MODE,
    DEFAULT_MODEL,
    FIELDS,
    Orientation,
    Product,
    Standard,
)
from .library_use import LibraryUse, legacy_uses
from .model_table import MODELS, Model, Track
from .refusal import discontinued, invalid_value, missing_field, unsupported
from .source_image import SourceImage, decode
from .task_inputs import Inputs
from .validation import check_fields


@dataclass(frozen=True, slots=True)
class ClipOrder:
    """A create that was found good.

    quality      what the picture's size follows: std 720p, pro 1080p, 4k
    text         what the slate shows: the prompt, or the prompts of the shots
    duration_s   whole seconds; 0: the clip is as long as its reference video, and units are 0 until that was fetched
    rate_fps     frames a second; 0: the reference's
    video_url    the reference of a motion control, or a mark of `task_inputs.py`
    orientation  whose picture the size of a motion control follows
    inputs       what is kept beside the task until its clip is made
    library_uses elements and voices that are still to be looked up
    new_s        the seconds that are made, when a part of the clip is there already; 0: all of them
    """

    product: Product
    model_name: str
    quality: str
    duration_s: int
    rate_fps: int
    sound: bool
    text: str
    aspect_ratio: str
    watermark: bool
    units: Decimal
    external_task_id: str | None
    image: SourceImage | None = None
    image_tail: SourceImage | None = None
    ignored_fields: tuple[str, ...] = field(default=())
    standard: Standard = "legacy"
    callback_url: str | None = None
    video_url: str | None = None
    orientation: Orientation | None = None
    inputs: Inputs | None = None
    library_uses: tuple[LibraryUse, ...] = ()
    new_s: int = 0


def read_order(product: Product, body: Mapping[str, object]) -> ClipOrder:
    """Check a create's JSON object and return the order.

    Raises:
        Refusal: 400/1201 naming the field and the value.
    """
    model = _model(product, body)
    checked = check_fields(body, FIELDS[product])
    values = checked.values
    mode = _mode(model, values)
    duration_s = _duration(model, values)
    _check_cfg_scale(model, values)
    required = product == "text2video"
    shots = model.multi_shot
    ignored = [*checked.ignored, *check_prompt(model.name, values, duration_s, multi_shot=shots, required=required)]
    _check_camera(product, model, values, mode, duration_s)
    if product == "image2video":
        _check_images(model, values, mode, duration_s)
        _check_masks(model, values, mode, duration_s)
    track = _track(model, values, mode)
    watermark = values.get("watermark_info")
    return ClipOrder(
        product=product,
        model_name=model.name,
        quality=mode,
        duration_s=duration_s,
        rate_fps=model.fps(product),
        sound=track != "silent",
        text=slate_text(values),
        aspect_ratio=_text(values, "aspect_ratio") or DEFAULT_ASPECT_RATIO,
        watermark=isinstance(watermark, dict) and watermark.get("enabled") is True,
        units=model.units(mode, track, duration_s),
        external_task_id=_text(values, "external_task_id"),
        image=_image(values, "image"),
        image_tail=_image(values, "image_tail"),
        ignored_fields=tuple(ignored),
        callback_url=_text(values, "callback_url"),
        library_uses=legacy_uses(values),
    )


def _model(product: Product, body: Mapping[str, object]) -> Model:
    # Alone and first: a retired model is told as such, whatever else is wrong.
    table = tuple(entry for entry in FIELDS[product] if entry.name == "model_name")
    given = _text(check_fields({"model_name": body.get("model_name")}, table).values, "model_name")
    model = MODELS[given or DEFAULT_MODEL]
    if model.discontinued:
        raise discontinued(model.name)
    return model


def _mode(model: Model, values: Mapping[str, object]) -> str:
    given = _text(values, "mode")
    if model.only_quality is not None:
        if given is not None:
            raise invalid_value("mode", given, f"{model.name} has no modes")  # guess: it might be ignored
        return model.only_quality
    mode = given or DEFAULT_MODE
    if mode not in model.modes:
        raise invalid_value("mode", mode, f"{model.name} has {', '.join(model.modes)}")
    return mode


def _duration(model: Model, values: Mapping[str, object]) -> int:
    given = _text(values, "duration") or DEFAULT_DURATION
    if int(given) not in model.durations_s:
        allowed = ", ".join(str(seconds) for seconds in model.durations_s)
        raise invalid_value("duration", given, f"{model.name} has {allowed}")
    return int(given)


def _check_cfg_scale(model: Model, values: Mapping[str, object]) -> None:
    if "cfg_scale" in values and not model.cfg_scale:
        raise invalid_value("cfg_scale", values["cfg_scale"], f"it is not supported by {model.name}")


def check_prompt(
    model_name: str, values: Mapping[str, object], duration_s: int, *, multi_shot: bool, required: bool
) -> tuple[str, ...]:
    """Check prompt, multi_shot, shot_type and multi_prompt; return those that have no effect.

    `multi_shot` says that the model takes shots, `required` that there must be a prompt where there are none.

    Raises:
        Refusal: 400/1201.
    """
    if values.get("multi_shot") is not True:
        if required and "prompt" not in values:
            raise missing_field("prompt")
        # The documents call both ignored or invalid without multi_shot; they are ignored here (guess).
        return tuple(name for name in ("shot_type", "multi_prompt") if name in values)
    if not multi_shot:
        raise invalid_value("multi_shot", "true", f"it is not supported by {model_name}")
    shot_type = _text(values, "shot_type")
    if shot_type is None:
        raise missing_field("shot_type", "when multi_shot is true")
    if shot_type == "intelligence":
        if "prompt" not in values:
            raise missing_field("prompt", "when shot_type is intelligence")
        return ("multi_prompt",) if "multi_prompt" in values else ()
    shots = _entries(values, "multi_prompt")
    if not shots:
        raise missing_field("multi_prompt", "when shot_type is customize")
    for position, shot in enumerate(shots):
        if shot["index"] != position + 1:
            raise invalid_value(f"multi_prompt[{position}].index", shot["index"], "the shots count from 1 without gaps")
    total_s = sum(int(str(shot["duration"])) for shot in shots)
    if total_s != duration_s:
        raise invalid_value("multi_prompt", f"{total_s} s", f"the shots must last {duration_s} s together")
    return ("prompt",) if "prompt" in values else ()


def _check_camera(product: Product, model: Model, values: Mapping[str, object], mode: str, duration_s: int) -> None:
    camera = values.get("camera_control")
    if not isinstance(camera, dict):
        return
    if product == "text2video":
        # The sentence is live. No model that is still there has it.
        raise unsupported("camera_control is only supported in std mode with 5s duration and kling-v1")
    if model.name != "kling-v1-5" or mode != "pro" or duration_s != 5:
        raise unsupported("camera_control is only supported in pro mode with 5s duration and kling-v1-5")
    if camera["type"] != "simple":
        raise invalid_value("camera_control.type", camera["type"], f"{model.name} has simple")
    config = camera.get("config")
    if not isinstance(config, dict):
        raise missing_field("camera_control.config", "when type is simple")
    moved = [name for name, amount in config.items() if amount != 0]
    if len(moved) != 1:
        raise invalid_value("camera_control.config", ", ".join(moved), "exactly one entry must not be 0")


def _check_images(model: Model, values: Mapping[str, object], mode: str, duration_s: int) -> None:
    has_image, has_tail = "image" in values, "image_tail" in values
    if not has_image and not has_tail:
        raise missing_field("image", "unless image_tail is given")
    if not has_tail:
        return
    if not model.tail_modes:
        raise unsupported("Image tail is not supported by the current model")  # live sentence
    combination = f"model/mode/duration({model.name}/{mode}/{duration_s}) is not supported with image_tail"
    if mode not in model.tail_modes:
        raise unsupported(combination)  # live sentence
    if not has_image and mode not in model.tail_only_modes:
        raise missing_field("image", f"with image_tail by {model.name} in mode {mode}")
    if model.tail_silent and values.get("sound") == "on":
        raise invalid_value("sound", "on", f"{model.name} has no sound with image_tail")
    for other in ("static_mask", "dynamic_masks", "camera_control"):
        if values.get(other):
            raise unsupported(f"image_tail and {other} exclude each other")


def _check_masks(model: Model, values: Mapping[str, object], mode: str, duration_s: int) -> None:
    masks: list[tuple[str, object]] = []
    if "static_mask" in values:
        masks.append(("static_mask", values["static_mask"]))
    for index, entry in enumerate(_entries(values, "dynamic_masks")):
        masks.append((f"dynamic_masks[{index}].mask", entry["mask"]))
    if not masks:
        return
    if mode not in model.mask_modes or duration_s != 5:
        raise unsupported(f"model/mode/duration({model.name}/{mode}/{duration_s}) is not supported with {masks[0][0]}")
    if "image" not in values:
        raise missing_field("image", f"with {masks[0][0]}")
    wanted = _size(values.get("image"))
    first: tuple[int, int] | None = None
    for name, mask in masks:
        size = _size(mask)
        if size is None:
            continue
        shown = f"{size[0]}x{size[1]}"
        if wanted is not None and size[0] * wanted[1] != size[1] * wanted[0]:
            raise invalid_value(name, shown, "its ratio must be the image's")
        if first is not None and size != first:
            raise invalid_value(name, shown, "all masks must have the same resolution")
        first = first or size


def _track(model: Model, values: Mapping[str, object], mode: str) -> Track:
    sound = values.get("sound") == "on"
    if sound and mode not in model.sound_modes:
        where = f" in mode {mode}" if model.sound_modes else ""
        raise invalid_value("sound", "on", f"it is not supported by {model.name}{where}")
    voices, elements = _entries(values, "voice_list"), _entries(values, "element_list")
    if elements and not model.elements:
        raise invalid_value("element_list", f"{len(elements)} entries", f"it is not supported by {model.name}")
    if not voices:
        return "sound" if sound else "silent"
    if elements:
        raise unsupported("voice_list and element_list exclude each other")
    if mode not in model.voice_modes:
        raise invalid_value(
            "voice_list", f"{len(voices)} entries", f"it is not supported by {model.name} in mode {mode}"
        )
    if not sound:
        raise invalid_value("sound", values.get("sound", "off"), "voice_list needs sound on")
    return "voice"


def slate_text(values: Mapping[str, object]) -> str:
    """The prompt, or the prompts of the shots."""
    if values.get("multi_shot") is True and values.get("shot_type") == "customize":
        shots = _entries(values, "multi_prompt")
        return "  ".join(f"[{shot['index']}: {shot['duration']} s] {shot['prompt']}" for shot in shots)
    return _text(values, "prompt") or ""


def _text(values: Mapping[str, object], name: str) -> str | None:
    value = values.get(name)
    return value if isinstance(value, str) else None


def _entries(values: Mapping[str, object], name: str) -> list[dict[str, object]]:
    value = values.get(name)
    return value if isinstance(value, list) else []


def _image(values: Mapping[str, object], name: str) -> SourceImage | None:
    value = values.get(name)
    return value if isinstance(value, SourceImage) else None


def _size(value: object) -> tuple[int, int] | None:
    """Width and height when the picture came with the request; a URL is not fetched at the create."""
    if isinstance(value, SourceImage) and value.content is not None:
        return decode(value.content).size
    return None
