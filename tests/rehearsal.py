# SPDX-License-Identifier: GPL-3.0-or-later
"""A sandbox over real HTTP, jobs driven against it, and the program run as a process: what several layers test with."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from addon.app import Services, Settings
from addon.jobs.job import Job, JobDraft
from addon.jobs.message import JobBroke, JobEnded, JobMessage, JobStopped
from addon.jobs.timing import Timing
from addon.kling.credentials import AccessKeyPair, ApiKey
from addon.kling.price import estimate_units
from addon.kling.request import GenerationRequest
from addon.kling.standard import Standard
from addon.sandbox.server import SandboxServer
from addon.sandbox.settings import SandboxSettings

ROOT = Path(__file__).parents[1]
PROMPT = ["--prompt", "a lighthouse in the rain"]
SPEED = 400.0
TIMING = Timing().faster(SPEED)
PLAIN = GenerationRequest(prompt="a lighthouse in the rain", model_name="kling-2.6", mode="std", duration_s=5)
END_LIMIT_S = 60.0


@dataclass(frozen=True)
class Run:
    """What a run of one job came to."""

    job: Job
    error: BaseException | None
    messages: tuple[JobMessage, ...]


class Rehearsal:
    """A sandbox and a place for the files of a test."""

    def __init__(self, server: SandboxServer, folder: Path) -> None:
        self.server = server
        self.folder = folder
        keys = server.credentials
        self.pair = AccessKeyPair(keys.access_key, keys.secret_key)
        self.settings = Settings(
            home=folder / "home",
            base_url=server.base_url,
            credential=self.pair,
            account="sandbox",
            timing=TIMING,
            day_units=None,
        )

    @property
    def api_key(self) -> ApiKey:
        return ApiKey(self.server.credentials.api_key)

    def draft(
        self, request: GenerationRequest = PLAIN, shot_id: str = "s010", standard: Standard = Standard.LEGACY
    ) -> JobDraft:
        return JobDraft("sandbox", "list", shot_id, request, standard, self.folder / "takes", estimate_units(request))

    def run(
        self,
        draft: JobDraft | None = None,
        *,
        list_units: Decimal | None = None,
        new_take: bool = False,
        **changes: object,
    ) -> Run:
        """Drive one job as far as it goes, in a process that then ends."""
        with Services(replace(self.settings, **changes), list_units=list_units) as services:
            job = services.ledger.enqueue(draft or self.draft(), new_take=new_take)
            services.engine.submit(job.job_id)
            messages: list[JobMessage] = []
            ends_at = time.monotonic() + END_LIMIT_S
            while time.monotonic() < ends_at:
                messages += services.engine.pump()
                match messages[-1] if messages else None:
                    case JobEnded(job):
                        return Run(job, job.end_error(), tuple(messages))
                    case JobStopped(job, error):
                        return Run(job, error, tuple(messages))
                    case JobBroke(_, exception):
                        raise exception
                time.sleep(0.01)
        raise AssertionError(f"the job did not end within {END_LIMIT_S} s: {messages[-3:]}")

    def creates(self) -> list[dict[str, object]]:
        return [entry for entry in self.server.requests() if entry["method"] == "POST"]

    def requests_seen(self) -> int:
        return len(self.server.requests())


@pytest.fixture
def rehearsal(tmp_path: Path) -> Iterator[Rehearsal]:
    with SandboxServer(SandboxSettings(data_dir=tmp_path / "sandbox", speed=SPEED)) as server:
        yield Rehearsal(server, tmp_path)


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        value = json.loads(self.out)
        assert isinstance(value, dict)
        return value


# A test run in the background of a shell ignores Ctrl-C, and would hand that on to its children.
HEED_CTRL_C = (
    "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "runpy.run_module('addon', run_name='__main__', alter_sys=True)"
)


class Shell:
    """Runs `python -m addon` in a folder of its own, with the keys of a sandbox or others."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self.rehearsal = rehearsal
        self.folder = rehearsal.folder / "desk"
        self.folder.mkdir()
        keys = rehearsal.server.credentials
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("KLING_", "RETAKE_"))}
        self.environ = {
            **kept,
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "error",
            "RETAKE_HOME": str(rehearsal.folder / "home"),
            "KLING_BASE_URL": rehearsal.server.base_url,
            "KLING_ACCESS_KEY": keys.access_key,
            "KLING_SECRET_KEY": keys.secret_key,
        }

    def start(self, *argv: str, **environ: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", HEED_CTRL_C, *argv],
            cwd=self.folder,
            env={**self.environ, **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *argv: str, **environ: str) -> Done:
        process = self.start(*argv, **environ)
        out, err = process.communicate(timeout=90)
        assert "Traceback" not in out + err, err
        return Done(process.returncode, out, err)

    def files(self) -> list[str]:
        """Files and folders."""
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*"))


@pytest.fixture
def shell(rehearsal: Rehearsal) -> Shell:
    return Shell(rehearsal)
