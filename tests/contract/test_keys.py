# SPDX-License-Identifier: GPL-3.0-or-later
"""`retake key …` as a user runs it, and the commands that then use the key that was set."""

from __future__ import annotations

import os
import select
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from addon.sandbox.server import SandboxServer
from addon.sandbox.settings import SandboxSettings
from tests.rehearsal import HEED_CTRL_C, PROMPT, SPEED, Done, Rehearsal, Shell

NO_KEYS = {"KLING_ACCESS_KEY": "", "KLING_SECRET_KEY": "", "KLING_API_KEY": ""}

# The standard input becomes the terminal that the process belongs to, as in a window of a shell.
AT_A_TERMINAL = f"import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); {HEED_CTRL_C}"


def run_piped(shell: Shell, text: str, *argv: str, **environ: str) -> Done:
    done = subprocess.run(
        [sys.executable, "-c", HEED_CTRL_C, *argv],
        cwd=shell.folder,
        env={**shell.environ, **NO_KEYS, **environ},
        input=text,
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    return Done(done.returncode, done.stdout, done.stderr)


def keys_file(shell: Shell) -> Path:
    return Path(shell.environ["RETAKE_HOME"]) / "keys.toml"


def secrets_of(rehearsal: Rehearsal) -> tuple[str, ...]:
    keys = rehearsal.server.credentials
    return keys.api_key, keys.access_key, keys.secret_key


def assert_only_in_the_file(shell: Shell, *runs: Done) -> None:
    texts = {f"{run.out}{run.err}" for run in runs}
    for folder in (Path(shell.environ["RETAKE_HOME"]), shell.folder):
        texts |= {
            path.read_bytes().decode("utf-8", "replace")
            for path in folder.rglob("*")
            if path.is_file() and path != keys_file(shell)
        }
    assert not [secret for secret in secrets_of(shell.rehearsal) if any(secret in text for text in texts)]


@pytest.mark.parametrize("kind", ["api_key", "pair"])
def test_a_key_that_is_set_once_opens_kling_from_then_on(shell: Shell, kind: str) -> None:
    api_key, access_key, secret_key = secrets_of(shell.rehearsal)
    text, options = (f"{api_key}\n", []) if kind == "api_key" else (f"{access_key}\r\n{secret_key}\r\n", ["--pair"])
    kept = run_piped(shell, text, "key", "set", "--stdin", *options)
    assert (kept.code, kept.out) == (0, "")
    assert str(keys_file(shell)) in kept.err
    if os.name == "posix":
        assert stat.S_IMODE(keys_file(shell).stat().st_mode) == 0o600
    shown = shell.run("key", "status", "--json", **NO_KEYS)
    assert shown.code == 0
    assert (shown.json["kind"], shown.json["source"], shown.json["usable"]) == (kind, "file", True)
    assert shown.json["host"] in shell.environ["KLING_BASE_URL"]
    made = shell.run("generate", *PROMPT, "--json", **NO_KEYS)
    assert (made.code, made.json["shots"][0]["state"]) == (0, "ready")
    assert sum(shell.rehearsal.server.accepted_creates().values()) == 1
    assert_only_in_the_file(shell, kept, shown, made, shell.run("key", "status", **NO_KEYS))


def test_the_environment_wins_and_that_is_said(shell: Shell) -> None:
    kept = run_piped(shell, "wrong-key-of-a-user", "key", "set", "--stdin")
    assert "used first" not in kept.err
    assert shell.run("account", **NO_KEYS).code == 4
    assert shell.run("account").code == 0
    assert "from the environment" in shell.run("key", "status").out
    again = run_piped(
        shell, secrets_of(shell.rehearsal)[0], "key", "set", "--stdin", KLING_API_KEY="wrong-key-of-a-user"
    )
    assert "used first" in again.err
    assert shell.run("account", **{**NO_KEYS, "KLING_API_KEY": "wrong-key-of-a-user"}).code == 4
    assert shell.run("account", **NO_KEYS).code == 0


def test_the_key_of_one_host_is_never_sent_to_another(shell: Shell, tmp_path: Path) -> None:
    run_piped(shell, secrets_of(shell.rehearsal)[0], "key", "set", "--stdin")
    with SandboxServer(SandboxSettings(data_dir=tmp_path / "other", speed=SPEED)) as other:
        there = {**NO_KEYS, "KLING_BASE_URL": other.base_url}
        refused = shell.run("account", **there)
        assert (refused.code, other.requests()) == (4, [])
        assert "No Kling key is set." in refused.err
        here = shell.environ["KLING_BASE_URL"].removeprefix("http://")
        assert f"There is one for {here}, but not for" in refused.err
        unset = shell.run("key", "status", "--json", **there)
        assert (unset.code, unset.json["kind"], unset.json["other_hosts"]) == (4, None, [here])
        run_piped(shell, other.credentials.api_key, "key", "set", "--stdin", KLING_BASE_URL=other.base_url)
        assert shell.run("account", **there).code == 0
    assert shell.run("account", **NO_KEYS).code == 0


def test_a_key_is_forgotten(shell: Shell) -> None:
    run_piped(shell, secrets_of(shell.rehearsal)[0], "key", "set", "--stdin")
    gone = shell.run("key", "forget", **NO_KEYS)
    assert (gone.code, gone.out, keys_file(shell).exists()) == (0, "", False)
    assert "is removed from" in gone.err
    assert shell.run("account", **NO_KEYS).code == 4
    assert shell.rehearsal.requests_seen() == 0
    again = shell.run("key", "forget")
    assert "No key was kept" in again.err
    assert "The environment still has a key." in again.err


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_a_file_that_others_can_read_stops_the_command_before_anything_is_sent(shell: Shell) -> None:
    run_piped(shell, secrets_of(shell.rehearsal)[0], "key", "set", "--stdin")
    keys_file(shell).chmod(0o644)
    refused = shell.run("generate", *PROMPT, **NO_KEYS)
    assert refused.code == 4
    assert f"chmod 600 {keys_file(shell)}" in refused.err
    assert shell.rehearsal.requests_seen() == 0
    shown = shell.run("key", "status", **NO_KEYS)
    assert shown.code == 4
    assert "Others on this computer can read the keys" in shown.out
    assert_only_in_the_file(shell, refused, shown)


@pytest.mark.parametrize(
    ("text", "argv", "words"),
    [
        pytest.param("", ["set"], "typed in a terminal", id="no terminal"),
        pytest.param("", ["set", "--stdin"], "one line is needed", id="nothing"),
        pytest.param("KEY\nKEY\n", ["set", "--stdin"], "one line is needed", id="two for one"),
        pytest.param("KEY\n", ["set", "--stdin", "--pair"], "two lines are needed", id="half a pair"),
        pytest.param("KEY KEY\n", ["set", "--stdin"], "one word", id="two words"),
        pytest.param("KEYé\n", ["set", "--stdin"], "one word", id="no plain letter"),
        pytest.param("", ["set", "KEY"], "history", id="as an argument"),
        pytest.param("", ["set", "--stdin", "KEY"], "history", id="as an argument beside --stdin"),
        pytest.param("", ["KEY"], "the commands are forget, set, status", id="as a command"),
        pytest.param("", ["status", "KEY"], "history", id="status of a key"),
        pytest.param("", ["forget", "KEY"], "history", id="forget a key"),
        pytest.param("", ["set", "--pair=KEY"], "does not take a value", id="as a value"),
        pytest.param("", ["set", "--api-key=KEY"], "No such option", id="as an unknown option"),
    ],
)
def test_what_cannot_be_is_one_sentence_without_the_key(shell: Shell, text: str, argv: list[str], words: str) -> None:
    key = secrets_of(shell.rehearsal)[0]
    done = run_piped(shell, text.replace("KEY", key), "key", *[each.replace("KEY", key) for each in argv])
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert not keys_file(shell).exists()
    assert_only_in_the_file(shell, done)


@pytest.mark.skipif(sys.platform == "win32", reason="terminals of this kind are POSIX's")
@pytest.mark.parametrize("kind", ["api_key", "pair"])
def test_what_is_typed_at_a_terminal_is_kept_and_never_shown(shell: Shell, kind: str) -> None:
    termios = pytest.importorskip("termios")
    api_key, access_key, secret_key = secrets_of(shell.rehearsal)
    options = ["--pair"] if kind == "pair" else []
    prompts = {"Access key": access_key, "Secret key": secret_key} if kind == "pair" else {"API key": api_key}
    ours, theirs = os.openpty()
    shown = ""
    try:
        process = subprocess.Popen(
            [sys.executable, "-c", AT_A_TERMINAL, "key", "set", *options],
            cwd=shell.folder,
            env={**shell.environ, **NO_KEYS},
            start_new_session=True,
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=theirs,
        )
        ends_at = time.monotonic() + 60
        for prompt, typed in prompts.items():
            while prompt not in shown or termios.tcgetattr(theirs)[3] & termios.ECHO:
                assert process.poll() is None, shown
                assert time.monotonic() < ends_at, shown
                shown += read_now(ours)
            os.write(ours, f"{typed}\n".encode())
        out, _ = process.communicate(timeout=90)
        shown += read_now(ours)
    finally:
        os.close(ours)
        os.close(theirs)
    assert (process.returncode, out) == (0, b""), shown
    done = Done(process.returncode, shown, "")
    assert "Kept an" in shown
    assert_only_in_the_file(shell, done)
    assert shell.run("account", **NO_KEYS).code == 0


def read_now(terminal: int) -> str:
    ready, _, _ = select.select([terminal], [], [], 0.02)
    return os.read(terminal, 65536).decode() if ready else ""
