# SPDX-License-Identifier: GPL-3.0-or-later
"""Running a program that may crash or hang, as anything with Blender in it may."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Printed:
    out: str
    err: str

    @property
    def all(self) -> str:
        return self.out + self.err


def run_child(
    command: Sequence[object],
    *,
    env: Mapping[str, str],
    timeout_s: float,
    cwd: Path | None = None,
    exit_code: int = 0,
) -> Printed:
    """What the program printed. Fails on another exit code or the time limit.

    Past the limit its whole group is killed: a bpy that hangs at exit ignores a polite end.
    """
    child = subprocess.Popen(
        [str(part) for part in command],
        env=env,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        printed = Printed(*child.communicate(timeout=timeout_s))
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        printed = Printed(*child.communicate())
        raise AssertionError(f"{command} did not end within {timeout_s} s:\n{printed.all}") from None
    assert child.returncode == exit_code, f"{command} exited {child.returncode}:\n{printed.all}"
    return printed
