# SPDX-License-Identifier: GPL-3.0-or-later
"""`retake shots …`: a shot list looked at, and turned into another form. Sends nothing."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..app import voices_are_free
from ..errors import InputError
from ..shots.list_problem import ShotListErrors
from ..shots.read_list import read_list
from ..shots.write_list import write_list
from .exit_code import ExitCode
from .listed_price import counted, fault_sentences, hint_sentences, price_list, price_record, price_table, tell
from .price_words import price_words

if TYPE_CHECKING:
    from .output import Output


@click.group(help="Look at shot lists: TOML, CSV, JSON, Fountain, SRT, LRC and OpenTimelineIO.")
def shots() -> None:
    pass


@shots.command(help="Say what is wrong with a list, all of it at once, what could be better, and what it would cost.")
@click.argument("shot_list", metavar="LIST", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def check(context: click.Context, /, shot_list: Path, *, as_json: bool) -> int:
    output: Output = context.obj.output
    try:
        listed = read_list(shot_list)
    except ShotListErrors as errors:
        if not as_json:
            raise
        sentences = [problem.sentence(shot_list.parent) for problem in errors.problems]
        output.json({"shots": [], "problems": sentences, "hints": [], "estimated_units": 0.0})
        return ExitCode.BAD_INPUT
    priced = price_list(listed, voices_are_free=voices_are_free(os.environ))
    total = sum((one.units for one in priced), Decimal(0))
    is_fine = not any(one.faults for one in priced)
    if as_json:
        output.json(
            {
                "title": listed.title,
                "shots": [price_record(one) for one in priced],
                "problems": list(fault_sentences(listed, priced)),
                "hints": list(hint_sentences(listed, priced)),
                "estimated_units": float(total),
            }
        )
    else:
        output.results.print(price_table(priced))
        tell(output, listed, priced)
        words = "no problems" if is_fine else f"{sum(len(one.faults) for one in priced)} problems"
        output.results.print(f"{shot_list.name}: {counted(priced)}, {words}: {price_words(total)}", highlight=False)
    return ExitCode.DONE if is_fine else ExitCode.BAD_INPUT


@shots.command(
    help="Write a list in another form, as the suffix of OUT says: .toml, .csv or .json. Every shot gets all that "
    "holds for it, with the model that the rules chose; includes, variables and defaults are resolved."
)
@click.argument("shot_list", metavar="LIST", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@click.pass_context
def convert(context: click.Context, /, shot_list: Path, out: Path, *, force: bool) -> int:
    output: Output = context.obj.output
    listed = read_list(shot_list)
    if out.exists() and not force:
        raise InputError("OUT", out, "there is a file of that name", hint="Choose another name, or add --force.")
    write_list(listed, out)
    number = "1 shot" if len(listed.shots) == 1 else f"{len(listed.shots)} shots"
    output.results.print(f"{out}: {number}", markup=False, highlight=False)
    return ExitCode.DONE
