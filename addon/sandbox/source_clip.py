# SPDX-License-Identifier: GPL-3.0-or-later
"""An earlier clip of this sandbox that a create of the library names by its video_id.

Facts: kling-api 2.6, 2.7: it must not be older than 30 days. Guesses: the sentences; a clip that is not there, is not
finished or is too old is refused in the same words.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from .answers import length_text
from .refusal import Refusal, invalid_value
from .result_urls import LIFETIME_S
from .task_store import Task, TaskStore

_NO_CLIPS = frozenset({"custom-voices", "advanced-custom-elements", "images", "identify-face"})


def find_clip(store: TaskStore, video_id: str, at_ms: int) -> Task:
    """The task whose finished clip has this id.

    Raises:
        Refusal: 400/1201 naming video_id.
    """
    task = store.find_video(video_id)
    if task is None or task.product in _NO_CLIPS or task.status(at_ms) != "succeed":
        raise no_such_clip(video_id)
    if at_ms >= task.updated_ms(at_ms) + LIFETIME_S * 1000:
        raise no_such_clip(video_id)
    return task


def clip_length_s(task: Task) -> Fraction:
    return Fraction(Decimal(length_text(task)))


def no_such_clip(video_id: str, reason: str = "there is no clip of the last 30 days with this id") -> Refusal:
    return invalid_value("video_id", video_id, reason)
