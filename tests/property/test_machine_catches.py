# SPDX-License-Identifier: GPL-3.0-or-later
"""The random histories find what they are there for: each promise is broken on purpose, and has to be missed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

from addon.jobs.budget import Caps
from addon.jobs.drive import JobDriver
from addon.jobs.job import Job
from addon.jobs.ledger import Ledger
from addon.jobs.state import JobState
from addon.kling.client import KlingClient
from tests.property import money_machine, money_world
from tests.property.money_machine import MoneyMachine, servers
from tests.property.tally import Tally

# A killed process closes nothing and awaits nothing; here its remains are collected in the process of the tests.
pytestmark = [
    pytest.mark.filterwarnings("ignore:coroutine '.*' was never awaited:RuntimeWarning"),
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
]

ENOUGH = settings(
    max_examples=400,
    stateful_step_count=4,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(autouse=True)
def own_server_and_tally(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    servers.close()
    for module in (money_machine, money_world):
        monkeypatch.setattr(module, "tally", Tally())
    yield
    servers.close()


def assert_caught(words: str) -> None:
    with pytest.raises((AssertionError, Flaky, BaseExceptionGroup)) as caught:
        run_state_machine_as_test(MoneyMachine, settings=ENOUGH)
    assert words in "\n".join(said(caught.value))


def said(error: BaseException) -> Iterator[str]:
    yield str(error)
    for part in getattr(error, "exceptions", ()):
        yield from said(part)


async def nothing(*_: object, **__: object) -> None:
    """What a look-up comes to that is not made."""


def test_a_create_sent_again_without_a_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(JobDriver, "_find", nothing)
    assert_caught("was sent again without a look")


def test_a_new_id_for_each_create(monkeypatch: pytest.MonkeyPatch) -> None:
    create = KlingClient.create
    numbers = itertools.count()

    def under_a_new_id(client: KlingClient, standard: Any, request: Any, external_task_id: str, *rest: Any) -> Any:
        return create(client, standard, request, f"{external_task_id}-{next(numbers)}", *rest)

    monkeypatch.setattr(KlingClient, "create", under_a_new_id)
    assert_caught("that no job is for")


def test_a_refusal_that_is_final_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(JobDriver, "_earlier_task", nothing)
    assert_caught("was accepted, and its job is refused")


def test_a_refusal_that_is_final_without_a_search_of_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KlingClient, "search", nothing)
    assert_caught("was accepted, and its job is refused")


def test_a_bill_that_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    advance = Ledger.advance

    def without_the_bill(ledger: Ledger, job_id: str, to_state: JobState, **brings: Any) -> Job:
        return advance(ledger, job_id, to_state, **{**brings, "billed_units": None})

    monkeypatch.setattr(Ledger, "advance", without_the_bill)
    assert_caught("not what was billed")


def test_a_cap_that_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    begin_submit = Ledger.begin_submit
    monkeypatch.setattr(Ledger, "begin_submit", lambda ledger, job_id, _: begin_submit(ledger, job_id, Caps()))
    assert_caught("more than the cap")
