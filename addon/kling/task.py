# SPDX-License-Identifier: GPL-3.0-or-later
"""A Kling task as we see it, whichever standard it was read from."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import Enum

from ..redaction import logger

_log = logger("kling")


class TaskStatus(Enum):
    SUBMITTED = "submitted"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ResultVideo:
    """`url` is signed and lives for 30 days: never store it. `duration_s` is what Kling says, if anything."""

    url: str
    duration_s: Decimal | None


@dataclass(frozen=True, slots=True)
class KlingTask:
    task_id: str
    external_task_id: str | None
    status: TaskStatus
    reason: str
    """Kling's words for a failure, cleaned of secrets."""
    videos: tuple[ResultVideo, ...]
    billed_units: Decimal | None
    """What was deducted, once Kling says it."""


_STATUS_WORDS = {
    "submitted": TaskStatus.SUBMITTED,
    "processing": TaskStatus.PROCESSING,
    "succeed": TaskStatus.SUCCEEDED,  # the legacy standard's word
    "succeeded": TaskStatus.SUCCEEDED,  # the new standard's word
    "failed": TaskStatus.FAILED,
}


def read_status(word: str, task_id: str) -> TaskStatus:
    """A word that is not documented counts as still running: only Kling's own words end a task."""
    status = _STATUS_WORDS.get(word.lower())
    if status is None:
        _log.warning("unknown status=%s task=%s", word, task_id)
        return TaskStatus.PROCESSING
    return status


def decimal_or_none(text: str | None) -> Decimal | None:
    if not text:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        _log.warning("not a number: %s", text)
        return None
