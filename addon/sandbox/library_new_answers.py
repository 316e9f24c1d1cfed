# SPDX-License-Identifier: GPL-3.0-or-later
"""The library's tasks as the new standard's queries show them. Facts: kling-api section 4, outputs by type.

Guesses: the words of `element_type` and of `status`, the shape of `references` and `tags`; an image is its own group.
"""

from __future__ import annotations

from .answers import length_text
from .library_answers import Address, picture_count
from .library_files import clip_file, image_file, picture_file, voice_file
from .library_table import TAGS
from .model_table import format_units
from .task_state import TaskState
from .task_store import Task


def queried_new_library_task(task: Task, state: TaskState, address: Address) -> dict[str, object]:
    """A task in the state `state`. `address(file, updated_ms)` makes the URL of a result file."""
    outputs: list[dict[str, object]] = []
    billing: list[dict[str, object]] = []
    if state.status == "succeed":
        outputs = _outputs(task, state.updated_ms, address)
        billing = [{"charge_type": "unit", "amount": format_units(task.units), "package_type": task.package_type}]
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


def _outputs(task: Task, updated_ms: int, address: Address) -> list[dict[str, object]]:
    facts, status = task.facts, "succeed" if task.deleted_ms is None else "deleted"
    match task.product:
        case "custom-voices":
            url = address(voice_file(task.video_id), updated_ms)
            voice = {"type": "voice", "id": task.video_id, "name": facts["name"], "url": url}
            return [{**voice, "owned_by": facts["owned_by"], "status": status}]
        case "advanced-custom-elements":
            return [_element(task, status, updated_ms, address)]
        case "images":
            return [_image(task, number, updated_ms, address) for number in range(picture_count(task))]
        case _:
            video: dict[str, object] = {"type": "video", "id": task.video_id}
            video["url"] = address(clip_file(task.video_id), updated_ms)
            if task.clip.watermark:
                video["watermark_url"] = address(clip_file(task.video_id, watermark=True), updated_ms)
            return [{**video, "duration": length_text(task)}]


def _element(task: Task, status: str, updated_ms: int, address: Address) -> dict[str, object]:
    facts, tags = task.facts, task.facts["tags"]
    if facts["reference_type"] == "video_refer":
        references = [{"type": "video", "url": address(clip_file(task.video_id), updated_ms)}]
    else:
        references = [
            {"type": "image", "url": address(picture_file(task.video_id, number), updated_ms)}
            for number in range(picture_count(task))
        ]
    return {
        "type": "element",
        "id": task.video_id,
        "name": facts["name"],
        "description": facts["description"],
        "element_type": facts["reference_type"],
        "references": references,
        "owned_by": facts["owned_by"],
        "status": status,
        "tags": [{"id": tag, "name": TAGS[tag]} for tag in tags] if isinstance(tags, list) else [],
    }


def _image(task: Task, number: int, updated_ms: int, address: Address) -> dict[str, object]:
    image: dict[str, object] = {"type": "image", "url": address(image_file(task.video_id, number), updated_ms)}
    if task.clip.watermark:
        image["watermark_url"] = address(image_file(task.video_id, number, watermark=True), updated_ms)
    return {**image, "group_id": str(number)}
