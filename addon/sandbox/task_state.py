# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a task as one answer shows it, and the words of the two standards for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .task_store import Task, TaskStatus

NewStatus = Literal["submitted", "processing", "succeeded", "failed"]


@dataclass(frozen=True, slots=True)
class TaskState:
    """`updated_ms` is when the state began, in milliseconds since 1970."""

    status: TaskStatus
    updated_ms: int

    @property
    def new_status(self) -> NewStatus:
        return "succeeded" if self.status == "succeed" else self.status


def state_of(task: Task, at_ms: int, *, backwards: bool = False) -> TaskState:
    """The state at `at_ms`, or the one before it for an answer that goes `backwards`."""
    status = task.status(at_ms)
    if not backwards:
        return TaskState(status, task.updated_ms(at_ms))
    if status in ("succeed", "failed"):
        return TaskState("processing", task.processing_ms)
    return TaskState("submitted", task.created_ms)
