# SPDX-License-Identifier: GPL-3.0-or-later
"""`retake otio …`: exchange with other editors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .placing import check_blender

if TYPE_CHECKING:
    from .output import Output


@click.group(help="Exchange the edit with other editors through OpenTimelineIO.")
def otio() -> None:
    pass


@otio.command(help="Write the edit of a .blend as .otio, or with its media as .otioz or .otiod.")
@click.argument("blend", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("otio_file", type=click.Path(path_type=Path))
@click.option("--flavour", default="plain", help="For whom: plain, resolve, premiere or kdenlive.")
@click.option(
    "--paths", default="", help="Paths of media: path, file-url or relative; else what the flavour reads best."
)
@click.option("--for-version", default="", help="An older OpenTimelineIO that has to read it, such as 0.14.0.")
@click.option("--leave-missing", is_flag=True, help="Write a bundle although some of its files are not there.")
@click.option("--strict", is_flag=True, help="Write nothing where something would not be kept.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def export(
    context: click.Context,
    blend: Path,
    otio_file: Path,
    *,
    flavour: str,
    paths: str,
    for_version: str,
    leave_missing: bool,
    strict: bool,
    as_json: bool,
) -> int:
    check_blender("BLEND", blend)
    from ..interchange.otio_file import write_otio
    from ..vse.project import open_project
    from ..vse.read import read_timeline

    output: Output = context.obj.output
    snapshot = read_timeline(open_project(blend.absolute()))
    report = write_otio(
        snapshot, otio_file.absolute(), flavour=flavour, url_form=paths, schema_target=for_version,
        strict=strict, leave_missing=leave_missing,
    )  # fmt: skip
    for sentence in report.approximated:
        output.notes.print(f"Not exactly: {sentence}", markup=False, highlight=False)
    for sentence in report.dropped:
        output.notes.print(f"Left out: {sentence}", markup=False, highlight=False)
    if as_json:
        output.json({"file": str(otio_file.absolute()), **report.as_json()})
    else:
        lost = f"{len(report.dropped)} left out, {len(report.approximated)} not exactly kept"
        output.results.print(f"{otio_file}: {report.kept} strips, {lost}", highlight=False)
    return 0
