# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from addon.errors import BudgetError, LedgerError, RetakeError, StorageError
from addon.jobs.budget import Caps
from addon.jobs.job import JobDraft, TakeFacts
from addon.jobs.ledger import Ledger
from addon.jobs.owner import is_gone, new_owner
from addon.jobs.state import NEXT_STATES, JobState
from addon.kling.request import GenerationRequest
from addon.kling.standard import Standard

REQUEST = GenerationRequest(prompt="a tree", model_name="kling-2.6", mode="std", duration_s=5)
FACTS = TakeFacts(121, Fraction(24), 1280, 720, has_sound=False)
S = JobState


class Clock:
    def __init__(self) -> None:
        self.time = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock):
    ledger = Ledger(tmp_path / "ledger.db", now=clock)
    yield ledger
    ledger.close()


def draft(tmp_path: Path, shot_id: str = "s010", units: str = "1.5", list_id: str = "list") -> JobDraft:
    return JobDraft("account", list_id, shot_id, REQUEST, Standard.LEGACY, tmp_path, Decimal(units))


def bring(ledger: Ledger, job_id: str, state: JobState) -> None:
    """Along the main road to `state`."""
    for step in (S.PREPARING, S.SUBMITTING, S.SUBMITTED, S.PROCESSING, S.DOWNLOADING, S.READY, S.PLACED):
        if ledger.job(job_id).state is state:
            return
        if step is S.SUBMITTING:
            ledger.begin_submit(job_id, Caps())
        else:
            ledger.advance(job_id, step, facts=FACTS if step is S.READY else None)


def test_the_same_wish_finds_its_job_and_a_new_take_is_another(ledger: Ledger, tmp_path: Path) -> None:
    first = ledger.enqueue(draft(tmp_path))
    assert ledger.enqueue(draft(tmp_path)) == first
    bring(ledger, first.job_id, S.PLACED)
    assert ledger.enqueue(draft(tmp_path)).job_id == first.job_id
    second = ledger.enqueue(draft(tmp_path), new_take=True)
    assert (second.take_number, second.state) == (2, S.QUEUED)
    assert second.external_task_id != first.external_task_id
    changed = replace(draft(tmp_path), request=replace(REQUEST, prompt="a house"))
    assert ledger.enqueue(changed).job_id not in (first.job_id, second.job_id)


def test_a_job_that_ended_without_a_take_is_not_taken_up_again_and_gives_its_number_back(
    ledger: Ledger, tmp_path: Path
) -> None:
    first = ledger.enqueue(draft(tmp_path))
    ledger.advance(first.job_id, S.CANCELLED)
    second = ledger.enqueue(draft(tmp_path))
    assert second.job_id != first.job_id
    assert second.take_number == 1


def test_an_unfinished_job_follows_a_new_media_folder(ledger: Ledger, tmp_path: Path) -> None:
    first = ledger.enqueue(draft(tmp_path))
    moved = ledger.enqueue(draft(tmp_path / "elsewhere"))
    assert (moved.job_id, moved.media_dir) == (first.job_id, tmp_path / "elsewhere")


@pytest.mark.parametrize("from_state", list(S))
def test_only_listed_steps_are_possible(ledger: Ledger, tmp_path: Path, from_state: JobState) -> None:
    for to_state in S:
        job = ledger.enqueue(draft(tmp_path, f"s-{to_state.value}"))
        with closing(sqlite3.connect(ledger.path)) as raw, raw:
            raw.execute("UPDATE job SET state = ? WHERE job_id = ?", (from_state.value, job.job_id))
        if to_state in NEXT_STATES[from_state]:
            assert ledger.advance(job.job_id, to_state).state is to_state
        else:
            with pytest.raises(LedgerError, match=f"{from_state.value} and cannot become {to_state.value}"):
                ledger.advance(job.job_id, to_state)
            assert ledger.job(job.job_id).state is from_state


def test_every_step_is_kept(ledger: Ledger, tmp_path: Path) -> None:
    job = ledger.enqueue(draft(tmp_path))
    bring(ledger, job.job_id, S.PLACED)
    assert ledger.steps(job.job_id) == (
        S.QUEUED, S.PREPARING, S.SUBMITTING, S.SUBMITTED, S.PROCESSING, S.DOWNLOADING, S.READY, S.PLACED,
    )  # fmt: skip


def test_what_is_committed_is_there_after_the_process_is_gone(ledger: Ledger, tmp_path: Path) -> None:
    job = ledger.enqueue(draft(tmp_path))
    bring(ledger, job.job_id, S.SUBMITTING)
    ledger.advance(job.job_id, S.SUBMITTED, task_id="893605946402811985")
    ledger.advance(job.job_id, S.DOWNLOADING, billed_units=Decimal("1.50"))
    ledger.advance(job.job_id, S.READY, facts=FACTS, warning="no sound")
    other = Ledger(ledger.path)
    again = other.job(job.job_id)
    other.close()
    assert (again.task_id, again.billed_units, again.facts, again.warning) == (
        "893605946402811985", Decimal("1.50"), FACTS, "no sound",
    )  # fmt: skip


def test_a_cap_refuses_in_the_transaction_of_the_intent(ledger: Ledger, tmp_path: Path) -> None:
    caps = Caps(list_units=Decimal("3.0"))
    jobs = [ledger.enqueue(draft(tmp_path, f"s{n}")) for n in range(3)]
    for job in jobs:
        ledger.advance(job.job_id, S.PREPARING)
    ledger.begin_submit(jobs[0].job_id, caps)
    ledger.begin_submit(jobs[1].job_id, caps)
    with pytest.raises(BudgetError) as caught:
        ledger.begin_submit(jobs[2].job_id, caps)
    assert "The budget of 30 credits" in str(caught.value)
    assert "costs 15 and 30 are spent" in str(caught.value)
    assert ledger.job(jobs[2].job_id).state is S.PREPARING
    assert ledger.job(jobs[2].job_id).creates_sent == 0


def test_a_reservation_is_settled_with_what_was_billed_and_freed_where_nothing_was(
    ledger: Ledger, tmp_path: Path
) -> None:
    jobs = [ledger.enqueue(draft(tmp_path, f"s{n}")) for n in range(3)]
    for job in jobs:
        bring(ledger, job.job_id, S.SUBMITTING)
    assert ledger.spent_units("list") == Decimal("4.5")
    ledger.advance(jobs[0].job_id, S.REFUSED)
    assert ledger.spent_units("list") == Decimal("3.0")
    ledger.advance(jobs[1].job_id, S.SUBMITTED, task_id="1")
    ledger.advance(jobs[1].job_id, S.DOWNLOADING, billed_units=Decimal("1.25"))
    assert ledger.spent_units("list") == Decimal("2.75")
    ledger.advance(jobs[2].job_id, S.SUBMITTED, task_id="2")
    ledger.advance(jobs[2].job_id, S.FAILED)
    assert ledger.spent_units("list") == Decimal("1.25")


def test_a_day_cap_counts_all_lists_of_the_account_and_only_that_day(
    ledger: Ledger, tmp_path: Path, clock: Clock
) -> None:
    caps = Caps(day_units=Decimal("2"))
    first, second = (ledger.enqueue(draft(tmp_path, f"s{n}", list_id=f"list{n}")) for n in range(2))
    for job in (first, second):
        ledger.advance(job.job_id, S.PREPARING)
    ledger.begin_submit(first.job_id, caps)
    with pytest.raises(BudgetError, match="the account today"):
        ledger.begin_submit(second.job_id, caps)
    clock.time += timedelta(days=1)
    assert ledger.begin_submit(second.job_id, caps).state is S.SUBMITTING


def test_sending_an_intent_again_reserves_nothing_new(ledger: Ledger, tmp_path: Path) -> None:
    caps = Caps(list_units=Decimal("1.5"))
    job = ledger.enqueue(draft(tmp_path))
    ledger.advance(job.job_id, S.PREPARING)
    ledger.begin_submit(job.job_id, caps)
    ledger.advance(job.job_id, S.UNKNOWN)
    again = ledger.begin_submit(job.job_id, caps)
    assert again.creates_sent == 2
    assert again.external_task_id == job.external_task_id
    assert ledger.spent_units("list") == Decimal("1.5")


def test_a_lease_keeps_a_second_driver_away_until_it_runs_out(tmp_path: Path, clock: Clock) -> None:
    first = Ledger(tmp_path / "ledger.db", now=clock, lease_s=30)
    second = Ledger(tmp_path / "ledger.db", now=clock, lease_s=30)
    job = first.enqueue(draft(tmp_path))
    assert first.claim(job.job_id)
    assert not second.claim(job.job_id)
    with pytest.raises(LedgerError, match="driven by another"):
        second.advance(job.job_id, S.PREPARING)
    clock.time += timedelta(seconds=20)
    assert first.claim(job.job_id)
    clock.time += timedelta(seconds=20)
    assert not second.claim(job.job_id)
    clock.time += timedelta(seconds=11)
    assert second.claim(job.job_id)
    with pytest.raises(LedgerError, match="driven by another"):
        first.advance(job.job_id, S.PREPARING)
    second.release(job.job_id)
    assert first.claim(job.job_id)
    first.close()
    second.close()


@pytest.mark.skipif(sys.platform == "win32", reason="leases run out by themselves there")
def test_a_dead_process_is_known_to_be_gone() -> None:
    code = "from addon.jobs.owner import new_owner; print(new_owner())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert is_gone(done.stdout.strip())
    assert not is_gone(new_owner())
    assert not is_gone("another-host/1/abc")


def test_a_ledger_of_another_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("PRAGMA user_version = 99")
    with pytest.raises(LedgerError, match="newer version"):
        Ledger(path)


def test_a_full_disk_is_said_and_leaves_every_job_as_it_was(ledger: Ledger, tmp_path: Path) -> None:
    job = ledger.enqueue(draft(tmp_path))
    (pages,) = ledger._db.execute("PRAGMA page_count").fetchone()
    ledger._db.execute(f"PRAGMA max_page_count = {pages}")
    drafts = [draft(tmp_path, f"s{number}") for number in range(1000)]
    with pytest.raises(StorageError, match="full"):
        [ledger.enqueue(each) for each in drafts]
    found = ledger.jobs()
    assert found[0] == job
    assert all(ledger.steps(each.job_id) == (S.QUEUED,) for each in found)


@pytest.mark.parametrize(("version", "later"), [(1, ["standard", "faces"]), (2, ["faces"])])
def test_an_older_ledger_is_brought_up_to_date_and_keeps_its_jobs(
    tmp_path: Path, version: int, later: list[str]
) -> None:
    path = tmp_path / "ledger.db"
    new = Ledger(path)
    job = new.enqueue(draft(tmp_path))
    new.close()
    with closing(sqlite3.connect(path)) as raw, raw:
        for column in later:
            raw.execute(f"ALTER TABLE job DROP COLUMN {column}")
        raw.execute(f"PRAGMA user_version = {version}")
    old = Ledger(path)
    assert old.job(job.job_id) == job
    assert old.enqueue(draft(tmp_path)).job_id == job.job_id
    old.close()


def test_a_ledger_that_cannot_be_opened_says_where(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="RETAKE_HOME"):
        Ledger(tmp_path / "file" / "ledger.db")


def test_an_error_note_is_kept_until_the_next_step(ledger: Ledger, tmp_path: Path) -> None:
    job = ledger.enqueue(draft(tmp_path))
    noted = ledger.note_error(job.job_id, RetakeError("It stopped.", hint="Start it."))
    assert noted.error is not None
    assert (noted.state, noted.error.kind, noted.error.hint) == (S.QUEUED, "RetakeError", "Start it.")
    assert ledger.advance(job.job_id, S.PREPARING).error is None
