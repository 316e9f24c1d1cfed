# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a command's words go: results to standard output, all else, Blender's own chatter too, to standard error."""

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
    """Blender prints to the process's standard output, from C: it is sent to standard error meanwhile."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        with os.fdopen(kept, "w", encoding="utf-8", closefd=False) as results:
            yield Output(_console(results), _console(sys.stderr))
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)


def _console(file: TextIO) -> Console:
    # Off a terminal, lines are read by other programs: never broken in the middle.
    return Console(file=file, width=None if file.isatty() else 200, soft_wrap=not file.isatty())
