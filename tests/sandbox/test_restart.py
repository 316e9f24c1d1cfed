# SPDX-License-Identifier: GPL-3.0-or-later
"""What outlives a sandbox: tasks, clips, credentials, addresses. Also when it was killed in the middle."""

from __future__ import annotations

import json
import math
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from addon.sandbox.faults import Fault
from addon.sandbox.server import SandboxServer
from addon.sandbox.settings import Credentials, SandboxSettings
from tests.sandbox.account import QUICK, TEXT, Account
from tests.sandbox.conftest import Opened

Open = Callable[..., Opened]
ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
from pathlib import Path
from addon.sandbox.server import serve
from addon.sandbox.settings import SandboxSettings

def ready(server):
    print(server.base_url, flush=True)

serve(SandboxSettings(Path(sys.argv[1]), speed=float(sys.argv[2])), ready)
print("ended", flush=True)
"""


@contextmanager
def process(folder: Path, speed: float) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A sandbox in its own process, and its address."""
    command = [sys.executable, "-c", PROGRAM, str(folder), str(speed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as running:
        try:
            assert running.stdout is not None
            yield running, running.stdout.readline().strip()
        finally:
            running.kill()


def test_restart_keeps_port_tasks_and_addresses(open_sandbox: Open) -> None:
    server, account = open_sandbox(speed=100)
    base_url, credentials = server.base_url, server.credentials
    done = account.task_id({**QUICK, "external_task_id": "a"})
    url = account.url(done)
    content = account.client.get(url).content
    running = account.task_id({**QUICK, "external_task_id": "b"})
    server.restart()
    assert (server.base_url, server.credentials) == (base_url, credentials)
    assert account.client.get(url).content == content
    assert account.wait(running)["task_status"] == "succeed"
    assert account.create({**QUICK, "external_task_id": "a"}).status_code == 400
    assert server.accepted_creates() == {"a": 1, "b": 1}


def test_new_server_takes_over_the_folder(tmp_path: Path) -> None:
    with SandboxServer(SandboxSettings(tmp_path, speed=math.inf)) as first, httpx.Client() as client:
        port = int(first.base_url.rpartition(":")[2])
        task_id = Account(first, client).task_id(QUICK)
    with SandboxServer(SandboxSettings(tmp_path, port=port, speed=math.inf)) as second, httpx.Client() as client:
        assert second.base_url == first.base_url
        assert second.credentials == first.credentials
        assert Account(second, client).wait(task_id)["task_status"] == "succeed"


def test_credentials_file_is_private_and_given_ones_win(tmp_path: Path) -> None:
    made = SandboxServer(SandboxSettings(tmp_path)).credentials
    path = tmp_path / "credentials.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert made != SandboxServer(SandboxSettings(tmp_path / "other")).credentials
    url_secret = json.loads(path.read_text())["url_secret"]
    given = Credentials("key", "access", "secret" * 8)
    assert SandboxServer(SandboxSettings(tmp_path, credentials=given)).credentials == given
    assert SandboxServer(SandboxSettings(tmp_path)).credentials == given
    assert json.loads(path.read_text())["url_secret"] == url_secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_killed_sandbox_goes_on_where_it_was(tmp_path: Path) -> None:
    with process(tmp_path, speed=200) as (running, base_url):
        with SandboxServerView(tmp_path, base_url) as account:
            # 4k for 15 s takes several seconds to render: the kill comes in the middle of it.
            slow = account.task_id({**QUICK, "mode": "4k", "duration": "15", "external_task_id": "slow"})
            quick = account.task_id({**QUICK, "external_task_id": "quick"})
            deadline = time.monotonic() + 10
            while not list((tmp_path / "clips").glob("*.part")) and time.monotonic() < deadline:
                time.sleep(0.01)
        running.send_signal(signal.SIGKILL)
        running.wait()
    # A line that was being written when the process died must not hide the others.
    with (tmp_path / "requests.jsonl").open("a") as log:
        log.write('{"time": "2026')
    assert list((tmp_path / "clips").glob("*.part"))
    with SandboxServer(SandboxSettings(tmp_path, speed=math.inf)) as server, httpx.Client(timeout=20) as client:
        account = Account(server, client)
        assert list((tmp_path / "clips").glob(f"*.{running.pid}.part")) == []
        assert account.query("slow")["task_status"] == "processing"
        assert account.create({**QUICK, "external_task_id": "slow"}).status_code == 400
        assert account.wait(quick)["task_status"] == "succeed"
        assert account.query(slow)["task_id"] == slow
        assert server.accepted_creates() == {"slow": 1, "quick": 1}


class SandboxServerView(Account):
    """An account on a sandbox in another process: the address and the keys are all that is used of the server."""

    def __init__(self, folder: Path, base_url: str) -> None:
        server = SandboxServer(SandboxSettings(folder, port=int(base_url.rpartition(":")[2])))
        super().__init__(server, httpx.Client(timeout=20))

    def __enter__(self) -> Account:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_serve_ends_cleanly_on_a_signal(tmp_path: Path, ending: signal.Signals) -> None:
    with process(tmp_path, speed=math.inf) as (running, base_url):
        assert httpx.get(base_url + TEXT).status_code == 401
        running.send_signal(ending)
        output, _ = running.communicate(timeout=10)
        assert output == "ended\n"
        assert running.returncode == 0


def test_stop_ends_every_thread_and_frees_the_port(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    server = SandboxServer(SandboxSettings(tmp_path, speed=math.inf))
    with pytest.raises(RuntimeError, match="no address"):
        _ = server.base_url
    server.start()
    with pytest.raises(RuntimeError, match="runs already"):
        server.start()
    with httpx.Client() as client:
        # A long render is stopped, not waited for.
        Account(server, client).task_id({**QUICK, "mode": "4k", "duration": "15"})
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < 3
    server.stop()
    assert set(threading.enumerate()) <= before
    with socket.create_server(("127.0.0.1", int(server.base_url.rpartition(":")[2]))):
        pass


def test_port_that_is_taken_is_an_error_and_leaves_nothing_open(tmp_path: Path) -> None:
    with SandboxServer(SandboxSettings(tmp_path / "a")) as server:
        port = int(server.base_url.rpartition(":")[2])
        other = SandboxServer(SandboxSettings(tmp_path / "b", port=port))
        with pytest.raises(OSError, match="in use"):
            other.start()


def test_fault_counts_go_on_over_a_restart(open_sandbox: Open) -> None:
    server, account = open_sandbox(Fault("status", method="GET", when=[2]))
    assert account.send("GET", TEXT).status_code == 200
    server.restart()
    assert account.send("GET", TEXT).status_code == 500
    assert account.send("GET", TEXT).status_code == 200
