# SPDX-License-Identifier: GPL-3.0-or-later
"""A session as the window uses it, against the local Kling: wishes in, messages out, and what goes on after a stop."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from addon.app import Host
from addon.errors import AccountError, OfflineError
from addon.jobs.ledger import Ledger
from addon.jobs.message import JobEnded, JobStopped
from addon.jobs.state import JobState
from addon.sandbox.faults import Fault
from addon.sandbox.server import SandboxServer
from addon.sandbox.settings import SandboxSettings
from addon.session import MoneyLeft, Opened, OpenFailed, Session, SessionMessage, Wish, WishRefused, has_unfinished
from addon.shots.shot_fields import ShotFields
from tests.rehearsal import SPEED, Rehearsal

LIMIT_S = 30.0
PUMP_S = 0.002
Some = TypeVar("Some")


class Window:
    """Pumps a session as Blender's timer does."""

    def __init__(self, session: Session, folder: Path) -> None:
        self.session = session
        self.folder = folder
        self.messages: list[SessionMessage] = []

    def wish(self, *, ignores_balance: bool = False) -> str:
        job_id = uuid.uuid4().hex
        fields = ShotFields(model="kling-2.6", quality="std", prompt="a lighthouse in the rain", duration=5)
        self.session.wish(Wish(job_id, "s010", fields, self.folder, self.folder / "takes", ignores_balance))
        return job_id

    def wait(self, kind: type[Some], which: Callable[[Some], bool] = lambda _: True) -> Some:
        """The next message of a kind; it is taken out of those that were not asked for yet."""
        ends_at = time.monotonic() + LIMIT_S
        while time.monotonic() < ends_at:
            self.messages += self.session.pump(PUMP_S)
            for message in self.messages:
                if isinstance(message, kind) and which(message):
                    self.messages.remove(message)
                    return message
            time.sleep(0.01)
        raise AssertionError(f"no {kind.__name__} came within {LIMIT_S} s: {self.messages}")


def environ_of(rehearsal: Rehearsal, **changes: str) -> dict[str, str]:
    return {
        "RETAKE_HOME": str(rehearsal.folder / "home"),
        "KLING_BASE_URL": rehearsal.server.base_url,
        "KLING_API_KEY": rehearsal.api_key.value,
        **changes,
    }


@contextmanager
def window(rehearsal: Rehearsal, host: Host | None = None, **changes: str) -> Iterator[Window]:
    session = Session(environ_of(rehearsal, **changes), host or Host(), sandbox=False)
    try:
        yield Window(session, rehearsal.folder)
    finally:
        session.close()


def test_what_is_left_is_told_at_the_start_and_after_each_job(rehearsal: Rehearsal) -> None:
    with window(rehearsal, RETAKE_MAX_CREDITS_PER_DAY="100") as desk:
        first = desk.wait(MoneyLeft)
        assert first.balance is not None
        assert (first.balance.remaining_units, first.day_left_units) == (Decimal(100_000), Decimal(10))
        assert first.typical_s == {}
        job_id = desk.wish()
        assert desk.wait(JobEnded).job.job_id == job_id
        after = desk.wait(MoneyLeft)
        assert after.balance is not None
        assert (after.balance.remaining_units, after.day_left_units) == (Decimal("99998.5"), Decimal("8.5"))
        assert set(after.typical_s) == {("kling-2.6", "std", 5)}


def test_beyond_the_packages_nothing_is_sent_unless_the_user_insists(tmp_path: Path) -> None:
    with SandboxServer(SandboxSettings(data_dir=tmp_path / "sandbox", speed=SPEED, video_units=Decimal(2))) as server:
        rehearsal = Rehearsal(server, tmp_path)
        with window(rehearsal) as desk:
            desk.wait(MoneyLeft)
            desk.wish()
            desk.wait(JobEnded)
            desk.wait(MoneyLeft)
            job_id = desk.wish()
            refused = desk.wait(WishRefused)
            assert (refused.job_id, refused.lacks_balance) == (job_id, True)
            assert "hold 0.5 units, and this needs 1.5" in str(refused.error)
            assert len(rehearsal.creates()) == 1
            # The number may be old, so Kling has the last word: here it is no.
            desk.wish(ignores_balance=True)
            assert isinstance(desk.wait(JobStopped).error, AccountError)
            assert len(server.charges()) == 1


def test_beyond_the_day_s_budget_nothing_is_sent(rehearsal: Rehearsal) -> None:
    with window(rehearsal, RETAKE_MAX_CREDITS_PER_DAY="20") as desk:
        desk.wish()
        desk.wait(JobEnded)
        desk.wish()
        stopped = desk.wait(JobStopped)
        assert "The budget of 20 credits for the account today" in str(stopped.error)
        assert "15 are spent or reserved" in str(stopped.error)
    assert len(rehearsal.creates()) == 1


def test_a_pause_sends_nothing_and_fetches_what_was_sent(rehearsal: Rehearsal) -> None:
    with window(rehearsal) as desk:
        desk.wait(Opened)
        sent = desk.wish()
        desk.wait(MoneyLeft)
        while not rehearsal.creates():
            time.sleep(0.01)
        desk.session.pause()
        waiting = desk.wish()
        assert desk.wait(JobEnded).job.job_id == sent
        assert len(rehearsal.creates()) == 1
        desk.session.resume()
        assert desk.wait(JobEnded).job.job_id == waiting
        assert len(rehearsal.creates()) == 2


def test_the_next_session_goes_on_with_what_the_last_one_left(rehearsal: Rehearsal) -> None:
    assert not has_unfinished(environ_of(rehearsal), Host(), sandbox=False)
    with window(rehearsal) as desk:
        job_id = desk.wish()
        while not rehearsal.creates():
            time.sleep(0.01)
    assert has_unfinished(environ_of(rehearsal), Host(), sandbox=False)
    assert not has_unfinished(environ_of(rehearsal), Host(), sandbox=True)
    with window(rehearsal) as desk:
        assert [job.job_id for job in desk.wait(Opened).jobs] == [job_id]
        ended = desk.wait(JobEnded).job
    assert (ended.job_id, ended.state) == (job_id, JobState.READY)
    assert len(rehearsal.creates()) == 1
    assert not has_unfinished(environ_of(rehearsal), Host(), sandbox=False)
    assert has_unfinished(environ_of(rehearsal), Host(), sandbox=False, awaited=frozenset({job_id}))


def test_the_same_again_is_a_new_take_of_the_same_shot(rehearsal: Rehearsal) -> None:
    rehearsal.server.add_fault(Fault("status", method="POST", code=1301, when=(1,)))
    with window(rehearsal) as desk:
        job_id = desk.wish()
        failed = desk.wait(JobStopped).job
        assert (failed.job_id, failed.state) == (job_id, JobState.REFUSED)
        again = uuid.uuid4().hex
        desk.session.ask_again(job_id, again)
        ended = desk.wait(JobEnded).job
    assert (ended.job_id, ended.shot_id, ended.request) == (again, "s010", failed.request)
    # What was refused never became a take.
    assert (ended.take_number, ended.state) == (1, JobState.READY)
    assert len(rehearsal.server.charges()) == 1


def test_a_wrong_key_stops_the_shot_and_says_so_without_the_key(rehearsal: Rehearsal) -> None:
    key = "wrong-key-of-a-user-0123456789"
    with window(rehearsal, KLING_API_KEY=key) as desk:
        job_id = desk.wish()
        assert desk.wait(MoneyLeft).balance is None
        stopped = desk.wait(JobStopped)
        assert isinstance(stopped.error, AccountError)
        assert key not in str(stopped.error)
    assert key.encode() not in (rehearsal.folder / "home" / "ledger.db").read_bytes()
    # It was refused for good; with the right key it is asked for again, and paid once.
    with window(rehearsal) as desk:
        desk.session.ask_again(job_id, uuid.uuid4().hex)
        assert desk.wait(JobEnded).job.state is JobState.READY
    assert len(rehearsal.server.charges()) == 1


def test_offline_is_said_and_the_shot_is_not_on_record(rehearsal: Rehearsal) -> None:
    sentence = "Blender was started with --offline-mode: Kling cannot be reached."
    with window(rehearsal, Host(why_offline=lambda: sentence), KLING_BASE_URL="https://kling.invalid") as desk:
        desk.wish()
        failed = desk.wait(OpenFailed)
        assert isinstance(failed.error, OfflineError)
        assert sentence in str(failed.error)
        assert "not sent" in str(desk.wait(WishRefused).error)
    ledger = rehearsal.folder / "home" / "ledger.db"
    assert not ledger.exists() or list(Ledger(ledger).jobs()) == []
