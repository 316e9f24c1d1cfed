# SPDX-License-Identifier: GPL-3.0-or-later
"""The shape of an answer: the envelope and a task in it. Facts: kling-api section 4, legacy standard.

`watermark_url` is there only when it was asked for [L]; `final_balance_deduction` is left out, its values are not
known.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable

from .clip import duration_text
from .model_table import format_units
from .refusal import Refusal
from .task_inputs import ParentClip
from .task_state import TaskState
from .task_store import Task

Envelope = dict[str, object]


def success(data: object) -> Envelope:
    return {"code": 0, "message": "SUCCEED", "request_id": str(uuid.uuid4()), "data": data}


def refused(refusal: Refusal) -> Envelope:
    return {"code": refusal.code, "message": refusal.message, "request_id": str(uuid.uuid4())}


def created_task(task: Task) -> dict[str, object]:
    """The `data` of a create's answer."""
    return {
        "task_id": task.task_id,
        "task_status": "submitted",
        "task_info": _info(task),
        "created_at": task.created_ms,
        "updated_at": task.created_ms,
    }


def queried_task(task: Task, state: TaskState, address: Callable[[str, int], str]) -> dict[str, object]:
    """A task as a query shows it in the state `state`. `address(file, updated_ms)` makes the URL of a result file."""
    status, updated_ms = state.status, state.updated_ms
    data: dict[str, object] = {
        "task_id": task.task_id,
        "task_status": status,
        "task_status_msg": task.failure or "" if status == "failed" else "",
        "task_info": {**_info(task), **_parent_info(task, updated_ms, address)},
        "watermark_info": {"enabled": task.clip.watermark},
        "created_at": task.created_ms,
        "updated_at": updated_ms,
    }
    if status == "succeed":
        video = {"id": task.video_id, "url": address(f"{task.video_id}.mp4", updated_ms)}
        if task.clip.watermark:
            video["watermark_url"] = address(f"{task.video_id}-watermark.mp4", updated_ms)
        video["duration"] = length_text(task)
        data["task_result"] = {"videos": [video]}
        data["final_unit_deduction"] = format_units(task.units)
    return data


def length_text(task: Task) -> str:
    """The clip's length in seconds, as Kling writes it."""
    return task.clip.length_text or duration_text(task.clip.duration_s, task.clip.rate_fps)


def _parent_info(task: Task, updated_ms: int, address: Callable[[str, int], str]) -> dict[str, object]:
    """The clip that was extended (2.6). Its address is good as long as that of the result would be (guess)."""
    parent = ParentClip.from_mark(task.clip.video_url)
    if parent is None:
        return {}
    url = address(f"{parent.video_id}.mp4", updated_ms)
    return {"parent_video": {"id": parent.video_id, "url": url, "duration": parent.length_text}}


def _info(task: Task) -> dict[str, object]:
    return {} if task.external_task_id is None else {"external_task_id": task.external_task_id}
