# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger as a state machine: any order of wishes, steps and crashes keeps money and states right."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule

from addon.errors import BudgetError
from addon.jobs.budget import Caps
from addon.jobs.job import JobDraft, TakeFacts
from addon.jobs.ledger import Ledger
from addon.jobs.state import NEXT_STATES, WITHOUT_TAKE, JobState
from addon.kling.request import GenerationRequest
from addon.kling.standard import Standard

REQUEST = GenerationRequest(prompt="a tree", model_name="kling-2.6", mode="std", duration_s=5)
CAP_UNITS = Decimal(5)
CAPS = Caps(list_units=CAP_UNITS)
FACTS = TakeFacts(121, Fraction(24), 1280, 720, has_sound=False)


class LedgerMachine(RuleBasedStateMachine):
    jobs = Bundle("jobs")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.ledger = Ledger(self.folder / "ledger.db")
        self.states: dict[str, JobState] = {}

    def teardown(self) -> None:
        self.ledger.close()
        shutil.rmtree(self.folder)

    @rule(target=jobs, prompt=st.sampled_from("abc"), units=st.sampled_from(["1.5", "2.5"]), new_take=st.booleans())
    def enqueue(self, prompt: str, units: str, *, new_take: bool) -> object:
        request = replace(REQUEST, prompt=prompt)
        draft = JobDraft("account", "list", "s010", request, Standard.LEGACY, self.folder, Decimal(units))
        open_or_done = {
            job_id for job_id, state in self.states.items()
            if state not in WITHOUT_TAKE and self.ledger.job(job_id).request == request
        }  # fmt: skip
        job = self.ledger.enqueue(draft, new_take=new_take)
        if job.job_id in self.states:
            assert not new_take
            assert job.job_id in open_or_done
            return multiple()
        assert new_take or not open_or_done
        self.states[job.job_id] = JobState.QUEUED
        return job.job_id

    @rule(job_id=jobs, pick=st.integers(0, 3), billed=st.sampled_from([None, "1.0", "1.5"]))
    def step(self, job_id: str, pick: int, billed: str | None) -> None:
        possible = sorted(NEXT_STATES[self.states[job_id]], key=lambda state: state.value)
        if not possible:
            return
        to_state = possible[pick % len(possible)]
        if to_state is JobState.SUBMITTING:
            self.submit(job_id)
            return
        bills = to_state is JobState.DOWNLOADING and billed is not None
        self.ledger.advance(
            job_id,
            to_state,
            billed_units=Decimal(billed) if bills and billed else None,
            facts=FACTS if to_state is JobState.READY else None,
        )
        self.states[job_id] = to_state

    def submit(self, job_id: str) -> None:
        job = self.ledger.job(job_id)
        committed = self.ledger.spent_units("list")
        is_again = job.state is JobState.UNKNOWN
        try:
            self.ledger.begin_submit(job_id, CAPS)
        except BudgetError:
            assert not is_again
            assert committed + job.estimate_units > CAP_UNITS
            return
        assert is_again or committed + job.estimate_units <= CAP_UNITS
        self.states[job_id] = JobState.SUBMITTING

    @rule()
    def crash(self) -> None:
        self.ledger.close()
        self.ledger = Ledger(self.folder / "ledger.db")

    @invariant()
    def states_are_what_was_committed(self) -> None:
        assert {job.job_id: job.state for job in self.ledger.jobs()} == self.states

    @invariant()
    def no_more_than_the_cap_is_committed(self) -> None:
        assert self.ledger.spent_units("list") <= CAP_UNITS

    @invariant()
    def ids_and_take_numbers_are_nobody_elses(self) -> None:
        jobs = self.ledger.jobs()
        assert len({job.external_task_id for job in jobs}) == len(jobs)
        assert len({job.file_name for job in jobs}) == len(jobs)
        numbers = [job.take_number for job in jobs if job.state not in WITHOUT_TAKE]
        assert len(set(numbers)) == len(numbers)

    @invariant()
    def every_step_was_allowed(self) -> None:
        for job_id in self.states:
            for before, after in pairwise(self.ledger.steps(job_id)):
                assert after in NEXT_STATES[before]


TestLedgerMachine = LedgerMachine.TestCase
TestLedgerMachine.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
