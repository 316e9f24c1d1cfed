# SPDX-License-Identifier: GPL-3.0-or-later
"""What the library knows of an id that a create names.

Guess: an id that was never made here is not refused, although Kling would: a rehearsal of a shot list that names voices
or elements of a real account must go through, and that account's library is not known here.
"""

from __future__ import annotations

from .library_use import LibraryEntry, LibraryKind, LibraryLookup
from .preset_elements import PRESET_ELEMENTS
from .preset_voices import PRESET_VOICES
from .task_store import Task, TaskStore

_PRESET_OWNER = "kling"


def lookup_in(store: TaskStore) -> LibraryLookup:
    """The lookup of the library whose tasks are in `store`."""

    def look_up(kind: LibraryKind, library_id: str) -> LibraryEntry | None:
        if kind == "voice":
            if library_id in PRESET_VOICES:
                return LibraryEntry()
            voice = _made(store, "custom-voices", library_id)
            return None if voice is None else LibraryEntry(deleted=voice.deleted_ms is not None)
        if library_id in PRESET_ELEMENTS:
            return LibraryEntry(made_from="images")
        element = _made(store, "advanced-custom-elements", library_id)
        if element is None:
            return None
        return LibraryEntry(
            deleted=element.deleted_ms is not None,
            made_from="images" if element.facts["reference_type"] == "image_refer" else "video",
        )

    return look_up


def voice_facts(store: TaskStore, voice_id: str) -> dict[str, str]:
    """Name and owner of a voice, both empty for one that was not made here."""
    if voice_id in PRESET_VOICES:
        return {"voice_name": PRESET_VOICES[voice_id].name, "voice_owner": _PRESET_OWNER}
    voice = _made(store, "custom-voices", voice_id)
    if voice is None:
        return {"voice_name": "", "voice_owner": ""}
    return {"voice_name": str(voice.facts["name"]), "voice_owner": str(voice.facts["owned_by"])}


def _made(store: TaskStore, product: str, library_id: str) -> Task | None:
    task = store.find_video(library_id)
    return task if task is not None and task.product == product else None
