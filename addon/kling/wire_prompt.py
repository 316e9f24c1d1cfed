# SPDX-License-Identifier: GPL-3.0-or-later
"""A request's text in the form one standard reads: voices bound, pictures and elements referred to, cuts written out.

The user writes `@image_1`, `@video_1`, `@element_1`, or an element's own name as `@Anna`, whichever standard will be
used. The legacy one refers by list position, `<<<image_1>>>`; the new one by the parts' ids, `@image_1`
(kling-api sections 2.5 and 2.8). Tokens of the other standard are understood as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import InputError
from .product import Product
from .prompt_compiler import BoundVoice, compile_prompt
from .standard import Standard

if TYPE_CHECKING:
    from .request import GenerationRequest

_TOKEN = re.compile(r"<<<\s*((?:image|element|video)_\d+)\s*>>>|(?<![\w@])@((?:image|element|video)_\d+)(?!\w)")


@dataclass(frozen=True, slots=True)
class WirePrompt:
    text: str
    voices: tuple[BoundVoice, ...]
    """In the order of the list to send."""


def wire_prompt(request: GenerationRequest, standard: Standard) -> WirePrompt:
    """The text of `request`, without its cuts on the legacy standard, where they are fields of their own.

    Raises InputError, naming `voice` or `prompt`, for what cannot be said.
    """
    if request.cuts and standard is Standard.NEW:
        shots = (
            f"shot {number}, {cut.duration_s}, {cut_text(cut.prompt, request, standard)}; "
            for number, cut in enumerate(request.cuts, start=1)
        )
        return WirePrompt("".join(shots).strip(), ())
    compiled = compile_prompt(request.prompt, {voice.name: voice.voice_id for voice in request.voices}, standard)
    return WirePrompt(cut_text(compiled.text, request, standard), compiled.voices)


def cut_text(text: str, request: GenerationRequest, standard: Standard) -> str:
    """`text` with its references to pictures, elements and the video as `standard` writes them."""

    def written(name: str) -> str:
        return f"<<<{name}>>>" if standard is Standard.LEGACY else f"@{name}"

    for number, element in _longest_name_first(request):
        text = re.sub(rf"(?<![\w@])@{re.escape(element)}(?!\w)", written(f"element_{number}"), text)
    return _TOKEN.sub(lambda token: written(token[1] or token[2]), text)


def reference_names(request: GenerationRequest) -> tuple[str, ...]:
    """What a prompt may refer to, in the order of the lists."""
    names = [f"image_{number}" for number in range(1, len(request.references) + 1)]
    names += [f"element_{number}" for number in range(1, len(request.elements) + 1)]
    return (*names, *(("video_1",) if request.video is not None else ()))


def unknown_references(request: GenerationRequest) -> tuple[str, ...]:
    """The references in the texts that point at nothing the request has."""
    known = reference_names(request)
    texts = (request.prompt, *(cut.prompt for cut in request.cuts))
    found = (token[1] or token[2] for text in texts for token in _TOKEN.finditer(text))
    return tuple(dict.fromkeys(name for name in found if name not in known))


def bound_voices(request: GenerationRequest) -> tuple[BoundVoice, ...] | None:
    """The voices that the prompt's labels name; None where they cannot be bound."""
    try:
        return compile_prompt(
            request.prompt, {voice.name: voice.voice_id for voice in request.voices}, Standard.LEGACY
        ).voices
    except InputError:
        return None


def _longest_name_first(request: GenerationRequest) -> list[tuple[int, str]]:
    # "@Anna Maria" must not be read as "@Anna" and a word.
    numbered = ((number, element.name) for number, element in enumerate(request.elements, start=1))
    return sorted(((number, name) for number, name in numbered if name), key=lambda one: -len(one[1]))


def asks_aspect_ratio(request: GenerationRequest) -> bool:
    """Whether the clip's shape is the user's choice, and not that of a start image or of a video."""
    if request.product in (Product.MOTION_CONTROL, Product.VIDEO_EXTEND) or request.follows_video:
        return False
    return request.image is None and request.image_tail is None
