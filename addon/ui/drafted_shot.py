# SPDX-License-Identifier: GPL-3.0-or-later
"""The shot that the Shot panel describes: its fields, what is wrong with them, what it costs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ..kling.catalogue import DEFAULT_MODEL_NAME, catalogue
from ..kling.hints import prompt_hints
from ..kling.possible import problems
from ..kling.price import estimate_units
from ..kling.request import GenerationRequest, ImageUrl
from ..shots.shot_fields import ShotFields
from ..shots.shot_request import cheapest_for
from ..shots.toml_list import SHOT_ID, SHOT_ID_ALLOWED
from .draft import AUTOMATIC
from .preferences import preferences

if TYPE_CHECKING:
    from decimal import Decimal

    from ..kling.lint_finding import Finding
    from .draft import RetakeDraft

_NUMBERED = re.compile(r"s(\d+)")


@dataclass(frozen=True, slots=True)
class DraftedShot:
    fields: ShotFields
    problems: tuple[str, ...]
    """Sentences; empty where it can be made."""
    problem_fields: frozenset[str]
    hints: tuple[Finding, ...]
    units: Decimal | None
    """The list price, where it is possible."""


_last: tuple[object, DraftedShot] | None = None


def drafted_shot(draft: RetakeDraft) -> DraftedShot:
    """Looks at no file. Panels are drawn often: the last answer is kept for as long as nothing changes."""
    global _last
    fields = _fields(draft)
    key = (draft.shot_id, fields)
    if _last is None or _last[0] != key:
        _last = key, _judge(draft.shot_id, fields)
    return _last[1]


def next_shot_id(scene: bpy.types.Scene) -> str:
    """`s010`, `s020` …: ten above the highest so far, with room for shots in between."""
    names = [shot.name for shot in scene.retake.shots]
    names += [strip.retake.shot_id for strip in scene.sequence_editor_create().strips_all]
    numbers = (int(found[1]) for name in names if (found := _NUMBERED.fullmatch(name)))
    return f"s{max(numbers, default=0) // 10 * 10 + 10:03d}"


def media_folder() -> Path:
    """Where takes go. A folder beside the .blend needs a saved .blend; before that it is the user's own."""
    folder = preferences().media_folder
    if folder.startswith("//") and not bpy.data.filepath:
        return Path.home() / "Retake takes"
    return Path(bpy.path.abspath(folder))


def _fields(draft: RetakeDraft) -> ShotFields:
    return ShotFields(
        prompt=draft.prompt,
        negative=draft.negative,
        model=draft.model or DEFAULT_MODEL_NAME,
        quality=None if draft.quality in ("", AUTOMATIC) else draft.quality,
        duration=draft.duration,
        aspect=draft.aspect,
        sound=True if draft.sound else None,
        image=bpy.path.abspath(draft.image) if draft.image else None,
        end_image=bpy.path.abspath(draft.end_image) if draft.end_image else None,
    )


def _judge(shot_id: str, fields: ShotFields) -> DraftedShot:
    request = _request(fields)
    found = problems(request)
    sentences = [str(problem.error()) for problem in found]
    if shot_id and not SHOT_ID.fullmatch(shot_id):
        sentences.insert(0, f"Name: {SHOT_ID_ALLOWED}.")
    return DraftedShot(
        fields=fields,
        problems=tuple(sentences),
        problem_fields=frozenset(problem.field for problem in found),
        hints=prompt_hints(request),
        units=None if found else estimate_units(request),
    )


def _request(fields: ShotFields) -> GenerationRequest:
    sound = catalogue().model_row(fields.model).always_has_sound if fields.sound is None else fields.sound
    return GenerationRequest(
        prompt=fields.prompt,
        model_name=fields.model,
        mode=fields.quality or cheapest_for(fields, None, sound=sound),
        duration_s=fields.duration,
        aspect_ratio=fields.aspect,
        sound=sound,
        negative_prompt=fields.negative,
        image=ImageUrl(fields.image) if fields.image else None,
        image_tail=ImageUrl(fields.end_image) if fields.end_image else None,
    )
