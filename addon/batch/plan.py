# SPDX-License-Identifier: GPL-3.0-or-later
"""What a list still needs: what is made already, what was changed, what cannot be, and what it will cost.

Reads files and the ledger; nothing is recorded and nothing is sent.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import islice, product
from typing import TYPE_CHECKING

from ..app import check_video
from ..errors import InputError, RetakeError, StorageError
from ..kling.possible import problems
from ..kling.price import billed_seconds, estimate_units
from ..library.named_things import account_names, has_names_to_find
from ..shots.link import Piece
from ..shots.list_shots import with_stand_ins
from ..shots.outline import outline
from ..shots.shot_request import build_request
from .expected_time import Lane, expected_s
from .recipe import recipe_of
from .standing import Standing, standing_of
from .wanted import in_order_of_need

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ..app import Settings
    from ..jobs.job import Job, Kind
    from ..kling.request import GenerationRequest
    from ..library.named_things import AccountNames
    from .inputs import Inputs
    from .wanted import WantedList, WantedShot

_MOST_CANDIDATES = 64


@dataclass(frozen=True, slots=True)
class PlannedShot:
    shot: WantedShot
    standing: Standing
    request: GenerationRequest | None
    """What is asked for; with `awaits` only as far as price and limits go. None where the fields make none."""
    to_make: int
    """How many new takes."""
    units: Decimal
    """Of each, at list price."""
    why: str
    """In a few words, what is done with the shot and for what reason."""
    awaits: tuple[str, ...] = ()
    """Shots that are made in this run and give this one something."""
    errors: tuple[RetakeError, ...] = ()

    @property
    def shot_id(self) -> str:
        return self.shot.shot_id

    @property
    def is_busy(self) -> bool:
        """Whether this run does anything for it."""
        return bool(self.to_make or self.standing.under_way or self.standing.older_sent)


@dataclass(frozen=True, slots=True)
class BatchPlan:
    wanted: WantedList
    shots: tuple[PlannedShot, ...]
    """In the order of the edit."""
    in_order_of_need: tuple[str, ...]
    names: AccountNames | None
    """The account's voices and elements, where a shot names one."""

    @property
    def new_units(self) -> Decimal:
        """What the new takes cost."""
        return sum((shot.units * shot.to_make for shot in self.shots), Decimal(0))

    @property
    def whole_units(self) -> Decimal:
        """What all wanted takes cost, made or not."""
        return sum((shot.units * shot.shot.takes for shot in self.shots), Decimal(0))

    @property
    def takes_to_make(self) -> int:
        return sum(shot.to_make for shot in self.shots)

    @property
    def errors(self) -> tuple[tuple[str, RetakeError], ...]:
        return tuple((shot.shot_id, error) for shot in self.shots for error in shot.errors)

    def lanes(self, typical_s: Mapping[Kind, float], *, whole: bool = False) -> list[Lane]:
        """The jobs to come, in the order they are sent; `whole`: as if nothing was made yet."""
        found = []
        for shot in sorted(self.shots, key=lambda one: -one.shot.priority):
            count = shot.shot.takes if whole else shot.to_make + len(shot.standing.under_way)
            if shot.request is None or not count:
                continue
            after = tuple(link.shot_id for link in shot.shot.links) if whole else shot.awaits
            seconds = expected_s(shot.request, typical_s)
            found += [Lane(shot.shot_id, shot.request.model_name, seconds, after)] * count
        return found


@dataclass(frozen=True, slots=True)
class Choice:
    """Which shots of the list are meant. `only` None: all. Those of `retake` get one more take each."""

    only: frozenset[str] | None = None
    retake: frozenset[str] = frozenset()

    def has(self, shot_id: str) -> bool:
        return self.only is None or shot_id in self.only or shot_id in self.retake

    def check(self, wanted: WantedList) -> None:
        """Raises InputError for a shot that the list does not have."""
        known = {shot.shot_id for shot in wanted.shots}
        for option, ids in (("--only", self.only or frozenset()), ("--retake", self.retake)):
            for shot_id in sorted(ids - known):
                raise InputError(option, shot_id, f"the list has {_some(sorted(known))}")


def plan_batch(
    wanted: WantedList, jobs: Iterable[Job], settings: Settings, inputs: Inputs, choice: Choice
) -> BatchPlan:
    """`jobs`: all of the ledger. Raises InputError for shots that wait for each other or are not in the list."""
    choice.check(wanted)
    order = in_order_of_need(wanted.shots)
    by_shot: dict[str, list[Job]] = defaultdict(list)
    for job in jobs:
        if job.account == settings.account:
            by_shot[job.shot_id].append(job)
    planner = _Planner(settings, inputs, choice, by_shot, wanted.list_id)
    for shot in order:
        planner.add(shot)
    return BatchPlan(
        wanted,
        tuple(planner.planned[shot.shot_id] for shot in wanted.shots),
        tuple(shot.shot_id for shot in order),
        planner.names,
    )


class _Planner:
    """One shot after the other, each after those it takes something from."""

    def __init__(
        self, settings: Settings, inputs: Inputs, choice: Choice, by_shot: Mapping[str, Sequence[Job]], list_id: str
    ) -> None:
        self.planned: dict[str, PlannedShot] = {}
        self.names: AccountNames | None = None
        self._settings = settings
        self._inputs = inputs
        self._choice = choice
        self._by_shot = by_shot
        self._list_id = list_id

    def add(self, shot: WantedShot) -> None:
        try:
            self.planned[shot.shot_id] = self._plan(shot)
        except RetakeError as error:
            jobs = self._by_shot.get(shot.shot_id, ())
            own = [job for job in jobs if job.list_id == self._list_id]
            standing = standing_of(own, {recipe_of(job.request) for job in own}, self._list_id)
            is_meant = self._choice.has(shot.shot_id)
            self.planned[shot.shot_id] = PlannedShot(
                shot, standing, None, 0, Decimal(0), "not possible", errors=(error,) if is_meant else ()
            )

    def _plan(self, shot: WantedShot) -> PlannedShot:
        jobs = self._by_shot.get(shot.shot_id, ())
        candidates = self._candidates(shot)
        standing = standing_of(jobs, {recipe_of(request) for request in candidates}, self._list_id)
        if not self._choice.has(shot.shot_id):
            request = candidates[0] if candidates else None
            return PlannedShot(shot, replace(standing, under_way=(), older_sent=()), request, 0, Decimal(0), "left out")
        to_make = max(shot.takes - len(standing.takes) - len(standing.under_way), 0)
        is_retake = shot.shot_id in self._choice.retake
        if is_retake and not standing.under_way:
            to_make = max(to_make, 1)
        awaits = self._awaits(shot) if to_make else ()
        request = self._outline(shot) if awaits or not candidates else candidates[0]
        errors: list[RetakeError] = [problem.error() for problem in problems(request)] if to_make else []
        if to_make and not errors and not awaits:
            try:
                check_video(request, self._settings)
            except RetakeError as error:
                errors.append(error)
        if to_make and standing.gone and not is_retake:
            errors.append(_gone(standing.gone[-1]))
        priced = not problems(request)
        units = estimate_units(request, voices_are_free=self._settings.voices_are_free) if priced else Decimal(0)
        why = _why(standing, to_make, is_retake=is_retake)
        return PlannedShot(shot, standing, request, to_make, units, why, awaits, tuple(errors))

    def _candidates(self, shot: WantedShot) -> tuple[GenerationRequest, ...]:
        """The requests that count as the wanted one, the one to be sent first; none while another shot is missing.

        A shot that was begun with the frame of an earlier take stays what it is: following a new take costs, and is
        asked for with --retake.
        """
        pools = []
        for link in shot.links:
            needed = self.planned[link.shot_id]
            older = () if needed.is_busy else needed.standing.older_takes[-1:]
            pools.append(tuple(reversed(needed.standing.takes)) or older)
        found = []
        for takes in islice(product(*pools), _MOST_CANDIDATES):
            shown = {link.shot_id: job for link, job in zip(shot.links, takes, strict=True)}
            if all(shown[link.shot_id] is job for link, job in zip(shot.links, takes, strict=True)):
                found.append(self._named(build_request(self._inputs.fields_of(shot, shown), shot.folder)))
        return tuple(found)

    def _awaits(self, shot: WantedShot) -> tuple[str, ...]:
        needed = [self.planned[link.shot_id] for link in shot.links]
        missing = [one for one in needed if not one.is_busy and one.standing.shown is None]
        for one in missing:
            link = next(link for link in shot.links if link.shot_id == one.shot_id)
            raise InputError(link.field, str(link), f"{one.shot_id} has no take, and none is made in this run")
        return tuple(dict.fromkeys(one.shot_id for one in needed if one.is_busy))

    def _outline(self, shot: WantedShot) -> GenerationRequest:
        """The request with stand-ins for what other shots will give: for its price and its faults."""
        fields = with_stand_ins(shot.fields, shot.links)
        video = next((link for link in shot.links if link.piece is Piece.CLIP and link.field != "extend"), None)
        if video is not None:
            source = self.planned[video.shot_id]
            seconds = source.shot.fields.duration if source.request is None else billed_seconds(source.request)
            return self._named(outline(fields, video_s=Fraction(seconds)))
        own = replace(shot, links=(), fields=fields)
        return self._named(build_request(self._inputs.fields_of(own, {}), shot.folder))

    def _named(self, request: GenerationRequest) -> GenerationRequest:
        if not has_names_to_find(request):
            return request
        if self.names is None:
            self.names = account_names(self._settings)
        return self.names.filled(request)


def _gone(job: Job) -> StorageError:
    return StorageError(
        f"{job.take().name} was made and paid for, and its file is not there any more: {job.file}.",
        hint=f"Put it back, or pay for another take with --retake {job.shot_id}.",
    )


def _why(standing: Standing, to_make: int, *, is_retake: bool) -> str:
    if not to_make:
        if standing.under_way:
            return "goes on"
        return "made already"
    if standing.takes or standing.under_way:
        return "another take" if is_retake else f"{to_make} more"
    if standing.older_takes or standing.older_sent or standing.older_unsent:
        return "changed in the list"
    return "new"


def _some(names: list[str], most: int = 12) -> str:
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
