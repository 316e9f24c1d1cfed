# SPDX-License-Identifier: GPL-3.0-or-later
"""Making what a plan lacks: jobs fed to the engine in order of priority, each shot after those it takes something from.

The engine is given only a few jobs beyond those that Kling has: so the order holds for shots that become possible
later, and a list of any length costs little memory. One shot's failure stops no other, except those that wait for it;
a refusal of the account as a whole, or a full disk, lets nothing new be sent.
"""

from __future__ import annotations

import heapq
import time
from collections import defaultdict
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, assert_never

from ..app import check_video
from ..errors import AccountError, OfflineError, RetakeError, StorageError
from ..jobs.job import JobDraft
from ..jobs.message import DownloadProgress, JobAdvanced, JobBroke, JobEnded, JobStopped, JobWaits
from ..jobs.state import CANCELLABLE, WITH_TAKE
from ..kling.choice import choose_standard
from ..kling.errors import KlingAccountRefused, KlingAuthRefused, KlingNotSent
from ..kling.possible import problems
from ..kling.price import estimate_units
from ..library.named_things import has_names_to_find
from ..redaction import logger
from ..shots.shot_request import build_request
from .events import BatchEnded, BatchStarted, Downloading, ErrorWords, JobChanged, JobDone, JobWaiting, ShotNotSent
from .outcome import BatchOutcome, TakeRow
from .recipe import recipe_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ..app import Services
    from ..jobs.job import Job
    from ..jobs.message import JobMessage
    from ..kling.request import GenerationRequest
    from .events import BatchEvent
    from .inputs import Inputs
    from .plan import BatchPlan, PlannedShot

    _Entry = JobDraft | Job
    """A take that is not on record yet, or a job that is and was not sent."""

_log = logger("batch")

_PUMP_EVERY_S = 0.05
_AHEAD = 4
"""Jobs of each model that the engine has beyond those that are sent: enough to fill a place the moment it is free."""
_TELL_BYTES_EVERY_S = 1.0
_MODEL_ONLY = 1103
"""Kling's code for one model or feature that the account may not use."""


class BatchRun:
    """One run of a plan. `run` once; `outcome` at any time, also after Ctrl-C."""

    def __init__(
        self,
        services: Services,
        plan: BatchPlan,
        inputs: Inputs,
        media_dir: Path,
        expected_s: float,
        tell: Callable[[BatchEvent], None],
    ) -> None:
        self._services = services
        self._plan = plan
        self._inputs = inputs
        self._media_dir = media_dir
        self._expected_s = expected_s
        self._tell = tell
        self._planned = {shot.shot_id: shot for shot in plan.shots}
        self._position = {shot.shot_id: number for number, shot in enumerate(plan.shots)}
        self._began_s = time.monotonic()
        self._queues: dict[str, list[tuple[int, int, int, _Entry]]] = defaultdict(list)
        self._entries = 0
        self._unsent: dict[str, int] = defaultdict(int)
        self._running: dict[str, Job] = {}
        """Jobs that the engine has, as they stood last."""
        self._open: dict[str, int] = defaultdict(int)
        """For each shot, how many of its entries and jobs have not ended."""
        self._settled: list[str] = []
        """Shots that are over, and whose followers do not know yet."""
        self._waiting_shots: dict[str, set[str]] = {}
        self._requests: dict[Future[GenerationRequest], str] = {}
        self._jobs: dict[str, dict[str, Job]] = {shot.shot_id: {} for shot in plan.shots}
        self._errors: dict[str, BaseException] = {}
        """By job."""
        self._not_sent: dict[str, BaseException] = {}
        """By shot."""
        self._halt: RetakeError | None = None
        self._bytes_told_s: dict[str, float] = {}

    def run(self) -> None:
        """Until everything has ended. Blocks. KeyboardInterrupt leaves it where it is; all is on record."""
        plan = self._plan
        self._tell(
            BatchStarted(
                title=plan.wanted.title,
                account=self._services.settings.account,
                shots=len(plan.shots),
                takes_to_make=plan.takes_to_make,
                estimated_units=float(plan.new_units),
                expected_s=round(self._expected_s, 1),
            )
        )
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="retake-inputs") as desk:
            self._desk = desk
            try:
                for shot in plan.shots:
                    self._begin(shot)
                while self._open:
                    self._feed()
                    for message in self._services.engine.pump():
                        self._hear(message)
                    self._take_requests()
                    if self._settled:
                        self._settle()
                    elif self._open:
                        time.sleep(_PUMP_EVERY_S)
            except BaseException:
                desk.shutdown(wait=False, cancel_futures=True)
                raise

    def outcome(self, *, is_interrupted: bool = False) -> BatchOutcome:
        rows = tuple(row for shot in self._plan.shots for row in self._rows(shot))
        return BatchOutcome(
            rows,
            time.monotonic() - self._began_s,
            is_interrupted,
            self._services.ledger.spent_units(self._plan.wanted.list_id),
        )

    def tell_end(self, outcome: BatchOutcome) -> None:
        self._tell(
            BatchEnded(
                made=outcome.made,
                failed=outcome.failed,
                not_sent=outcome.not_sent,
                spent_units=float(outcome.spent_units),
                elapsed_s=round(outcome.elapsed_s, 3),
                interrupted=outcome.is_interrupted,
            )
        )

    # Before anything is sent

    def _begin(self, planned: PlannedShot) -> None:
        shot_id, standing = planned.shot_id, planned.standing
        if not planned.is_busy and not planned.standing.older_unsent:
            return
        for job in standing.older_unsent:
            if planned.why != "left out":
                self._services.engine.cancel(job.job_id).result()
        for job in standing.older_sent:
            self._submit(job)
        for job in standing.under_way:
            if job.state in CANCELLABLE:
                self._enqueue(planned, job)
            else:
                self._submit(job)
        if planned.to_make and planned.awaits:
            self._open[shot_id] += 1
            self._waiting_shots[shot_id] = set(planned.awaits)
        elif planned.to_make and planned.request is not None:
            self._enqueue_new(planned, planned.request)

    def _enqueue_new(self, planned: PlannedShot, request: GenerationRequest) -> None:
        settings = self._services.settings
        draft = JobDraft(
            account=settings.account,
            list_id=self._plan.wanted.list_id,
            shot_id=planned.shot_id,
            request=request,
            standard=choose_standard(request, settings.credential, settings.standard),
            media_dir=self._media_dir,
            estimate_units=estimate_units(request, voices_are_free=settings.voices_are_free),
        )
        for _ in range(planned.to_make):
            self._enqueue(planned, draft)

    def _enqueue(self, planned: PlannedShot, what: _Entry) -> None:
        self._entries += 1
        self._open[planned.shot_id] += 1
        entry = (-planned.shot.priority, self._position[planned.shot_id], self._entries, what)
        heapq.heappush(self._queues[what.request.model_name], entry)

    # While it runs

    def _feed(self) -> None:
        for model_name, entries in self._queues.items():
            while entries and self._halt is None and self._unsent[model_name] < _AHEAD:
                what = heapq.heappop(entries)[-1]
                self._submit(self._on_record(what) if isinstance(what, JobDraft) else what)
                self._open_less(what.shot_id)
            if self._halt is not None:
                while entries:
                    what = heapq.heappop(entries)[-1]
                    self._do_not_send(what.shot_id, self._halt)
                    self._open_less(what.shot_id)

    def _on_record(self, draft: JobDraft) -> Job:
        planned = self._planned[draft.shot_id]
        known = {job.job_id for job in (*planned.standing.takes, *planned.standing.under_way, *planned.standing.gone)}
        recipe = recipe_of(draft.request)
        return self._services.ledger.enqueue_another(
            draft,
            known | set(self._jobs[draft.shot_id]),
            # Where a second run of the same list is under way, its job is this one's too.
            lambda job: recipe_of(job.request) == recipe,
        )

    def _submit(self, job: Job) -> None:
        self._open[job.shot_id] += 1
        self._running[job.job_id] = job
        self._jobs[job.shot_id][job.job_id] = job
        if job.state in CANCELLABLE:
            self._unsent[job.request.model_name] += 1
        self._tell(JobChanged.of(job))
        self._services.engine.submit(job.job_id)

    def _hear(self, message: JobMessage) -> None:
        match message:
            case JobAdvanced(job):
                self._note(job)
                self._tell(JobChanged.of(job))
            case JobWaits(job_id, why):
                if (waiting := self._running.get(job_id)) is not None:
                    self._tell(JobWaiting(shot=waiting.shot_id, take=waiting.take_number, job=job_id, why=why))
            case DownloadProgress(job_id, received_bytes, total_bytes):
                self._tell_bytes(job_id, received_bytes, total_bytes)
            case JobEnded(job):
                self._end(job, job.end_error())
            case JobStopped(job, error):
                if _stops_all(error) and self._halt is None:
                    _log.warning("nothing new is sent: %s", error)
                    self._halt = error
                self._end(job, error)
            case JobBroke(job_id, exception):
                self._end(self._services.ledger.job(job_id), exception)
            case _:
                assert_never(message)

    def _note(self, job: Job) -> None:
        before = self._running.get(job.job_id)
        if before is None:
            return
        if before.state in CANCELLABLE and job.state not in CANCELLABLE:
            self._unsent[job.request.model_name] -= 1
        self._running[job.job_id] = self._jobs[job.shot_id][job.job_id] = job

    def _end(self, job: Job, error: BaseException | None) -> None:
        if job.job_id not in self._running:
            return
        self._note(job)
        if job.state in CANCELLABLE:
            self._unsent[job.request.model_name] -= 1
        del self._running[job.job_id]
        if error is not None:
            self._errors[job.job_id] = error
        self._tell(
            JobDone(
                shot=job.shot_id,
                take=job.take_number,
                job=job.job_id,
                state=job.state.value,
                task_id=job.task_id,
                file=str(job.file) if job.facts else None,
                cost_units=None if job.billed_units is None else float(job.billed_units),
                error=None if error is None else ErrorWords.of(error),
            )
        )
        self._open_less(job.shot_id)

    def _tell_bytes(self, job_id: str, received_bytes: int, total_bytes: int | None) -> None:
        job = self._running.get(job_id)
        now_s = time.monotonic()
        if job is None or now_s - self._bytes_told_s.get(job_id, 0.0) < _TELL_BYTES_EVERY_S:
            return
        self._bytes_told_s[job_id] = now_s
        self._tell(
            Downloading(
                shot=job.shot_id, take=job.take_number, job=job_id, received_bytes=received_bytes,
                total_bytes=total_bytes,
            )
        )  # fmt: skip

    def _open_less(self, shot_id: str) -> None:
        self._open[shot_id] -= 1
        if not self._open[shot_id]:
            del self._open[shot_id]
            self._settled.append(shot_id)

    def _settle(self) -> None:
        """See which shots have waited for nothing but those that are over now."""
        over, self._settled = set(self._settled), []
        for waiting_id, needed in tuple(self._waiting_shots.items()):
            needed -= over
            if not needed:
                del self._waiting_shots[waiting_id]
                self._go_on_with(waiting_id)

    # Shots that waited for others

    def _go_on_with(self, shot_id: str) -> None:
        planned = self._planned[shot_id]
        shown = {}
        for link in planned.shot.links:
            job = self._shown(link.shot_id)
            if job is None:
                self._do_not_send(
                    shot_id,
                    RetakeError(
                        f"{shot_id} was not sent: it takes {link}, and {link.shot_id} has no take.",
                        hint=f"Run it again once {link.shot_id} is there.",
                    ),
                )
                self._open_less(shot_id)
                return
            shown[link.shot_id] = job
        self._requests[self._desk.submit(self._request, planned, shown)] = shot_id

    def _shown(self, shot_id: str) -> Job | None:
        """The take that others go by: the newest of the wanted recipe; of a shot that was left alone, the newest."""
        planned = self._planned[shot_id]
        older = {job.job_id for job in planned.standing.older_sent}
        made = [job for job in self._jobs[shot_id].values() if job.state in WITH_TAKE and job.job_id not in older]
        takes = sorted((*planned.standing.takes, *made), key=lambda job: job.take_number)
        if takes:
            return takes[-1]
        return None if planned.is_busy else planned.standing.shown

    def _request(self, planned: PlannedShot, shown: dict[str, Job]) -> GenerationRequest:
        """On the thread for inputs."""
        shot = planned.shot
        request = build_request(self._inputs.fields_of(shot, shown), shot.folder)
        if has_names_to_find(request) and self._plan.names is not None:
            request = self._plan.names.filled(request)
        for problem in problems(request):
            raise problem.error()
        check_video(request, self._services.settings)
        return request

    def _take_requests(self) -> None:
        for future in [future for future in self._requests if future.done()]:
            shot_id = self._requests.pop(future)
            try:
                self._enqueue_new(self._planned[shot_id], future.result())
            except RetakeError as error:
                self._do_not_send(shot_id, error)
            self._open_less(shot_id)

    def _do_not_send(self, shot_id: str, error: RetakeError) -> None:
        if shot_id not in self._not_sent:
            self._not_sent[shot_id] = error
            self._tell(ShotNotSent(shot=shot_id, error=ErrorWords.of(error)))

    # Afterwards

    def _rows(self, planned: PlannedShot) -> Iterator[TakeRow]:
        if planned.why == "left out":
            return
        ran = self._jobs[planned.shot_id]
        rows = [TakeRow(planned, job, None, is_new=False) for job in planned.standing.takes]
        for job_id, job in ran.items():
            rows.append(TakeRow(planned, self._services.ledger.job(job.job_id), self._errors.get(job_id), is_new=True))
        yield from sorted(rows, key=lambda row: (row.job.take_number, row.job.created_at_utc) if row.job else (0, ""))
        error = self._not_sent.get(planned.shot_id)
        known = {job.job_id for job in planned.standing.under_way} | {job.job_id for job in planned.standing.older_sent}
        new = sum(job_id not in known for job_id in ran)
        for _ in range(planned.to_make - new):
            yield TakeRow(planned, None, error, is_new=True)


def _stops_all(error: RetakeError) -> bool:
    """Whether the next shot would meet the same."""
    if isinstance(error, KlingAccountRefused):
        return error.code != _MODEL_ONLY
    return (
        isinstance(error, KlingAuthRefused | KlingNotSent | OfflineError | StorageError) or type(error) is AccountError
    )
