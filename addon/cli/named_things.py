# SPDX-License-Identifier: GPL-3.0-or-later
"""Voices and elements given by name alone, found in the account."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..errors import InputError
from ..library.visit import gathered, visit_library
from .shot_options import TO_BE_FOUND

if TYPE_CHECKING:
    from ..app import Settings
    from ..kling.library import KlingLibrary
    from ..kling.request import GenerationRequest


def has_names_to_find(request: GenerationRequest) -> bool:
    voices = any(voice.voice_id == TO_BE_FOUND for voice in request.voices)
    return voices or any(element.element_id == TO_BE_FOUND for element in request.elements)


def find_names(settings: Settings, request: GenerationRequest) -> GenerationRequest:
    """`request` with all ids. Blocks for a few requests. Raises InputError for a name that is not, or not once, there.

    The account's own go before Kling's; case does not matter.
    """
    voices, elements = visit_library(settings, _read_names)
    return replace(
        request,
        voices=tuple(
            replace(voice, voice_id=voice.voice_id or _id_of(voice.name, voices, "voice")) for voice in request.voices
        ),
        elements=tuple(
            replace(one, element_id=one.element_id or _id_of(one.name, elements, "element")) for one in request.elements
        ),
    )


_Names = list[list[tuple[str, str]]]
"""(name, id), the account's own in the first list, Kling's in the second."""


async def _read_names(library: KlingLibrary) -> tuple[_Names, _Names]:
    own_voices = [voice for task in await gathered(library.voices.tasks()) for voice in task.results]
    voices = [own_voices, await gathered(library.voices.presets())]
    own_elements = [one for task in await gathered(library.elements.tasks()) for one in task.results]
    elements = [own_elements, await gathered(library.elements.presets())]
    return (
        [[(voice.name, voice.voice_id) for voice in group] for group in voices],
        [[(one.name, one.element_id) for one in group if not one.is_deleted] for group in elements],
    )


def _id_of(name: str, groups: _Names, field: str) -> str:
    for group in groups:
        found = [one_id for one_name, one_id in group if one_name.casefold() == name.casefold()]
        if len(found) == 1:
            return found[0]
        if found:
            raise InputError(
                field, name, f"{len(found)} have this name; write {name}=ID with one of {', '.join(found)}"
            )
    known = sorted({one_name for group in groups for one_name, _ in group})
    raise InputError(field, name, f"the account has {', '.join(known[:20]) or 'none'}")
