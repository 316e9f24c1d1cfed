# SPDX-License-Identifier: GPL-3.0-or-later
"""`retake sandbox`: the local Kling as a server of its own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..app import home_folder
from ..errors import InputError

if TYPE_CHECKING:
    from .output import Output


# click reflows a paragraph unless it begins with \b. The whole contract of a rule is in sandbox/faults.py.
_FAULTS = """
\b
A file for --faults is TOML with one table for each thing that goes wrong:
  [[fault]]
  action = "drop_after"           what goes wrong, see below
  method = "POST"                 GET, HEAD, POST or * (all, the default)
  path = "/v1/videos/text2video"  how the path begins, or a glob; default *
  when = [1]                      which of these requests, or "every" (default)
  name = "the answer is lost"     how messages call the rule; optional

\b
Actions, and the fields they take:
  status            answer code, message and http (default: that of the code)
  html              answer a proxy's HTML page with http (200, 400 to 599)
  garbage           answer body; without it, bytes that are not JSON
  drop_before       cut the connection; nothing is done
  drop_after        do what was asked, then cut the connection
  delay_before      wait seconds, then do what was asked
  delay             do what was asked, then wait seconds before answering
  extra_fields      add the table fields to the answer
  status_backwards  show tasks in the state before their own
  unseen            a query by id finds no such task; lists show it
  fail_task         the new task ends failed, with message (moderation)
  stuck             the new task never ends
  cut_body          send only body_bytes bytes of a clip
  corrupt_body      send a clip of the right length with wrong bytes
  expire_url        the address of a clip has expired (403)

\b
With accept = true, status, html and garbage answer after what was asked is done.
Moderation and an expired token are status with code = 1301 and 1004.
"""


@click.command(
    help="Run a local Kling that makes real clips for free. Ctrl-C ends it; its tasks stay on disk.", epilog=_FAULTS
)
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0: any free one.")
@click.option("--speed", type=float, default=1.0, show_default=True, help="How many times as fast as Kling it works.")
@click.option(
    "--faults", type=click.Path(path_type=Path), default=None, help="What goes wrong: a TOML file, see below."
)
@click.option("--data", "data_dir", type=click.Path(path_type=Path), default=None, help="Where it keeps its tasks.")
@click.pass_context
def sandbox(context: click.Context, port: int, speed: float, faults: Path | None, data_dir: Path | None) -> int:
    from ..sandbox.data_lock import DataDirInUseError
    from ..sandbox.faults import load_faults
    from ..sandbox.server import SandboxServer, serve
    from ..sandbox.settings import SandboxSettings

    output: Output = context.obj.output
    if speed <= 0:
        raise InputError("--speed", speed, "a number above 0 is needed")
    try:
        fault_rules = load_faults(faults) if faults else ()
    except (ValueError, OSError) as error:
        raise InputError("--faults", faults, str(error)) from error
    folder = (data_dir or home_folder(os.environ, context.obj.host) / "sandbox-server").expanduser().absolute()
    settings = SandboxSettings(data_dir=folder, port=port, speed=speed, faults=fault_rules)

    def say(server: SandboxServer) -> None:
        output.notes.print(f"A local Kling answers at {server.base_url}; its tasks are kept in {folder}.")
        output.notes.print("To use it, in another shell:")
        output.results.print(f"export KLING_BASE_URL={server.base_url}", highlight=False)
        # A made-up key of this sandbox, worth nothing anywhere else: the user needs to see it.
        output.results.print(f"export KLING_API_KEY={server.credentials.api_key}", highlight=False)
        output.results.file.flush()

    try:
        serve(settings, say)
    except DataDirInUseError as error:
        raise InputError("--data", folder, "another sandbox is running there") from error
    except OSError as error:
        raise InputError("--port", port, f"the sandbox cannot start there ({error.strerror or error})") from error
    return 0
