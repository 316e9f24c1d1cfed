# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a script of inside/ in a process of its own with bpy, an empty profile and a hard time limit."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

INSIDE = Path(__file__).with_name("inside")


def pythons_with_bpy() -> dict[str, Path]:
    pairs = filter(None, os.environ.get("RETAKE_BPY", "").split(os.pathsep))
    return {version: Path(python) for version, _, python in (pair.partition("=") for pair in pairs)}


@dataclass(frozen=True, slots=True)
class Blender:
    version: str
    python: Path
    profile: Path

    def run(self, script: str, *arguments: object, timeout_s: float = 120) -> Any:
        """What `inside/<script>.py` reports.

        Fails on a non-zero exit, a traceback in either stream or the time limit; the child's whole group is then
        killed, since a bpy that hangs at exit ignores a polite end.
        """
        self.profile.mkdir(parents=True, exist_ok=True)
        answer = self.profile.parent / f"{script}.json"
        child = subprocess.Popen(
            [self.python, "-E", "-s", INSIDE / f"{script}.py", answer, *map(str, arguments)],
            env=self._environment(),
            cwd=self.profile.parent,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            output, _ = child.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            output, _ = child.communicate()
            raise AssertionError(f"{script} did not end within {timeout_s} s:\n{output}") from None
        assert child.returncode == 0, f"{script} exited {child.returncode}:\n{output}"
        assert "Traceback" not in output, output
        return json.loads(answer.read_text(encoding="utf-8"))

    def _environment(self) -> dict[str, str]:
        ours = ("KLING_", "RETAKE_", "PYTHON")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        # The user's own ledger stays out of it: it may hold jobs.
        home = self.profile.parent / "home"
        return {**kept, "BLENDER_USER_RESOURCES": str(self.profile), "RETAKE_HOME": str(home)}
