# SPDX-License-Identifier: GPL-3.0-or-later
"""`retake jobs …`: what the ledger holds, and going on with what is unfinished."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table

from ..app import Host, Services, home_folder, open_settings
from ..jobs.ledger import Ledger
from ..jobs.state import WITH_TAKE, WITHOUT_TAKE
from .balance import places_at_once
from .exit_code import ExitCode, exit_code_for_all
from .follow import follow
from .generate import shot_record
from .progress import STATE_WORDS

if TYPE_CHECKING:
    from ..jobs.job import Job
    from .output import Output


@click.group(help="See what was asked for and paid, and go on with what is unfinished.")
def jobs() -> None:
    pass


@jobs.command("list", help="All jobs of the ledger, oldest first.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def list_jobs(context: click.Context, *, as_json: bool) -> int:
    output: Output = context.obj.output
    ledger = Ledger(home_folder(os.environ, context.obj.host) / "ledger.db")
    try:
        found = ledger.jobs()
    finally:
        ledger.close()
    if as_json:
        output.json({"jobs": [_record(job) for job in found]})
    elif found:
        output.results.print(_table(found))
    else:
        output.notes.print("No jobs yet. `retake generate --sandbox --prompt …` makes a first one for free.")
    return ExitCode.DONE


@jobs.command(help="Go on with every unfinished job until its take is on disk. Sends nothing that was sent already.")
@click.option("--sandbox", is_flag=True, help="Those of the private rehearsal.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def resume(context: click.Context, *, sandbox: bool, as_json: bool) -> int:
    output: Output = context.obj.output
    host: Host = context.obj.host
    with (
        open_settings(os.environ, host, sandbox=sandbox) as settings,
        Services(settings, in_flight=places_at_once(settings)) as services,
    ):
        ended = WITH_TAKE | WITHOUT_TAKE
        unfinished = tuple(
            job for job in services.ledger.jobs() if job.state not in ended and job.account == settings.account
        )
        outcomes = follow(services, unfinished, output.notes)
    if as_json:
        output.json({"shots": [shot_record(outcome.job, outcome.error) for outcome in outcomes]})
    elif outcomes:
        output.results.print(_table(tuple(outcome.job for outcome in outcomes)))
    else:
        output.notes.print(f"Nothing is unfinished for {settings.account}.")
    errors = [outcome.error for outcome in outcomes if outcome.error is not None]
    for error in errors:
        output.error(error)
    return exit_code_for_all(errors)


def _record(job: Job) -> dict[str, Any]:
    return {
        "job": job.job_id,
        "account": job.account,
        **shot_record(job, job.end_error()),
        "task_id": job.task_id,
        "estimated_units": float(job.estimate_units),
        "created_at_utc": job.created_at_utc,
    }


def _table(found: tuple[Job, ...]) -> Table:
    table = Table("Job", "Shot", "Take", "State", "Cost", "Account", "Made (UTC)", "What went wrong last")
    for job in found:
        cost = f"{job.estimate_units} units expected" if job.billed_units is None else f"{job.billed_units} units"
        table.add_row(
            job.job_id[:6], job.shot_id, str(job.take_number), STATE_WORDS[job.state], cost, job.account,
            job.created_at_utc[:16].replace("T", " "), job.error.message if job.error else "",
        )  # fmt: skip
    return table
