# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns the body of a new-standard create into a clip order: which settings and parts go together.

Source: kling-api 2.8 and kling-api.json (`rule`), section 3 for a last frame without sound on 2.6. The sentences are
guesses. Nothing is stored in this module.
"""

from __future__ import annotations

from collections.abc import Mapping

from .create_rules import ClipOrder
from .library_use import new_uses
from .model_table import Track
from .new_body import NewBody, read_body, text_of
from .new_standard_table import (
    DEFAULT_ASPECT_RATIO,
    DEFAULT_DURATION,
    DEFAULT_RESOLUTION,
    QUALITY_OF,
    NewEndpoint,
)
from .prompt_references import check_ids
from .refusal import invalid_value
from .shot_prompt import check_shots


def read_new_order(endpoint: NewEndpoint, model_name: str, body: Mapping[str, object]) -> ClipOrder:
    """Check a create's JSON object and return the order.

    Raises:
        Refusal: 400/1201 naming the field and the value.
    """
    read = read_body(body, endpoint.settings, endpoint.parts, endpoint.required_parts, endpoint.prompt_max)
    resolution = text_of(read.settings, "resolution") or DEFAULT_RESOLUTION
    quality = QUALITY_OF[resolution]
    given = read.settings.get("duration")
    duration_s = given if isinstance(given, int) else DEFAULT_DURATION
    track = _track(endpoint, read, resolution)
    _check_last_frame(endpoint, read, resolution, track)
    prompt_name = "contents.prompt" if endpoint.parts else "prompt"
    if endpoint.parts:
        check_ids(prompt_name, read.prompt, read.ids)
    by_setting = endpoint.shots_in_prompt == "setting" and read.settings.get("multi_shot") is not False
    if by_setting or endpoint.shots_in_prompt == "always":
        check_shots(prompt_name, read.prompt, duration_s)
    return ClipOrder(
        product=endpoint.product,
        model_name=model_name,
        quality=quality,
        duration_s=duration_s,
        rate_fps=endpoint.model.fps(endpoint.product),
        sound=track != "silent",
        text=read.prompt,
        aspect_ratio=text_of(read.settings, "aspect_ratio") or DEFAULT_ASPECT_RATIO,
        watermark=read.watermark,
        units=endpoint.model.units(quality, track, duration_s),
        external_task_id=read.external_task_id,
        image=read.image("first_frame"),
        image_tail=read.image("last_frame"),
        ignored_fields=tuple(read.ignored),
        standard="new",
        callback_url=read.callback_url,
        library_uses=new_uses(read.parts, read.paths),
    )


def _track(endpoint: NewEndpoint, read: NewBody, resolution: str) -> Track:
    if endpoint.always_sound:
        return "sound"
    native = read.settings.get("audio") == "native"
    if native and QUALITY_OF[resolution] not in endpoint.model.sound_modes:
        raise invalid_value("settings.audio", "native", f"it is not supported with the resolution {resolution}")
    if not read.parts.get("voice"):
        return "sound" if native else "silent"
    if not native:
        raise invalid_value("settings.audio", read.settings.get("audio", "off"), "a voice needs native audio")
    return "voice"


def _check_last_frame(endpoint: NewEndpoint, read: NewBody, resolution: str, track: Track) -> None:
    if "last_frame" not in read.parts:
        return
    if QUALITY_OF[resolution] not in endpoint.model.tail_modes:
        raise invalid_value("settings.resolution", resolution, "a last_frame needs 1080p")
    if endpoint.model.tail_silent and track != "silent":
        raise invalid_value("settings.audio", "native", "it is not supported with a last_frame")
