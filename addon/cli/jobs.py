# SPDX-License-Identifier: GPL-3.0-or-later
"""`retake jobs …`: what the ledger holds, and going on with what is unfinished."""

from __future__ import annotations

import asyncio
import os
from contextlib import closing
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape
from rich.table import Table

from ..app import Host, Services, home_folder, open_settings
from ..errors import InputError
from ..jobs.job import JobDraft
from ..jobs.ledger import Ledger
from ..jobs.state import CANCELLABLE, WITH_TAKE, WITHOUT_TAKE, JobState
from ..kling.choice import choose_standard
from ..kling.client import KlingClient
from ..kling.price import estimate_units
from .balance import check_balance, places_at_once
from .exit_code import ExitCode, exit_code_for_all
from .follow import follow
from .generate import shot_record
from .price_words import price_words
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


@jobs.command(help="All that is known of one job: what was asked for, each step, what it cost. ID: its first letters.")
@click.argument("job_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def show(context: click.Context, *, job_id: str, as_json: bool) -> int:
    output: Output = context.obj.output
    with closing(_ledger(context)) as ledger:
        job = ledger.job_named(job_id)
        steps = ledger.step_times(job.job_id)
    if as_json:
        output.json(
            {
                **_record(job),
                "external_task_id": job.external_task_id,
                "list": job.list_id,
                "creates_sent": job.creates_sent,
                "request": job.request.to_record(),
                "steps": [{"at_utc": at_utc, "state": state.value} for at_utc, state in steps],
                "warning": job.warning,
            }
        )
    else:
        output.results.print(_details(job, steps))
    return ExitCode.DONE


@jobs.command(
    help="Try a job again. One that stopped goes on; of one that has its take and lost the file, the file is fetched "
    "again; both cost nothing. One that ended without a take is asked for anew, and paid like any other."
)
@click.argument("job_id", metavar="ID")
@click.option("--ignore-balance", is_flag=True, help="Send it even where the account's packages seem not to be enough.")
@click.option("--sandbox", is_flag=True, help="One of the private rehearsal.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def retry(context: click.Context, *, job_id: str, ignore_balance: bool, sandbox: bool, as_json: bool) -> int:
    output: Output = context.obj.output
    with (
        open_settings(os.environ, context.obj.host, sandbox=sandbox) as settings,
        Services(settings, in_flight=places_at_once(settings)) as services,
    ):
        job = services.ledger.job_named(job_id)
        if job.account != settings.account:
            raise InputError("job", job_id, f"it belongs to {job.account}, and this is {settings.account}")
        if job.state in WITH_TAKE:
            job = _to_be_fetched(services, job)
        elif job.state in WITHOUT_TAKE:
            job = _asked_anew(services, job, output, ignore_balance=ignore_balance)
        (outcome,) = follow(services, (job,), output.notes)
    if as_json:
        output.json({"shots": [shot_record(outcome.job, outcome.error)]})
    else:
        output.results.print(_table((outcome.job,)))
    if outcome.error is not None:
        output.error(outcome.error)
    return exit_code_for_all([outcome.error] if outcome.error else [])


@jobs.command(help="Call a job back that is not sent yet, which costs nothing. Kling itself has no way to cancel.")
@click.argument("job_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def cancel(context: click.Context, *, job_id: str, as_json: bool) -> int:
    output: Output = context.obj.output
    with closing(_ledger(context)) as ledger:
        job = ledger.job_named(job_id)
        if job.state in CANCELLABLE:
            job = ledger.advance(job.job_id, JobState.CANCELLED)
            words = f"{job.shot_id} take {job.take_number} is cancelled. Nothing was sent, and nothing is paid."
        elif job.state in WITH_TAKE | WITHOUT_TAKE:
            words = (
                f"{job.shot_id} take {job.take_number} is over: {STATE_WORDS[job.state]}. There is nothing to cancel."
            )
        else:
            cost = f"{job.estimate_units} units" if job.billed_units is None else f"{job.billed_units} units"
            words = (
                f"{job.shot_id} take {job.take_number} is at Kling, which cannot be called back: it costs {cost}, and "
                "its clip is kept when it comes. `retake jobs resume` fetches it."
            )
    if as_json:
        output.json({**_record(job), "cancelled": job.state is JobState.CANCELLED, "message": words})
    else:
        output.results.print(words, markup=False, highlight=False)
    return ExitCode.DONE if job.state is JobState.CANCELLED else ExitCode.SHOTS_FAILED


def _ledger(context: click.Context) -> Ledger:
    return Ledger(home_folder(os.environ, context.obj.host) / "ledger.db")


def _to_be_fetched(services: Services, job: Job) -> Job:
    """Raises InputError where nothing is lost, and Kling's error where Kling has the clip no more."""
    if job.file.is_file():
        raise InputError("job", job.job_id[:6], f"its take is there: {job.file}")
    settings = services.settings

    async def ask() -> None:
        client = KlingClient(settings.base_url, settings.credential)
        try:
            await client.task(job.standard, job.request.product, job.task_id or "")
        finally:
            await client.aclose()

    asyncio.run(ask())
    return services.ledger.advance(job.job_id, JobState.DOWNLOADING)


def _asked_anew(services: Services, job: Job, output: Output, *, ignore_balance: bool) -> Job:
    settings = services.settings
    draft = JobDraft(
        account=job.account,
        list_id=job.list_id,
        shot_id=job.shot_id,
        request=job.request,
        standard=choose_standard(job.request, settings.credential, settings.standard),
        media_dir=job.media_dir,
        estimate_units=estimate_units(job.request, voices_are_free=settings.voices_are_free),
    )
    output.notes.print(f"Asked for anew: {price_words(draft.estimate_units)}.", highlight=False)
    if not ignore_balance:
        check_balance(settings, draft.estimate_units, output)
    # Not a new take: where the same was asked for since, that one goes on.
    return services.ledger.enqueue(draft)


def _details(job: Job, steps: tuple[tuple[str, JobState], ...]) -> Table:
    request = job.request
    table = Table(show_header=False)
    rows = [
        ("Job", job.job_id),
        ("Shot", f"{job.shot_id} take {job.take_number}"),
        ("Asked for", f"{request.model_name} {request.mode}, {request.product.value}"),
        ("Prompt", request.prompt),
        ("Account", job.account),
        ("Task", job.task_id or "none yet"),
        ("Our id of it", job.external_task_id),
        ("Requests sent", str(job.creates_sent)),
        ("Expected", f"{job.estimate_units} units"),
        ("Billed", "not said" if job.billed_units is None else f"{job.billed_units} units"),
        ("File", str(job.file) if job.facts else "none yet"),
        *((at_utc[:19].replace("T", " "), STATE_WORDS[state]) for at_utc, state in steps),
    ]
    if job.warning:
        rows.append(("Warning", job.warning))
    if job.error:
        rows.append(("What went wrong last", f"{job.error.message} {job.error.hint}".strip()))
    for name, words in rows:
        table.add_row(name, escape(words))
    return table


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
