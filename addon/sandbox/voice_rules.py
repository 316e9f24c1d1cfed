# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns the body of a custom voice into an order.

Source: kling-api 2.7 and kling-api.json `custom-voices` [D O2]. Guesses: the sentences; the clip behind a video_id is
checked at the create and what is behind a voice_url when the task is worked on.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from .library_order import LibraryOrder
from .library_table import CUSTOM_VOICE, VOICE_TAKES_S, VOICE_UNITS
from .new_body import text_of
from .refusal import missing_field, unsupported
from .source_clip import clip_length_s, find_clip, no_such_clip
from .source_sound import VOICE_LIMITS, SourceSound
from .task_store import Task, TaskStore
from .validation import check_fields

_MODELS_WITH_VOICES = frozenset({"kling-v2-6", "kling-2.6"})


def read_voice_order(store: TaskStore, body: Mapping[str, object], at_ms: int) -> LibraryOrder:
    """Check a create's JSON object and return the order.

    Raises:
        Refusal: 400/1201 naming the field and the value.
    """
    checked = check_fields(body, CUSTOM_VOICE)
    values = checked.values
    voice_url, video_id = text_of(values, "voice_url"), text_of(values, "video_id")
    if voice_url is None and video_id is None:
        raise missing_field("voice_url", "unless video_id is given")
    if voice_url is not None and video_id is not None:
        raise unsupported("voice_url and video_id exclude each other")
    if video_id is not None:
        _check_clip(find_clip(store, video_id, at_ms), video_id)
    return LibraryOrder(
        product="custom-voices",
        units=VOICE_UNITS,
        facts={"name": values["voice_name"], "video_id": video_id},
        takes_s=VOICE_TAKES_S,
        external_task_id=text_of(values, "external_task_id"),
        callback_url=text_of(values, "callback_url"),
        ignored_fields=tuple(checked.ignored),
        sound=None if voice_url is None else SourceSound(url=voice_url),
        slots=0,
    )


def _check_clip(task: Task, video_id: str) -> None:
    spoken = task.product == "advanced-lip-sync" or (
        task.product in ("text2video", "image2video")
        and task.clip.model_name in _MODELS_WITH_VOICES
        and task.clip.sound
    )
    if not spoken:
        raise no_such_clip(video_id, "only clips of kling-v2-6 with sound, and of lip-sync, have a voice to take")
    shortest, longest = VOICE_LIMITS.lengths_s
    # Kling's own clips are one frame longer than their name says.
    if not shortest <= clip_length_s(task) <= longest + Fraction(1, 10):
        raise no_such_clip(video_id, f"the clip must last {shortest} to {longest} s")
