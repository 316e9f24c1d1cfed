# SPDX-License-Identifier: GPL-3.0-or-later
"""`retake models`: what there is to choose from, what it can do and what it costs. Shows the catalogue as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from rich.table import Table

from ..kling.catalogue import ModelRow, ModeRow, catalogue
from .exit_code import ExitCode

if TYPE_CHECKING:
    from decimal import Decimal

    from .output import Output

_END_FRAME = {"no": "–", "silent": "with a start image, silent", "yes": "with a start image", "alone": "yes"}


@click.command(help="List the models, or one MODEL with its source: lengths, quality, sound, end image and price.")
@click.argument("model_name", metavar="[MODEL]", required=False)
@click.option("--all", "with_discontinued", is_flag=True, help="Those that Kling has discontinued, too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def models(context: click.Context, model_name: str | None, *, with_discontinued: bool, as_json: bool) -> int:
    output: Output = context.obj.output
    if model_name is not None:
        rows: tuple[ModelRow, ...] = (catalogue().model_row(model_name),)
    else:
        rows = tuple(row for row in catalogue().model if with_discontinued or not row.discontinued)
    if as_json:
        output.json({"checked": str(catalogue().checked), "models": [row.model_dump(mode="json") for row in rows]})
        return ExitCode.DONE
    output.results.print(_table(rows))
    if model_name is not None:
        for line in _details(rows[0]):
            output.results.print(line, highlight=False, markup=False)
    credits_per_unit, dollars = catalogue().credits_per_unit, catalogue().dollars_per_unit
    output.results.print(
        f"Prices are Kling's list prices in credits, as of {catalogue().checked}; {credits_per_unit} credits are "
        f"${dollars}.",
        highlight=False,
    )
    return ExitCode.DONE


def _table(rows: tuple[ModelRow, ...]) -> Table:
    table = Table("Model", "Quality", "Seconds", "Sound", "End image", "Credits, silent", "Credits, sound")
    for row in rows:
        for mode in row.mode:
            table.add_row(
                row.id, f"{mode.name} ({mode.resolution})", _seconds(row), _sound(mode), _END_FRAME[mode.end_frame],
                *_prices(mode),
            )  # fmt: skip
    return table


def _details(row: ModelRow) -> list[str]:
    lines = [
        f"On the older request format: {row.legacy_name or 'no'}; on the newer one: {row.new_name or 'no'}",
        f"Aspect: {', '.join(row.aspect_ratios)}; with a start image the image's own",
        f"Prompt: up to {row.prompt_max_characters:,} characters",
        f"Source: {row.source}",
    ]
    if not row.text_to_video:
        lines.insert(0, "It needs a start image.")
    if row.discontinued:
        lines.insert(0, "Kling has discontinued it.")
    return lines


def _seconds(row: ModelRow) -> str:
    first, last = row.durations_s[0], row.durations_s[-1]
    return (
        f"{first} to {last}" if len(row.durations_s) == last - first + 1 > 2 else ", ".join(map(str, row.durations_s))
    )


def _sound(mode: ModeRow) -> str:
    if not mode.has_sound:
        return "–"
    return "yes" if mode.has_silence else "always"


def _prices(mode: ModeRow) -> tuple[str, str]:
    if mode.units_per_clip:
        return " / ".join(f"{_credits(units)} for {length} s" for length, units in mode.units_per_clip.items()), "–"
    by_kind: dict[Any, Decimal] = dict(mode.units_per_s)
    silent, sound = (f"{_credits(by_kind[kind])} a second" if kind in by_kind else "–" for kind in ("silent", "sound"))
    return silent, sound


def _credits(units: Decimal) -> str:
    return f"{(units * catalogue().credits_per_unit).normalize():f}"
