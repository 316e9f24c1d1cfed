# SPDX-License-Identifier: GPL-3.0-or-later
"""`retake otio …`: exchange with other editors."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table

from ..errors import ExchangeError, InputError
from .fill import fill
from .placing import check_blender

if TYPE_CHECKING:
    from typing import Any

    from otio_bridge.conform import Change

    from ..interchange.bridge import Report
    from .output import Output


@click.group(help="Exchange the edit with other editors through OpenTimelineIO.")
def otio() -> None:
    pass


_OTHERS = ".edl, .xml (Final Cut Pro 7), .fcpxml or .aaf"


@otio.command(help=f"Write the edit of a .blend as .otio, with its media as .otioz or .otiod, or as {_OTHERS}.")
@click.argument("blend", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("otio_file", type=click.Path(path_type=Path))
@click.option("--scene", "scene_name", default="", help="Another scene of the .blend than the one that is edited.")
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
    scene_name: str,
    flavour: str,
    paths: str,
    for_version: str,
    leave_missing: bool,
    strict: bool,
    as_json: bool,
) -> int:
    check_blender("BLEND", blend)
    from ..interchange.media_facts import with_media_facts
    from ..interchange.otio_file import write_otio
    from ..vse.project import open_project
    from ..vse.read import read_timeline

    output: Output = context.obj.output
    snapshot = with_media_facts(read_timeline(open_project(blend.absolute(), scene_name)))
    report = write_otio(
        snapshot, otio_file.absolute(), flavour=flavour, url_form=paths, schema_target=for_version,
        strict=strict, leave_missing=leave_missing,
    )  # fmt: skip
    if as_json:
        output.json({"file": str(otio_file.absolute()), **report.as_json()})
        return 0
    _print_losses(output, report)
    lost = f"{len(report.dropped)} left out, {len(report.approximated)} not exactly kept"
    output.results.print(f"{otio_file}: {report.kept} strips, {lost}", highlight=False)
    return 0


@otio.command("import", help=f"Make a .blend of an edit: .otio, .otioz, .otiod, {_OTHERS}.")
@click.argument("otio_file", type=click.Path(path_type=Path, exists=True))
@click.argument("blend", type=click.Path(path_type=Path))
@click.option("--relink", "folders", multiple=True, type=click.Path(path_type=Path, exists=True, file_okay=False),
              help="A folder to look for missing media in; may be given several times.")  # fmt: skip
@click.option("--rate", default="", help="Of an .edl, which does not say it: frames a second, such as 25 or 29.97.")
@click.option("--strict", is_flag=True, help="Write nothing where something would not be kept.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def import_(
    context: click.Context,
    otio_file: Path,
    blend: Path,
    *,
    folders: tuple[Path, ...],
    rate: str,
    strict: bool,
    as_json: bool,
) -> int:
    check_blender("BLEND", blend)
    if blend.suffix != ".blend":
        raise InputError("BLEND", blend, "a name that ends in .blend is needed")
    if blend.exists():
        raise InputError("BLEND", blend, "it exists already", hint="Give another name; nothing is overwritten.")
    from ..interchange.otio_file import read_otio, relink_media
    from ..vse.import_place import ImportPlace, begin_writing
    from ..vse.project import new_project, only_scene, save_project
    from ..vse.report import with_notes
    from ..vse.stand_in import path_of, stand_ins

    output: Output = context.obj.output
    edit_rate = read_rate(rate)
    snapshot, report = read_otio(otio_file.absolute(), edit_rate=edit_rate)
    if folders:
        places = [folder.absolute() for folder in folders]
        found = relink_media(snapshot, places)
        if found.found:
            # Where a file begins decides, in an EDL, what of it is shown: read again with those that were found.
            snapshot, report = read_otio(otio_file.absolute(), edit_rate=edit_rate, moved=found.found)
            found = relink_media(snapshot, places)
        snapshot = found.snapshot
    scene = new_project(blend.absolute(), snapshot.rate, (snapshot.width_px or 1920, snapshot.height_px or 1080))
    try:
        writer = begin_writing(ImportPlace.NEW_SCENE, scene, snapshot)
        writer.run()
        report = with_notes(report, writer.notes)
        if strict:
            _refuse(report)
        only_scene(writer.scene, scene)
        save_project(blend.absolute(), keep_backup=False)
    except BaseException:
        blend.unlink(missing_ok=True)
        raise
    missing = sorted({path_of(strip) for strip in stand_ins(writer.scene)} - {""})
    if as_json:
        output.json({"file": str(blend.absolute()), "missing": missing, **report.as_json()})
        return 0
    _print_losses(output, report)
    lost = f"{len(report.losses)} findings, {len(missing)} files missing"
    output.results.print(f"{blend}: {report.strips} strips, {lost}", highlight=False)
    return 0


@otio.command(help="Bring an edit that was changed elsewhere back onto the timeline of a .blend, as another .blend.")
@click.argument("blend", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("edit", type=click.Path(path_type=Path, exists=True))
@click.argument("result", type=click.Path(path_type=Path))
@click.option("--scene", "scene_name", default="", help="Another scene of the .blend than the one that is edited.")
@click.option("--only", multiple=True, help="The name of a strip to change; may be given several times. Else all.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def conform(
    context: click.Context,
    blend: Path,
    edit: Path,
    result: Path,
    *,
    scene_name: str,
    only: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
) -> int:
    check_blender("BLEND", blend)
    if result.suffix != ".blend":
        raise InputError("RESULT", result, "a name that ends in .blend is needed")
    from ..vse.apply_conform import apply_changes
    from ..vse.conform import plan_for
    from ..vse.project import open_project, save_project

    output: Output = context.obj.output
    scene = open_project(blend.absolute(), scene_name)
    plan = plan_for(scene, edit.absolute())
    unknown = sorted(set(only) - {change.name for change in plan.changes})
    if unknown:
        raise InputError("--only", ", ".join(unknown), "the edit changes no such strip")
    chosen = [change for change in plan.changes if not only or change.name in only]
    notes: tuple[tuple[str, str, str], ...] = ()
    if not dry_run:
        notes = apply_changes(scene, chosen).notes
        save_project(result.absolute())
    rows = [_change_row(change) for change in chosen]
    if as_json:
        output.json(
            {
                "file": None if dry_run else str(result.absolute()),
                "changes": rows,
                "unchanged": plan.unchanged,
                "not_in_edit": list(plan.not_in_edit),
                "notes": [list(note) for note in notes],
            }
        )
        return 0
    table = Table("Strip", "Change", "Frames", "Too short", "To make it longer")
    for row in rows:
        needs = "" if row["longer_s"] is None else f"{row['longer_s']} s, {row['longer_units']} units"
        too_short = f"{row['missing_frames']} frames" if row["missing_frames"] else ""
        table.add_row(row["strip"], ", ".join(row["kinds"]), row["frames"], too_short, needs)
    output.results.print(table)
    for name, feature, reason in notes:
        output.notes.print(f"{name}: {feature}: {reason}", markup=False, highlight=False)
    done = "nothing was written" if dry_run else str(result)
    output.results.print(f"{done}: {len(rows)} changes, {plan.unchanged} strips as they were", highlight=False)
    return 0


def read_rate(text: str) -> Fraction | None:
    """`29.97`, `30000/1001` or `25`; None where none is given. Raises InputError."""
    from ..interchange.bridge import bridge_module

    if not text:
        return None
    try:
        rate = Fraction(text)
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if not 1 <= rate <= 1000:
        raise InputError("--rate", text, "frames a second from 1 to 1000 are needed, such as 25, 29.97 or 30000/1001")
    known: Fraction = bridge_module("times").known_rate(float(rate))
    return known


def _refuse(report: Report) -> None:
    if report.losses:
        raise ExchangeError(
            f"Nothing was written: {report.losses[0].sentence}, and {len(report.losses) - 1} more.",
            hint="Run it without --strict to accept that.",
        )


def _change_row(change: Change) -> dict[str, Any]:
    from ..shots.longer_take import longer_take

    spans = [f"{one.start}-{one.end_exclusive - 1}" for one in (change.before, change.after) if one is not None]
    strip = change.after
    shown = strip.shown if strip else None
    longer = longer_take(shown.metadata["recipe"], change.needed_s) if (
        shown is not None and change.needed_s and isinstance(shown.metadata.get("recipe"), dict)
    ) else None  # fmt: skip
    return {
        "strip": change.name,
        "shot": change.shot_id,
        "kinds": [kind.value for kind in change.kinds],
        "frames": " → ".join(dict.fromkeys(spans)),
        "missing_frames": change.missing_frames,
        "needed_s": float(change.needed_s),
        "longer_s": longer.duration_s if longer else None,
        "longer_units": float(longer.units) if longer else None,
    }


def _print_losses(output: Output, report: Report) -> None:
    """A table of what was not simply kept, and each strip's own line."""
    if report.losses:
        table = Table("Strip", "What", "Became", "Why")
        for one in report.losses:
            table.add_row(one.strip, one.feature, one.fate.value, one.reason)
        output.notes.print(table)
    for note in report.notes:
        output.notes.print(note, markup=False, highlight=False)


otio.add_command(fill)
