# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a script of inside/ in a process of its own with bpy, an empty profile and a hard time limit."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.child_process import run_child

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

        Fails on a non-zero exit, a traceback in either stream or the time limit.
        """
        self.profile.mkdir(parents=True, exist_ok=True)
        answer = self.profile.parent / f"{script}.json"
        printed = run_child(
            [self.python, "-E", "-s", INSIDE / f"{script}.py", answer, *arguments],
            env=self._environment(),
            cwd=self.profile.parent,
            timeout_s=timeout_s,
        )
        assert "Traceback" not in printed.all, printed.all
        return json.loads(answer.read_text(encoding="utf-8"))

    def _environment(self) -> dict[str, str]:
        ours = ("KLING_", "RETAKE_", "PYTHON")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        # The user's own ledger stays out of it: it may hold jobs.
        home = self.profile.parent / "home"
        return {**kept, "BLENDER_USER_RESOURCES": str(self.profile), "RETAKE_HOME": str(home)}
