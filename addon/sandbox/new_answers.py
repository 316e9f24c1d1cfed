# SPDX-License-Identifier: GPL-3.0-or-later
"""A task as the new standard shows it, whichever standard made it. Facts: kling-api section 4.

Guesses: `external_id` is "" without one, `outputs` and `billing` are empty lists until the task has succeeded; a clip
made with the legacy standard looks no different here.
"""

from __future__ import annotations

from collections.abc import Callable

from .answers import length_text
from .model_table import format_units
from .task_state import TaskState
from .task_store import Task


def created_new_task(task: Task) -> dict[str, object]:
    """The `data` of a create's answer."""
    return {
        "id": task.task_id,
        "status": "submitted",
        "create_time": task.created_ms,
        "update_time": task.created_ms,
        "external_id": task.external_task_id or "",
    }


def queried_new_task(task: Task, state: TaskState, address: Callable[[str, int], str]) -> dict[str, object]:
    """A task in the state `state`. `address(file, updated_ms)` makes the URL of a result file."""
    outputs: list[dict[str, object]] = []
    billing: list[dict[str, object]] = []
    if state.status == "succeed":
        video: dict[str, object] = {
            "type": "video",
            "id": task.video_id,
            "url": address(f"{task.video_id}.mp4", state.updated_ms),
        }
        if task.clip.watermark:
            video["watermark_url"] = address(f"{task.video_id}-watermark.mp4", state.updated_ms)
        video["duration"] = length_text(task)
        outputs.append(video)
        billing.append({"charge_type": "unit", "amount": format_units(task.units), "package_type": "video"})
    return {
        "id": task.task_id,
        "status": state.new_status,
        "message": task.failure or "" if state.status == "failed" else "",
        "create_time": task.created_ms,
        "update_time": state.updated_ms,
        "external_id": task.external_task_id or "",
        "outputs": outputs,
        "billing": billing,
    }
