# SPDX-License-Identifier: GPL-3.0-or-later
"""The open places of an edit as a batch wants them, and its takes as an edit shows them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..errors import InputError, RetakeError
from .edit import media_of, shown_take
from .wanted import WantedList
from .wanted_list import read_wanted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..interchange.bridge import Media
    from ..interchange.open_edit import OpenEdit
    from ..jobs.job import Job
    from .plan import BatchPlan


def wanted_of(edit: OpenEdit, defaults: Mapping[str, Any]) -> tuple[WantedList, tuple[RetakeError, ...]]:
    """A shot for each place, as long as the shortest that is sold and covers it, with the errors of those too long.

    `defaults`: fields by their names, for shots that say nothing of them. Raises ShotListErrors.
    """
    if not edit.places:
        return WantedList(_list_id(edit), edit.path.stem, (), edit.rate, None), ()
    wanted = read_wanted(edit.path, defaults)
    needed = {place.shot_id: place for place in edit.places}
    errors = tuple(
        InputError(
            f"{needed[shot.shot_id].where}: length",
            f"{float(needed[shot.shot_id].needed_s):.2f} s",
            f"{shot.fields.model} makes {shot.fields.duration} s of it",
            hint="Choose a model that makes longer ones, or cut the gap in two.",
        )
        for shot in wanted.shots
        if shot.fields.motion is None and shot.fields.duration < needed[shot.shot_id].needed_s
    )
    return replace(wanted, list_id=_list_id(edit)), errors


def takes_for(
    edit: OpenEdit, plan: BatchPlan, jobs_by_shot: Mapping[str, list[Job]]
) -> tuple[dict[str, tuple[int, Media]], tuple[RetakeError, ...]]:
    """Number and file of each shown take by shot id, without those too short for their place, which the errors name."""
    needed = {place.shot_id: place for place in edit.places}
    takes: dict[str, tuple[int, Media]] = {}
    errors: list[RetakeError] = []
    for planned in plan.shots:
        jobs = sorted(jobs_by_shot.get(planned.shot_id, ()), key=lambda job: job.take_number)
        take = shown_take(planned, jobs)
        if take is None:
            continue
        length_s = take.frame_count / take.rate
        place = needed[planned.shot_id]
        if length_s < place.needed_s:
            errors.append(
                InputError(
                    f"{take.name}, for {place.where}",
                    f"{float(length_s):.2f} s",
                    f"{float(place.needed_s):.2f} s are needed",
                    hint="It is kept. Ask for a longer one, or shorten the gap.",
                )
            )
        else:
            takes[planned.shot_id] = (take.number, media_of(take))
    return takes, tuple(errors)


def _list_id(edit: OpenEdit) -> str:
    return f"fill/{edit.path.absolute()}"
