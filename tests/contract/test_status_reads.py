# SPDX-License-Identifier: GPL-3.0-or-later
"""Many jobs in flight cost few requests, none of them ends by a clock of ours, and Kling's places are learned."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from addon.app import Services
from addon.jobs.engine import Engine
from addon.jobs.message import JobEnded, JobStopped
from addon.jobs.state import JobState
from addon.jobs.status_board import StatusBoard
from addon.kling.client import MOST_IDS, KlingClient
from addon.kling.credentials import Credential
from addon.kling.errors import KlingNotFound, KlingNotSent
from addon.kling.product import Product
from addon.kling.sent_media import SentMedia
from addon.kling.standard import Standard
from addon.kling.task import KlingTask, TaskStatus
from addon.sandbox.faults import Fault
from addon.sandbox.server import SandboxServer
from addon.sandbox.settings import SandboxSettings
from tests.rehearsal import END_LIMIT_S, PLAIN, TIMING, Rehearsal

TEXT = Product.TEXT_TO_VIDEO
Scene = Callable[[KlingClient, StatusBoard, list[str]], Awaitable[None]]


@pytest.fixture
def wide(tmp_path: Path) -> Iterator[Rehearsal]:
    """A sandbox with room for many tasks, none of which ends while it is looked at."""
    with SandboxServer(SandboxSettings(tmp_path / "sandbox", concurrency=50, faults=(Fault("stuck"),))) as server:
        yield Rehearsal(server, tmp_path)


def play(rehearsal: Rehearsal, credential: Credential, standard: Standard, count: int, scene: Scene) -> None:
    async def whole() -> None:
        client = KlingClient(rehearsal.server.base_url, credential)
        board = StatusBoard(client)
        try:
            tasks = [await client.create(standard, PLAIN, f"own-{each}", SentMedia()) for each in range(count)]
            await scene(client, board, [task.task_id for task in tasks])
        finally:
            await board.aclose()
            await client.aclose()

    asyncio.run(whole())


def read(board: StatusBoard, standard: Standard, task_ids: list[str]) -> Awaitable[list[KlingTask | BaseException]]:
    return asyncio.gather(*(board.task(standard, TEXT, each) for each in task_ids), return_exceptions=True)


@pytest.mark.parametrize("standard", list(Standard))
def test_an_api_key_reads_twenty_tasks_with_one_request(wide: Rehearsal, standard: Standard) -> None:
    async def scene(_: KlingClient, board: StatusBoard, task_ids: list[str]) -> None:
        before = wide.requests_seen()
        tasks = await read(board, standard, task_ids)
        assert [getattr(task, "task_id", task) for task in tasks] == task_ids
        assert wide.requests_seen() - before == 2

    play(wide, wide.api_key, standard, MOST_IDS + 3, scene)


def test_a_key_pair_reads_many_tasks_with_one_page_of_the_list(wide: Rehearsal) -> None:
    async def scene(_: KlingClient, board: StatusBoard, task_ids: list[str]) -> None:
        before = wide.requests_seen()
        tasks = await read(board, Standard.LEGACY, task_ids)
        assert [getattr(task, "task_id", task) for task in tasks] == task_ids
        assert wide.requests_seen() - before == 1

    play(wide, wide.pair, Standard.LEGACY, 7, scene)


def test_one_task_is_read_by_itself(wide: Rehearsal) -> None:
    async def scene(_: KlingClient, board: StatusBoard, task_ids: list[str]) -> None:
        await read(board, Standard.LEGACY, task_ids)
        assert wide.server.requests()[-1]["path"] == f"/v1/videos/text2video/{task_ids[0]}"

    play(wide, wide.api_key, Standard.LEGACY, 1, scene)


@pytest.mark.parametrize("has_api_key", [True, False])
def test_one_that_kling_does_not_know_leaves_the_others_alone(wide: Rehearsal, *, has_api_key: bool) -> None:
    async def scene(_: KlingClient, board: StatusBoard, task_ids: list[str]) -> None:
        *known, unknown = await read(board, Standard.LEGACY, [*task_ids, "123456789012345678"])
        assert [getattr(task, "task_id", task) for task in known] == task_ids
        assert isinstance(unknown, KlingNotFound)

    play(wide, wide.api_key if has_api_key else wide.pair, Standard.LEGACY, 3, scene)


def test_a_relay_without_the_batched_read_serves_them_one_by_one(wide: Rehearsal) -> None:
    async def scene(_: KlingClient, board: StatusBoard, task_ids: list[str]) -> None:
        wide.server.add_fault(Fault("html", method="GET", path="/tasks", http=404))
        for _again in range(2):
            tasks = await read(board, Standard.LEGACY, task_ids)
            assert [getattr(task, "task_id", task) for task in tasks] == task_ids
        assert [entry["path"] for entry in wide.server.requests()].count("/tasks") == 1

    play(wide, wide.api_key, Standard.LEGACY, 3, scene)


def test_an_outage_reaches_every_job_that_waits(wide: Rehearsal) -> None:
    async def scene(_: KlingClient, board: StatusBoard, task_ids: list[str]) -> None:
        await asyncio.to_thread(wide.server.stop)
        tasks = await read(board, Standard.LEGACY, task_ids)
        assert all(isinstance(task, KlingNotSent) for task in tasks)

    play(wide, wide.api_key, Standard.LEGACY, 3, scene)


def test_a_read_takes_along_whoever_may_be_read_early_and_nobody_else(wide: Rehearsal) -> None:
    async def scene(_: KlingClient, board: StatusBoard, task_ids: list[str]) -> None:
        now_s = asyncio.get_running_loop().time()
        far_s = now_s + 3600
        early = asyncio.create_task(board.task(Standard.NEW, TEXT, task_ids[0], earliest_s=now_s, due_s=far_s))
        late = asyncio.create_task(board.task(Standard.NEW, TEXT, task_ids[1], earliest_s=far_s, due_s=far_s))
        await asyncio.sleep(0)
        before = wide.requests_seen()
        await board.task(Standard.NEW, TEXT, task_ids[2])
        assert (await early).task_id == task_ids[0]
        assert wide.requests_seen() - before == 1
        assert not late.done()
        late.cancel()

    play(wide, wide.api_key, Standard.NEW, 3, scene)


def test_the_end_of_a_legacy_task_is_read_in_its_own_words(rehearsal: Rehearsal) -> None:
    async def scene(client: KlingClient, board: StatusBoard, task_ids: list[str]) -> None:
        for task_id in task_ids:
            while (await client.task(Standard.LEGACY, TEXT, task_id)).status is not TaskStatus.SUCCEEDED:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        tasks = await read(board, Standard.LEGACY, task_ids)
        assert {str(task.billed_units) for task in tasks if isinstance(task, KlingTask)} == {"1.5"}
        assert [entry["path"] for entry in rehearsal.server.requests()].count("/tasks") == 1

    play(rehearsal, rehearsal.api_key, Standard.LEGACY, 2, scene)


def run_many(rehearsal: Rehearsal, count: int, until: Callable[[Services], bool]) -> Engine:
    settings = replace(rehearsal.settings, credential=rehearsal.api_key)
    with Services(settings) as services:
        for number in range(count):
            draft = rehearsal.draft(shot_id=f"s{number}", standard=Standard.NEW)
            services.engine.submit(services.ledger.enqueue(draft).job_id)
        ends_at = time.monotonic() + END_LIMIT_S
        while not until(services):
            assert time.monotonic() < ends_at, [job.state for job in services.ledger.jobs()]
            time.sleep(0.02)
        return services.engine


def all_ready(services: Services) -> bool:
    for message in services.engine.pump():
        assert not isinstance(message, JobStopped), message
        assert not isinstance(message, JobEnded) or message.job.state is JobState.READY
    return all(job.state is JobState.READY for job in services.ledger.jobs())


def test_refusals_for_lack_of_a_place_teach_how_many_there_are(tmp_path: Path) -> None:
    with SandboxServer(SandboxSettings(tmp_path / "sandbox", speed=400, concurrency=2)) as server:
        rehearsal = Rehearsal(server, tmp_path)
        engine = run_many(rehearsal, 8, all_ready)
        refused = [entry for entry in server.requests() if entry["code"] == 1303]
        assert refused, "five were tried at once, and two is what there is room for"
        assert engine._places.limit(PLAIN.model_name) in (1, 2, 3)
        assert len(server.accepted_creates()) == len(server.charges()) == 8


def test_a_task_that_does_not_end_is_never_ended_by_us(tmp_path: Path) -> None:
    settings = SandboxSettings(tmp_path / "sandbox", speed=400, faults=(Fault("stuck"),))
    with SandboxServer(settings) as server:
        rehearsal = Rehearsal(server, tmp_path)
        impatient = replace(TIMING, poll_first_s=0.01, poll_later_s=0.01, outage_patience_s=0.0, send_patience_s=0.0)
        rehearsal.settings = replace(rehearsal.settings, timing=impatient)

        def polled_often(services: Services) -> bool:
            services.engine.pump()
            return rehearsal.requests_seen() > 60

        run_many(rehearsal, 1, polled_often)
        with Services(rehearsal.settings) as services:
            assert [job.state for job in services.ledger.jobs()] == [JobState.PROCESSING]
