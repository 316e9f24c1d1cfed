# SPDX-License-Identifier: GPL-3.0-or-later
"""What an editor with a window works with: wishes in, messages out, and never a wait.

Opening the ledger, looking at pictures, starting the local Kling: all of it happens on a thread of its own, one thing
after the other. Jobs run on the engine's thread. Knows nothing of Blender.
"""

from __future__ import annotations

import queue
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from .app import SANDBOX_ACCOUNT, Services, check_video, home_folder, open_settings
from .balance import Balance, balance_of, read_costs
from .errors import AccountError, RetakeError
from .jobs.job import JobDraft
from .jobs.ledger import Ledger
from .jobs.message import JobAdvanced, JobBroke, JobEnded, JobMessage
from .jobs.state import WITH_TAKE, WITHOUT_TAKE, JobState
from .kling.choice import choose_standard
from .kling.errors import KlingError
from .kling.possible import problems
from .kling.price import estimate_units
from .redaction import logger
from .shots.shot_request import build_request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from .app import Host, Settings
    from .jobs.job import Job, Kind
    from .shots.shot_fields import ShotFields

_log = logger("session")

_Answer = TypeVar("_Answer")

_ADVICE = "Buy a package in Kling's console, or choose Send Anyway"


@dataclass(frozen=True, slots=True)
class Wish:
    """A new take of a shot. Whoever wishes names the job, so that a placeholder can wait for it at once."""

    job_id: str
    """32 hex digits, of no other job."""
    shot_id: str
    fields: ShotFields
    folder: Path
    """What file names in `fields` count from."""
    media_dir: Path
    ignores_balance: bool = False
    """Send it where the account's packages seem not to be enough."""


@dataclass(frozen=True, slots=True)
class WishRefused:
    """Nothing was recorded or sent."""

    job_id: str
    shot_id: str
    error: RetakeError
    lacks_balance: bool = False
    """The account's packages seem not to be enough: sending it anyway is the user's to decide."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The session is up. `unfinished` jobs of the account are under way again."""

    account: str
    jobs: tuple[Job, ...]
    """All jobs of the account, oldest first."""


@dataclass(frozen=True, slots=True)
class OpenFailed:
    error: RetakeError


@dataclass(frozen=True, slots=True)
class MoneyLeft:
    """What can be spent: read when the session opens, and after each job."""

    balance: Balance | None
    """None where Kling does not say it now."""
    day_left_units: Decimal | None
    """Of the day's cap; None without one."""
    typical_s: Mapping[Kind, float]
    """How long jobs of each kind took so far."""


SessionMessage = JobMessage | WishRefused | Opened | OpenFailed | MoneyLeft


def has_unfinished(
    environ: Mapping[str, str], host: Host, *, sandbox: bool, awaited: frozenset[str] = frozenset()
) -> bool:
    """Whether the ledger has jobs to go on with, or takes of jobs that are `awaited` (by id) on a timeline.

    Reads a file; raises the ledger's errors.
    """
    path = home_folder(environ, host) / "ledger.db"
    if not path.is_file():
        return False
    ledger = Ledger(path)
    try:
        return any(
            (job.account == SANDBOX_ACCOUNT) == sandbox
            and (job.state not in WITH_TAKE | WITHOUT_TAKE or (job.state in WITH_TAKE and job.job_id in awaited))
            for job in ledger.jobs()
        )
    finally:
        ledger.close()


class Session:
    """One account's ledger and engine. Every method returns at once and may be called from any thread but `close`."""

    def __init__(self, environ: Mapping[str, str], host: Host, *, sandbox: bool, in_flight: int | None = None) -> None:
        """`in_flight`: how many tasks of a model run at once; None: what Kling lets."""
        self._environ = environ
        self._host = host
        self._sandbox = sandbox
        self._in_flight = in_flight
        self._messages: queue.SimpleQueue[SessionMessage] = queue.SimpleQueue()
        self._desk = ThreadPoolExecutor(max_workers=1, thread_name_prefix="retake-desk")
        # Kling may take long to say what is left: wishes do not wait for that.
        self._counting = ThreadPoolExecutor(max_workers=1, thread_name_prefix="retake-money")
        self._balance: Balance | None = None
        self._open_parts = ExitStack()
        self._services: Services | None = None
        self._closing = threading.Event()
        self._desk.submit(self._guarded, self._open)

    def wish(self, wish: Wish) -> None:
        """Its job is on record, and then under way, or WishRefused says why not."""
        self._desk.submit(self._guarded, lambda: self._take_up(wish))

    def ask_again(self, job_id: str, new_job_id: str, *, ignores_balance: bool = False) -> None:
        """The same once more, as a new take: after a failure, say. It is paid like any other."""

        def ask(services: Services) -> None:
            job = services.ledger.job(job_id)
            draft = JobDraft(
                account=job.account,
                list_id=job.list_id,
                shot_id=job.shot_id,
                request=job.request,
                standard=job.standard,
                media_dir=job.media_dir,
                estimate_units=estimate_units(job.request, voices_are_free=services.settings.voices_are_free),
                job_id=new_job_id,
            )
            self._send(services, draft, ignores_balance=ignores_balance)

        self._desk.submit(self._guarded, lambda: self._with_services(ask))

    def pause(self) -> None:
        """Send nothing new until `resume`; what Kling has goes on, and is fetched."""
        self._desk.submit(self._guarded, lambda: self._with_services(lambda services: services.engine.pause()))

    def resume(self) -> None:
        self._desk.submit(self._guarded, lambda: self._with_services(lambda services: services.engine.resume()))

    def go_on(self, job_id: str) -> None:
        """Take up a job again that stopped."""
        self._desk.submit(self._guarded, lambda: self._with_services(lambda services: services.engine.submit(job_id)))

    def cancel(self, job_id: str) -> None:
        """Call a job back that is not sent yet. One that is sent goes on, and its clip is kept."""
        self._desk.submit(
            self._guarded, lambda: self._with_services(lambda services: services.engine.cancel(job_id).result())
        )

    def note_placed(self, job: Job) -> None:
        """The take of `job` lies on the timeline."""

        def note(services: Services) -> None:
            if services.ledger.job(job.job_id).state is JobState.READY:
                self._messages.put(JobAdvanced(services.ledger.advance(job.job_id, JobState.PLACED)))

        self._desk.submit(self._guarded, lambda: self._with_services(note))

    def ask(self, work: Callable[[Settings], _Answer]) -> Future[_Answer]:
        """Have `work` done with the account's settings, on a thread of its own, once the session is up."""
        answer: Future[_Answer] = Future()

        def run(settings: Settings) -> None:
            try:
                answer.set_result(work(settings))
            except Exception as error:  # noqa: BLE001
                # Whoever asked gets it.
                answer.set_exception(error)

        def begin() -> None:
            if self._services is None:
                answer.set_exception(RetakeError("Retake could not start.", hint="See the Queue for the reason."))
            else:
                threading.Thread(target=run, args=(self._services.settings,), name="retake-ask", daemon=True).start()

        self._desk.submit(self._guarded, begin)
        return answer

    def pump(self, budget_s: float) -> list[SessionMessage]:
        """The messages that came since, as many as fit in `budget_s`. Never waits."""
        ends_at = time.perf_counter() + budget_s
        found: list[SessionMessage] = []
        while time.perf_counter() < ends_at:
            try:
                found.append(self._messages.get_nowait())
            except queue.Empty:
                break
        return found

    def close(self) -> None:
        """Stop. Jobs stay on record and go on in the next session. Waits for what is being done."""
        self._closing.set()
        self._desk.shutdown(wait=True, cancel_futures=True)
        # Kling's answer to what is left is of no use any more.
        self._counting.shutdown(wait=False, cancel_futures=True)
        self._open_parts.close()

    # On the desk's thread

    def _open(self) -> None:
        try:
            settings = self._open_parts.enter_context(open_settings(self._environ, self._host, sandbox=self._sandbox))
            services = Services(settings, in_flight=self._in_flight, on_message=self._hear)
            self._open_parts.enter_context(services)
        except RetakeError as error:
            self._messages.put(OpenFailed(error))
            return
        self._services = services
        jobs = tuple(job for job in services.ledger.jobs() if job.account == settings.account)
        self._messages.put(Opened(settings.account, jobs))
        for job in jobs:
            if job.state not in WITH_TAKE | WITHOUT_TAKE:
                services.engine.submit(job.job_id)
        self._counting.submit(self._guarded, self._count_money)

    def _hear(self, message: JobMessage) -> None:
        """On the engine's thread."""
        self._messages.put(message)
        if isinstance(message, JobEnded):
            with suppress(RuntimeError):  # the session is being closed
                self._counting.submit(self._guarded, self._count_money)

    def _count_money(self) -> None:
        """On the counting thread."""
        if self._services is None:
            return
        settings, ledger = self._services.settings, self._services.ledger
        try:
            self._balance = balance_of(read_costs(settings))
        except KlingError as error:
            _log.info("the balance is not known: %s", error)
        if self._closing.is_set():
            return
        day_units = settings.day_units
        left = None if day_units is None else max(day_units - ledger.day_units(settings.account), Decimal(0))
        self._messages.put(MoneyLeft(self._balance, left, ledger.typical_s(settings.account)))

    def _take_up(self, wish: Wish) -> None:
        if self._services is None:
            error = RetakeError(
                "Retake could not start, so the shot was not sent.", hint="See the Queue for the reason."
            )
            self._messages.put(WishRefused(wish.job_id, wish.shot_id, error))
            return
        try:
            draft = self._draft(wish, self._services.settings)
        except RetakeError as error:
            self._messages.put(WishRefused(wish.job_id, wish.shot_id, error))
            return
        self._send(self._services, draft, ignores_balance=wish.ignores_balance)

    def _send(self, services: Services, draft: JobDraft, *, ignores_balance: bool) -> None:
        job_id = draft.job_id or ""
        if self._balance is not None and not ignores_balance:
            try:
                self._balance.check(draft.estimate_units, _ADVICE)
            except AccountError as error:
                self._messages.put(WishRefused(job_id, draft.shot_id, error, lacks_balance=True))
                return
        try:
            job = services.ledger.enqueue(draft, new_take=True)
        except RetakeError as error:
            self._messages.put(WishRefused(job_id, draft.shot_id, error))
            return
        self._messages.put(JobAdvanced(job))
        services.engine.submit(job.job_id)

    def _draft(self, wish: Wish, settings: Settings) -> JobDraft:
        request = build_request(wish.fields, wish.folder)
        for problem in problems(request):
            raise problem.error()
        check_video(request, settings)
        return JobDraft(
            account=settings.account,
            list_id=f"shot/{wish.shot_id}",
            shot_id=wish.shot_id,
            request=request,
            standard=choose_standard(request, settings.credential, settings.standard),
            media_dir=wish.media_dir,
            estimate_units=estimate_units(request, voices_are_free=settings.voices_are_free),
            job_id=wish.job_id,
        )

    def _with_services(self, use: Callable[[Services], object]) -> None:
        if self._services is not None:
            use(self._services)

    def _guarded(self, do: Callable[[], object]) -> None:
        if self._closing.is_set():
            return
        try:
            do()
        except Exception as exception:  # noqa: BLE001
            # The thread's boundary: a fault is shown, not hidden, and the next wish is served.
            _log.exception("the session's desk broke")
            self._messages.put(JobBroke("", exception))
