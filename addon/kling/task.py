# SPDX-License-Identifier: GPL-3.0-or-later
"""A Kling task as we see it, whichever standard it was read from."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import TYPE_CHECKING

from ..redaction import logger, redact

if TYPE_CHECKING:
    from .wire import ReceivedTask

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


def read_task(received: ReceivedTask) -> KlingTask:
    """A status word that is not documented counts as still running: only Kling's own words end a task."""
    status = _STATUS_WORDS.get(received.task_status.lower())
    if status is None:
        _log.warning("unknown task_status=%s task=%s", received.task_status, received.task_id)
        status = TaskStatus.PROCESSING
    videos = received.task_result.videos if received.task_result else ()
    return KlingTask(
        task_id=received.task_id,
        external_task_id=(received.task_info.external_task_id or None) if received.task_info else None,
        status=status,
        reason=redact(received.task_status_msg or ""),
        videos=tuple(ResultVideo(video.url, _decimal(video.duration)) for video in videos),
        billed_units=_decimal(received.final_unit_deduction),
    )


def _decimal(text: str | None) -> Decimal | None:
    if not text:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        _log.warning("not a number: %s", text)
        return None
