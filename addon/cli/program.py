# SPDX-License-Identifier: GPL-3.0-or-later
"""The program: its commands, and the boundary where errors become sentences and exit codes."""

from __future__ import annotations

import logging
import os
from contextlib import nullcontext, redirect_stdout
from dataclasses import dataclass
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING

import click

from ..app import Host, home_folder
from ..errors import InputError, RetakeError
from ..redaction import RedactionFilter
from ..version import version
from .account import account, elements, voices
from .batch import batch
from .estimate import estimate
from .exit_code import ExitCode, exit_code_for
from .generate import generate
from .jobs import jobs
from .key import key
from .models import models
from .otio import otio
from .output import Output, chatter_kept_in, command_output
from .prompt import prompt
from .reference import reference
from .sandbox import sandbox
from .storage import storage

if TYPE_CHECKING:
    from pathlib import Path

LOG = "retake.log"
BLENDER_LOG = "blender.log"
"""What Blender printed during the last command."""

_LOG_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class CommandContext:
    """What every command gets as click's `obj`."""

    output: Output
    host: Host


@click.group(help="Kling takes, inside your edit.", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version(), prog_name="retake")
def program() -> None:
    pass


program.add_command(account)
program.add_command(batch)
program.add_command(elements)
program.add_command(estimate)
program.add_command(generate)
program.add_command(jobs)
program.add_command(key)
program.add_command(models)
program.add_command(otio)
program.add_command(prompt)
program.add_command(reference)
program.add_command(sandbox)
program.add_command(storage)
program.add_command(voices)


def run(argv: list[str], host: Host | None = None) -> int:
    host = host or Host()
    home = home_folder(os.environ, host)
    with command_output() as output:
        try:
            start_log(home)
            with chatter_kept_in(home / BLENDER_LOG):
                return _invoke(argv, CommandContext(output, host))
        except KeyboardInterrupt as stop:
            output.notes.print("Stopped. Nothing is lost: the same command goes on where this one stopped.")
            return exit_code_for(stop)
        except RetakeError as error:
            if "--json" in argv:
                output.json({"shots": [], "spent_units": 0.0, "estimated_units": 0.0, "error": str(error)})
            output.error(error)
            return exit_code_for(error)
        except Exception as fault:
            # A fault of ours: the user gets a sentence and where to look, a developer the trace.
            logging.getLogger("retake").exception("internal error")
            if os.environ.get("RETAKE_DEBUG"):
                raise
            output.error(RetakeError(f"Retake failed inside: {fault!r}.", hint=f"Please report it with {home / LOG}."))
            return ExitCode.SHOTS_FAILED


def _invoke(argv: list[str], context: CommandContext) -> int:
    # click prints help to Python's standard output, which shares Blender's way out, not that of results.
    asks_for_help = bool({"-h", "--help", "--version"} & set(argv))
    try:
        with redirect_stdout(context.output.results.file) if asks_for_help else nullcontext():
            result = program.main(argv, prog_name="retake", standalone_mode=False, obj=context)
    except click.Abort as abort:
        raise KeyboardInterrupt from abort
    except click.ClickException as error:
        context.output.notes.print(f"Error: {error.format_message()}", markup=False, highlight=False)
        return ExitCode.BAD_INPUT
    return int(result or 0)


def start_log(home: Path) -> None:
    """Retake's own log, kept small and cleaned of secrets; other loggers are left alone."""
    root = logging.getLogger("retake")
    if not any(isinstance(handler, RotatingFileHandler) for handler in root.handlers):
        try:
            home.mkdir(parents=True, exist_ok=True)
            handler = RotatingFileHandler(home / LOG, maxBytes=_LOG_BYTES, backupCount=2, encoding="utf-8", delay=True)
        except OSError as error:
            raise InputError("RETAKE_HOME", home, f"the folder cannot be written ({error.strerror})") from error
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        handler.addFilter(RedactionFilter())
        root.addHandler(handler)
        root.setLevel(logging.INFO)
        root.propagate = False
