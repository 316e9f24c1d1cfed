# SPDX-License-Identifier: GPL-3.0-or-later
"""What a list has cost, take by take, as a table that spreadsheets open."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from ..errors import StorageError
from ..kling.catalogue import catalogue
from ..kling.price import billed_seconds

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

    from ..batch.outcome import BatchOutcome
    from ..jobs.job import Job

COLUMNS = (
    "shot", "take", "state", "model", "quality", "seconds", "estimated_units", "billed_units", "billed_credits",
    "billed_dollars", "made_at_utc", "file", "job", "task", "error",
)  # fmt: skip


def write_cost_report(path: Path, outcome: BatchOutcome) -> None:
    """Written whole or not at all. Raises StorageError."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    billed_in_all = estimated_in_all = catalogue().credits_per_unit * 0
    for row in outcome.rows:
        error = "" if row.error is None else str(row.error)
        if row.job is None:
            table.writerow([row.planned.shot_id, "", row.state, *[""] * (len(COLUMNS) - 4), error])
            continue
        job = row.job
        billed_in_all += job.billed_units or 0
        estimated_in_all += job.estimate_units
        table.writerow(_cells(job, error))
    table.writerow(["total", "", "", "", "", "", _number(estimated_in_all), *_money(billed_in_all), *[""] * 5])
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text.getvalue(), encoding="utf-8")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise StorageError(f"The report cannot be written to {path}: {error.strerror or error}.") from error


def _cells(job: Job, error: str) -> list[str]:
    request = job.request
    return [
        job.shot_id, str(job.take_number), job.state.value, request.model_name, request.mode,
        str(billed_seconds(request)), _number(job.estimate_units), *_money(job.billed_units), job.created_at_utc,
        str(job.file) if job.facts else "", job.job_id, job.task_id or "", error,
    ]  # fmt: skip


def _money(units: Decimal | None) -> tuple[str, str, str]:
    if units is None:
        return "", "", ""
    whole = catalogue()
    return _number(units), _number(whole.credits(units)), f"{whole.dollars(units):.2f}"


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"
