# SPDX-License-Identifier: GPL-3.0-or-later
"""`retake otio fill`: the gaps of an edit are made, and the edit comes back with them."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..app import REHEARSAL_SPEED
from ..batch.edit import takes_there
from ..batch.fill_list import takes_for, wanted_of
from ..batch.plan import Choice
from ..errors import InputError
from ..interchange.open_edit import read_open_edit, write_filled
from ..jobs.ledger import Ledger
from .batch_words import ended_words, outcome_record, outcome_table
from .carry_out import carry_out
from .exit_code import ExitCode, exit_code_for_all
from .generate import check_writable

if TYPE_CHECKING:
    from .output import Output


@click.command(
    help="Make what an edit lacks: gaps and clips without their media that carry a prompt, in the comment of a marker "
    "that begins with RETAKE:, in their name, or in their metadata. Everything else of the edit stays as it is. The "
    "same command again goes on where it stopped."
)
@click.argument("edit_file", metavar="IN.otio", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("filled_file", metavar="OUT.otio", type=click.Path(path_type=Path))
@click.option("--model", default=None, help="For shots that name none.")
@click.option("--quality", default=None, help="std, pro or 4k. Default: the cheapest that can do it.")
@click.option("--aspect", default=None, help="16:9, 9:16 or 1:1.")
@click.option("--negative", default=None, help="What the shots must not show.")
@click.option("--media", type=click.Path(path_type=Path), default=None, help="The folder for takes. Default: takes.")
@click.option("--max-credits", default=None, metavar="N", help="Never spend more on this edit, all runs together.")
@click.option("--ignore-balance", is_flag=True, help="Send it even where the account's packages seem not to be enough.")
@click.option("--dry-run", is_flag=True, help="Say what would be made and what it costs. No request.")
@click.option("--sandbox", is_flag=True, help="Rehearse for free with a local Kling.")
@click.option("--speed", type=float, default=REHEARSAL_SPEED, metavar="X", help="With --sandbox: how fast it works.")
@click.option("--faults", type=click.Path(path_type=Path), default=None, help="With --sandbox: what goes wrong.")
@click.option(
    "--events", type=click.Path(path_type=Path), default=None, help="Append what happens here, as JSON lines."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def fill(context: click.Context, /, edit_file: Path, filled_file: Path, **options: Any) -> int:
    output: Output = context.obj.output
    if filled_file.suffix != ".otio" or filled_file.is_dir():
        raise InputError("OUT.otio", filled_file, "a name that ends in .otio is needed")
    if filled_file.absolute() == edit_file.absolute():
        raise InputError("OUT.otio", filled_file, "the edit itself is never written over")
    check_writable(filled_file.absolute().parent, "OUT.otio")
    media_dir = (options["media"] or filled_file.parent / "takes").expanduser().absolute()
    check_writable(media_dir, "--media")
    edit = read_open_edit(edit_file)
    given = {name: options[name] for name in ("model", "quality", "aspect", "negative")}
    for note in edit.notes:
        output.notes.print(f"Note: {note}.", markup=False, highlight=False)
    for lost in edit.lost:
        output.notes.print(f"Error: {lost.sentence}", style="bold", markup=False, highlight=False)
    wanted, faults = wanted_of(edit, {name: value for name, value in given.items() if value is not None})
    for fault in faults:
        output.notes.print(f"Error: {fault}", style="bold", markup=False, highlight=False)
    if edit.lost or faults:
        output.notes.print("Nothing was sent. Mend these places first.", highlight=False)
        return ExitCode.BAD_INPUT
    for place in edit.places:
        output.notes.print(
            f"{place.shot_id}: {place.where}, {float(place.needed_s):.2f} s: {place.prompt}",
            markup=False,
            highlight=False,
        )
    if not edit.places:
        output.notes.print("No gap and no clip without its media carries a prompt.", highlight=False)
    carried = carry_out(context, wanted, Choice(), media_dir, options)
    if isinstance(carried, int):
        return carried
    plan, outcome = carried.plan, carried.outcome
    with closing(Ledger(carried.settings.home / "ledger.db")) as ledger:
        takes, short = takes_for(edit, plan, takes_there(ledger.jobs(), plan, carried.settings.account))
    filled = write_filled(edit, takes, filled_file.absolute())
    if options["as_json"]:
        output.json({**outcome_record(outcome, plan), "file": str(filled_file.absolute()), "filled": filled})
    else:
        output.results.print(outcome_table(outcome))
        output.results.print(f"{filled_file}: {filled} of {len(edit.places)} places filled", highlight=False)
    for sentence in ended_words(outcome):
        output.notes.print(sentence, markup=False, highlight=False)
    for error in short:
        output.error(error)
    if outcome.is_interrupted:
        return ExitCode.STOPPED
    return exit_code_for_all([*(error for _, error in outcome.errors), *short])
