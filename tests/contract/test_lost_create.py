# SPDX-License-Identifier: GPL-3.0-or-later
"""A task that Kling made, whose answer was lost and which look-ups deny: it is found in Kling's list, or waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

import pytest

from addon.jobs.job import JobDraft
from addon.jobs.state import JobState
from addon.kling.client import CLOCK_TOLERANCE, KlingClient
from addon.kling.credentials import Credential
from addon.kling.errors import KlingBadRequest, KlingPolicyRefused, KlingUnknownOutcome
from addon.kling.product import Product
from addon.kling.sent_media import SentMedia
from addon.kling.standard import Standard
from addon.sandbox.faults import Fault
from addon.sandbox.server import SandboxServer
from addon.sandbox.settings import SandboxSettings
from tests.rehearsal import PLAIN, Rehearsal, Run

TEXT = Product.TEXT_TO_VIDEO
LOOK_UPS = {Standard.LEGACY: "/v1/videos/*/*", Standard.NEW: "/tasks"}
LISTS = {Standard.LEGACY: ("GET", "/v1/videos/text2video"), Standard.NEW: ("POST", "/tasks")}
STANDARDS = pytest.mark.parametrize("standard", list(Standard))
Answer = TypeVar("Answer")


def draft(rehearsal: Rehearsal, standard: Standard) -> JobDraft:
    return rehearsal.draft(standard=standard)


def run(rehearsal: Rehearsal, standard: Standard) -> Run:
    return rehearsal.run(draft(rehearsal, standard), credential=rehearsal.api_key)


def lose_the_task(rehearsal: Rehearsal, standard: Standard, look_ups: int, refusal: int | None) -> None:
    """The first create is accepted and its answer lost, look-ups deny the task, the second create is refused."""
    add = rehearsal.server.add_fault
    add(Fault("drop_after", method="POST", when=[1]))
    add(Fault("unseen", method="GET", path=LOOK_UPS[standard], when=list(range(1, look_ups + 1))))
    if refusal is not None:
        add(Fault("status", method="POST", when=[2], code=refusal))


def reads_of_lists(rehearsal: Rehearsal, standard: Standard) -> int:
    return sum((entry["method"], entry["path"]) == LISTS[standard] for entry in rehearsal.server.requests())


def assert_one_paid_clip(rehearsal: Rehearsal, run: Run) -> None:
    assert run.error is None
    assert run.job.state is JobState.READY
    assert dict(rehearsal.server.accepted_creates()) == {run.job.external_task_id: 1}
    assert rehearsal.server.charges() == [(run.job.task_id, run.job.external_task_id, Decimal("1.5"))]


@STANDARDS
@pytest.mark.parametrize("refusal", [None, 1201, 1102, 1301, 1103])
def test_the_list_knows_a_task_that_three_look_ups_deny(
    rehearsal: Rehearsal, standard: Standard, refusal: int | None
) -> None:
    lose_the_task(rehearsal, standard, 3, refusal)
    assert_one_paid_clip(rehearsal, run(rehearsal, standard))
    assert reads_of_lists(rehearsal, standard) >= 1


@STANDARDS
def test_a_refusal_after_a_create_that_never_arrived_is_final(rehearsal: Rehearsal, standard: Standard) -> None:
    rehearsal.server.add_fault(Fault("drop_before", method="POST", when=[1]))
    rehearsal.server.add_fault(Fault("status", method="POST", when=[2], code=1301))
    done = run(rehearsal, standard)
    assert isinstance(done.error, KlingPolicyRefused)
    assert done.job.state is JobState.REFUSED
    assert reads_of_lists(rehearsal, standard) == 1
    assert rehearsal.server.accepted_creates() == {}


@STANDARDS
def test_a_first_create_that_is_refused_costs_no_search(rehearsal: Rehearsal, standard: Standard) -> None:
    rehearsal.server.add_fault(Fault("status", method="POST", when=[1], code=1201))
    done = run(rehearsal, standard)
    assert isinstance(done.error, KlingBadRequest)
    assert done.job.state is JobState.REFUSED
    assert reads_of_lists(rehearsal, standard) == 0


def test_a_duplicate_that_no_list_shows_stays_open_and_is_found_later(rehearsal: Rehearsal) -> None:
    lose_the_task(rehearsal, Standard.LEGACY, 3, None)
    rehearsal.server.add_fault(
        Fault("garbage", method="GET", path="/v1/videos/text2video", when=[4], body='{"code": 0, "data": []}')
    )
    done = run(rehearsal, Standard.LEGACY)
    assert isinstance(done.error, KlingUnknownOutcome)
    assert "does not show it yet" in str(done.error)
    assert done.job.state is JobState.UNKNOWN
    rehearsal.server.clear_faults()
    assert_one_paid_clip(rehearsal, run(rehearsal, Standard.LEGACY))


def test_a_list_that_cannot_be_read_leaves_the_shot_open(rehearsal: Rehearsal) -> None:
    lose_the_task(rehearsal, Standard.NEW, 3, 1102)
    rehearsal.server.add_fault(Fault("html", method="POST", path="/tasks", http=404))
    done = run(rehearsal, Standard.NEW)
    assert done.job.state is JobState.SUBMITTING
    assert done.error is not None
    rehearsal.server.clear_faults()
    assert_one_paid_clip(rehearsal, run(rehearsal, Standard.NEW))


def ask(server: SandboxServer, credential: Credential, question: Callable[[KlingClient], Awaitable[Answer]]) -> Answer:
    async def answer() -> Answer:
        client = KlingClient(server.base_url, credential)
        try:
            return await question(client)
        finally:
            await client.aclose()

    return asyncio.run(answer())


@STANDARDS
def test_a_search_goes_through_every_page_and_ends(
    rehearsal: Rehearsal, standard: Standard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("addon.kling.client.PAGE_SIZE_MAX", 2)

    async def scene(client: KlingClient) -> None:
        for number in range(5):
            await client.create(standard, PLAIN, f"own-{number}", SentMedia())
        now = datetime.now(UTC)
        for number in range(5):
            task = await client.search(standard, TEXT, f"own-{number}", now)
            assert task is not None
            assert task.external_task_id == f"own-{number}"
            assert task.created_at_utc is not None
            assert abs(task.created_at_utc - now) < timedelta(minutes=10)
        before = reads_of_lists(rehearsal, standard)
        assert await client.search(standard, TEXT, "nobody's", now) is None
        assert reads_of_lists(rehearsal, standard) - before == 3

    ask(rehearsal.server, rehearsal.api_key, scene)


@STANDARDS
@pytest.mark.parametrize("clock_off", [-timedelta(hours=20), timedelta(hours=20)])
def test_a_search_bears_with_a_wrong_clock(rehearsal: Rehearsal, standard: Standard, clock_off: timedelta) -> None:
    async def scene(client: KlingClient) -> None:
        await client.create(standard, PLAIN, "own", SentMedia())
        assert await client.search(standard, TEXT, "own", datetime.now(UTC) + clock_off) is not None

    ask(rehearsal.server, rehearsal.api_key, scene)


def test_a_search_does_not_leaf_through_what_is_too_old(
    rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setattr("addon.kling.client.PAGE_SIZE_MAX", 2)
    day_s = 24 * 3600.0
    clock_s = [datetime.now(UTC).timestamp()]
    settings = SandboxSettings(tmp_path_factory.mktemp("old"), speed=400, concurrency=20, clock=lambda: clock_s[0])
    with SandboxServer(settings) as server:
        keys = replace(rehearsal.api_key, value=server.credentials.api_key)

        async def scene(client: KlingClient) -> None:
            for number in range(8):
                await client.create(Standard.LEGACY, PLAIN, f"own-{number}", SentMedia())
                clock_s[0] += day_s
            before = len(server.requests())
            since = datetime.fromtimestamp(clock_s[0] - day_s, UTC)
            assert await client.search(Standard.LEGACY, TEXT, "nobody's", since) is None
            assert len(server.requests()) - before < 4
            assert await client.search(Standard.LEGACY, TEXT, "own-0", since - 9 * CLOCK_TOLERANCE) is not None

        ask(server, keys, scene)
