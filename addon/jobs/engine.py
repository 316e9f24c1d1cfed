# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine: one daemon thread with one asyncio loop, which drives many jobs at once.

The main thread starts jobs and drains messages with `pump`; it never waits for the network. Nothing here knows
Blender.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from functools import partial
from typing import TYPE_CHECKING

from ..errors import LedgerError, RetakeError, StorageError
from ..redaction import logger
from .drive import JobDriver
from .message import JobAdvanced, JobBroke, JobEnded, JobMessage, JobStopped, JobWaits
from .places import Places
from .reference_upload import ReferenceUploads
from .state import CANCELLABLE, WITH_TAKE, WITHOUT_TAKE, JobState
from .status_board import StatusBoard
from .upload_user import still_needs

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from ..hosting.hosting import Hosting
    from ..kling.client import KlingClient
    from .budget import Caps
    from .job import Job
    from .ledger import Ledger
    from .timing import Timing

_log = logger("engine")

DEFAULT_IN_FLIGHT = 5
"""The smallest package of Kling allows 5 tasks of a model at once (kling-api section 5)."""

STOP_TIMEOUT_S = 10.0


class Engine:
    """Start it, give it job ids, pump its messages, stop it. Safe to call from any thread.

    `in_flight` is how many tasks of each model are under way at once to begin with, best what the account's pack
    allows; from there on Kling's refusals and successes say how many. `hosting` is where reference videos are put;
    None: such a job is refused. `on_message`, where given, is called on the
    engine's thread with each message, before it is queued.
    """

    def __init__(
        self,
        ledger: Ledger,
        make_client: Callable[[], KlingClient],
        timing: Timing,
        caps: Caps,
        *,
        in_flight: int = DEFAULT_IN_FLIGHT,
        hosting: Hosting | None = None,
        on_message: Callable[[JobMessage], None] | None = None,
    ) -> None:
        self._ledger = ledger
        self._make_client = make_client
        self._timing = timing
        self._caps = caps
        self._hosting = hosting
        self._on_message = on_message
        self._messages: queue.SimpleQueue[JobMessage] = queue.SimpleQueue()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="retake-engine", daemon=True)
        self._running: dict[str, asyncio.Task[None]] = {}
        self._stopping = asyncio.Event()
        self._places = Places(in_flight)

    def start(self) -> None:
        self._thread.start()

    def submit(self, job_id: str) -> None:
        """Drive a job until it has its take or cannot go on; its last message says which."""
        self._loop.call_soon_threadsafe(self._begin, job_id)

    def cancel(self, job_id: str) -> Future[bool]:
        """Whether the job could still be called back. False: it is sent already, and its clip will be kept."""
        return asyncio.run_coroutine_threadsafe(self._cancel(job_id), self._loop)

    def pause(self) -> None:
        """Send nothing new until `resume`. What Kling has goes on, and is fetched."""
        self._loop.call_soon_threadsafe(self._places.close)

    def resume(self) -> None:
        self._loop.call_soon_threadsafe(self._places.open)

    def pump(self, budget_s: float = 0.004) -> list[JobMessage]:
        """The messages that came since, as many as fit in `budget_s`. Never waits."""
        ends_at = time.perf_counter() + budget_s
        messages: list[JobMessage] = []
        while time.perf_counter() < ends_at:
            try:
                messages.append(self._messages.get_nowait())
            except queue.Empty:
                break
        return messages

    def stop(self) -> None:
        """Stop driving. Jobs stay where they are on record and go on when they are submitted again."""
        if not self._thread.is_alive():
            self._loop.close()
            return
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(STOP_TIMEOUT_S)
        if self._thread.is_alive():
            raise RetakeError("Retake's engine did not stop in time.", hint="Its jobs go on at the next start.")

    # On the engine's thread

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        client = self._make_client()
        board = StatusBoard(client)
        self._uploads = uploads = ReferenceUploads(self._hosting, self._publish)
        self._driver = JobDriver(self._ledger, client, self._timing, self._publish, self._places, board, uploads)
        heartbeat = asyncio.create_task(self._keep_leases())
        sweep = asyncio.create_task(self._sweep())
        await self._stopping.wait()
        tasks = [heartbeat, sweep, *self._running.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await board.aclose()
        await client.aclose()

    def _begin(self, job_id: str) -> None:
        if job_id not in self._running:
            task = self._loop.create_task(self._drive(job_id))
            self._running[job_id] = task
            task.add_done_callback(lambda _: self._running.pop(job_id, None))

    async def _drive(self, job_id: str) -> None:
        try:
            await self._claim(job_id)
            job = await self._driver.drive(self._ledger.job(job_id), self._caps)
            self._publish(JobEnded(job))
        except RetakeError as error:
            _log.warning("job=%s stopped: %s %s", job_id, error, error.detail)
            self._publish(JobStopped(self._with_note(job_id, error), error))
        except Exception as exception:  # noqa: BLE001
            # The thread's boundary: a fault in one job must not end the others, and is shown, not hidden.
            _log.exception("job=%s broke", job_id)
            self._publish(JobBroke(job_id, exception))
        finally:
            self._try_on_ledger(partial(self._ledger.release, job_id))

    def _with_note(self, job_id: str, error: RetakeError) -> Job:
        self._try_on_ledger(partial(self._ledger.note_error, job_id, error))
        return self._ledger.job(job_id)

    def _try_on_ledger(self, write: Callable[[], object]) -> None:
        """For what may stay undone when the disk is full: a note, and a lease, which runs out by itself."""
        try:
            write()
        except StorageError as error:
            _log.warning("%s", error)

    async def _claim(self, job_id: str) -> None:
        while not self._ledger.claim(job_id):
            self._publish(JobWaits(job_id, "Another Retake process is working on this shot."))
            await asyncio.sleep(self._ledger.lease_s / 3)

    async def _keep_leases(self) -> None:
        while True:
            await asyncio.sleep(self._ledger.lease_s / 3)
            for job_id in tuple(self._running):
                self._try_on_ledger(partial(self._ledger.claim, job_id))

    async def _sweep(self) -> None:
        """Delete what an earlier run uploaded and could not delete any more."""
        if self._hosting is not None:
            try:
                await asyncio.to_thread(self._hosting.sweep, self._may_need_upload)
            except RetakeError as error:
                _log.warning("%s", error)

    def _may_need_upload(self, job_id: str) -> bool:
        """Also for who made a voice or an element, in this process or another one."""
        needs = still_needs(job_id)
        if needs is not None:
            return needs
        try:
            return self._ledger.job(job_id).state not in WITH_TAKE | WITHOUT_TAKE
        except LedgerError:
            return False

    async def _cancel(self, job_id: str) -> bool:
        if self._ledger.job(job_id).state not in CANCELLABLE:
            return False
        task = self._running.get(job_id)
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        # It may have been sent in the meantime; the ledger's rules decide.
        try:
            job = self._ledger.advance(job_id, JobState.CANCELLED)
        except LedgerError:
            return False
        self._publish(JobAdvanced(job))
        self._publish(JobEnded(job))
        await self._uploads.release(job)
        return True

    def _publish(self, message: JobMessage) -> None:
        if self._on_message is not None:
            self._on_message(message)
        self._messages.put(message)
