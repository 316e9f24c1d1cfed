# SPDX-License-Identifier: GPL-3.0-or-later
"""The wheel that pip installs, built as pip builds it, by the build backend of this Python."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from .child_process import run_child

ROOT = Path(__file__).parents[1]


def build_wheel(folder: Path) -> Path:
    run_child(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        env=os.environ, cwd=ROOT, timeout_s=60,
    )  # fmt: skip
    (built,) = folder.glob("*.whl")
    return built
