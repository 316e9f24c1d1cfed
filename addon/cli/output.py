# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a command's words go: results to standard output, notes to standard error, Blender's chatter to a file."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

from rich.console import Console

from ..errors import RetakeError
from ..redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Output:
    """`results` is the real standard output; `notes` shows progress and errors."""

    results: Console
    notes: Console

    def json(self, value: dict[str, Any]) -> None:
        self.results.file.write(json.dumps(value, ensure_ascii=False) + "\n")
        self.results.file.flush()

    def error(self, error: BaseException) -> None:
        if isinstance(error, RetakeError):
            self.notes.print(f"Error: {redact(error.message)}", style="bold", markup=False, highlight=False)
            if error.hint:
                self.notes.print(redact(error.hint), markup=False, highlight=False)
        else:
            self.notes.print(f"Error: {redact(str(error))}", style="bold", markup=False, highlight=False)


@contextmanager
def command_output() -> Iterator[Output]:
    """Standard output is kept for results: what Blender prints to it, from C, goes to standard error meanwhile."""
    with _redirected(2) as kept, os.fdopen(kept, "w", encoding="utf-8", closefd=False) as results:
        yield Output(_console(results), _console(sys.stderr))


@contextmanager
def chatter_kept_in(path: Path) -> Iterator[None]:
    """Within `command_output`: Blender's chatter, a line for each rendered frame, goes to a file, made anew."""
    with path.open("wb") as log, _redirected(log.fileno()):
        yield


@contextmanager
def _redirected(target: int) -> Iterator[int]:
    """Point file descriptor 1 at `target`, and yield one for where it pointed before."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(target, 1)
    try:
        yield kept
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)


def _console(file: TextIO) -> Console:
    # Off a terminal, lines are read by other programs: never broken in the middle.
    return Console(file=file, width=None if file.isatty() else 200, soft_wrap=not file.isatty())
