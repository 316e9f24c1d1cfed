# SPDX-License-Identifier: GPL-3.0-or-later
"""`retake jobs show|retry|cancel`: what is known of a job, trying again, and what can be called back."""

from __future__ import annotations

from addon.app import Services
from addon.jobs.ledger import Ledger
from addon.jobs.state import JobState
from addon.media.probe import probe_clip
from addon.sandbox.faults import Fault
from tests.rehearsal import PROMPT, Shell


def queued_job(shell: Shell) -> str:
    with Services(shell.rehearsal.settings) as services:
        return services.ledger.enqueue(shell.rehearsal.draft()).job_id


def test_show_has_every_step_and_id_of_a_job(shell: Shell) -> None:
    shell.run("generate", *PROMPT, "--shot", "s010")
    (listed,) = shell.run("jobs", "list", "--json").json["jobs"]
    shown = shell.run("jobs", "show", listed["job"][:6], "--json").json
    # A fast task may be done before it was once seen in the making.
    assert [step["state"] for step in shown["steps"] if step["state"] != "processing"] == [
        "queued", "preparing", "submitting", "submitted", "downloading", "ready"
    ]  # fmt: skip
    assert (shown["creates_sent"], shown["cost_units"], shown["task_id"]) == (1, 1.5, listed["task_id"])
    assert dict(shell.rehearsal.server.accepted_creates()) == {shown["external_task_id"]: 1}
    assert "sending to Kling" in shell.run("jobs", "show", listed["job"]).out
    unknown = shell.run("jobs", "show", "zzz")
    assert (unknown.code, "no job's id begins so" in unknown.err) == (2, True)


def test_what_is_not_sent_is_called_back_for_free(shell: Shell) -> None:
    job_id = queued_job(shell)
    done = shell.run("jobs", "cancel", job_id[:8])
    assert done.code == 0
    assert "Nothing was sent, and nothing is paid." in done.out
    assert shell.run("jobs", "resume").code == 0
    assert shell.rehearsal.creates() == []


def test_what_kling_has_cannot_be_called_back_and_its_clip_still_comes(shell: Shell) -> None:
    shell.rehearsal.server.add_fault(Fault("status", method="GET", path="/v1/videos", http=401, code=1004))
    assert shell.run("generate", *PROMPT, "--shot", "s010").code == 4
    shell.rehearsal.server.clear_faults()
    (listed,) = shell.run("jobs", "list", "--json").json["jobs"]
    done = shell.run("jobs", "cancel", listed["job"], "--json")
    assert done.code == 1
    assert done.json["cancelled"] is False
    assert "cannot be called back: it costs 1.5 units, and its clip is kept" in done.json["message"]
    (shot,) = shell.run("jobs", "resume", "--json").json["shots"]
    assert shot["state"] == "ready"


def test_retry_goes_on_for_free_or_asks_anew(shell: Shell) -> None:
    job_id = queued_job(shell)
    gone_on = shell.run("jobs", "retry", job_id, "--json", RETAKE_MAX_CREDITS_PER_DAY="30", KLING_BASE_URL="")
    assert gone_on.code != 0, "the job is the sandbox account's"
    shell.rehearsal.server.add_fault(Fault("fail_task", method="POST", when=[1]))
    assert shell.run("generate", *PROMPT, "--shot", "s020").code == 1
    failed = next(job for job in shell.run("jobs", "list", "--json").json["jobs"] if job["id"] == "s020")
    again = shell.run("jobs", "retry", failed["job"], "--json")
    assert again.code == 0, again.err
    assert "1.5 units = 15 credits" in again.err
    (shot,) = again.json["shots"]
    assert (shot["id"], shot["state"], shot["take"]) == ("s020", "ready", 1)
    assert len(shell.rehearsal.creates()) == 2


def test_a_lost_file_is_fetched_again_and_costs_nothing(shell: Shell) -> None:
    shell.run("generate", *PROMPT, "--shot", "s010")
    ledger = Ledger(shell.rehearsal.folder / "home" / "ledger.db")
    (job,) = ledger.jobs()
    there = shell.run("jobs", "retry", job.job_id)
    assert (there.code, "its take is there" in there.err) == (2, True)
    job.file.unlink()
    done = shell.run("jobs", "retry", job.job_id, "--json")
    assert done.code == 0, done.err
    assert probe_clip(job.file).frame_count == 121
    assert len(shell.rehearsal.creates()) == 1
    assert ledger.job(job.job_id).state is JobState.READY
    ledger.close()
