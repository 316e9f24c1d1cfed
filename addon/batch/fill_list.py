# SPDX-License-Identifier: GPL-3.0-or-later
"""The open places of an edit as a batch wants them, and its takes as an edit shows them."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from ..errors import InputError, RetakeError
from ..kling.catalogue import catalogue
from ..shots.shot_fields import read_fields
from ..timeline.spot import length_to_fill_s
from .edit import media_of, shown_take
from .wanted import WantedList, WantedShot

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

    from otio_bridge.open_places import OpenPlace

    from ..interchange.bridge import Media
    from ..interchange.open_edit import OpenEdit
    from ..jobs.job import Job
    from .plan import BatchPlan


def wanted_of(edit: OpenEdit, defaults: Mapping[str, Any]) -> tuple[WantedList, tuple[RetakeError, ...]]:
    """A shot for each place, as long as the shortest that is sold and covers it. `defaults`: fields by their names.

    With the errors of the places that cannot be shots, all of them.
    """
    folder = edit.path.absolute().parent
    shots = []
    errors: list[RetakeError] = []
    for place in edit.places:
        try:
            shots.append(_shot(place, folder, defaults))
        except RetakeError as error:
            errors.append(error)
    wanted = WantedList(f"fill/{edit.path.absolute()}", edit.path.stem, tuple(shots), Fraction(24), None)
    return wanted, tuple(errors)


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


def _shot(place: OpenPlace, folder: Path, defaults: Mapping[str, Any]) -> WantedShot:
    fields = read_fields({**defaults, **place.wishes, "prompt": place.prompt}, place.where)
    sold = catalogue().model_row(fields.model).durations_s
    if "duration" not in place.wishes:
        if place.needed_s > max(sold):
            raise InputError(
                f"{place.where}: length",
                f"{float(place.needed_s):.2f} s",
                f"{catalogue().model_row(fields.model).label} makes up to {max(sold)} s",
                hint="Choose a model that makes longer ones with --model, or cut the gap in two.",
            )
        fields = fields.model_copy(update={"duration": length_to_fill_s(sold, place.needed_s)})
    elif fields.duration < place.needed_s:
        raise InputError(
            f"{place.where}: duration", f"{fields.duration} s", f"{float(place.needed_s):.2f} s are needed there"
        )
    return WantedShot(place.shot_id, fields, folder)
