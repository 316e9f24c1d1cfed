# SPDX-License-Identifier: GPL-3.0-or-later
"""`retake batch`: a whole shot list, from prompts to clips, an edit, and a report of what it cost."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..app import REHEARSAL_SPEED, Host, Services, open_settings, units_from_credits
from ..batch.events import EventFile
from ..batch.expected_time import makespan_s
from ..batch.inputs import Inputs
from ..batch.plan import Choice, plan_batch
from ..batch.run import BatchRun
from ..batch.wanted_list import read_wanted
from ..errors import BudgetError, InputError
from ..jobs.engine import DEFAULT_IN_FLIGHT
from .balance import check_balance, places_at_once
from .batch_progress import batch_view
from .batch_words import ended_words, outcome_record, outcome_table, plan_record, plan_table, price_line
from .exit_code import ExitCode, exit_code_for_all
from .generate import check_writable

if TYPE_CHECKING:
    from decimal import Decimal

    from ..app import Settings
    from ..batch.events import BatchEvent
    from ..batch.plan import BatchPlan
    from ..jobs.ledger import Ledger
    from .output import Output


@click.command(
    help="Make the shots of a list. The same command again goes on where it stopped, and makes only what is missing or "
    "was changed in the list."
)
@click.argument("shots", type=click.Path(path_type=Path))
@click.option("--media", type=click.Path(path_type=Path), default=None, help="The folder for takes. Default: takes.")
@click.option("--only", default=None, metavar="ID,ID…", help="Make these shots of the list only.")
@click.option("--retake", "retakes", default=None, metavar="ID,ID…", help="Make, and pay for, one more take of these.")
@click.option("--max-credits", default=None, metavar="N", help="Never spend more on this list, all runs together.")
@click.option("--ignore-balance", is_flag=True, help="Send it even where the account's packages seem not to be enough.")
@click.option(
    "--dry-run", is_flag=True, help="Say what would be made, what it costs and how long it takes. No request."
)
@click.option("--sandbox", is_flag=True, help="Rehearse for free with a local Kling.")
@click.option(
    "--speed",
    type=float,
    default=REHEARSAL_SPEED,
    show_default=True,
    metavar="X",
    help="With --sandbox: how many times as fast as Kling it works.",
)
@click.option(
    "--faults",
    type=click.Path(path_type=Path),
    default=None,
    help="With --sandbox: what goes wrong; `retake sandbox --help` has the form.",
)
@click.option(
    "--events", type=click.Path(path_type=Path), default=None, help="Append what happens here, as JSON lines."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def batch(context: click.Context, /, shots: Path, **options: Any) -> int:
    output: Output = context.obj.output
    host: Host = context.obj.host
    wanted = read_wanted(shots)
    choice = Choice(_ids(options["only"]), _ids(options["retakes"]) or frozenset())
    choice.check(wanted)
    max_credits = options["max_credits"]
    list_units = None if max_credits is None else units_from_credits("--max-credits", max_credits)
    media_dir = (options["media"] or shots.parent / "takes").expanduser().absolute()
    check_writable(media_dir, "--media")
    with ExitStack() as stack:
        settings = stack.enter_context(
            open_settings(
                os.environ, host, sandbox=options["sandbox"], speed=options["speed"], faults=options["faults"]
            )
        )
        # Nobody waits at the screen: an outage before a create is outwaited as one after it is.
        settings = replace(settings, timing=replace(settings.timing, send_patience_s=settings.timing.outage_patience_s))
        places = places_at_once(settings) or DEFAULT_IN_FLIGHT
        services = Services(settings, list_units=list_units, in_flight=places)
        stack.enter_context(services)
        inputs = Inputs(settings, media_dir)
        plan = plan_batch(wanted, services.ledger.jobs(), settings, inputs, choice)
        expected = makespan_s(plan.lanes(services.ledger.typical_s(settings.account)), places)
        output.notes.print(plan_table(plan))
        output.notes.print(price_line(plan, expected), highlight=False, markup=False)
        if plan.errors:
            return _refuse(output, plan, as_json=options["as_json"])
        _check_caps(settings, services.ledger, plan, list_units)
        if options["dry_run"]:
            if options["as_json"]:
                output.json(plan_record(plan, services.ledger.spent_units(wanted.list_id), expected))
            return ExitCode.DONE
        if plan.takes_to_make and not options["ignore_balance"]:
            check_balance(settings, plan.new_units, output)
        view = stack.enter_context(batch_view(output.notes, plan))
        listeners = [view.show]
        if options["events"] is not None:
            file = EventFile(options["events"].expanduser().absolute())
            stack.callback(file.close)
            listeners.append(file.write)

        def tell(event: BatchEvent) -> None:
            for listener in listeners:
                listener(event)

        run = BatchRun(services, plan, inputs, media_dir, expected, tell)
        is_interrupted = False
        try:
            run.run()
        except KeyboardInterrupt:
            is_interrupted = True
        outcome = run.outcome(is_interrupted=is_interrupted)
        run.tell_end(outcome)
    if options["as_json"]:
        output.json(outcome_record(outcome, plan))
    else:
        output.results.print(outcome_table(outcome))
    for sentence in ended_words(outcome):
        output.notes.print(sentence, markup=False, highlight=False)
    if is_interrupted:
        return ExitCode.STOPPED
    return exit_code_for_all([error for _, error in outcome.errors])


def _ids(text: str | None) -> frozenset[str] | None:
    if text is None:
        return None
    ids = frozenset(part.strip() for part in text.split(",") if part.strip())
    if not ids:
        raise InputError("--only, --retake", text, "ids of shots are needed, as in s020,s030")
    return ids


def _refuse(output: Output, plan: BatchPlan, *, as_json: bool) -> int:
    """Nothing is sent while a shot of the list cannot be: the director decides what to do without it."""
    for shot_id, error in plan.errors:
        output.notes.print(f"Error: {shot_id}: {error}", style="bold", markup=False, highlight=False)
    output.notes.print("Nothing was sent. Mend these shots, or name others with --only.", highlight=False)
    if as_json:
        output.json(plan_record(plan, None, None))
    return exit_code_for_all([error for _, error in plan.errors])


def _check_caps(settings: Settings, ledger: Ledger, plan: BatchPlan, list_units: Decimal | None) -> None:
    """Raises BudgetError where the whole of what is to be made would exceed a cap: half a list helps nobody."""
    spent = ledger.spent_units(plan.wanted.list_id)
    for cap, committed, whose, setting in (
        (list_units, spent, "", "--max-credits"),
        (
            settings.day_units,
            ledger.day_units(settings.account),
            " for the account today",
            "RETAKE_MAX_CREDITS_PER_DAY",
        ),
    ):
        if cap is not None and plan.takes_to_make and committed + plan.new_units > cap:
            raise BudgetError(
                f"The budget of {_credits(cap)} credits{whose} does not allow this list: what is missing costs "
                f"{_credits(plan.new_units)} and {_credits(committed)} are spent or reserved.",
                hint=f"Nothing was sent. Raise {setting}, or name fewer shots with --only.",
            )


def _credits(units: Decimal) -> str:
    from ..kling.catalogue import catalogue
    from .price_words import plain

    return plain(catalogue().credits(units))
