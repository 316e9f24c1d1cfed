# SPDX-License-Identifier: GPL-3.0-or-later
"""A task of the account's library (voices, elements, images, lip-sync), which exists on the legacy paths only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from decimal import Decimal

    from .task import TaskStatus

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class LibraryTask(Generic[Result]):
    task_id: str
    external_task_id: str | None
    """None also where an answer leaves it out, as those on lip-sync are documented to do."""
    status: TaskStatus
    reason: str
    """Kling's words for a failure, cleaned of secrets."""
    results: tuple[Result, ...]
    billed_units: Decimal | None
    """What was deducted from a pack, once Kling says it. An account that pays from its balance may see none."""
    created_ms: int | None
    """Milliseconds since 1970."""
