# SPDX-License-Identifier: GPL-3.0-or-later
"""`retake generate`: one shot, from a prompt to a clip on disk and, with --blend, on a timeline."""

from __future__ import annotations

import hashlib
import json
import os
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table

from ..app import Host, Services, check_video, open_settings, units_from_credits
from ..errors import InputError, RetakeError
from ..jobs.job import Job, JobDraft
from ..jobs.state import CANCELLABLE, WITH_TAKE, JobState
from ..kling.catalogue import catalogue
from ..kling.choice import choose_standard
from ..kling.hints import prompt_hints
from ..kling.price import billed_seconds, estimate_units, tariff
from ..library.named_things import account_names, has_names_to_find
from ..shots.toml_list import SHOT_ID, SHOT_ID_ALLOWED
from .balance import check_balance
from .exit_code import exit_code_for_all
from .follow import Outcome, follow
from .placing import Target, check_target, place_in_blend
from .price_words import PRICED_FOR, price_words
from .shot_options import build, check_possible, shot_options

if TYPE_CHECKING:
    from decimal import Decimal

    from ..kling.request import GenerationRequest
    from ..vse.place import Placement
    from .output import Output


@click.command(
    help="Make one shot: a clip on disk and, with --blend, on a timeline. "
    "The same command again goes on with an unfinished shot and never pays for a finished one."
)
@shot_options
@click.option("--shot", "shot_id", default=None, metavar="ID", help="The shot's name. Default: made from the settings.")
@click.option("--new-take", is_flag=True, help="Make, and pay for, another take of a finished shot.")
@click.option("--blend", type=click.Path(path_type=Path), default=None, help="The .blend to place it in; made if new.")
@click.option("--at", "frame", type=int, default=None, help="The frame it begins at. Default: after the last strip.")
@click.option(
    "--channel", type=click.IntRange(1, 128), default=None, help="The lowest channel. Default: above all others."
)
@click.option("--fps", "new_rate", default="24", show_default=True, help="The rate of a new .blend, 24000/1001 say.")
@click.option("--media", type=click.Path(path_type=Path), default=None, help="The folder for takes. Default: takes.")
@click.option("--max-credits", default=None, metavar="N", help="Never spend more on this shot, all takes together.")
@click.option("--ignore-balance", is_flag=True, help="Send it even where the account's packages seem not to be enough.")
@click.option("--sandbox", is_flag=True, help="Rehearse for free with a local Kling.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def generate(context: click.Context, /, **options: Any) -> int:
    output: Output = context.obj.output
    host: Host = context.obj.host
    request = build(options)
    if not has_names_to_find(request):
        check_possible(request)
    target = _target(options)
    media_dir = _media_dir(options["media"], target)
    max_credits = options["max_credits"]
    list_units = units_from_credits("--max-credits", max_credits) if max_credits is not None else None
    shot_id = _shot_id(options["shot_id"], request, target)
    with open_settings(os.environ, host, sandbox=options["sandbox"]) as settings:
        if has_names_to_find(request):
            request = account_names(settings).filled(request)
            check_possible(request)
        check_video(request, settings)
        draft = JobDraft(
            account=settings.account,
            list_id=f"shot/{shot_id}",
            shot_id=shot_id,
            request=request,
            standard=choose_standard(request, settings.credential, settings.standard),
            media_dir=media_dir,
            estimate_units=estimate_units(request, voices_are_free=settings.voices_are_free),
        )
        _say_price(output, request, draft.estimate_units)
        for finding in prompt_hints(request):
            words = request.prompt[finding.start : finding.end_exclusive]
            output.notes.print(f"Hint, at “{words}”: {finding.message} {finding.advice}", markup=False, highlight=False)
        with Services(settings, list_units=list_units) as services:
            job = services.ledger.enqueue(draft, new_take=options["new_take"])
            if job.state in WITH_TAKE:
                output.notes.print(f"{job.take().name} exists already: nothing is sent. --new-take makes another.")
            elif job.state in CANCELLABLE and not options["ignore_balance"]:
                check_balance(settings, draft.estimate_units, output)
            (outcome,) = follow(services, (job,), output.notes)
            outcome, placement = _place(services, outcome, target)
            spent_units = services.ledger.spent_units(draft.list_id)
    _report(output, outcome, placement, draft.estimate_units, spent_units, as_json=options["as_json"])
    return exit_code_for_all([outcome.error] if outcome.error else [])


def _target(options: dict[str, Any]) -> Target | None:
    if options["blend"] is None:
        return None
    try:
        new_rate = Fraction(options["new_rate"])
    except (ValueError, ZeroDivisionError) as error:
        raise InputError("--fps", options["new_rate"], "a rate such as 24, 25 or 24000/1001 is needed") from error
    target = Target(options["blend"].expanduser().absolute(), options["frame"], options["channel"], new_rate)
    check_target(target)
    check_writable(target.blend.parent, "--blend")
    return target


def _media_dir(given: Path | None, target: Target | None) -> Path:
    folder = given or (target.blend.parent if target else Path()) / "takes"
    folder = folder.expanduser().absolute()
    check_writable(folder, "--media")
    return folder


def check_writable(folder: Path, field: str) -> None:
    """Raises InputError where `folder` could not be written or made: before money is spent on a file in it.

    Nothing is left behind; the folder itself is made when there is something to put into it.
    """
    try:
        nearest = next(path for path in (folder, *folder.parents) if path.exists())
        probe = nearest / f".retake-{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise InputError(
            field, folder, f"the folder cannot be written ({error.strerror})", hint="Choose another folder."
        ) from error


def _shot_id(given: str | None, request: GenerationRequest, target: Target | None) -> str:
    if given is None:
        place = [str(target.blend), target.frame, target.channel] if target else None
        wish = json.dumps([request.to_record(), place], sort_keys=True)
        return f"shot-{hashlib.sha256(wish.encode()).hexdigest()[:8]}"
    if not SHOT_ID.fullmatch(given):
        raise InputError("--shot", given, SHOT_ID_ALLOWED)
    return given


def _place(services: Services, outcome: Outcome, target: Target | None) -> tuple[Outcome, Placement | None]:
    """Onto the timeline, as the last step on record. A take that cannot be placed is kept as it is."""
    job = outcome.job
    if target is None or job.facts is None:
        return outcome, None
    try:
        placement = place_in_blend(target, job.take(), (job.facts.width_px, job.facts.height_px))
    except RetakeError as error:
        return Outcome(services.ledger.note_error(job.job_id, error), error), None
    if job.state is JobState.READY:
        job = services.ledger.advance(job.job_id, JobState.PLACED)
    return Outcome(job, None), placement


def _say_price(output: Output, request: GenerationRequest, units: Decimal) -> None:
    model = catalogue().model_row(request.model_name)
    output.notes.print(
        f"{model.label} {request.mode}, {billed_seconds(request)} s, {PRICED_FOR[tariff(request)]}: "
        f"{price_words(units)}",
        highlight=False,
    )


def _report(
    output: Output,
    outcome: Outcome,
    placement: Placement | None,
    estimated_units: Decimal,
    spent_units: Decimal,
    *,
    as_json: bool,
) -> None:
    job, error = outcome.job, outcome.error
    if job.warning:
        output.notes.print(f"Warning: {job.warning}")
    if as_json:
        output.json(
            {
                "shots": [shot_record(job, error)],
                "spent_units": float(spent_units),
                "estimated_units": float(estimated_units),
            }
        )
    elif job.facts is not None:
        output.results.print(_table(job, placement))
    if error is not None:
        output.error(error)


def shot_record(job: Job, error: BaseException | None) -> dict[str, Any]:
    return {
        "id": job.shot_id,
        "state": job.state.value,
        "file": str(job.file) if job.facts else None,
        "take": job.take_number if job.facts else None,
        "cost_units": None if job.billed_units is None else float(job.billed_units),
        "error": None if error is None else str(error),
    }


def _table(job: Job, placement: Placement | None) -> Table:
    take = job.take()
    table = Table("Shot", "Take", "Frames", "Sound", "Cost", "On the timeline", "File")
    where = "–"
    if placement is not None:
        where = f"frames {placement.frames.start} to {placement.frames.end_exclusive - 1}, channel "
        where += str(placement.picture_channel)
        where += f" (sound {placement.sound_channel})" if placement.sound_channel else ""
    cost = "not said" if take.cost_units is None else f"{take.cost_units} units"
    table.add_row(
        take.shot_id, str(take.number), f"{take.frame_count} at {take.rate} fps",
        "yes" if take.has_sound else "no", cost, where, str(take.file),
    )  # fmt: skip
    return table
