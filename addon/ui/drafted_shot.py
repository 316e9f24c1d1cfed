# SPDX-License-Identifier: GPL-3.0-or-later
"""The shot that the Shot panel describes: its fields, what is wrong with them, what it costs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ..kling.catalogue import DEFAULT_MODEL_NAME
from ..kling.hints import prompt_hints
from ..kling.possible import problems
from ..kling.price import estimate_units
from ..shots.outline import outline, why_not
from ..shots.shot_fields import CameraFields, CutFields, ShotFields
from ..shots.shot_id import SHOT_ID, SHOT_ID_ALLOWED
from .draft import AUTOMATIC
from .preferences import preferences
from .reference_check import why_unusable
from .reference_length import length_s
from .slates import prepare, slate_of
from .storage_words import where_videos_go

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal
    from fractions import Fraction

    from ..kling.lint_finding import Finding
    from .draft import RetakeDraft, RetakeNamedId

_NUMBERED = re.compile(r"s(\d+)")


@dataclass(frozen=True, slots=True)
class DraftedShot:
    fields: ShotFields
    problems: tuple[str, ...]
    """Sentences; empty where it can be made."""
    problem_fields: frozenset[str]
    hints: tuple[Finding, ...]
    why_not: dict[str, str]
    """For each feature that this shot cannot have as it is, why: see shots.outline."""
    units: Decimal | None
    """The list price; None where it is not possible, or hangs on a video that nobody has looked at yet."""


_last: tuple[object, DraftedShot] | None = None


def drafted_shot(draft: RetakeDraft) -> DraftedShot:
    """Looks at no file. Panels are drawn often: the last answer is kept for as long as nothing changes."""
    global _last
    fields = _fields(draft)
    video_s = length_s(fields.motion) if fields.motion else None
    key = (draft.shot_id, draft.kind, len(draft.elements), preferences().voices_are_free, video_s, fields,
           _missing(draft))  # fmt: skip
    if _last is None or _last[0] != key:
        _last = key, _judge(draft, fields, video_s)
    return _last[1]


def next_shot_id(scene: bpy.types.Scene) -> str:
    """`s010`, `s020` …: ten above the highest so far, with room for shots in between."""
    # Strips are copied between scenes: in a file a name is that of one shot.
    names = [shot.name for one in bpy.data.scenes for shot in one.retake.shots]
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
    """What another kind of shot would use is kept in the panel, and left out here."""
    kind = draft.kind
    has_frames = kind in ("IMAGE", "REFERENCES")
    cuts = tuple(CutFields(prompt=cut.prompt, duration=cut.duration) for cut in draft.cuts) if kind != "MOTION" else ()
    references = tuple(bpy.path.abspath(one.filepath) for one in draft.references if one.filepath)
    is_moving = kind != "MOTION" and draft.camera != "none"
    return ShotFields(
        prompt="" if cuts else draft.prompt,
        negative=draft.negative,
        model=draft.model or DEFAULT_MODEL_NAME,
        quality=None if draft.quality in ("", AUTOMATIC) else draft.quality,
        duration=sum(cut.duration for cut in cuts) if cuts else draft.duration,
        aspect=draft.aspect,
        sound=True if draft.sound and kind != "MOTION" else None,
        image=_path(draft.image) if has_frames or kind == "MOTION" else None,
        end_image=_path(draft.end_image) if has_frames else None,
        reference=references if kind == "REFERENCES" else (),
        motion=_path(draft.motion.strip()) if kind == "MOTION" else None,
        orientation=draft.orientation,
        keep_sound=draft.keep_sound,
        voices=_named(draft.voices) if kind in ("TEXT", "IMAGE") else {},
        elements=_named(draft.elements) if kind != "TEXT" else {},
        cuts=cuts,
        camera=CameraFields(axis=draft.camera, amount=draft.camera_amount) if is_moving else None,
        # Blender keeps single precision: 0.3 would be sent as 0.30000001192092896.
        cfg=round(draft.cfg, 2) if draft.use_cfg else None,
    )


def _path(text: str) -> str | None:
    if not text or text.startswith(("http://", "https://")):
        return text or None
    return bpy.path.abspath(text)


def _named(rows: Iterable[RetakeNamedId]) -> dict[str, str]:
    return {row.name: row.identifier for row in rows if row.name and row.identifier}


def _judge(draft: RetakeDraft, fields: ShotFields, video_s: Fraction | None) -> DraftedShot:
    request = outline(fields, video_s=video_s)
    found = problems(request)
    # What the video lacks is said once, and by who looked at it: with the button that helps beside it.
    is_told = draft.kind == "MOTION" and bool(why_unusable(draft))
    sentences = [str(one.error()) for one in found if not (is_told and one.field == "reference video")]
    if draft.shot_id and not SHOT_ID.fullmatch(draft.shot_id):
        sentences.insert(0, f"Name: {SHOT_ID_ALLOWED}.")
    sentences += _missing(draft)
    if not sentences:
        prepare(slate_of(fields))
    has_price = not found and (video_s is not None or not request.follows_video)
    return DraftedShot(
        fields=fields,
        problems=tuple(sentences),
        problem_fields=frozenset(problem.field for problem in found),
        hints=prompt_hints(request),
        why_not=why_not(fields),
        units=estimate_units(request, voices_are_free=preferences().voices_are_free) if has_price else None,
    )


def _missing_motion(draft: RetakeDraft) -> list[str]:
    motion = draft.motion.strip()
    if not motion:
        return ["Motion needs a video: take it from a strip, or choose a file."]
    if motion.startswith(("http://", "https://")):
        return []
    unusable = why_unusable(draft)
    where, is_good = where_videos_go()
    return [sentence for sentence in (unusable, "" if is_good else where) if sentence]


def _missing(draft: RetakeDraft) -> list[str]:
    """What the kind of shot is made from and the panel does not have yet."""
    if draft.kind == "MOTION":
        return _missing_motion(draft)
    if draft.kind == "IMAGE" and not (draft.image or draft.end_image):
        return ["Choose a start image, or the kind Text."]
    if draft.kind == "REFERENCES" and not any(one.filepath for one in draft.references) and not draft.elements:
        return ["Add a reference image or an element."]
    return []
