# SPDX-License-Identifier: GPL-3.0-or-later
"""`retake otio …`: exchange with other editors."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import ExchangeError
from .fill import fill
from .placing import check_blender

if TYPE_CHECKING:
    from .output import Output


@click.group(help="Exchange the edit with other editors through OpenTimelineIO.")
def otio() -> None:
    pass


@otio.command(help="Write the edit of a .blend: movie and sound strips, gaps, tracks, and takes as media references.")
@click.argument("blend", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("otio_file", type=click.Path(path_type=Path))
@click.option("--strict", is_flag=True, help="Write nothing where a strip cannot be carried.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def export(context: click.Context, blend: Path, otio_file: Path, *, strict: bool, as_json: bool) -> int:
    check_blender("BLEND", blend)
    from ..interchange.otio_file import write_otio
    from ..vse.project import open_project
    from ..vse.read import read_timeline

    output: Output = context.obj.output
    snapshot = read_timeline(open_project(blend.absolute()))
    if strict and snapshot.not_carried:
        names = ", ".join(strip.name for strip in snapshot.not_carried)
        raise ExchangeError(
            f"These strips cannot be carried: {names}.", hint="Run it without --strict to leave them out."
        )
    report = write_otio(snapshot, otio_file.absolute())
    for sentence in report.dropped:
        output.notes.print(f"Left out: {sentence}", markup=False, highlight=False)
    if as_json:
        output.json({"file": str(otio_file.absolute()), **asdict(report)})
    else:
        output.results.print(f"{otio_file}: {report.kept} strips, {len(report.dropped)} left out", highlight=False)
    return 0


otio.add_command(fill)
