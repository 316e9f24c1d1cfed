# SPDX-License-Identifier: GPL-3.0-or-later
"""Kling's newer request format over real HTTP: the same engine, the same promises about money."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from addon.errors import AccountError
from addon.jobs.state import JobState
from addon.kling.request import GenerationRequest, ImageFile
from addon.kling.standard import Standard
from addon.sandbox.faults import Fault
from tests.clip_pattern import read_frames
from tests.rehearsal import PLAIN, PROMPT, Rehearsal, Run, Shell
from tests.unit.test_media import write_picture


def run_new(rehearsal: Rehearsal, request: GenerationRequest = PLAIN) -> Run:
    draft = rehearsal.draft(request, standard=Standard.NEW)
    return rehearsal.run(draft, credential=rehearsal.api_key)


def assert_one_paid_clip(rehearsal: Rehearsal, run: Run, units: str = "1.5", frames: int = 121) -> None:
    assert run.error is None
    assert run.job.state is JobState.READY
    assert dict(rehearsal.server.accepted_creates()) == {run.job.external_task_id: 1}
    assert rehearsal.server.charges() == [(run.job.task_id, run.job.external_task_id, Decimal(units))]
    assert run.job.billed_units == Decimal(units)
    assert [frame.frame_number for frame in read_frames(run.job.file)] == list(range(frames))
    assert not any(entry["ignored_fields"] for entry in rehearsal.server.requests())
    assert not [entry for entry in rehearsal.server.requests() if str(entry["path"]).startswith("/v1/")]


def picture(folder: Path, name: str) -> ImageFile:
    path = write_picture(folder / name, 640, 360)
    return ImageFile(path, hashlib.sha256(path.read_bytes()).hexdigest())


@pytest.mark.parametrize(
    ("changes", "units", "frames"),
    [
        pytest.param({}, "1.5", 121, id="2.6 std"),
        pytest.param({"sound": True, "mode": "pro"}, "5", 121, id="2.6 with sound"),
        pytest.param({"model_name": "kling-2.5-turbo"}, "1.5", 121, id="2.5 turbo"),
        pytest.param({"model_name": "kling-3.0", "duration_s": 3, "prompt": "a; b; c"}, "1.8", 73, id="3.0"),
        pytest.param({"model_name": "kling-3.0-turbo", "duration_s": 3, "sound": True}, "2.4", 73, id="3.0 turbo"),
    ],
)
def test_text_to_video_with_every_model(
    rehearsal: Rehearsal, changes: dict[str, object], units: str, frames: int
) -> None:
    run = run_new(rehearsal, replace(PLAIN, **changes))
    assert_one_paid_clip(rehearsal, run, units, frames)
    assert run.job.facts is not None
    assert run.job.facts.has_sound == bool(changes.get("sound"))


def test_image_to_video_with_start_and_end_image(rehearsal: Rehearsal) -> None:
    request = replace(
        PLAIN, mode="pro", image=picture(rehearsal.folder, "a.png"), image_tail=picture(rehearsal.folder, "b.jpg")
    )
    assert_one_paid_clip(rehearsal, run_new(rehearsal, request), "2.5")


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault("drop_after", method="POST", when=[1]), id="accepted, then the connection is cut"),
        pytest.param(Fault("drop_before", method="POST", when=[1]), id="cut before it is read"),
        pytest.param(Fault("status", method="POST", when=[1], http=504, code=5002), id="internal timeout"),
        pytest.param(Fault("status", method="POST", when=[1], http=429, code=1303), id="no free place"),
        pytest.param(Fault("drop_before", method="GET", path="/tasks", when=[1, 2]), id="polls cut"),
        pytest.param(Fault("extra_fields", fields={"brand_new": 1}), id="unknown fields in each answer"),
    ],
)
def test_a_fault_costs_nothing_twice(rehearsal: Rehearsal, fault: Fault) -> None:
    rehearsal.server.add_fault(fault)
    assert_one_paid_clip(rehearsal, run_new(rehearsal))


def test_a_failed_task_keeps_klings_reason(rehearsal: Rehearsal) -> None:
    rehearsal.server.add_fault(Fault("fail_task", message="Failure to pass the risk control system"))
    run = run_new(rehearsal)
    assert run.job.state is JobState.FAILED
    assert "Failure to pass the risk control system" in str(run.error)


def test_a_key_pair_is_turned_away_and_nothing_is_made(rehearsal: Rehearsal) -> None:
    run = rehearsal.run(rehearsal.draft(standard=Standard.NEW))
    assert isinstance(run.error, AccountError)
    assert run.job.state is JobState.REFUSED
    assert rehearsal.server.accepted_creates() == {}


def test_the_program_takes_the_format_that_the_model_needs_or_the_user_wants(shell: Shell) -> None:
    keys = {"KLING_ACCESS_KEY": "", "KLING_SECRET_KEY": "", "KLING_API_KEY": shell.rehearsal.api_key.value}
    turbo = shell.run("generate", *PROMPT, "--model", "kling-3.0-turbo", "--duration", "3", "--json", **keys)
    assert turbo.code == 0, turbo.err
    assert shell.run("generate", *PROMPT, "--json", KLING_STANDARD="new", **keys).code == 0
    assert shell.run("generate", *PROMPT, "--shot", "s2", "--json", **keys).code == 0
    paths = [entry["path"] for entry in shell.rehearsal.creates()]
    assert paths == ["/text-to-video/kling-3.0-turbo", "/text-to-video/kling-2.6", "/v1/videos/text2video"]
    refused = shell.run("generate", *PROMPT, "--model", "kling-3.0-turbo", "--duration", "3")
    assert refused.code == 4
    assert "needs an API key" in refused.err
