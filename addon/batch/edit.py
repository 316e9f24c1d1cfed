# SPDX-License-Identifier: GPL-3.0-or-later
"""The edit that a list makes: its shots one after the other, each in a place that stays when others are missing.

Pure: of the same list and takes always the same, with or without Blender.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from ..interchange.bridge import Marker, Media, StripKind, StripSnapshot, TimelineSnapshot
from ..jobs.state import WITH_TAKE
from ..kling.price import billed_seconds
from ..kling.product import Product
from ..media.contact_sheet import SheetCell
from ..timeline.edit_shot import EditShot
from ..timeline.ranges import FrameRange
from ..timeline.rate import frames_at_rate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..jobs.job import Job
    from ..timeline.take import Take
    from .plan import BatchPlan, PlannedShot

START_FRAME = 1
"""Blender's own first frame."""
SOUND_CHANNEL, PICTURE_CHANNEL = 1, 2
_KLING_RATE = Fraction(24)
_UNKNOWN_SIZE_PX = (1920, 1080)


@dataclass(frozen=True, slots=True)
class Edit:
    title: str
    rate: Fraction
    size_px: tuple[int, int]
    shots: tuple[EditShot, ...]


def edit_of(plan: BatchPlan, jobs_by_shot: dict[str, list[Job]]) -> Edit:
    """`jobs_by_shot`: all jobs with takes whose files are there, as they stand after the run."""
    rate = plan.wanted.rate
    places: list[EditShot] = []
    shown_by_id: dict[str, Take | None] = {}
    at = START_FRAME
    for planned in plan.shots:
        jobs = sorted(jobs_by_shot.get(planned.shot_id, ()), key=lambda job: job.take_number)
        takes = tuple(job.take() for job in jobs)
        shown = shown_take(planned, jobs)
        shown_by_id[planned.shot_id] = shown
        length = _length(planned, shown, rate)
        skipped = _skipped(planned, plan, jobs_by_shot, rate) if shown is not None else 0
        skipped = min(skipped, length - 1)
        frames = FrameRange(at, at + length - skipped)
        marker = planned.shot.marker or planned.shot_id
        places.append(EditShot(planned.shot_id, planned.shot.fields.prompt, frames, shown, takes, skipped, marker))
        at = frames.end_exclusive
    sizes = (take.size_px for take in shown_by_id.values() if take is not None and take.size_px is not None)
    size_px = plan.wanted.size_px or next(sizes, _UNKNOWN_SIZE_PX)
    return Edit(plan.wanted.title, rate, size_px, tuple(places))


def takes_there(jobs: Iterable[Job], plan: BatchPlan, account: str) -> dict[str, list[Job]]:
    """Of the list's shots, the jobs whose takes are there."""
    found: dict[str, list[Job]] = {shot.shot_id: [] for shot in plan.shots}
    counted = frozenset[str]().union(*(shot.standing.job_ids for shot in plan.shots))
    for job in jobs:
        is_meant = job.list_id == plan.wanted.list_id or job.job_id in counted
        is_there = job.state in WITH_TAKE and job.shot_id in found and job.file.is_file()
        if job.account == account and is_meant and is_there:
            found[job.shot_id].append(job)
    return found


def sheet_cells(edit: Edit, plan: BatchPlan) -> tuple[SheetCell, ...]:
    """For the contact sheet: a cell for each shot, in the order of the edit."""
    cells = []
    for shot, planned in zip(edit.shots, plan.shots, strict=True):
        seconds = float(shot.frames.length / edit.rate)
        model = planned.shot.fields.model if planned.request is None else planned.request.model_name
        facts = f"{model}, {seconds:.1f} s"
        if shot.shown is not None:
            facts = f"take {shot.shown.number} of {len(shot.takes)}, {facts}"
        cells.append(SheetCell(shot.shot_id, facts, shot.prompt, None if shot.shown is None else shot.shown.file))
    return tuple(cells)


def shown_take(planned: PlannedShot, jobs: list[Job]) -> Take | None:
    """The newest of the recipe that the list has now, else the newest there is."""
    older = {job.job_id for job in (*planned.standing.older_takes, *planned.standing.older_sent)}
    wanted = [job for job in jobs if job.job_id not in older]
    chosen = wanted or jobs
    return chosen[-1].take() if chosen else None


def snapshot_of(edit: Edit) -> TimelineSnapshot:
    """For OpenTimelineIO: a clip for each shot with its takes as media, a gap where one is missing, a marker each."""
    return TimelineSnapshot(
        name=edit.title,
        rate=edit.rate,
        start=START_FRAME,
        width_px=edit.size_px[0],
        height_px=edit.size_px[1],
        strips=tuple(strip for shot in edit.shots for strip in _strips(shot)),
        end_exclusive=edit.shots[-1].frames.end_exclusive if edit.shots else None,
        markers=tuple(Marker(shot.marker, shot.frames.start, comment=shot.prompt) for shot in edit.shots),
    )


def _strips(shot: EditShot) -> Iterator[StripSnapshot]:
    take = shot.shown
    if take is None:
        return
    names = {StripKind.MOVIE: take.name, StripKind.SOUND: f"{take.name} sound"}
    kinds = [StripKind.MOVIE, StripKind.SOUND] if take.has_sound else [StripKind.MOVIE]
    for kind in kinds:
        yield StripSnapshot(
            name=names[kind],
            kind=kind,
            channel=PICTURE_CHANNEL if kind is StripKind.MOVIE else SOUND_CHANNEL,
            start=shot.frames.start,
            length=shot.frames.length,
            content_offset=shot.skipped,
            media={_key(one): media_of(one) for one in shot.takes if kind is StripKind.MOVIE or one.has_sound},
            active_media=_key(take),
            shot_id=shot.shot_id,
            take_number=take.number,
            content_length=shot.skipped + shot.frames.length,
            connections=tuple(names[other] for other in kinds if other is not kind),
        )


def _key(take: Take) -> str:
    return f"take {take.number}"


def media_of(take: Take) -> Media:
    width_px, height_px = take.size_px or (0, 0)
    return Media(
        path=str(take.file),
        rate=take.rate,
        frame_count=take.frame_count,
        metadata={
            "take": take.number,
            "job": take.job_id,
            "cost_units": None if take.cost_units is None else str(take.cost_units),
            "recipe": take.recipe,
        },
        width_px=width_px,
        height_px=height_px,
    )


def _length(planned: PlannedShot, shown: Take | None, rate: Fraction) -> int:
    """In frames of the edit; of a missing take, as Kling will make it: 24 a second and one more."""
    if shown is not None:
        return max(frames_at_rate(shown.frame_count, shown.rate, rate), 1)
    seconds = planned.shot.fields.duration if planned.request is None else billed_seconds(planned.request)
    return max(frames_at_rate(seconds * int(_KLING_RATE) + 1, _KLING_RATE, rate), 1)


def _skipped(planned: PlannedShot, plan: BatchPlan, jobs_by_shot: dict[str, list[Job]], rate: Fraction) -> int:
    """How much of an extended clip the shot it goes on from shows already."""
    link = next((link for link in planned.shot.links if link.field == "extend"), None)
    if link is None or planned.request is None or planned.request.product is not Product.VIDEO_EXTEND:
        return 0
    source = next(shot for shot in plan.shots if shot.shot_id == link.shot_id)
    jobs = sorted(jobs_by_shot.get(link.shot_id, ()), key=lambda job: job.take_number)
    take = shown_take(source, jobs)
    return 0 if take is None else frames_at_rate(take.frame_count, take.rate, rate)
