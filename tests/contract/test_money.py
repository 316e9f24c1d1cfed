# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever happens to the create: one accepted request, one charge, one clip."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from addon.errors import AccountError, BudgetError, StorageError
from addon.jobs.job import Job
from addon.jobs.ledger import Ledger
from addon.jobs.message import DownloadProgress, JobAdvanced
from addon.jobs.state import JobState
from addon.kling.errors import (
    KlingAccountRefused,
    KlingBadRequest,
    KlingNotSent,
    KlingNotThere,
    KlingPolicyRefused,
)
from addon.media.probe import DamagedClip, probe_clip
from addon.sandbox.faults import Fault
from tests.clip_pattern import read_frames, take_mark
from tests.rehearsal import PLAIN, TIMING, Rehearsal, Run

CREATE = "/v1/videos/text2video"


def assert_one_paid_clip(rehearsal: Rehearsal, run: Run) -> None:
    assert run.error is None
    assert run.job.state is JobState.READY
    assert dict(rehearsal.server.accepted_creates()) == {run.job.external_task_id: 1}
    assert rehearsal.server.charges() == [(run.job.task_id, run.job.external_task_id, Decimal("1.5"))]
    assert run.job.billed_units == Decimal("1.5")
    frames = read_frames(run.job.file)
    assert [frame.frame_number for frame in frames] == list(range(121))
    assert {frame.take_mark for frame in frames} == {take_mark(str(run.job.task_id))}


def test_a_shot_becomes_one_whole_clip(rehearsal: Rehearsal) -> None:
    run = rehearsal.run()
    assert_one_paid_clip(rehearsal, run)
    assert [message.job.state.value for message in run.messages if isinstance(message, JobAdvanced)] == [
        "preparing", "submitting", "submitted", "processing", "downloading", "ready",
    ]  # fmt: skip
    assert not any(entry["ignored_fields"] for entry in rehearsal.server.requests())


def test_sound_is_asked_for_and_comes(rehearsal: Rehearsal) -> None:
    request = replace(PLAIN, sound=True, mode="pro")
    run = rehearsal.run(rehearsal.draft(request))
    assert run.job.facts is not None
    assert run.job.facts.has_sound
    assert (run.job.facts.width_px, run.job.facts.height_px) == (1920, 1080)
    assert run.job.billed_units == Decimal(5)
    assert run.job.warning == ""


def test_the_same_wish_again_pays_nothing_and_a_new_take_is_another_clip(rehearsal: Rehearsal) -> None:
    first = rehearsal.run()
    again = rehearsal.run()
    assert again.job.job_id == first.job.job_id
    assert len(rehearsal.creates()) == 1
    second = rehearsal.run(new_take=True)
    assert (second.job.take_number, second.job.state) == (2, JobState.READY)
    assert second.job.file != first.job.file
    assert len(rehearsal.server.charges()) == 2


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault("drop_after", method="POST", when=[1]), id="accepted, then the connection is cut"),
        pytest.param(Fault("drop_before", method="POST", when=[1]), id="cut before it is read"),
        pytest.param(Fault("drop_before", method="POST", when=[1, 2]), id="cut twice before it is read"),
        pytest.param(Fault("status", method="POST", when=[1], http=500, code=5000), id="internal error"),
        pytest.param(Fault("status", method="POST", when=[1], http=503, code=5001), id="maintenance"),
        pytest.param(Fault("status", method="POST", when=[1], http=504, code=5002), id="internal timeout"),
        pytest.param(Fault("html", method="POST", when=[1], http=502), id="a proxy's page"),
        pytest.param(Fault("status", method="POST", when=[1, 2], http=429, code=1303), id="no free place, twice"),
        pytest.param(Fault("status", method="POST", when=[1], http=429, code=1302), id="too many requests"),
        pytest.param(Fault("extra_fields", fields={"brand_new": {"a": [1]}}), id="unknown fields in each answer"),
        pytest.param(Fault("drop_before", method="GET", path=CREATE, when=[1, 2]), id="polls cut"),
        pytest.param(Fault("drop_after", method="GET", path=CREATE, when=[1, 3]), id="answers to polls cut"),
        pytest.param(Fault("html", method="GET", path=CREATE, when=[1], http=502), id="a page instead of a poll"),
        pytest.param(Fault("status", method="GET", path=CREATE, when=[1], http=429, code=1302), id="polls too fast"),
    ],
)
def test_a_fault_costs_nothing_twice(rehearsal: Rehearsal, fault: Fault) -> None:
    rehearsal.server.add_fault(fault)
    assert_one_paid_clip(rehearsal, rehearsal.run())


def test_a_lost_answer_and_a_lost_look_up_together(rehearsal: Rehearsal) -> None:
    rehearsal.server.add_fault(Fault("drop_after", method="POST", when=[1]))
    rehearsal.server.add_fault(Fault("drop_before", method="GET", path=CREATE, when=[1, 2]))
    run = rehearsal.run()
    assert_one_paid_clip(rehearsal, run)
    assert len(rehearsal.creates()) == 1


def test_a_price_that_comes_after_the_news_of_the_end_is_kept(rehearsal: Rehearsal) -> None:
    # "succeed" without clip or price, as a task's state may be written before the rest of it.
    early = '{"code": 0, "data": {"task_id": "1", "task_status": "succeed"}}'
    rehearsal.server.add_fault(Fault("garbage", method="GET", path=CREATE, when=[1], body=early))
    assert_one_paid_clip(rehearsal, rehearsal.run())


def test_an_intent_that_kling_never_confirms_is_left_and_goes_on_later(rehearsal: Rehearsal) -> None:
    rehearsal.server.add_fault(Fault("drop_before", method="POST"))
    run = rehearsal.run()
    assert run.job.state is JobState.UNKNOWN
    assert "did not confirm this shot after 3 requests" in str(run.error)
    assert run.job.creates_sent == 3
    rehearsal.server.clear_faults()
    later = rehearsal.run()
    assert later.job.job_id == run.job.job_id
    assert_one_paid_clip(rehearsal, later)


def test_a_second_create_that_is_refused_does_not_hide_a_first_that_arrived(rehearsal: Rehearsal) -> None:
    # The first create is accepted but its answer is lost; both look-ups fail to know it, as a lagging server might.
    # The second create is then refused for an empty account. The clip of the first must not be lost.
    rehearsal.server.add_fault(Fault("drop_after", method="POST", when=[1]))
    rehearsal.server.add_fault(Fault("status", method="GET", path=CREATE, when=[1, 2], http=400, code=1201))
    rehearsal.server.add_fault(Fault("status", method="POST", when=[2], http=429, code=1102))
    assert_one_paid_clip(rehearsal, rehearsal.run())


@pytest.mark.parametrize(
    ("http", "code", "kind"),
    [
        (429, 1102, KlingAccountRefused),
        (429, 1101, KlingAccountRefused),
        (429, 1304, KlingAccountRefused),
        (403, 1103, KlingAccountRefused),
        (400, 1301, KlingPolicyRefused),
        (400, 1201, KlingBadRequest),
    ],
)
def test_a_final_refusal_is_not_asked_again(rehearsal: Rehearsal, http: int, code: int, kind: type[Exception]) -> None:
    rehearsal.server.add_fault(Fault("status", method="POST", http=http, code=code, message="because"))
    run = rehearsal.run()
    assert isinstance(run.error, kind)
    assert "because" in str(run.error)
    assert run.job.state is JobState.REFUSED
    assert len(rehearsal.creates()) == 1
    assert rehearsal.server.charges() == []


def test_a_task_that_kling_fails_is_an_end_with_its_reason(rehearsal: Rehearsal) -> None:
    rehearsal.server.add_fault(Fault("fail_task", message="Failure to pass the risk control system"))
    run = rehearsal.run()
    assert run.job.state is JobState.FAILED
    assert "Failure to pass the risk control system" in str(run.error)
    assert run.job.committed_units == 0


def test_a_wrong_key_is_refused_before_anything_is_made(rehearsal: Rehearsal) -> None:
    run = rehearsal.run(credential=replace(rehearsal.pair, secret_key="x" * 40))
    assert isinstance(run.error, AccountError)
    assert run.job.state is JobState.REFUSED
    assert rehearsal.server.accepted_creates() == {}


def test_an_api_key_serves_as_well(rehearsal: Rehearsal) -> None:
    assert_one_paid_clip(rehearsal, rehearsal.run(credential=rehearsal.api_key))


def test_a_token_that_expires_mid_poll_is_signed_anew(rehearsal: Rehearsal) -> None:
    rehearsal.server.add_fault(Fault("status", method="GET", path=CREATE, when=[2], http=401, code=1004))
    assert_one_paid_clip(rehearsal, rehearsal.run())


def test_a_token_that_stays_expired_stops_the_job_where_it_is(rehearsal: Rehearsal) -> None:
    # A clock that is wrong: nothing that signing can cure. What is paid for waits.
    rehearsal.server.add_fault(Fault("status", method="GET", path=CREATE, http=401, code=1004))
    run = rehearsal.run()
    assert isinstance(run.error, AccountError)
    assert "expired" in str(run.error)
    assert "clock" in str(run.error)
    assert run.job.state is JobState.SUBMITTED
    rehearsal.server.clear_faults()
    assert_one_paid_clip(rehearsal, rehearsal.run())


def test_a_full_budget_sends_nothing(rehearsal: Rehearsal) -> None:
    run = rehearsal.run(list_units=Decimal(1))
    assert isinstance(run.error, BudgetError)
    assert run.job.state is JobState.REFUSED
    assert rehearsal.server.requests() == []
    assert not rehearsal.draft().media_dir.exists()


def test_an_unreachable_kling_sends_nothing_and_the_shot_goes_on_later(rehearsal: Rehearsal) -> None:
    rehearsal.server.stop()
    run = rehearsal.run(timing=replace(TIMING, send_patience_s=0.5))
    assert isinstance(run.error, KlingNotSent)
    rehearsal.server.start()
    assert_one_paid_clip(rehearsal, rehearsal.run())


def test_a_kling_that_goes_away_and_comes_back_is_waited_for(rehearsal: Rehearsal) -> None:
    rehearsal.server.add_fault(Fault("delay_before", method="GET", path=CREATE, when=[1], seconds=0.2))
    rehearsal.server.restart()
    assert_one_paid_clip(rehearsal, rehearsal.run())


@pytest.mark.parametrize("http", [403, 404, 413])
def test_an_address_without_kling_behind_it_is_said_at_once(rehearsal: Rehearsal, http: int) -> None:
    rehearsal.server.add_fault(Fault("html", http=http))
    run = rehearsal.run()
    assert isinstance(run.error, KlingNotThere)
    assert "KLING_BASE_URL" in str(run.error)
    assert run.job.state is JobState.REFUSED
    assert len(rehearsal.server.requests()) == 1


def test_a_gateway_that_turns_polls_away_leaves_the_paid_task_for_later(rehearsal: Rehearsal) -> None:
    rehearsal.server.add_fault(Fault("html", method="GET", path=CREATE, http=403))
    run = rehearsal.run()
    assert isinstance(run.error, KlingNotThere)
    assert run.job.state is JobState.SUBMITTED
    rehearsal.server.clear_faults()
    assert_one_paid_clip(rehearsal, rehearsal.run())


def test_a_clip_that_stays_damaged_is_put_aside_and_fetched_again_later(rehearsal: Rehearsal) -> None:
    rehearsal.server.add_fault(Fault("corrupt_body"))
    run = rehearsal.run()
    assert isinstance(run.error, DamagedClip)
    assert run.job.state is JobState.DOWNLOADING
    assert [path.suffix for path in run.job.media_dir.iterdir()] == [".damaged"]
    rehearsal.server.clear_faults()
    later = rehearsal.run()
    assert_one_paid_clip(rehearsal, later)
    assert sorted(path.suffix for path in later.job.media_dir.iterdir()) == [".json", ".mp4"]


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault("cut_body", when=[1], body_bytes=20_000), id="cut once"),
        pytest.param(Fault("cut_body", when=[1, 2, 3], body_bytes=20_000), id="cut three times"),
        pytest.param(Fault("cut_body", when=[1], body_bytes=0), id="nothing came"),
        pytest.param(Fault("corrupt_body", when=[1]), id="right length, wrong content"),
        pytest.param(Fault("expire_url", when=[1, 2]), id="address no longer good"),
    ],
)
def test_a_broken_download_ends_with_the_whole_clip(rehearsal: Rehearsal, fault: Fault) -> None:
    rehearsal.server.add_fault(fault)
    run = rehearsal.run()
    assert_one_paid_clip(rehearsal, run)
    assert sorted(path.suffix for path in run.job.media_dir.iterdir()) == [".json", ".mp4"]


def test_a_download_goes_on_where_it_stopped(rehearsal: Rehearsal) -> None:
    rehearsal.server.add_fault(Fault("cut_body", when=[1], body_bytes=200_000))
    run = rehearsal.run()
    received = [message.received_bytes for message in run.messages if isinstance(message, DownloadProgress)]
    assert 200_000 in received
    assert received == sorted(received), "bytes that had arrived were fetched again"
    assert received[-1] == run.job.file.stat().st_size


def test_a_disk_that_fails_keeps_the_paid_clip_for_later(rehearsal: Rehearsal) -> None:
    # The folder turns into a file while Kling works.
    draft = rehearsal.draft()
    draft.media_dir.parent.mkdir(exist_ok=True)
    draft.media_dir.write_text("in the way")
    run = rehearsal.run(draft)
    assert run.job.state is JobState.DOWNLOADING
    assert "cannot be written" in str(run.error)
    assert "paid for" in str(run.error)
    draft.media_dir.unlink()
    later = rehearsal.run(draft)
    assert_one_paid_clip(rehearsal, later)
    assert probe_clip(later.job.file).frame_count == 121


def test_a_ledger_that_cannot_be_written_stops_the_job_and_it_goes_on_later(
    rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A disk that is full when Kling's answer is to be recorded, as SQLite itself reports it.
    advance = Ledger.advance

    def fill_the_disk(ledger: Ledger, job_id: str, to_state: JobState, **brings: object) -> Job:
        if to_state is JobState.SUBMITTED:
            (pages,) = ledger._db.execute("PRAGMA page_count").fetchone()
            ledger._db.execute(f"PRAGMA max_page_count = {pages}")
            brings["warning"] = "no room " * 20_000
        return advance(ledger, job_id, to_state, **brings)

    monkeypatch.setattr(Ledger, "advance", fill_the_disk)
    run = rehearsal.run()
    assert isinstance(run.error, StorageError)
    assert "full" in str(run.error)
    assert run.job.state is JobState.SUBMITTING
    monkeypatch.undo()
    assert_one_paid_clip(rehearsal, rehearsal.run())


def test_the_sidecar_tells_what_the_clip_was_made_from(rehearsal: Rehearsal) -> None:
    run = rehearsal.run()
    text = run.job.file.with_suffix(".json").read_text(encoding="utf-8")
    assert PLAIN.prompt in text
    assert '"billed_units": "1.5"' in text
    for secret in (rehearsal.pair.access_key, rehearsal.pair.secret_key, "Signature"):
        assert secret not in text
