# SPDX-License-Identifier: GPL-3.0-or-later
"""Voices and elements given by name alone, found in the account."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..errors import InputError
from .visit import gathered, visit_library

if TYPE_CHECKING:
    from ..app import Settings
    from ..kling.library import KlingLibrary
    from ..kling.request import GenerationRequest


_Names = list[list[tuple[str, str]]]

TO_BE_FOUND = ""
"""In place of the id of a voice or an element that is given by name alone."""


def has_names_to_find(request: GenerationRequest) -> bool:
    voices = any(voice.voice_id == TO_BE_FOUND for voice in request.voices)
    return voices or any(element.element_id == TO_BE_FOUND for element in request.elements)


@dataclass(frozen=True, slots=True)
class AccountNames:
    """(name, id), the account's own in the first list of each, Kling's in the second."""

    voices: _Names
    elements: _Names

    def filled(self, request: GenerationRequest) -> GenerationRequest:
        """`request` with all ids. Raises InputError for a name that is not, or not once, there.

        The account's own go before Kling's; case does not matter.
        """
        return _filled(request, self.voices, self.elements)


def account_names(settings: Settings) -> AccountNames:
    """Blocks for a few requests. Raises the errors of kling/errors.py."""
    return AccountNames(*visit_library(settings, _read_names))


def _filled(request: GenerationRequest, voices: _Names, elements: _Names) -> GenerationRequest:
    return replace(
        request,
        voices=tuple(
            replace(voice, voice_id=voice.voice_id or _id_of(voice.name, voices, "voice")) for voice in request.voices
        ),
        elements=tuple(
            replace(one, element_id=one.element_id or _id_of(one.name, elements, "element")) for one in request.elements
        ),
    )


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
