# SPDX-License-Identifier: GPL-3.0-or-later
"""`retake otio …`: exchange with other editors."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table

from ..errors import InputError
from .exit_code import ExitCode
from .fill import fill
from .otio_features import features
from .placing import check_blender

if TYPE_CHECKING:
    from typing import Any

    from otio_bridge.conform import Change, ConformPlan

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
@click.option("--flatten", is_flag=True, help="Metas as the strips within them, for what reads no nested edits.")
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
    flatten: bool,
    leave_missing: bool,
    strict: bool,
    as_json: bool,
) -> int:
    check_blender("BLEND", blend)
    from ..interchange.otio_file import write_otio
    from ..vse.blend_edit import read_blend

    output: Output = context.obj.output
    report = write_otio(
        read_blend(blend, scene_name), otio_file.absolute(), flavour=flavour, url_form=paths, schema_target=for_version,
        strict=strict, leave_missing=leave_missing, flatten=flatten,
    )  # fmt: skip
    if as_json:
        output.json({"file": str(otio_file.absolute()), **report.as_json()})
        return 0
    _print_losses(output, report)
    lost = f"{len(report.dropped)} dropped, {len(report.approximated)} approximated"
    output.results.print(f"{otio_file}: {_counted(report.kept, 'strip')}, {lost}", highlight=False)
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
    from ..interchange.otio_file import read_otio, relink_media, relinked_edit
    from ..vse.blend_edit import make_blend

    output: Output = context.obj.output
    edit_rate = read_rate(rate)
    snapshot, report = read_otio(otio_file.absolute(), edit_rate=edit_rate)
    if folders:
        places = [folder.absolute() for folder in folders]
        if moved := relink_media(snapshot, places).found:
            # Where a file begins decides, in an EDL, what of it is shown: read again with those that were found.
            snapshot, report = read_otio(otio_file.absolute(), edit_rate=edit_rate, moved=moved)
        snapshot, report = relinked_edit(snapshot, report, places)
    made = make_blend(snapshot, report, blend, strict=strict)
    if as_json:
        output.json({"file": str(blend.absolute()), "missing": list(made.missing), **made.report.as_json()})
        return 0
    _print_losses(output, made.report)
    lost = f"{_counted(len(made.report.losses), 'finding')}, {_counted(len(made.missing), 'file')} missing"
    output.results.print(f"{blend}: {_counted(made.report.strips, 'strip')}, {lost}", highlight=False)
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
    _check_only(plan, only)
    chosen = [change for change in plan.changes if not only or change.name in only]
    notes: tuple[tuple[str, str, str], ...] = ()
    skipped = tuple((change.name, change.blocked) for change in chosen if change.blocked)
    count = len(chosen) - len(skipped)
    if not dry_run:
        applied = apply_changes(scene, plan, only or None)
        notes, skipped, count = applied.notes, applied.skipped, applied.changes
        save_project(result.absolute())
    rows = [_change_row(change) for change in chosen]
    code = ExitCode.SHOTS_FAILED if skipped and not dry_run else ExitCode.DONE
    if as_json:
        output.json(
            {
                "file": None if dry_run else str(result.absolute()),
                "changes": rows,
                "unchanged": plan.unchanged,
                "not_in_edit": list(plan.not_in_edit),
                "skipped": [list(one) for one in skipped],
                "notes": [list(note) for note in notes],
            }
        )
        return code
    table = Table("Strip", "Change", "Frames", "Needs")
    for row in rows:
        table.add_row(row["strip"], ", ".join(row["kinds"]), row["frames"], row["advice"] or "")
    output.results.print(table)
    for name, reason in skipped:
        output.notes.print(f"{name}: left as it was: {reason}", markup=False, highlight=False)
    for name, feature, reason in notes:
        output.notes.print(f"{name}: {feature}: {reason}", markup=False, highlight=False)
    done = "nothing was written" if dry_run else str(result)
    as_before = f"{_counted(plan.unchanged, 'strip')} as before"
    output.results.print(f"{done}: {_counted(count, 'change')}, {as_before}", highlight=False)
    return code


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


def _check_only(plan: ConformPlan, only: tuple[str, ...]) -> None:
    """Raises InputError for names that the edit changes nothing of, and for what cannot be applied."""
    known = {change.name: change for change in plan.changes}
    unknown = sorted(set(only) - set(known))
    if unknown:
        shown = ", ".join(list(known)[:20])
        raise InputError(
            "--only", ", ".join(unknown), f"the edit changes {shown}" if known else "the edit changes nothing"
        )
    for name in only:
        if known[name].blocked:
            raise InputError("--only", name, f"that change cannot be applied: {known[name].blocked}")


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _change_row(change: Change) -> dict[str, Any]:
    from ..shots.longer_take import more_material

    spans = [f"{one.start}-{one.end_exclusive - 1}" for one in (change.before, change.after) if one is not None]
    shown = change.after.shown if change.after else None
    needs = None
    if change.missing_frames and shown is not None:
        needs = more_material(shown.metadata.get("recipe"), change.missing_frames, change.needed_s, shown.rate)
    longer = needs.longer if needs else None
    return {
        "strip": change.name,
        "shot": change.shot_id,
        "kinds": [kind.value for kind in change.kinds],
        "frames": " → ".join(dict.fromkeys(spans)),
        "meta": change.level,
        "into": change.into,
        "blocked": change.blocked,
        "missing_frames": change.missing_frames,
        "needed_s": float(change.needed_s),
        "longer_s": longer.duration_s if longer else None,
        "longer_units": float(longer.units) if longer else None,
        "advice": needs.advice if needs else None,
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
otio.add_command(features)
