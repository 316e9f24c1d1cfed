# SPDX-License-Identifier: GPL-3.0-or-later
"""A batch's plan and outcome as the user reads them, and as programs do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

from ..batch.expected_time import makespan_s
from ..batch.outcome import NOT_SENT, PLANNED
from .generate import shot_record
from .price_words import plain, price_words
from .progress import STATE_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from ..batch.outcome import BatchOutcome, TakeRow
    from ..batch.plan import BatchPlan, PlannedShot


def plan_table(plan: BatchPlan) -> Table:
    table = Table("Shot", "Model", "Why this model", "What", "Takes to make", "Units", "After")
    for shot in plan.shots:
        if shot.why == "left out":
            continue
        request = shot.request
        table.add_row(
            shot.shot_id, f"{request.model_name} {request.mode}" if request else "–",
            shot.shot.model_why, "not possible" if shot.errors else shot.why, str(shot.to_make or "–"),
            plain(shot.units * shot.to_make) if shot.to_make else "–", ", ".join(shot.awaits),
        )  # fmt: skip
    return table


def price_line(plan: BatchPlan, expected_s: float) -> str:
    takes = plan.takes_to_make
    if not takes:
        return "Nothing is missing." if not plan.errors else ""
    what = "1 take" if takes == 1 else f"{takes} takes"
    return f"{what} to make: {price_words(plan.new_units)}; about {duration_words(expected_s)}."


def duration_words(seconds: float) -> str:
    """`45 s`, `12 min`, `1 h 20 min`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def plan_record(plan: BatchPlan, spent_units: Decimal | None, expected_s: float | None) -> dict[str, Any]:
    shots = [record for shot in plan.shots if shot.why != "left out" for record in _planned_records(shot)]
    return {
        "shots": shots,
        "spent_units": float(spent_units or 0),
        "estimated_units": float(plan.new_units),
        "expected_s": expected_s,
    }


def _planned_records(shot: PlannedShot) -> Iterator[dict[str, Any]]:
    for job in (*shot.standing.takes, *shot.standing.under_way):
        yield shot_record(job, None)
    error = "; ".join(map(str, shot.errors)) or None
    for _ in range(max(shot.to_make, 1 if error else 0)):
        yield {
            "id": shot.shot_id, "state": NOT_SENT if error else PLANNED, "file": None, "take": None,
            "cost_units": None, "error": error,
        }  # fmt: skip


def outcome_record(outcome: BatchOutcome, plan: BatchPlan) -> dict[str, Any]:
    return {
        "shots": [_row_record(row) for row in outcome.rows],
        "spent_units": float(outcome.spent_units),
        "estimated_units": float(plan.new_units),
        "elapsed_s": round(outcome.elapsed_s, 3),
    }


def _row_record(row: TakeRow) -> dict[str, Any]:
    if row.job is not None:
        return shot_record(row.job, row.error)
    return {
        "id": row.planned.shot_id, "state": NOT_SENT, "file": None, "take": None, "cost_units": None,
        "error": None if row.error is None else str(row.error),
    }  # fmt: skip


def outcome_table(outcome: BatchOutcome) -> Table:
    table = Table("Shot", "Take", "State", "Cost", "File", "What went wrong")
    for row in outcome.rows:
        job = row.job
        cost = "–" if job is None or job.billed_units is None else f"{plain(job.billed_units)} units"
        table.add_row(
            row.planned.shot_id, str(job.take_number) if job else "–",
            STATE_WORDS[job.state] if job else "not sent", cost, job.file.name if job and job.facts else "–",
            "" if row.error is None else str(row.error),
        )  # fmt: skip
    return table


def rehearsal_words(plan: BatchPlan, outcome: BatchOutcome, speed: float, places: int) -> Iterator[str]:
    """What the real run would come to: time, cost and what would fail."""
    predicted_s = makespan_s(plan.lanes({}, whole=True), places)
    yield (
        f"Rehearsed {speed:g} times as fast as Kling. For real the whole list would take about "
        f"{duration_words(predicted_s)} with {places} places, and cost {price_words(plan.whole_units)}."
    )
    failed = [f"{shot_id} ({error})" for shot_id, error in outcome.errors]
    yield (
        f"{len(failed)} would fail: {'; '.join(failed)}" if failed else "Nothing would fail for a reason of the list's."
    )


def ended_words(outcome: BatchOutcome) -> Iterator[str]:
    """Sentences for the user, the last one saying how to go on."""
    there = sum(row.has_take for row in outcome.rows)
    yield (
        f"{there} of {len(outcome.rows)} takes are there, {outcome.made} of them made now, in "
        f"{duration_words(outcome.elapsed_s)}. The list has cost {price_words(outcome.spent_units)} so far."
    )
    if outcome.is_interrupted:
        yield (
            f"Stopped. {outcome.at_kling} are at Kling and will be fetched, {outcome.not_sent} were not sent. Nothing "
            "is lost: the same command, without --retake, goes on where this one stopped."
        )
    elif outcome.failed or outcome.not_sent:
        yield (
            f"{outcome.failed} went wrong and {outcome.not_sent} were not sent. The same command, without --retake, "
            "tries these again and pays for nothing twice."
        )
