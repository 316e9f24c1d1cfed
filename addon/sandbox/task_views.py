# SPDX-License-Identifier: GPL-3.0-or-later
"""A task in the words of one of the standards, whatever product it is of."""

from __future__ import annotations

from collections.abc import Callable

from .answers import queried_task
from .library_answers import queried_library_task
from .library_new_answers import queried_new_library_task
from .library_order import LIBRARY_PRODUCTS
from .new_answers import queried_new_task
from .task_query import Listing
from .task_state import TaskState
from .task_store import Task

_NO_FILTER = Listing(start_ms=0, end_ms=0, limit=1).product_types


def legacy_view(task: Task, state: TaskState, address: Callable[[str, int], str]) -> dict[str, object]:
    """A task as a legacy query shows it. `address(file, updated_ms)` makes the URL of a result file."""
    view = queried_library_task if task.product in LIBRARY_PRODUCTS else queried_task
    return view(task, state, address)


def new_view(task: Task, state: TaskState, address: Callable[[str, int], str]) -> dict[str, object]:
    """A task as the new standard shows it."""
    view = queried_new_library_task if task.product in LIBRARY_PRODUCTS else queried_new_task
    return view(task, state, address)


def has_type(task: Task, product_types: frozenset[str]) -> bool:
    """Whether a filter lets a task pass. Voices and elements are of no type: only no filter does (guess)."""
    if task.product in ("custom-voices", "advanced-custom-elements"):
        return product_types == _NO_FILTER
    return task.package_type in product_types
