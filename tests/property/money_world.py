# SPDX-License-Identifier: GPL-3.0-or-later
"""One history: a real engine and ledger, a real sandbox over HTTP, kills and faults, and what has to hold after all.

Nothing stands in for a part of Retake. What is unusual is how it is run: the engine's loop runs in the test's own
thread, so that it can be killed between two turns, and waits are some milliseconds.
"""

from __future__ import annotations

import asyncio
import math
import shutil
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from addon.jobs.budget import Caps
from addon.jobs.engine import Engine
from addon.jobs.job import Job, JobDraft
from addon.jobs.ledger import LEASE_S, Ledger
from addon.jobs.message import JobBroke, JobEnded, JobMessage, JobStopped
from addon.jobs.state import JobState
from addon.jobs.timing import Timing
from addon.kling.client import KlingClient
from addon.kling.credentials import AccessKeyPair, ApiKey
from addon.kling.price import estimate_units
from addon.kling.request import GenerationRequest
from addon.kling.standard import Standard
from addon.media.probe import probe_clip
from addon.sandbox.faults import FAILED_TASK_MESSAGE
from addon.sandbox.server import SandboxServer
from addon.sandbox.settings import SandboxSettings
from tests.property.mortal_loop import Killed, MortalLoop
from tests.property.tally import tally

# Syncing every step to a disk is not what is tested here, and takes most of the time.
_MEMORY = Path("/dev/shm")
SCRATCH = _MEMORY if _MEMORY.is_dir() else None
TIMING = Timing(
    poll_first_s=0.004,
    poll_later_s=0.008,
    busy_first_s=0.005,
    busy_most_s=0.02,
    lookup_pause_s=0.002,
    outage_first_s=0.003,
    outage_most_s=0.01,
    send_patience_s=0.3,
    outage_patience_s=0.3,
)
PLACES = 2
"""Fewer than the engine begins with, so that Kling refuses for want of a place."""
IN_FLIGHT = 3
SILENT = GenerationRequest(prompt="", model_name="kling-3.0", mode="std", duration_s=3)
TURBO = replace(SILENT, model_name="kling-3.0-turbo", sound=True)
FRAMES = 73
CAP_UNITS = Decimal("7.5")
END_LIMIT_S = 60.0
EXAMPLES_PER_SERVER = 25
"""A server's log is read whole after each step."""


class SharedServer:
    """One sandbox after the other, each for some histories."""

    def __init__(self) -> None:
        self._server: SandboxServer | None = None
        self._folder = Path()
        self._left = 0

    def get(self) -> SandboxServer:
        if self._server is None or self._left == 0:
            self.close()
            self._folder = Path(tempfile.mkdtemp(dir=SCRATCH))
            self._server = SandboxServer(
                SandboxSettings(data_dir=self._folder, speed=math.inf, concurrency=PLACES, picture_divisor=8)
            )
            self._server.start()
            self._left = EXAMPLES_PER_SERVER
        self._left -= 1
        return self._server

    def drop(self) -> None:
        """The next history gets a new one: this one may have tasks under way that nobody follows."""
        self._left = 0

    def close(self) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None
            shutil.rmtree(self._folder)


class MoneyWorld:
    """A ledger that outlives its processes, and the sandbox they all talk to.

    `has_api_key` False: a key pair, which reaches the legacy standard only. `clock_off` is how wrong this computer's
    clock is.
    """

    def __init__(self, server: SandboxServer, *, has_api_key: bool, clock_off: timedelta) -> None:
        self.server = server
        self.folder = Path(tempfile.mkdtemp(dir=SCRATCH))
        self.has_api_key = has_api_key
        keys = server.credentials
        self._credential = ApiKey(keys.api_key) if has_api_key else AccessKeyPair(keys.access_key, keys.secret_key)
        self._clock_off = clock_off
        self.ledger = self._open()
        self._first_entry = len(server.requests())
        self._first_charge = len(server.charges())

    def close(self) -> None:
        self.ledger.close()
        shutil.rmtree(self.folder)

    # What happens

    def wish(self, standard: Standard, prompt: str, *, turbo: bool, new_take: bool) -> None:
        request = replace(TURBO if turbo else SILENT, prompt=prompt)
        draft = JobDraft("sandbox", "list", prompt, request, standard, self.folder / "takes", estimate_units(request))
        self.ledger.enqueue(draft, new_take=new_take)

    def drive(self, *, restart_at: int | None = None) -> list[JobMessage]:
        """One process drives all jobs until each has ended or stopped; the last messages of each.

        After `restart_at` messages the sandbox is restarted, with whatever is under way there.
        """
        return self._run_process(turns=None, restart_at=restart_at)

    def drive_and_kill(self, turns: int) -> None:
        """One process drives all jobs and is killed after `turns` turns of its loop, where it lives that long."""
        self._run_process(turns=turns, restart_at=None)

    def _run_process(self, *, turns: int | None, restart_at: int | None) -> list[JobMessage]:
        open_ids = {job.job_id for job in self.ledger.jobs() if job.end_error() is None and job.facts is None}
        if not open_ids:
            return []
        ends: dict[str, JobMessage] = {}
        seen = 0

        def heed(message: JobMessage) -> None:
            nonlocal seen
            seen += 1
            if seen == restart_at:
                self.server.restart()
                tally.counts["restarts of the server"] += 1
            match message:
                case JobEnded(job) | JobStopped(job, _):
                    ends[job.job_id] = message
                case JobBroke(job_id, _):
                    ends[job_id] = message
            if ends.keys() == open_ids:
                engine._stopping.set()

        clients: list[KlingClient] = []

        def make_client() -> KlingClient:
            clients.append(KlingClient(self.server.base_url, self._credential))
            return clients[0]

        caps = Caps(list_units=CAP_UNITS)
        engine = Engine(self.ledger, make_client, TIMING, caps, in_flight=IN_FLIGHT, on_message=heed)
        engine._loop.close()
        engine._loop = loop = MortalLoop()
        loop.turns_left = turns
        try:
            for job_id in sorted(open_ids):
                engine.submit(job_id)
            loop.call_later(END_LIMIT_S, engine._stopping.set)
            serving = loop.create_task(engine._serve())
            loop.run_until_complete(serving)
            loop.turns_left = None
            for message in ends.values():
                if isinstance(message, JobBroke):
                    raise message.exception
            assert ends.keys() == open_ids, f"a job went on for {END_LIMIT_S} s: {ends}"
        except Killed:
            tally.counts["kills"] += 1
            # From here on nothing may reach the ledger: a killed process writes no more.
            self.ledger._db.close()
            loop.turns_left = None
            if serving.done():  # killed between its end and the loop's: the stop is still to come
                loop.call_soon(loop.stop)
                loop.run_forever()
            loop.run_until_complete(_clear_away(asyncio.all_tasks(loop), clients))
            self._after_a_kill()
        finally:
            loop.run_until_complete(loop.shutdown_default_executor())
            loop.close()
        return list(ends.values())

    def _after_a_kill(self) -> None:
        ends_at = time.monotonic() + END_LIMIT_S
        # What was on its way arrives before the next process is started; nobody starts it within a millisecond.
        while self.server._running is not None and self.server._running._server.server_state.tasks:
            assert time.monotonic() < ends_at, "the sandbox does not come to rest"
            time.sleep(0.001)
        self._clock_off += timedelta(seconds=LEASE_S + 1)
        self.ledger = self._open()

    def _open(self) -> Ledger:
        return Ledger(self.folder / "ledger.db", now=lambda: datetime.now(UTC) + self._clock_off)

    # What has to hold

    def check_so_far(self) -> None:
        """At any moment, whatever has happened."""
        entries = self._entries()
        accepted = [str(entry["external_task_id"]) for entry in entries if entry["accepted"]]
        jobs = {job.external_task_id: job for job in self.ledger.jobs()}
        assert len(set(accepted)) == len(accepted), f"one intent was accepted twice: {accepted}"
        assert set(accepted) <= jobs.keys(), f"a task was made that no job is for: {set(accepted) - jobs.keys()}"
        for external_id in accepted:
            state = jobs[external_id].state
            assert state is not JobState.REFUSED, f"{external_id} was accepted, and its job is refused"
        # A failed task is not billed, and its reservation is free again.
        paid = [jobs[each] for each in accepted if jobs[each].state is not JobState.FAILED]
        assert sum((job.estimate_units for job in paid), Decimal(0)) <= CAP_UNITS, "more than the cap"
        assert self.ledger.spent_units("list") <= CAP_UNITS
        self._check_nothing_was_sent_blindly(entries)

    def _check_nothing_was_sent_blindly(self, entries: list[dict[str, object]]) -> None:
        """A create that Kling had accepted is sent again only where Kling was made to deny it."""
        accepted_at: dict[object, int] = {}
        for position, entry in enumerate(entries):
            external_id = entry["external_task_id"]
            if entry["method"] != "POST" or external_id is None:
                continue
            if external_id in accepted_at:
                between = entries[accepted_at[external_id] : position]
                denied = any("unseen" in str(each["fault"]) for each in between)
                assert denied, f"{external_id} was sent again without a look whether it had arrived"
            if entry["accepted"]:
                accepted_at[external_id] = position

    def check_at_the_end(self, last: list[JobMessage]) -> None:
        """Once every job was driven without a fault."""
        stopped = [message for message in last if isinstance(message, JobStopped) and message.job.end_error() is None]
        assert not stopped, f"without a fault, and yet: {stopped}"
        self.check_so_far()
        jobs = self.ledger.jobs()
        charges = self.server.charges()[self._first_charge :]
        assert sum((job.billed_units or Decimal(0) for job in jobs), Decimal(0)) == sum(
            (units for _, _, units in charges), Decimal(0)
        ), "the ledger's sum is not what was billed"
        charged = {external_id: (task_id, units) for task_id, external_id, units in charges}
        accepted = {entry["external_task_id"]: entry["task_id"] for entry in self._entries() if entry["accepted"]}
        for job in jobs:
            self._check_end(job, accepted.get(job.external_task_id), charged.get(job.external_task_id))
        self._count(jobs)

    def _check_end(self, job: Job, accepted_task_id: object, charged: tuple[str, Decimal] | None) -> None:
        assert job.task_id == accepted_task_id, f"{job.external_task_id} is forgotten"
        match job.state:
            case JobState.READY:
                assert charged == (job.task_id, job.billed_units)
                assert probe_clip(job.file).frame_count == FRAMES
                assert sorted(path.name for path in job.media_dir.glob(f"{job.file.stem}*")) == [
                    job.file.with_suffix(".json").name,
                    job.file.name,
                ]
            case JobState.FAILED:
                assert charged is None
                assert job.error is not None
                assert FAILED_TASK_MESSAGE in job.error.message
            case JobState.REFUSED:
                assert (job.task_id, charged) == (None, None)
            case _:
                raise AssertionError(f"{job.external_task_id} ended as {job.state.value}")

    def _entries(self) -> list[dict[str, object]]:
        return self.server.requests()[self._first_entry :]

    def _count(self, jobs: tuple[Job, ...]) -> None:
        entries = self._entries()
        tally.counts["jobs"] += len(jobs)
        tally.counts["requests"] += len(entries)
        tally.counts["creates sent"] += sum(job.creates_sent for job in jobs)
        tally.counts["tasks accepted"] += sum(bool(entry["accepted"]) for entry in entries)
        tally.units += sum((job.billed_units or Decimal(0) for job in jobs), Decimal(0))
        tally.ends.update(job.state.value for job in jobs)
        tally.faults.update(str(entry["fault"]) for entry in entries if entry["fault"])


async def _clear_away(tasks: set[asyncio.Task[object]], clients: list[KlingClient]) -> None:
    """What the end of a process does for its memory and its connections."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for client in clients:
        await client.aclose()
    for transport in tuple(asyncio.get_running_loop()._transports.values()):  # type: ignore[attr-defined]
        transport.abort()
    await asyncio.sleep(0)
