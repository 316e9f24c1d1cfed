# SPDX-License-Identifier: GPL-3.0-or-later
"""Killed at any moment, and started again: the shot is finished, and paid for once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest

from addon.jobs.ledger import Ledger
from addon.jobs.state import JobState
from addon.sandbox.faults import Fault
from tests.clip_pattern import read_frames
from tests.rehearsal import Rehearsal

ROOT = Path(__file__).parents[2]
CREATE = "/v1/videos/text2video"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")


def start(rehearsal: Rehearsal, point: str) -> subprocess.Popen[bytes]:
    keys = rehearsal.server.credentials
    environ = {**os.environ, "KLING_ACCESS_KEY": keys.access_key, "KLING_SECRET_KEY": keys.secret_key}
    environ.pop("KLING_API_KEY", None)
    folders = [str(rehearsal.folder / "home"), str(rehearsal.folder / "takes")]
    command = [sys.executable, "-m", "tests.contract.crashing_child", *folders, rehearsal.server.base_url, point]
    return subprocess.Popen(command, cwd=ROOT, env=environ)


def assert_finished_and_paid_once(rehearsal: Rehearsal) -> None:
    assert start(rehearsal, "never").wait(60) == 0
    ledger = Ledger(rehearsal.folder / "home" / "ledger.db")
    (job,) = ledger.jobs()
    ledger.close()
    assert job.state is JobState.PLACED
    assert dict(rehearsal.server.accepted_creates()) == {job.external_task_id: 1}
    assert rehearsal.server.charges() == [(job.task_id, job.external_task_id, Decimal("1.5"))]
    assert [frame.frame_number for frame in read_frames(job.file)] == list(range(121))
    assert sorted(path.suffix for path in job.media_dir.iterdir()) == [".json", ".mp4"]


@pytest.mark.parametrize("point", [*(state.value for state in JobState if state.value not in
                                     ("unknown", "failed", "refused", "cancelled")), "progress"])  # fmt: skip
def test_killed_at_each_state_it_goes_on(rehearsal: Rehearsal, point: str) -> None:
    assert start(rehearsal, point).wait(60) == -signal.SIGKILL
    assert_finished_and_paid_once(rehearsal)


def test_killed_while_the_outcome_is_unknown(rehearsal: Rehearsal) -> None:
    rehearsal.server.add_fault(Fault("drop_after", method="POST", when=[1]))
    assert start(rehearsal, "unknown").wait(60) == -signal.SIGKILL
    assert_finished_and_paid_once(rehearsal)
    assert len(rehearsal.creates()) == 1


def test_killed_between_kling_accepting_and_its_answer(rehearsal: Rehearsal) -> None:
    rehearsal.server.add_fault(Fault("delay", method="POST", when=[1], seconds=30))
    child = start(rehearsal, "never")
    ends_at = time.monotonic() + 30
    while not rehearsal.server.charges() and time.monotonic() < ends_at:
        time.sleep(0.05)
    child.send_signal(signal.SIGKILL)
    child.wait(10)
    assert_finished_and_paid_once(rehearsal)
    assert len(rehearsal.creates()) == 1, "it was sent again without a look whether it had arrived"


def test_killed_again_and_again(rehearsal: Rehearsal) -> None:
    for point in ("submitting", "submitted", "downloading", "progress"):
        assert start(rehearsal, point).wait(60) in (-signal.SIGKILL, 0)
    assert_finished_and_paid_once(rehearsal)


def test_two_processes_at_once_make_one_clip(rehearsal: Rehearsal) -> None:
    first, second = start(rehearsal, "never"), start(rehearsal, "never")
    assert (first.wait(60), second.wait(60)) == (0, 0)
    assert_finished_and_paid_once(rehearsal)


def test_a_sandbox_that_is_killed_knows_its_tasks_again(rehearsal: Rehearsal) -> None:
    assert start(rehearsal, "processing").wait(60) == -signal.SIGKILL
    rehearsal.server.restart()
    assert_finished_and_paid_once(rehearsal)
