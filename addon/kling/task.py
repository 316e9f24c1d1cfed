# SPDX-License-Identifier: GPL-3.0-or-later
"""A Kling task as we see it, whichever standard it was read from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum

from ..redaction import logger

_log = logger("kling")


class TaskStatus(Enum):
    SUBMITTED = "submitted"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


ENDED = frozenset({TaskStatus.SUCCEEDED, TaskStatus.FAILED})


@dataclass(frozen=True, slots=True)
class ResultVideo:
    """`url` is signed and lives for 30 days: never store it. `duration_s` is what Kling says, if anything."""

    url: str
    duration_s: Decimal | None
    video_id: str = ""
    """What other calls name the clip by; lives for 30 days, too."""


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
    created_at_utc: datetime | None = None
    """By Kling's clock."""


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


def utc_from_ms(text: str | None) -> datetime | None:
    """From milliseconds since 1970, in which both standards write times; None for anything else."""
    try:
        return datetime.fromtimestamp(int(text) / 1000, UTC) if text else None
    except (ValueError, OverflowError, OSError):
        _log.warning("not a time in milliseconds: %s", text)
        return None


def decimal_or_none(text: str | None) -> Decimal | None:
    if not text:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        _log.warning("not a number: %s", text)
        return None
