# SPDX-License-Identifier: GPL-3.0-or-later
"""Lip-sync as a job: two paid calls, each once, a take at the end, and what becomes of it when answers are lost."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from addon.app import Services
from addon.errors import InputError
from addon.jobs.budget import Caps
from addon.jobs.state import JobState
from addon.kling.errors import KlingUnknownOutcome
from addon.kling.possible import problems
from addon.kling.price import estimate_units
from addon.kling.request import GenerationRequest
from addon.sandbox.faults import Fault
from addon.shots.shot_fields import ShotFields
from addon.shots.shot_request import build_request
from tests.clip_pattern import read_sound
from tests.rehearsal import Rehearsal, Shell
from tests.sandbox.library_material import pitch_hz, tone, write_sound, write_video

FACES = "/v1/videos/identify-face"
LIPS = "/v1/videos/advanced-lip-sync"
UNITS = Decimal("1.05")
"""0.05 for the faces, and 0.5 for each 5 s of a clip of 7 s."""


@pytest.fixture
def wish(tmp_path: Path) -> GenerationRequest:
    """A face is seen from 0 to 3 s and another from 4 to 6.5 s; the sound begins at 4 s."""
    levels = np.zeros(168, dtype=np.uint8)
    levels[:72] = levels[96:156] = 200
    write_video(tmp_path / "two.mp4", levels, sound=tone(7, 300))
    write_sound(tmp_path / "line.wav", tone(2.5, 700), "pcm_s16le")
    return build_request(ShotFields(lips="two.mp4", speech="line.wav", speech_at=4.0), tmp_path)


def seen(rehearsal: Rehearsal, path: str) -> int:
    return sum(entry["method"] == "POST" and entry["path"] == path for entry in rehearsal.server.requests())


def test_a_face_says_the_sound(rehearsal: Rehearsal, wish: GenerationRequest) -> None:
    assert (problems(wish), estimate_units(wish)) == ((), UNITS)
    run = rehearsal.run(rehearsal.draft(wish))
    assert run.error is None
    assert run.job.billed_units == UNITS == sum(units for _, _, units in rehearsal.server.charges())
    samples, rate_hz, start_s = read_sound(run.job.file)
    part = samples[round((4.2 - start_s) * rate_hz) : round((6.3 - start_s) * rate_hz)].astype(np.float32)
    assert abs(pitch_hz(part) - 700) < 10
    assert (seen(rehearsal, FACES), seen(rehearsal, LIPS)) == (1, 1)
    assert not list((rehearsal.folder / "sandbox/uploads").iterdir())
    assert rehearsal.run(rehearsal.draft(wish)).job.job_id == run.job.job_id
    assert seen(rehearsal, FACES) == 1


def test_a_lost_answer_to_the_second_call_is_looked_up(rehearsal: Rehearsal, wish: GenerationRequest) -> None:
    rehearsal.server.add_fault(Fault("drop_after", method="POST", path=LIPS, when=[1]))
    run = rehearsal.run(rehearsal.draft(wish))
    assert run.error is None
    assert sum(units for _, _, units in rehearsal.server.charges()) == UNITS
    assert (seen(rehearsal, FACES), seen(rehearsal, LIPS)) == (1, 1)


def test_a_lost_request_is_sent_again_without_another_face_search(
    rehearsal: Rehearsal, wish: GenerationRequest
) -> None:
    rehearsal.server.add_fault(Fault("drop_before", method="POST", path=LIPS, when=[1]))
    run = rehearsal.run(rehearsal.draft(wish))
    assert run.error is None
    assert sum(units for _, _, units in rehearsal.server.charges()) == UNITS
    assert seen(rehearsal, FACES) == 1


def test_a_busy_kling_is_not_asked_for_the_faces_again(rehearsal: Rehearsal, wish: GenerationRequest) -> None:
    rehearsal.server.add_fault(Fault("status", method="POST", path=LIPS, when=[1, 2], http=429, code=1303))
    run = rehearsal.run(rehearsal.draft(wish))
    assert run.error is None
    assert sum(units for _, _, units in rehearsal.server.charges()) == UNITS
    assert (seen(rehearsal, FACES), seen(rehearsal, LIPS)) == (1, 3)


def test_a_lost_face_search_ends_the_job_and_is_only_paid_again_when_it_is_asked_for(
    rehearsal: Rehearsal, wish: GenerationRequest
) -> None:
    rehearsal.server.add_fault(Fault("drop_after", method="POST", path=FACES, when=[1]))
    run = rehearsal.run(rehearsal.draft(wish))
    assert isinstance(run.error, KlingUnknownOutcome)
    assert "costs it again when it is asked again" in str(run.error)
    assert (run.job.state, run.job.billed_units) == (JobState.FAILED, Decimal("0.05"))
    assert (seen(rehearsal, FACES), seen(rehearsal, LIPS)) == (1, 0)
    assert not list((rehearsal.folder / "sandbox/uploads").iterdir())
    again = rehearsal.run(rehearsal.draft(wish))
    assert again.error is None
    assert again.job.job_id != run.job.job_id
    assert sum(units for _, _, units in rehearsal.server.charges()) == UNITS + Decimal("0.05")
    assert run.job.committed_units + again.job.committed_units == UNITS + Decimal("0.05"), "the ledger says so too"


def test_after_a_crash_a_face_search_is_not_sent_again_by_itself(rehearsal: Rehearsal, wish: GenerationRequest) -> None:
    with Services(rehearsal.settings) as services:
        job = services.ledger.enqueue(rehearsal.draft(wish))
        services.ledger.advance(job.job_id, JobState.PREPARING)
        services.ledger.begin_submit(job.job_id, Caps())
        services.ledger.note_face_search(job.job_id, is_under_way=True)
    # Here the process ended, with the search sent or not: nobody knows.
    run = rehearsal.run(rehearsal.draft(wish))
    assert run.job.job_id == job.job_id
    assert isinstance(run.error, KlingUnknownOutcome)
    assert (run.job.state, run.job.billed_units) == (JobState.FAILED, Decimal("0.05"))
    assert seen(rehearsal, FACES) == 0


def test_a_search_that_never_left_is_sent_after_a_crash(rehearsal: Rehearsal, wish: GenerationRequest) -> None:
    with Services(rehearsal.settings) as services:
        job = services.ledger.enqueue(rehearsal.draft(wish))
        services.ledger.advance(job.job_id, JobState.PREPARING)
        services.ledger.begin_submit(job.job_id, Caps())
    run = rehearsal.run(rehearsal.draft(wish))
    assert (run.error, run.job.job_id) == (None, job.job_id)
    assert sum(units for _, _, units in rehearsal.server.charges()) == UNITS


def test_a_refused_face_search_costs_nothing(rehearsal: Rehearsal, wish: GenerationRequest) -> None:
    rehearsal.server.add_fault(Fault("status", method="POST", path=FACES, when=[1], http=429, code=1303))
    run = rehearsal.run(rehearsal.draft(wish))
    assert run.error is None
    assert sum(units for _, _, units in rehearsal.server.charges()) == UNITS == run.job.billed_units


def test_no_face_at_that_time_ends_it_and_says_what_it_cost(
    rehearsal: Rehearsal, wish: GenerationRequest, tmp_path: Path
) -> None:
    levels = np.zeros(168, dtype=np.uint8)
    levels[:72] = 200
    write_video(tmp_path / "two.mp4", levels, sound=tone(7, 300))
    wish = build_request(ShotFields(lips="two.mp4", speech="line.wav", speech_at=4.0), tmp_path)
    run = rehearsal.run(rehearsal.draft(wish))
    assert isinstance(run.error, InputError)
    assert "one has to be seen for 2 s while the sound plays" in str(run.error)
    assert (run.job.state, run.job.billed_units) == (JobState.FAILED, Decimal("0.05"))
    assert seen(rehearsal, LIPS) == 0


def test_a_cap_counts_both_calls(rehearsal: Rehearsal, wish: GenerationRequest) -> None:
    run = rehearsal.run(rehearsal.draft(wish), list_units=Decimal(1))
    assert "it costs 10.5 and 0 are spent" in str(run.error)
    assert (seen(rehearsal, FACES), seen(rehearsal, LIPS)) == (0, 0)


def test_the_record_holds_neither_sound_nor_address(rehearsal: Rehearsal, wish: GenerationRequest) -> None:
    assert GenerationRequest.from_record(wish.to_record()) == wish
    rehearsal.run(rehearsal.draft(wish))
    written = b"".join(path.read_bytes() for path in (rehearsal.folder / "home").rglob("*") if path.is_file())
    assert b"Signature" not in written


def test_from_the_shell(shell: Shell, wish: GenerationRequest, tmp_path: Path) -> None:
    common = ("generate", "--lips", str(tmp_path / "two.mp4"), "--speech", str(tmp_path / "line.wav"))
    done = shell.run(*common, "--speech-at", "4", "--json")
    assert done.code == 0, done.err
    assert done.json["spent_units"] == 1.05
    late = shell.run(*common, "--speech-at", "5.5")
    assert late.code == 2
    assert "at least 2 s of it have to fall into the video" in " ".join(late.err.split())
    alone = shell.run("generate", "--lips", str(tmp_path / "two.mp4"))
    assert (alone.code, "a lip-sync needs a video (lips) and a sound (speech)" in alone.err) == (2, True)


def test_other_wishes_keep_their_records(wish: GenerationRequest) -> None:
    assert "speech" not in replace(wish, speech=None, video=None).to_record()
