# SPDX-License-Identifier: GPL-3.0-or-later
"""`retake estimate`: what a shot list would cost, and what in it is not possible, before a credit is spent."""

from __future__ import annotations

import os
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table

from ..app import voices_are_free
from ..errors import InputError
from ..kling.catalogue import catalogue
from ..kling.hints import prompt_hints
from ..kling.possible import problems
from ..kling.price import billed_seconds, estimate_units, tariff
from ..shots.shot_request import build_request
from ..shots.toml_list import read_toml_list
from .exit_code import ExitCode
from .price_words import PRICED_FOR, plain, price_words

if TYPE_CHECKING:
    from ..kling.request import GenerationRequest
    from ..shots.toml_list import ListedShot
    from .output import Output


@dataclass(frozen=True, slots=True)
class _Estimate:
    """`request` is None where the shot's fields do not even make one."""

    shot_id: str
    request: GenerationRequest | None
    units: Decimal
    errors: tuple[str, ...]


@click.command(help="Say what the shots of a list would cost, and which of them Kling cannot make. Sends nothing.")
@click.argument("shots", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def estimate(context: click.Context, /, shots: Path, *, as_json: bool) -> int:
    output: Output = context.obj.output
    listed = read_toml_list(shots)
    are_free = voices_are_free(os.environ)
    estimates = [_estimate(shot, shots.absolute().parent, voices_free=are_free) for shot in listed.shots]
    total = sum((one.units for one in estimates), Decimal(0))
    if as_json:
        output.json({"shots": [_record(one) for one in estimates], "estimated_units": float(total)})
    else:
        output.results.print(_table(estimates))
        output.results.print(f"{_counted(estimates)}: {price_words(total)}", highlight=False)
    for one in estimates:
        for error in one.errors:
            output.notes.print(f"Error: {one.shot_id}: {error}", style="bold", markup=False, highlight=False)
        if one.request is not None:
            for finding in prompt_hints(one.request):
                words = one.request.prompt[finding.start : finding.end_exclusive]
                text = f"Hint: {one.shot_id}, at “{words}”: {finding.message} {finding.advice}"
                output.notes.print(text, markup=False, highlight=False)
    return ExitCode.BAD_INPUT if any(one.errors for one in estimates) else ExitCode.DONE


def _estimate(shot: ListedShot, folder: Path, *, voices_free: bool) -> _Estimate:
    try:
        request = build_request(shot.fields, folder)
    except InputError as error:
        return _Estimate(shot.shot_id, None, Decimal(0), (str(error),))
    found = problems(request)
    if found:
        return _Estimate(shot.shot_id, request, Decimal(0), tuple(str(problem.error()) for problem in found))
    return _Estimate(shot.shot_id, request, estimate_units(request, voices_are_free=voices_free), ())


def _table(estimates: list[_Estimate]) -> Table:
    table = Table("Shot", "Model", "Quality", "Seconds", "Made as", "Units", "Credits", "List price")
    whole = catalogue()
    for one in estimates:
        request = one.request
        if request is None or one.errors:
            table.add_row(one.shot_id, request.model_name if request else "–", *["–"] * 3, "not possible", "–", "–")
            continue
        table.add_row(
            one.shot_id, request.model_name, request.mode, str(billed_seconds(request)), PRICED_FOR[tariff(request)],
            plain(one.units), plain(whole.credits(one.units)), f"${whole.dollars(one.units):.2f}",
        )  # fmt: skip
    return table


def _counted(estimates: list[_Estimate]) -> str:
    possible = sum(not one.errors for one in estimates)
    shots = "1 shot" if len(estimates) == 1 else f"{len(estimates)} shots"
    return shots if possible == len(estimates) else f"{possible} of {shots}"


def _record(one: _Estimate) -> dict[str, object]:
    return {
        "id": one.shot_id,
        "model": one.request.model_name if one.request else None,
        "units": float(one.units),
        "credits": float(catalogue().credits(one.units)),
        "dollars": float(catalogue().dollars(one.units)),
        "errors": list(one.errors),
    }
