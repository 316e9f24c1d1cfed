# SPDX-License-Identifier: GPL-3.0-or-later
"""`retake batch` as a process, against the sandbox over real HTTP: what is made, what it costs, what is made again."""

from __future__ import annotations

import csv
import json
import os
import signal
import sys
import time
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import av
import opentimelineio as otio
import pytest

from addon.batch.events import ANY_EVENT, BatchEnded, BatchStarted, JobDone
from addon.jobs.ledger import Ledger
from addon.media.probe import probe_clip
from addon.sandbox.faults import Fault
from tests.rehearsal import Rehearsal, Shell
from tests.sandbox.reference_host import write_video
from tests.unit.test_media import write_picture

THREE = """
[project]
title = "Night ride"
fps = 25
[[shot]]
id = "s010"
prompt = "rain on a window"
[[shot]]
id = "s020"
prompt = "a ship at night"
[[shot]]
id = "s030"
prompt = "dawn"
"""

EVERY_MODE = """
[project]
title = "Every mode"
fps = 24
resolution = [1280, 720]
[[shot]]
id = "text"
prompt = "rain on a window"
takes = 2
[[shot]]
id = "image"
prompt = "she looks up"
image = "anna.png"
[[shot]]
id = "both-ends"
prompt = "a door closes"
image = "anna.png"
end_image = "anna.png"
quality = "pro"
[[shot]]
id = "sound"
prompt = "a bell rings"
sound = true
quality = "pro"
[[shot]]
id = "motion"
motion = "dance.mp4"
motion_in = 0.5
motion_out = 4.0
image = "anna.png"
[[shot]]
id = "after"
prompt = "it goes on"
start = "last frame of text"
priority = 5
[[shot]]
id = "fill"
prompt = "between the two"
start = "last frame of image"
end = "first frame of sound"
quality = "pro"
[[shot]]
id = "base"
model = "kling-1.6"
prompt = "a field"
quality = "pro"
[[shot]]
id = "extended"
model = "kling-1.6"
prompt = "the wind rises"
extend = "clip of base"
quality = "pro"
[[shot]]
id = "voice"
prompt = "[Anna@Linden]: “We made it.”"
sound = true
quality = "pro"
voices = { Linden = "800000000000000102" }
[[shot]]
id = "element"
model = "kling-3.0"
prompt = "@Courier runs down the stairs"
elements = { Courier = "" }
image = "anna.png"
duration = 3
[[shot]]
id = "cuts"
model = "kling-3.0"
duration = 5
cuts = [{ prompt = "a door opens", duration = 2 }, { prompt = "rain", duration = 3 }]
"""


def write_list(shell: Shell, text: str) -> str:
    (shell.folder / "list.toml").write_text(text, encoding="utf-8")
    return "list.toml"


def jobs_of(rehearsal: Rehearsal) -> list:
    ledger = Ledger(rehearsal.folder / "home" / "ledger.db")
    try:
        return list(ledger.jobs())
    finally:
        ledger.close()


def assert_paid_once(rehearsal: Rehearsal) -> None:
    """No intent made two tasks, and the ledger's spend is the sandbox's bill."""
    accepted = rehearsal.server.accepted_creates()
    assert set(accepted.values()) <= {1}
    billed = {task_id: units for task_id, _, units in rehearsal.server.charges()}
    for job in jobs_of(rehearsal):
        if job.facts is not None:
            assert job.billed_units == billed.pop(job.task_id), job.shot_id
            assert probe_clip(job.file).frame_count == job.facts.frame_count
    assert not billed, "Kling was paid for what the ledger does not have"


def last_picture(clip: Path) -> bytes:
    with av.open(str(clip)) as container:
        *_, last = container.decode(video=0)
    return last.reformat(format="rgb24").to_ndarray().tobytes()


def test_every_mode_is_made_and_the_same_command_again_makes_nothing(shell: Shell) -> None:
    write_video(shell.folder / "dance.mp4", 120, Fraction(24))
    write_picture(shell.folder / "anna.png", 640, 360)
    argv = ["batch", write_list(shell, EVERY_MODE), "--json", "--otio", "out.otio", "--report", "cost.csv",
            "--contact-sheet", "sheet.png", "--events", "events.jsonl"]  # fmt: skip
    done = shell.run(*argv)
    assert done.code == 0, done.err
    takes = {(shot["id"], shot["take"]): shot for shot in done.json["shots"]}
    ids = ["text", "image", "both-ends", "sound", "motion", "after", "fill", "base", "extended", "voice", "element",
           "cuts"]  # fmt: skip
    assert sorted(takes) == sorted([*((one, 1) for one in ids), ("text", 2)])
    assert {shot["state"] for shot in takes.values()} == {"ready"}
    assert done.json["spent_units"] == done.json["estimated_units"] == sum(s["cost_units"] for s in takes.values())
    assert_paid_once(shell.rehearsal)

    jobs = {job.shot_id: job for job in jobs_of(shell.rehearsal)}
    start = jobs["after"].request.image.path
    shown = next(job for job in jobs_of(shell.rehearsal) if job.shot_id == "text" and job.take_number == 2)
    with av.open(str(start)) as picture:
        frame = next(picture.decode(video=0)).reformat(format="rgb24").to_ndarray().tobytes()
    assert frame == last_picture(shown.file), "the shot does not begin with the last frame of the take shown"
    assert jobs["motion"].request.video.duration_s == Fraction(7, 2)
    assert jobs["extended"].facts.frame_count > jobs["base"].facts.frame_count
    assert jobs["voice"].request.voices[0].voice_id
    assert jobs["element"].request.elements[0].element_id

    timeline = otio.adapters.read_from_file(str(shell.folder / "out.otio"))
    picture = next(track for track in timeline.tracks if track.kind == "Video")
    clips = [item for item in picture if isinstance(item, otio.schema.Clip)]
    assert [clip.name for clip in clips] == [f"{one} take {2 if one == 'text' else 1}" for one in ids]
    assert set(clips[0].media_references()) == {"take 1", "take 2"}
    extended = clips[ids.index("extended")].source_range
    assert extended.start_time.value == jobs["base"].facts.frame_count, "an extension shows what is new in it"

    with (shell.folder / "cost.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 14
    assert Decimal(rows[-1]["billed_units"]) == Decimal(str(done.json["spent_units"]))
    with av.open(str(shell.folder / "sheet.png")) as sheet:
        assert next(sheet.decode(video=0)).width > 1000

    before = (shell.folder / "out.otio").read_bytes()
    again = shell.run(*argv)
    assert again.code == 0, again.err
    assert (again.json["shots"], again.json["estimated_units"]) == (done.json["shots"], 0.0)
    assert sum(shell.rehearsal.server.accepted_creates().values()) == 13
    assert (shell.folder / "out.otio").read_bytes() == before

    events = [ANY_EVENT.validate_json(line) for line in (shell.folder / "events.jsonl").read_text().splitlines()]
    assert isinstance(events[0], BatchStarted)
    assert events[0].takes_to_make == 13
    assert sum(isinstance(event, JobDone) and event.file is not None for event in events) == 13
    assert [event.made for event in events if isinstance(event, BatchEnded)] == [13, 0]


def test_the_log_names_job_task_and_request_of_each_create(shell: Shell) -> None:
    assert shell.run("batch", write_list(shell, THREE)).code == 0
    log = (shell.rehearsal.folder / "home" / "retake.log").read_text(encoding="utf-8")
    for job in jobs_of(shell.rehearsal):
        asked = next(line for line in log.splitlines() if "POST /v1/videos/text2video" in line and job.job_id in line)
        assert len(asked.rpartition("request_id=")[2]) > 8
        assert f"job={job.job_id} submitting -> submitted task={job.task_id}" in log


def test_only_what_changed_in_the_list_is_made(shell: Shell) -> None:
    argv = ["batch", write_list(shell, THREE), "--json"]
    assert shell.run(*argv).code == 0
    write_list(shell, THREE.replace("a ship at night", "a ship at noon"))
    plan = shell.run(*argv, "--dry-run")
    assert [shot["id"] for shot in plan.json["shots"] if shot["state"] == "planned"] == ["s020"]
    assert len(shell.rehearsal.creates()) == 3
    changed = shell.run(*argv)
    assert [(shot["id"], shot["take"]) for shot in changed.json["shots"]] == [("s010", 1), ("s020", 2), ("s030", 1)]
    write_list(shell, THREE)
    back = shell.run(*argv)
    assert back.json["estimated_units"] == 0, "the old take is there still"
    assert [shot["take"] for shot in back.json["shots"]] == [1, 1, 1]
    assert len(shell.rehearsal.creates()) == 4


def test_a_new_take_is_made_of_the_shot_that_is_named_and_no_other_follows_it(shell: Shell) -> None:
    text = THREE + '[[shot]]\nid = "s040"\nprompt = "on"\nstart = "last frame of s010"\n'
    argv = ["batch", write_list(shell, text), "--json"]
    assert shell.run(*argv).code == 0
    retaken = shell.run(*argv, "--retake", "s010")
    assert [(shot["id"], shot["take"]) for shot in retaken.json["shots"]][:2] == [("s010", 1), ("s010", 2)]
    assert len(shell.rehearsal.creates()) == 5
    assert shell.run(*argv).json["estimated_units"] == 0
    one = shell.run(*argv, "--only", "s020")
    assert [shot["id"] for shot in one.json["shots"]] == ["s020"]
    assert len(shell.rehearsal.creates()) == 5
    assert shell.run(*argv, "--retake", "s040").code == 0
    last = jobs_of(shell.rehearsal)[-1]
    assert "s010_t02" in last.request.image.path.name, "a new take goes by the take that is shown"


def test_what_cannot_be_is_said_of_all_shots_before_anything_is_sent(shell: Shell) -> None:
    text = THREE.replace('prompt = "dawn"', 'prompt = "dawn"\nmodel = "kling-2.6"\nduration = 7') + (
        '[[shot]]\nid = "s040"\nimage = "nowhere.png"\nprompt = "x"\n'
        '[[shot]]\nid = "s050"\nprompt = "x"\nstart = "last frame of s040"\n'
    )
    done = shell.run("batch", write_list(shell, text), "--json")
    assert done.code == 2
    assert "s030: duration: 7 s cannot be used; Kling 2.6 makes 5 or 10 s" in done.err
    assert "s040: start image" in done.err
    assert {shot["id"]: shot["state"] for shot in done.json["shots"]}["s030"] == "not_sent"
    assert shell.rehearsal.creates() == []


def test_the_clip_of_another_shot_is_the_motion_of_this_one(shell: Shell) -> None:
    write_picture(shell.folder / "anna.png", 640, 360)
    text = '[[shot]]\nid = "s010"\nprompt = "a dancer"\n'
    text += '[[shot]]\nid = "s020"\nmotion = "clip of s010"\nimage = "anna.png"\n'
    planned = shell.run("batch", write_list(shell, text), "--dry-run", "--json")
    done = shell.run("batch", "list.toml", "--json")
    assert (planned.code, done.code) == (0, 0), planned.err + done.err
    assert "motion reference: motion control" in done.err
    # 5 s of silent 2.6 and 5 s of motion control: 1.5 and 2.5 units.
    assert planned.json["estimated_units"] == done.json["spent_units"] == 4.0
    clips = {shot["id"]: probe_clip(Path(shot["file"])) for shot in done.json["shots"]}
    assert clips["s020"].duration_s == clips["s010"].duration_s


def test_two_lists_with_shots_of_one_name_keep_out_of_each_other(shell: Shell) -> None:
    """Of the second list's shots one asks for what the first list has made, the other for something else."""
    own, other = THREE.split('[[shot]]\nid = "s030"')[0], shell.folder / "other"
    other.mkdir()
    first = shell.run("batch", write_list(shell, own), "--json")
    (other / "list.toml").write_text(own.replace("a ship at night", "a train at night"), encoding="utf-8")
    second = shell.run("batch", "other/list.toml", "--otio", "other/cut.otio", "--json")
    assert (first.code, second.code) == (0, 0), second.err
    files = [{shot["id"]: shot["file"] for shot in done.json["shots"]} for done in (first, second)]
    assert files[0]["s010"] == files[1]["s010"]
    assert Path(files[1]["s020"]).parent == other / "takes"
    cut = (other / "cut.otio").read_text(encoding="utf-8")
    assert files[1]["s020"] in cut
    assert files[0]["s020"] not in cut
    again = shell.run("batch", "list.toml", "--json")
    assert {shot["id"]: shot["file"] for shot in again.json["shots"]} == files[0]
    assert len(shell.rehearsal.creates()) == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(
            THREE + '[[shot]]\nid = "a"\nprompt = "x"\nstart = "last frame of b"\n', "no such shot", id="none"
        ),
        pytest.param(
            THREE
            + '[[shot]]\nid = "a"\nprompt = "x"\nstart = "last frame of b"\n'
            + '[[shot]]\nid = "b"\nprompt = "x"\nstart = "last frame of a"\n',
            "these shots wait for each other: a → b → a",
            id="circle",
        ),
        pytest.param(THREE + "takes = 0\n", "a whole number of 1 to 20 is needed", id="takes"),
    ],
)
def test_links_that_cannot_be_are_named(shell: Shell, text: str, words: str) -> None:
    done = shell.run("batch", write_list(shell, text))
    assert done.code == 2
    assert words in done.err


def test_a_cap_that_does_not_cover_the_list_refuses_the_whole_of_it(shell: Shell) -> None:
    done = shell.run("batch", write_list(shell, THREE), "--max-credits", "44")
    assert done.code == 3
    assert "what is missing costs 45 and 0 are spent" in done.err
    assert shell.rehearsal.creates() == []
    assert shell.run("batch", "list.toml", "--max-credits", "45").code == 0
    more = shell.run("batch", "list.toml", "--max-credits", "45", "--retake", "s010")
    assert more.code == 3, "the cap is the list's, all runs together"


def test_one_shots_failure_stops_only_those_that_wait_for_it(shell: Shell) -> None:
    text = THREE + '[[shot]]\nid = "s040"\nprompt = "on"\nstart = "last frame of s010"\n'
    shell.rehearsal.server.add_fault(Fault("fail_task", method="POST", path="/v1/videos/text2video", when=[1]))
    done = shell.run("batch", write_list(shell, text), "--json")
    assert done.code == 1
    states = {shot["id"]: shot["state"] for shot in done.json["shots"]}
    assert states == {"s010": "failed", "s020": "ready", "s030": "ready", "s040": "not_sent"}
    assert "s040 was not sent: it takes the last frame of s010, and s010 has no take." in done.err
    again = shell.run("batch", "list.toml", "--json")
    assert again.code == 0
    assert Counter(shot["state"] for shot in again.json["shots"]) == {"ready": 4}
    assert_paid_once(shell.rehearsal)


def test_a_refusal_of_the_account_lets_nothing_more_be_sent(shell: Shell) -> None:
    many = "".join(f'[[shot]]\nid = "s{n:03}"\nprompt = "shot {n}"\n' for n in range(30))
    shell.rehearsal.server.add_fault(Fault("status", method="POST", path="/v1/videos", code=1101))
    done = shell.run("batch", write_list(shell, many), "--json")
    assert done.code == 4
    assert len(shell.rehearsal.creates()) < 12, "it went on asking an account with an unpaid bill"
    assert all("unpaid bill" in shot["error"] for shot in done.json["shots"])
    shell.rehearsal.server.clear_faults()
    assert shell.run("batch", "list.toml", "--json", "--only", "s000,s029").code == 0


def test_the_worst_faults_cost_nothing_twice(shell: Shell) -> None:
    many = "".join(f'[[shot]]\nid = "s{n:03}"\nprompt = "shot {n}"\n' for n in range(12))
    create = {"method": "POST", "path": "/v1/videos/text2video"}
    for fault in (
        Fault("drop_after", when=[1, 5], **create),
        Fault("drop_before", when=[2], **create),
        Fault("garbage", when=[3], accept=True, **create),
        Fault("html", when=[4], accept=True, **create),
        Fault("status", when=[6], code=5000, accept=True, **create),
        Fault("status", when=[7], code=1302, **create),
        Fault("status_backwards", method="GET", path="/v1/videos", when=[4, 9]),
        Fault("html", method="GET", path="/v1/videos", when=[6]),
        Fault("cut_body", method="GET", when=[1], body_bytes=5000),
        Fault("corrupt_body", method="GET", when=[3]),
        Fault("expire_url", method="GET", when=[5]),
    ):
        shell.rehearsal.server.add_fault(fault)
    done = shell.run("batch", write_list(shell, many), "--json")
    assert done.code == 0, done.err
    assert {shot["state"] for shot in done.json["shots"]} == {"ready"}
    assert sorted(shell.rehearsal.server.accepted_creates().values()) == [1] * 12
    assert_paid_once(shell.rehearsal)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_killed_again_and_again_each_shot_is_paid_once(shell: Shell) -> None:
    many = "".join(f'[[shot]]\nid = "s{n:03}"\nprompt = "shot {n}"\n' for n in range(12))
    argv = ["batch", write_list(shell, many), "--json"]
    for kill in range(int(os.environ.get("RETAKE_KILLS", "3"))):
        process = shell.start(*argv)
        seen, ends_at = len(shell.rehearsal.creates()), time.monotonic() + 30
        while len(shell.rehearsal.creates()) < seen + 2 and time.monotonic() < ends_at and process.poll() is None:
            time.sleep(0.02)
        time.sleep(0.07 * kill)
        process.kill()
        process.communicate(timeout=30)
    done = shell.run(*argv)
    assert done.code == 0, done.err
    assert len(done.json["shots"]) == 12
    assert sorted(shell.rehearsal.server.accepted_creates().values()) == [1] * 12
    assert_paid_once(shell.rehearsal)
    bill = sum(units for _, _, units in shell.rehearsal.server.charges())
    assert Decimal(str(done.json["spent_units"])) == bill == 18
    assert sorted({Path(name).suffix for name in shell.files() if name.startswith("takes/")}) == [".json", ".mp4"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_ctrl_c_stops_cleanly_and_says_how_to_go_on(shell: Shell) -> None:
    shell.rehearsal.server.add_fault(Fault("stuck", method="POST", path="/v1/videos", when=[3]))
    process = shell.start("batch", write_list(shell, THREE), "--json", "--events", "events.jsonl")
    ends_at = time.monotonic() + 30
    events = shell.folder / "events.jsonl"
    while time.monotonic() < ends_at and not (events.is_file() and events.read_text().count('"job_done"') == 2):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in out + err
    assert "1 are at Kling and will be fetched, 0 were not sent" in err
    assert "the same command, without --retake, goes on where this one stopped" in err.replace("\n", " ")
    assert len(json.loads(out)["shots"]) == 3
    last = ANY_EVENT.validate_json(events.read_text().splitlines()[-1])
    assert isinstance(last, BatchEnded)
    assert last.interrupted


def test_a_rehearsal_says_what_the_real_run_would_come_to(shell: Shell) -> None:
    faults = shell.folder / "faults.toml"
    faults.write_text('[[fault]]\naction = "status"\nmethod = "POST"\npath = "/v1/videos"\nwhen = [2]\ncode = 1301\n')
    argv = ["batch", write_list(shell, THREE), "--sandbox", "--speed", "500", "--faults", str(faults), "--json"]
    done = shell.run(*argv)
    assert done.code == 1
    assert "cost 4.5 units = 45 credits" in done.err
    assert "take about 2 min with 5 places" in done.err
    assert "1 would fail: s020" in done.err
    assert done.json["elapsed_s"] < 20
    assert shell.rehearsal.requests_seen() == 0
