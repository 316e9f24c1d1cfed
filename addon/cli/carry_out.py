# SPDX-License-Identifier: GPL-3.0-or-later
"""From a list of wanted shots to its outcome: the part of a command that all batches share."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..app import Services, open_settings, units_from_credits
from ..batch.events import EventFile
from ..batch.expected_time import makespan_s
from ..batch.inputs import Inputs
from ..batch.plan import plan_batch
from ..batch.run import BatchRun
from ..batch.whole_budget import check_whole
from ..jobs.engine import DEFAULT_IN_FLIGHT
from .balance import check_balance, places_at_once
from .batch_progress import batch_view
from .batch_words import plan_record, plan_table, price_line
from .exit_code import ExitCode, exit_code_for_all

if TYPE_CHECKING:
    from pathlib import Path

    import click

    from ..app import Host, Settings
    from ..batch.events import BatchEvent
    from ..batch.outcome import BatchOutcome
    from ..batch.plan import BatchPlan, Choice
    from ..batch.wanted import WantedList
    from .output import Output


@dataclass(frozen=True, slots=True)
class Carried:
    plan: BatchPlan
    outcome: BatchOutcome
    settings: Settings
    places: int
    """How many tasks the account has at once."""


def carry_out(
    context: click.Context, wanted: WantedList, choice: Choice, media_dir: Path, options: dict[str, Any]
) -> Carried | int:
    """An exit code where nothing was to be sent: refused, or a dry run. Ctrl-C ends it with what there is.

    `options`: sandbox, speed, faults, max_credits, ignore_balance, dry_run, events, as_json.
    """
    output: Output = context.obj.output
    host: Host = context.obj.host
    max_credits = options["max_credits"]
    list_units = None if max_credits is None else units_from_credits("--max-credits", max_credits)
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
        check_whole(plan, settings, services.ledger, list_units)
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
    return Carried(plan, outcome, settings, places)


def _refuse(output: Output, plan: BatchPlan, *, as_json: bool) -> int:
    """Nothing is sent while a shot of the list cannot be: the director decides what to do without it."""
    for shot_id, error in plan.errors:
        output.notes.print(f"Error: {shot_id}: {error}", style="bold", markup=False, highlight=False)
    output.notes.print("Nothing was sent. Mend these shots, or name others with --only.", highlight=False)
    if as_json:
        output.json(plan_record(plan, None, None))
    return exit_code_for_all([error for _, error in plan.errors])
