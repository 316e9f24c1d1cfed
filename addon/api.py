# SPDX-License-Identifier: GPL-3.0-or-later
"""Retake for scripts, in Blender's Python, with the bpy module, or with no Blender at all.

    from retake.api import Project, Shot                 # pip; in Blender: from bl_ext.user_default.retake.api import …

    project = Project("night-ride.blend", fps=25, max_credits=200)
    takes = project.generate(
        Shot("s010", prompt="rain on a window", takes=2),
        Shot("s020", prompt="it goes on", image="last frame of s010"),
    )
    project.regenerate("s020")
    project.export_otio("night-ride.otio")

A script that is run again makes only what is missing or was changed in it. Calls block, and need a thread on which bpy
may be used where there is a .blend.
"""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from .app import REHEARSAL_SPEED, Host, Services, home_folder, open_settings, units_from_credits
from .balance import balance_of, read_costs
from .batch.edit import Edit, edit_of, snapshot_of, takes_there
from .batch.expected_time import makespan_s
from .batch.inputs import Inputs
from .batch.plan import BatchPlan, Choice, plan_batch
from .batch.run import BatchRun
from .batch.wanted import WantedList
from .batch.wanted_list import wanted_shot
from .batch.whole_budget import check_whole
from .cli.assemble import check_edit_files, make_edit_files
from .errors import InputError, RetakeError
from .interchange.otio_file import write_otio
from .jobs.engine import DEFAULT_IN_FLIGHT
from .jobs.ledger import Ledger
from .jobs.state import WITH_TAKE, JobState
from .kling.errors import KlingError
from .shots.shot_fields import read_fields
from .shots.shot_id import SHOT_ID, SHOT_ID_ALLOWED

if TYPE_CHECKING:
    from collections.abc import Callable

    from .app import Settings
    from .batch.events import BatchEvent
    from .batch.outcome import BatchOutcome
    from .batch.wanted import WantedShot

__all__ = ["GeneratedTake", "Project", "RetakeError", "Shot", "leave"]


def leave(code: int = 0) -> NoReturn:
    """The end of a script that uses the bpy module, which may not come back from its own destructors (bpy 4.5)."""
    from .vse.leave import leave as end

    end(code)


class Shot:
    """One shot: its id, and the fields that a shot list has (`prompt`, `model`, `duration`, `image`, `motion` …).

    `last frame of ID` in place of a picture is that of the take which the shot ID shows.
    """

    def __init__(
        self,
        shot_id: str,
        *,
        takes: int = 1,
        priority: int = 0,
        motion_in: float | None = None,
        motion_out: float | None = None,
        **fields: Any,
    ) -> None:
        """Raises InputError for a field that is not there or a value that cannot be."""
        if not SHOT_ID.fullmatch(shot_id):
            raise InputError("shot_id", shot_id, SHOT_ID_ALLOWED)
        if takes < 1:
            raise InputError("takes", takes, "at least 1 is needed")
        self.shot_id = shot_id
        self.takes = takes
        self.priority = priority
        self.fields = read_fields(fields, shot_id)
        self._motion_s = tuple(None if one is None else Fraction(str(one)) for one in (motion_in, motion_out))

    def wanted(self, folder: Path) -> WantedShot:
        """As a batch wants it, with file names that count from `folder`."""
        begin, end = self._motion_s
        return wanted_shot(
            self.shot_id, self.fields, folder, takes=self.takes, priority=self.priority, motion_in_s=begin,
            motion_out_s=end,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class GeneratedTake:
    """One take of a shot. `file` None: it could not be made, and `error` says why."""

    shot_id: str
    number: int | None
    file: Path | None
    cost_units: Decimal | None
    error: BaseException | None


@dataclass(slots=True)
class Project:
    """Where shots and takes belong together. Nothing is opened or written before the first call.

    blend        the .blend that takes are placed in, made if new; None: no Blender is needed
    media        the folder for takes; None: `takes` beside the .blend, or in the working folder
    fps          of the edit
    resolution   of the edit; None: that of the first take
    max_credits  never spend more on this project, all runs together
    sandbox      rehearse for free with a local Kling, `speed` times as fast
    on_event     is told what happens (`retake.batch.events`), on the calling thread
    """

    blend: str | Path | None = None
    media: str | Path | None = None
    fps: int | str | Fraction = 24
    resolution: tuple[int, int] | None = None
    max_credits: int | str | None = None
    sandbox: bool = False
    speed: float = REHEARSAL_SPEED
    ignore_balance: bool = False
    on_event: Callable[[BatchEvent], None] | None = None
    host: Host = field(default_factory=Host)
    _shots: dict[str, Shot] = field(default_factory=dict, init=False)
    _edit: Edit | None = field(default=None, init=False)

    def generate(self, *shots: Shot) -> tuple[GeneratedTake, ...]:
        """Make what is missing of `shots`, which from here on belong to the project, and place it.

        Returns all their takes. One shot's failure stops no other. Raises RetakeError where nothing can be sent at
        all: a shot that cannot be, a budget, the account.
        """
        self._shots |= {shot.shot_id: shot for shot in shots}
        return self._make(Choice(frozenset(shot.shot_id for shot in shots)))

    def regenerate(self, *shot_ids: str) -> tuple[GeneratedTake, ...]:
        """One more take, which is paid for, of shots that were generated before; in the edit it is shown in place."""
        for shot_id in shot_ids:
            if shot_id not in self._shots:
                raise InputError("shot_id", shot_id, f"the project has {', '.join(self._shots) or 'none'}")
        return self._make(Choice(frozenset(), frozenset(shot_ids)))

    def export_otio(self, path: str | Path) -> Path:
        """The project's shots one after the other, with their takes as media: always the same for the same takes."""
        if self._edit is None:
            raise InputError("path", path, "nothing is generated yet")
        target = Path(path).expanduser().absolute()
        write_otio(snapshot_of(self._edit), target)
        return target

    # Inside

    def _make(self, choice: Choice) -> tuple[GeneratedTake, ...]:
        blend = None if self.blend is None else Path(self.blend).expanduser().absolute()
        folder = Path.cwd() if blend is None else blend.parent
        wanted = self._wanted(blend, folder)
        check_edit_files(blend, None, wanted.rate)
        media_dir = (folder / "takes" if self.media is None else Path(self.media)).expanduser().absolute()
        list_units = None if self.max_credits is None else units_from_credits("max_credits", str(self.max_credits))
        with open_settings(os.environ, self.host, sandbox=self.sandbox, speed=self.speed) as settings:
            places = self._places(settings)
            with Services(settings, list_units=list_units, in_flight=places) as services:
                inputs = Inputs(settings, media_dir)
                plan = plan_batch(wanted, services.ledger.jobs(), settings, inputs, choice)
                for shot_id, error in plan.errors:
                    raise InputError(shot_id, error.message, "nothing was sent", hint=error.hint) from error
                check_whole(plan, settings, services.ledger, list_units)
                if plan.takes_to_make and not self.ignore_balance:
                    self._check_balance(settings, plan)
                expected = makespan_s(plan.lanes(services.ledger.typical_s(settings.account)), places)
                run = BatchRun(services, plan, inputs, media_dir, expected, self.on_event or (lambda _: None))
                run.run()
                outcome = run.outcome()
                run.tell_end(outcome)
        return self._place(plan, outcome, settings.account, blend)

    def _wanted(self, blend: Path | None, folder: Path) -> WantedList:
        try:
            rate = Fraction(str(self.fps))
        except (ValueError, ZeroDivisionError) as error:
            raise InputError("fps", self.fps, 'a rate such as 24, 25 or "24000/1001" is needed') from error
        return WantedList(
            list_id=f"project/{blend or folder}",
            title=(blend or folder).stem,
            shots=tuple(shot.wanted(folder) for shot in self._shots.values()),
            rate=rate,
            size_px=self.resolution,
        )

    def _places(self, settings: Settings) -> int:
        try:
            return balance_of(read_costs(settings)).places or DEFAULT_IN_FLIGHT
        except KlingError:
            return DEFAULT_IN_FLIGHT  # Kling does not say it now; refusals will

    def _check_balance(self, settings: Settings, plan: BatchPlan) -> None:
        try:
            balance = balance_of(read_costs(settings))
        except KlingError:
            return  # Kling does not say it now: nothing is refused for that
        balance.check(plan.new_units, "Buy a package in Kling's console, or set ignore_balance")

    def _place(
        self, plan: BatchPlan, outcome: BatchOutcome, account: str, blend: Path | None
    ) -> tuple[GeneratedTake, ...]:
        with closing(Ledger(home_folder(os.environ, self.host) / "ledger.db")) as ledger:
            self._edit = edit_of(plan, takes_there(ledger.jobs(), plan, account))
            if blend is not None:
                make_edit_files(blend, None, self._edit)
                for row in outcome.rows:
                    if row.job is not None and row.has_take and row.job.state is JobState.READY:
                        ledger.advance(row.job.job_id, JobState.PLACED)
        return tuple(
            GeneratedTake(
                row.planned.shot_id,
                None if row.job is None else row.job.take_number,
                row.job.file if row.job is not None and row.job.state in WITH_TAKE else None,
                None if row.job is None else row.job.billed_units,
                row.error,
            )
            for row in outcome.rows
        )
