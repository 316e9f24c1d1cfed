# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: `retake …`. Results go to standard output, everything else to standard error."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..app import Host


def main(argv: list[str], host: Host | None = None) -> int:
    """Run one command and return its exit code (cli/exit_code.py). Never raises what a user can cause."""
    from .program import run

    return run(argv, host)
