# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON that the library's tasks have in common. Fields: kling-api reference section 4, legacy standard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import BeforeValidator, Field

from ..redaction import redact
from .library_task import LibraryTask
from .task import decimal_or_none, read_status
from .wire import Received
from .wire_legacy import ReceivedTaskInfo

if TYPE_CHECKING:
    from collections.abc import Callable

Item = TypeVar("Item")
Result = TypeVar("Result")


def _null_is_empty(value: object) -> object:
    return () if value is None else value


Many = Annotated[tuple[Item, ...], BeforeValidator(_null_is_empty)]
"""A list of an answer, which may be null instead of empty."""


class ReceivedLibraryTask(Received):
    task_id: str = Field(min_length=1)
    """18 digits as a rule: beyond 2^53, hence text."""
    task_status: str
    task_status_msg: str | None = None
    task_info: ReceivedTaskInfo | None = None
    task_result: dict[str, Any] | None = None
    final_unit_deduction: str | None = None
    created_at: int | None = None


class ReceivedDeletion(Received):
    """The documentation promises it; live a deletion has been answered without any (one observer, 2026-09-20)."""

    task_status: str = "succeed"


def read_library_task(
    data: object, read_results: Callable[[dict[str, Any]], tuple[Result, ...]]
) -> LibraryTask[Result]:
    """Raises pydantic's ValidationError where `data` is no task."""
    received = ReceivedLibraryTask.model_validate(data)
    return LibraryTask(
        task_id=received.task_id,
        external_task_id=(received.task_info.external_task_id or None) if received.task_info else None,
        status=read_status(received.task_status, received.task_id),
        reason=redact(received.task_status_msg or ""),
        results=read_results(received.task_result or {}),
        billed_units=decimal_or_none(received.final_unit_deduction),
        created_ms=received.created_at,
    )
