# SPDX-License-Identifier: GPL-3.0-or-later
"""`retake batch`: a whole shot list, from prompts to clips, an edit, and a report of what it cost."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..app import REHEARSAL_SPEED
from ..batch.cost_report import write_cost_report
from ..batch.edit import edit_of, sheet_cells, snapshot_of, takes_there
from ..batch.plan import Choice
from ..batch.wanted_list import read_wanted
from ..errors import InputError, RetakeError
from ..interchange.otio_file import write_otio
from ..jobs.ledger import Ledger
from ..jobs.state import JobState
from ..media.contact_sheet import write_contact_sheet
from .assemble import check_edit_files, make_edit_files
from .batch_words import (
    ended_words,
    outcome_record,
    outcome_table,
    rehearsal_words,
)
from .carry_out import carry_out
from .exit_code import ExitCode, exit_code_for_all
from .generate import check_writable

if TYPE_CHECKING:
    from ..app import Settings
    from ..batch.outcome import BatchOutcome
    from ..batch.plan import BatchPlan
    from ..batch.wanted import WantedList
    from .output import Output


@click.command(
    help="Make the shots of a list. The same command again goes on where it stopped, and makes only what is missing or "
    "was changed in the list."
)
@click.argument("shots", type=click.Path(path_type=Path))
@click.option(
    "--blend",
    type=click.Path(path_type=Path),
    default=None,
    help="The edit as a .blend; made if new, else what it lacks is added.",
)
@click.option(
    "--otio", type=click.Path(path_type=Path), default=None, help="The edit as .otio, or .otioz with the media."
)
@click.option("--render", type=click.Path(path_type=Path), default=None, help="A rendered preview, .mp4.")
@click.option(
    "--contact-sheet",
    "sheet",
    type=click.Path(path_type=Path),
    default=None,
    help="A picture of all shots, .png or .jpg.",
)
@click.option("--report", type=click.Path(path_type=Path), default=None, help="What each take has cost, .csv.")
@click.option("--media", type=click.Path(path_type=Path), default=None, help="The folder for takes. Default: takes.")
@click.option("--only", default=None, metavar="ID,ID…", help="Make these shots of the list only.")
@click.option("--retake", "retakes", default=None, metavar="ID,ID…", help="Make, and pay for, one more take of these.")
@click.option("--max-credits", default=None, metavar="N", help="Never spend more on this list, all runs together.")
@click.option("--ignore-balance", is_flag=True, help="Send it even where the account's packages seem not to be enough.")
@click.option(
    "--dry-run", is_flag=True, help="Say what would be made, what it costs and how long it takes. No request."
)
@click.option("--sandbox", is_flag=True, help="Rehearse for free with a local Kling.")
@click.option(
    "--speed",
    type=float,
    default=REHEARSAL_SPEED,
    show_default=True,
    metavar="X",
    help="With --sandbox: how many times as fast as Kling it works.",
)
@click.option(
    "--faults",
    type=click.Path(path_type=Path),
    default=None,
    help="With --sandbox: what goes wrong; `retake sandbox --help` has the form.",
)
@click.option(
    "--events", type=click.Path(path_type=Path), default=None, help="Append what happens here, as JSON lines."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def batch(context: click.Context, /, shots: Path, **options: Any) -> int:
    output: Output = context.obj.output
    wanted = read_wanted(shots)
    for hint in wanted.hints:
        output.notes.print(f"Hint: {hint}", markup=False, highlight=False)
    choice = Choice(_ids(options["only"]), _ids(options["retakes"]) or frozenset())
    choice.check(wanted)
    results = Results.of(options)
    results.check(wanted)
    beside = shots if results.blend is None else results.blend
    media_dir = (options["media"] or beside.parent / "takes").expanduser().absolute()
    check_writable(media_dir, "--media")
    carried = carry_out(context, wanted, choice, media_dir, options)
    if isinstance(carried, int):
        return carried
    plan, outcome, settings = carried.plan, carried.outcome, carried.settings
    is_interrupted = outcome.is_interrupted
    # The engine's thread has ended: Blender's renderer gets no company of ours.
    problem = None if is_interrupted else _make_results(results, plan, outcome, settings, output)
    if problem is None and results.blend is not None and not is_interrupted:
        outcome = _note_placed(outcome, settings)
    if options["as_json"]:
        output.json(outcome_record(outcome, plan))
    else:
        output.results.print(outcome_table(outcome))
    if options["sandbox"]:
        for sentence in rehearsal_words(plan, outcome, options["speed"], carried.places):
            output.notes.print(sentence, markup=False, highlight=False)
    for sentence in ended_words(outcome):
        output.notes.print(sentence, markup=False, highlight=False)
    if is_interrupted:
        return ExitCode.STOPPED
    errors = [error for _, error in outcome.errors]
    if problem is not None:
        output.error(problem)
        errors.append(problem)
    return exit_code_for_all(errors)


@dataclass(frozen=True, slots=True)
class Results:
    """The files that are wanted beside the takes, as absolute paths; None: not this one."""

    blend: Path | None
    otio: Path | None
    render: Path | None
    sheet: Path | None
    report: Path | None

    @classmethod
    def of(cls, options: dict[str, Any]) -> Results:
        found = {name: options[name] for name in cls.__dataclass_fields__}
        return cls(**{name: None if path is None else path.expanduser().absolute() for name, path in found.items()})

    def check(self, wanted: WantedList) -> None:
        """Raises InputError before anything is paid for what could not be written."""
        check_edit_files(self.blend, self.render, wanted.rate)
        for path, option, suffixes in (
            (self.otio, "--otio", (".otio", ".otioz")),
            (self.sheet, "--contact-sheet", (".png", ".jpg", ".jpeg")),
            (self.report, "--report", (".csv",)),
            (self.blend, "--blend", (".blend",)),
            (self.render, "--render", (".mp4",)),
        ):
            if path is None:
                continue
            if path.suffix.lower() not in suffixes or path.is_dir():
                raise InputError(option, path, f"a name that ends in {' or '.join(suffixes)} is needed")
            check_writable(path.parent, option)


def _make_results(
    results: Results, plan: BatchPlan, outcome: BatchOutcome, settings: Settings, output: Output
) -> RetakeError | None:
    """Each that can be made is made; the last error of those that cannot."""
    with closing(Ledger(settings.home / "ledger.db")) as ledger:
        edit = edit_of(plan, takes_there(ledger.jobs(), plan, settings.account))
    problem = None

    def report() -> None:
        if results.report is not None:
            write_cost_report(results.report, outcome)

    def sheet() -> None:
        if results.sheet is not None:
            write_contact_sheet(results.sheet, edit.title, sheet_cells(edit, plan))

    def otio() -> None:
        if results.otio is not None:
            write_otio(snapshot_of(edit), results.otio)

    def blend() -> None:
        for sentence in make_edit_files(results.blend, results.render, edit):
            output.notes.print(sentence, markup=False, highlight=False)

    for make in (report, sheet, otio, blend):
        try:
            make()
        except RetakeError as error:
            problem = error
    return problem


def _note_placed(outcome: BatchOutcome, settings: Settings) -> BatchOutcome:
    """The takes lie on the timeline, or in their shots' lists."""
    with closing(Ledger(settings.home / "ledger.db")) as ledger:
        rows = tuple(
            replace(row, job=ledger.advance(row.job.job_id, JobState.PLACED))
            if row.has_take and row.job is not None and row.job.state is JobState.READY
            else row
            for row in outcome.rows
        )
    return replace(outcome, rows=rows)


def _ids(text: str | None) -> frozenset[str] | None:
    if text is None:
        return None
    ids = frozenset(part.strip() for part in text.split(",") if part.strip())
    if not ids:
        raise InputError("--only, --retake", text, "ids of shots are needed, as in s020,s030")
    return ids
