# SPDX-License-Identifier: GPL-3.0-or-later
"""The program as a user runs it: a process with arguments, output and an exit code."""

from __future__ import annotations

import json
import signal
import sys
import time
from pathlib import Path

import pytest

from addon.sandbox.faults import Fault
from addon.sandbox.server import SandboxServer
from addon.sandbox.settings import SandboxSettings
from tests.rehearsal import PROMPT, Shell


def test_generate_prints_one_json_object_and_the_same_command_again_pays_nothing(shell: Shell) -> None:
    done = shell.run("generate", *PROMPT, "--json", "--shot", "s010")
    assert done.code == 0, done.err
    (shot,) = done.json["shots"]
    assert (shot["id"], shot["state"], shot["take"], shot["cost_units"], shot["error"]) == (
        "s010",
        "ready",
        1,
        1.5,
        None,
    )
    assert Path(shot["file"]).stat().st_size > 10_000
    assert (done.json["spent_units"], done.json["estimated_units"]) == (1.5, 1.5)
    assert "Kling 2.6 std, 5 s, silent: 1.5 units = 15 credits = $0.21 list price" in done.err
    again = shell.run("generate", *PROMPT, "--json", "--shot", "s010")
    assert again.json == done.json
    assert "exists already" in again.err
    assert len(shell.rehearsal.creates()) == 1
    new = shell.run("generate", *PROMPT, "--json", "--shot", "s010", "--new-take")
    assert (new.json["shots"][0]["take"], new.json["spent_units"]) == (2, 3.0)


def test_a_private_sandbox_needs_no_key(shell: Shell) -> None:
    nothing = {name: "" for name in shell.environ if name.startswith("KLING_")}
    done = shell.run("generate", *PROMPT, "--sandbox", "--json", **nothing)
    assert done.code == 0, done.err
    assert done.json["shots"][0]["state"] == "ready"
    assert shell.rehearsal.requests_seen() == 0


@pytest.mark.parametrize(
    ("argv", "environ", "code", "words"),
    [
        pytest.param(
            ["--prompt", "x" * 2501],
            {},
            2,
            "prompt: a text of 2,501 characters cannot be used; at most 2,500",
            id="prompt",
        ),
        pytest.param(
            [*PROMPT, "--duration", "7"],
            {},
            2,
            "duration: 7 s cannot be used; Kling 2.6 makes 5 or 10 s",
            id="duration",
        ),
        pytest.param([*PROMPT, "--duration", "long"], {}, 2, "'long' is not a valid integer", id="not a number"),
        pytest.param(
            [*PROMPT, "--sound", "--quality", "std"],
            {},
            2,
            "sound: on cannot be used; Kling 2.6 has it with quality pro",
            id="sound",
        ),
        pytest.param([*PROMPT, "--model", "kling-1"], {}, 2, "it is one of kling-2.6", id="model"),
        pytest.param([*PROMPT, "--image", "nowhere.png"], {}, 2, "there is no such file", id="image"),
        pytest.param([*PROMPT, "--media", "a-file/takes"], {}, 2, "the folder cannot be written", id="media"),
        pytest.param([*PROMPT, "--shot", "../up"], {}, 2, "--shot: ../up cannot be used", id="shot id"),
        pytest.param([*PROMPT, "--max-credits", "lots"], {}, 2, "a number of credits", id="credits"),
        pytest.param([], {}, 2, "needs a prompt", id="no prompt"),
        pytest.param(["--colour", "red"], {}, 2, "No such option", id="unknown option"),
        pytest.param(PROMPT, {"RETAKE_HOME": "a-file/home"}, 2, "RETAKE_HOME", id="home"),
        pytest.param(PROMPT, {"KLING_BASE_URL": "http://example.org"}, 2, "https only", id="plain http"),
        pytest.param(PROMPT, {"KLING_BASE_URL": "klingai"}, 2, "an address such as https://host", id="no address"),
        pytest.param([*PROMPT, "--max-credits", "14"], {}, 3, "The budget of 14 credits does not allow", id="cap"),
        pytest.param(PROMPT, {"RETAKE_MAX_CREDITS_PER_DAY": "10"}, 3, "the account today", id="day cap"),
        pytest.param(PROMPT, {"KLING_ACCESS_KEY": "", "KLING_SECRET_KEY": ""}, 4, "No Kling key is set", id="no key"),
        pytest.param(PROMPT, {"KLING_SECRET_KEY": "w" * 40}, 4, "Kling does not accept the key", id="wrong key"),
        pytest.param(PROMPT, {"KLING_API_KEY": "wrong-key-of-a-user"}, 4, "not accept the key", id="wrong API key"),
    ],
)
def test_what_cannot_be_is_one_clear_sentence(
    shell: Shell, argv: list[str], environ: dict[str, str], code: int, words: str
) -> None:
    (shell.folder / "a-file").write_text("")
    before = shell.files()
    done = shell.run("generate", *argv, **environ)
    assert words in done.err
    assert (done.code, done.out) == (code, "")
    assert shell.rehearsal.server.accepted_creates() == {}
    assert shell.files() == before, "something half-written was left"
    for secret in ("w" * 40, "wrong-key-of-a-user"):
        assert secret not in done.err


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that even root cannot write")
def test_an_unwritable_media_folder_is_found_before_anything_is_paid(shell: Shell) -> None:
    done = shell.run("generate", *PROMPT, "--media", "/proc/takes")
    assert done.code == 2
    assert "--media: /proc/takes cannot be used; the folder cannot be written" in done.err
    assert shell.rehearsal.requests_seen() == 0


def test_bad_input_with_json_is_still_one_object(shell: Shell) -> None:
    done = shell.run("generate", *PROMPT, "--duration", "7", "--json")
    assert done.code == 2
    assert done.json["shots"] == []
    assert "duration" in done.json["error"]


def test_a_prompt_that_the_settings_do_not_serve_gets_a_hint_and_is_made_all_the_same(shell: Shell) -> None:
    done = shell.run("generate", "--prompt", 'A man says: "We made it."', "--json")
    assert done.code == 0
    assert "Hint, at “" in done.err
    assert "sound" in done.err.partition("Hint")[2]
    assert "Hint" not in shell.run("generate", *PROMPT, "--json").err


def test_a_refused_shot_with_json_says_why(shell: Shell) -> None:
    shell.rehearsal.server.add_fault(Fault("status", method="POST", http=400, code=1301, message="no"))
    done = shell.run("generate", *PROMPT, "--json")
    assert done.code == 1
    (shot,) = done.json["shots"]
    assert (shot["state"], shot["file"], shot["cost_units"]) == ("refused", None, None)
    assert "content check" in shot["error"]


def test_a_token_that_stays_expired_is_an_account_matter_and_the_shot_goes_on_later(shell: Shell) -> None:
    shell.rehearsal.server.add_fault(Fault("status", method="GET", path="/v1/videos", http=401, code=1004))
    done = shell.run("generate", *PROMPT)
    assert done.code == 4
    assert "the token has expired" in done.err
    shell.rehearsal.server.clear_faults()
    again = shell.run("generate", *PROMPT, "--json")
    assert again.json["shots"][0]["state"] == "ready"
    assert len(shell.rehearsal.creates()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_ctrl_c_stops_cleanly_and_the_same_command_goes_on(shell: Shell) -> None:
    shell.rehearsal.server.add_fault(Fault("delay", method="GET", path="/v1/videos", when=[1], seconds=5))
    process = shell.start("generate", *PROMPT)
    ends_at = time.monotonic() + 30
    while not shell.rehearsal.server.accepted_creates() and time.monotonic() < ends_at:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "the same command goes on where this one stopped" in err
    assert "Traceback" not in out + err
    again = shell.run("generate", *PROMPT, "--json")
    assert again.json["shots"][0]["state"] == "ready"
    assert sum(shell.rehearsal.server.accepted_creates().values()) == 1


def test_jobs_are_listed_and_an_unfinished_one_goes_on_without_its_command(shell: Shell) -> None:
    assert "No jobs yet" in shell.run("jobs", "list").err
    shell.rehearsal.server.add_fault(Fault("status", method="GET", path="/v1/videos", http=401, code=1004))
    assert shell.run("generate", *PROMPT, "--shot", "s010").code == 4
    shell.rehearsal.server.clear_faults()
    (job,) = shell.run("jobs", "list", "--json").json["jobs"]
    assert (job["id"], job["state"], job["file"]) == ("s010", "submitted", None)
    assert "the token has expired" in shell.run("jobs", "list", COLUMNS="300").out
    resumed = shell.run("jobs", "resume", "--json")
    assert resumed.code == 0
    assert [shot["state"] for shot in resumed.json["shots"]] == ["ready"]
    assert len(shell.rehearsal.creates()) == 1
    assert "Nothing is unfinished" in shell.run("jobs", "resume").err


def test_the_log_has_the_steps_and_no_secret(shell: Shell) -> None:
    shell.run("generate", *PROMPT)
    log = (shell.rehearsal.folder / "home" / "retake.log").read_text(encoding="utf-8")
    assert "submitting -> submitted" in log
    for secret in (shell.environ["KLING_ACCESS_KEY"], shell.environ["KLING_SECRET_KEY"], "Signature=", "eyJ"):
        assert secret not in log


def test_the_sandbox_runs_as_a_server_of_its_own(shell: Shell, tmp_path: Path) -> None:
    faults = tmp_path / "faults.toml"
    faults.write_text('[[fault]]\naction = "drop_after"\nmethod = "POST"\nwhen = [1]\n')
    data = str(tmp_path / "data")
    server = shell.start("sandbox", "--port", "0", "--speed", "400", "--data", data, "--faults", str(faults))
    assert server.stdout is not None
    exports = [server.stdout.readline().strip().removeprefix("export ").partition("=") for _ in range(2)]
    environ = {name: value for name, _, value in exports}
    assert set(environ) == {"KLING_BASE_URL", "KLING_API_KEY"}
    done = shell.run("generate", *PROMPT, "--json", **environ)
    server.send_signal(signal.SIGTERM)
    server.communicate(timeout=30)
    assert server.returncode == 0
    assert done.json["shots"][0]["state"] == "ready"
    lines = (tmp_path / "data" / "requests.jsonl").read_text(encoding="utf-8").splitlines()
    assert sum(json.loads(line)["accepted"] for line in lines) == 1


def test_two_private_rehearsals_at_once_do_not_share_tasks(shell: Shell) -> None:
    with SandboxServer(SandboxSettings(data_dir=shell.rehearsal.folder / "home" / "sandbox")):
        done = shell.run("generate", *PROMPT, "--sandbox")
        server = shell.run("sandbox", "--port", "0", "--data", str(shell.rehearsal.folder / "home" / "sandbox"))
    assert (done.code, server.code) == (2, 2)
    assert "another rehearsal is running there" in done.err
    assert "another sandbox is running there" in server.err
    assert shell.run("generate", *PROMPT, "--sandbox").code == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(None, "faults.toml", id="no file"),
        pytest.param("[[fault]]\naction = 'explode'\n", "explode", id="unknown action"),
        pytest.param("[[fault", "faults.toml", id="not TOML"),
    ],
)
def test_a_faulty_file_of_faults_is_said(shell: Shell, tmp_path: Path, content: str | None, words: str) -> None:
    faults = tmp_path / "faults.toml"
    if content is not None:
        faults.write_text(content)
    done = shell.run("sandbox", "--port", "0", "--faults", str(faults))
    assert done.code == 2
    assert words in done.err


@pytest.mark.parametrize(
    "argv", [["generate", *PROMPT, "--blend", "edit.blend"], ["otio", "export", "a.blend", "b.otio"]]
)
def test_without_blender_what_needs_it_says_so_before_anything_is_paid(shell: Shell, argv: list[str]) -> None:
    (shell.folder / "a.blend").write_bytes(b"")
    done = shell.run(*argv)
    assert done.code == 2
    assert "Blender's Python module is not installed here" in done.err
    assert shell.rehearsal.requests_seen() == 0


def test_models_are_listed_with_limits_and_prices(shell: Shell) -> None:
    listed = shell.run("models", COLUMNS="200")
    assert listed.code == 0
    assert "kling-3.0-turbo" in listed.out
    assert "kling-1.0" not in listed.out
    assert "10 credits are $0.14." in listed.out
    one = shell.run("models", "kling-1.0", COLUMNS="200")
    assert "Kling has discontinued it." in one.out
    row = next(row for row in shell.run("models", "--json").json["models"] if row["id"] == "kling-2.6")
    assert [mode["units_per_s"] for mode in row["mode"]] == [
        {"silent": "0.3", "motion": "0.5"},
        {"silent": "0.5", "sound": "1.0", "voice": "1.2", "motion": "0.8"},
    ]
    assert shell.run("models", "kling-9").code == 2


def test_help_names_the_limits(shell: Shell) -> None:
    done = shell.run("generate", "--help")
    assert done.code == 0
    for words in ("2,500 characters", "kling-2.6", "16:9, 9:16 or 1:1", "--max-credits"):
        assert words in done.out
