# SPDX-License-Identifier: GPL-3.0-or-later
"""The library's tasks as the legacy standard shows them. Facts: kling-api section 4 and kling-api.json, results.

Guesses: a voice that was deleted is in its task no longer, as nothing in the legacy standard could say so; a voice that
is bound to an element but was not made here has no name and no trial; the parent of a lip-sync that was given by its
URL has the session's id, and the address of the copy that was made of it.
"""

from __future__ import annotations

from collections.abc import Callable

from .answers import length_text
from .library_files import clip_file, image_file, picture_file, voice_file
from .library_table import TAGS
from .model_table import format_units
from .preset_elements import PRESET_ELEMENTS
from .preset_voices import PRESET_VOICES
from .task_state import TaskState
from .task_store import Task

Address = Callable[[str, int], str]
_OFFICIAL = "kling"
# Official voices and elements say that they were made on 1 January 2026 (invented).
PRESETS_MADE_MS = 1_767_225_600_000


def queried_library_task(task: Task, state: TaskState, address: Address) -> dict[str, object]:
    """A task as a query shows it in the state `state`. `address(file, updated_ms)` makes the URL of a result file."""
    info: dict[str, object] = {} if task.external_task_id is None else {"external_task_id": task.external_task_id}
    if task.product == "advanced-lip-sync":
        parent_id = str(task.facts["parent_id"])
        info["parent_video"] = {
            "id": parent_id,
            "url": address(clip_file(parent_id), state.updated_ms),
            "duration": task.facts["length"],
        }
    data: dict[str, object] = {
        "task_id": task.task_id,
        "task_status": state.status,
        "task_status_msg": task.failure or "" if state.status == "failed" else "",
        "task_info": info,
        "created_at": task.created_ms,
        "updated_at": state.updated_ms,
    }
    if task.product in ("images", "advanced-lip-sync"):
        data["watermark_info"] = {"enabled": task.clip.watermark}
    if state.status == "succeed":
        data["task_result"] = _result(task, state.updated_ms, address)
        data["final_unit_deduction"] = format_units(task.units)
    return data


def preset_voices(address: Address, at_ms: int) -> list[dict[str, object]]:
    """The official voices, each as the result of a task that ended long ago; their addresses are good from `at_ms`."""
    return [
        _preset_task(voice_id, "voices", _voice(voice_id, voice.name, _OFFICIAL, at_ms, address))
        for voice_id, voice in PRESET_VOICES.items()
    ]


def preset_elements(address: Address, at_ms: int) -> list[dict[str, object]]:
    """The official elements, in the same way."""
    made = []
    for element_id, element in PRESET_ELEMENTS.items():
        values: dict[str, object] = {
            "element_id": int(element_id),
            "element_name": element.name,
            "element_description": element.description,
            "reference_type": "image_refer",
            "element_image_list": _pictures(element_id, element.pictures, at_ms, address),
            "element_video_list": {},
            "element_voice_info": {},
            "tag_list": [_tag(element.tag_id)],
            "owned_by": _OFFICIAL,
            "status": "succeed",
        }
        made.append(_preset_task(element_id, "elements", values))
    return made


def _result(task: Task, updated_ms: int, address: Address) -> dict[str, object]:
    match task.product:
        case "custom-voices":
            owner = str(task.facts["owned_by"])
            voice = _voice(task.video_id, str(task.facts["name"]), owner, updated_ms, address)
            return {"voices": [] if task.deleted_ms is not None else [voice]}
        case "advanced-custom-elements":
            return {"elements": [_element(task, updated_ms, address)]}
        case "images":
            return {"images": [_image(task, number, updated_ms, address) for number in range(picture_count(task))]}
        case _:
            video = {"id": task.video_id, "url": address(clip_file(task.video_id), updated_ms)}
            if task.clip.watermark:
                video["watermark_url"] = address(clip_file(task.video_id, watermark=True), updated_ms)
            return {"videos": [{**video, "duration": length_text(task)}]}


def picture_count(task: Task) -> int:
    """How many images, or pictures of an element, a task has."""
    count = task.facts.get("pictures", 0)
    return count if isinstance(count, int) else 0


def _voice(voice_id: str, name: str, owner: str, updated_ms: int, address: Address) -> dict[str, object]:
    trial = address(voice_file(voice_id), updated_ms)
    return {"voice_id": voice_id, "voice_name": name, "trial_url": trial, "owned_by": owner}


def _element(task: Task, updated_ms: int, address: Address) -> dict[str, object]:
    facts = task.facts
    has_video = facts["reference_type"] == "video_refer"
    video = {"video_url": address(clip_file(task.video_id), updated_ms)}
    tags = facts["tags"]
    return {
        "element_id": int(task.video_id),
        "element_name": facts["name"],
        "element_description": facts["description"],
        "reference_type": facts["reference_type"],
        "element_image_list": {} if has_video else _pictures(task.video_id, picture_count(task), updated_ms, address),
        "element_video_list": {"refer_videos": [video]} if has_video else {},
        "element_voice_info": _bound_voice(task, updated_ms, address),
        "tag_list": [_tag(tag) for tag in tags] if isinstance(tags, list) else [],
        "owned_by": facts["owned_by"],
        "status": "succeed" if task.deleted_ms is None else "deleted",
    }


def _bound_voice(task: Task, updated_ms: int, address: Address) -> dict[str, object]:
    voice_id, name, owner = (task.facts.get(key) for key in ("voice_id", "voice_name", "voice_owner"))
    if not isinstance(voice_id, str):
        return {}
    if not owner:
        return {"voice_id": voice_id}
    return _voice(voice_id, str(name), str(owner), updated_ms, address)


def _pictures(element_id: str, count: int, updated_ms: int, address: Address) -> dict[str, object]:
    urls = [address(picture_file(element_id, number), updated_ms) for number in range(count)]
    return {"frontal_image": urls[0], "refer_images": [{"image_url": url} for url in urls[1:]]}


def _tag(tag_id: str) -> dict[str, object]:
    return {"tag_id": tag_id, "tag_name": TAGS[tag_id]}


def _image(task: Task, number: int, updated_ms: int, address: Address) -> dict[str, object]:
    image: dict[str, object] = {"index": number, "url": address(image_file(task.video_id, number), updated_ms)}
    if task.clip.watermark:
        image["watermark_url"] = address(image_file(task.video_id, number, watermark=True), updated_ms)
    return image


def _preset_task(preset_id: str, kind: str, values: dict[str, object]) -> dict[str, object]:
    return {
        "task_id": preset_id,
        "task_status": "succeed",
        "task_status_msg": "",
        "task_result": {kind: [values]},
        "created_at": PRESETS_MADE_MS,
        "updated_at": PRESETS_MADE_MS,
    }
