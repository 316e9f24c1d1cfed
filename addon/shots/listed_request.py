# SPDX-License-Identifier: GPL-3.0-or-later
"""What a listed shot will ask of Kling, as far as it is known before anything is made: for its price and its faults."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError
from ..kling.possible import problems
from ..media.video_source import open_video_source
from .link import Piece
from .list_shots import with_stand_ins
from .outline import outline
from .shot_request import build_request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..kling.request import GenerationRequest
    from .shot_list import ListedShot

_FIELD_OF = {"start image": "image", "end image": "end_image", "voice": "voices", "element": "elements"}
_VIDEOS = ("motion", "feature_video", "base_video", "lips")


@dataclass(frozen=True, slots=True)
class Asked:
    """`request` is None where the shot's fields do not even make one."""

    request: GenerationRequest | None
    faults: tuple[InputError, ...]


def ask(shot: ListedShot, shots_by_id: Mapping[str, ListedShot]) -> Asked:
    """Each file that the shot names is looked at; what other shots give is taken to be as they are listed."""
    fields = with_stand_ins(shot.fields, shot.links)
    clip = next((link for link in shot.links if link.piece is Piece.CLIP and link.field != "extend"), None)
    try:
        if clip is not None:
            source = shots_by_id.get(clip.shot_id)
            request = outline(fields, video_s=Fraction(source.fields.duration if source else fields.duration))
        elif shot.motion_in_s is not None or shot.motion_out_s is not None:
            # The part that is sent is made to fit, so only its length can be wrong.
            pictures = build_request(fields.model_copy(update={"motion": None}), shot.folder)
            part_s = _part_s(shot)
            request = replace(outline(fields, video_s=part_s), image=pictures.image)
        else:
            request = build_request(fields, shot.folder)
    except InputError as error:
        return Asked(None, (error, *_beside(shot, error)))
    return Asked(request, tuple(problem.error() for problem in problems(request)))


def field_of(shot: ListedShot, fault: InputError) -> str:
    """The list's own name of the field that a fault is about."""
    if fault.field == "reference video":
        return next((name for name in _VIDEOS if getattr(shot.fields, name) or _linked(shot, name)), "motion")
    return _FIELD_OF.get(fault.field, fault.field)


def _beside(shot: ListedShot, error: InputError) -> tuple[InputError, ...]:
    """What else is wrong, where a file cannot be used."""
    if shot.fields.lips is not None or shot.fields.speech is not None:
        return ()
    found = problems(outline(with_stand_ins(shot.fields, shot.links)))
    return tuple(problem.error() for problem in found if problem.field != error.field)


def _linked(shot: ListedShot, name: str) -> bool:
    return any(link.field == name for link in shot.links)


def _part_s(shot: ListedShot) -> Fraction:
    name = shot.fields.motion or ""
    begin_s = shot.motion_in_s or Fraction(0)
    if name.startswith(("http://", "https://")):
        raise InputError("motion", name, "motion_in and motion_out are for a file on this computer")
    source = open_video_source((shot.folder / Path(name).expanduser()).absolute())
    end_s = source.duration_s if shot.motion_out_s is None else shot.motion_out_s
    if not begin_s < end_s <= source.duration_s:
        part = f"{float(begin_s):g} to {float(end_s):g} s"
        field = "motion_in" if begin_s >= source.duration_s else "motion_out"
        raise InputError(field, part, f"{source.path.name} has {float(source.duration_s):.2f} s")
    return end_s - begin_s
