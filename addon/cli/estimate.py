# SPDX-License-Identifier: GPL-3.0-or-later
"""`retake estimate`: what a shot list would cost, and what in it is not possible, before a credit is spent."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..app import voices_are_free
from ..shots.read_list import read_list
from .exit_code import ExitCode
from .listed_price import counted, price_list, price_record, price_table, tell
from .price_words import price_words

if TYPE_CHECKING:
    from .output import Output


@click.command(help="Say what the shots of a list would cost, and which of them Kling cannot make. Sends nothing.")
@click.argument("shots", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def estimate(context: click.Context, /, shots: Path, *, as_json: bool) -> int:
    output: Output = context.obj.output
    listed = read_list(shots)
    priced = price_list(listed, voices_are_free=voices_are_free(os.environ))
    total = sum((one.units for one in priced), Decimal(0))
    if as_json:
        output.json({"shots": [price_record(one) for one in priced], "estimated_units": float(total)})
    else:
        output.results.print(price_table(priced))
        output.results.print(f"{counted(priced)}: {price_words(total)}", highlight=False)
    tell(output, listed, priced)
    return ExitCode.BAD_INPUT if any(one.faults for one in priced) else ExitCode.DONE
