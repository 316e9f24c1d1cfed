# SPDX-License-Identifier: GPL-3.0-or-later
"""Elements: characters, things and places that look the same in every shot. Facts: kling-api 2.7 [D, live].

Making one costs nothing (section 8; live: 0 units).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Self

from ..errors import InputError
from .input_check import check_choice, check_id, check_text
from .public_address import check_public_url
from .sent_file import PICTURE_MAX_BYTES, sent_file

if TYPE_CHECKING:
    from .voice import Voice

NAME_MAX_CHARACTERS = 20
DESCRIPTION_MAX_CHARACTERS = 100
REFERENCES_MAX = 3

TAGS = {
    "o_101": "hottest",
    "o_102": "character",
    "o_103": "animal",
    "o_104": "item",
    "o_105": "costume",
    "o_106": "scene",
    "o_107": "effect",
    "o_108": "others",
}
"""Kling's tags by id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _NewElement:
    """`voice_id` binds a voice; to pictures only where they show a person, or something like one."""

    name: str
    description: str
    voice_id: str | None = None
    tags: tuple[str, ...] = ()

    def _check(self) -> None:
        check_text("element name", self.name, NAME_MAX_CHARACTERS)
        check_text("element description", self.description, DESCRIPTION_MAX_CHARACTERS)
        for tag in self.tags:
            check_choice("tag", tag, tuple(TAGS))
        if self.voice_id:
            check_id("voice id", self.voice_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementFromPictures(_NewElement):
    """A picture from the front and 1 to 3 that differ from it, each an address or base64.

    jpg, jpeg or png; at most 10 MB; sides of at least 300 px; ratio 1:2.5 to 2.5:1.
    """

    frontal_image: str = field(repr=False)
    refer_images: tuple[str, ...] = field(repr=False)

    def checked(self, api_base_url: str) -> Self:
        """The same, with the pictures as they are sent. Raises InputError; their format and px are not looked at."""
        self._check()
        if not 1 <= len(self.refer_images) <= REFERENCES_MAX:
            raise InputError("further pictures", len(self.refer_images), f"1 to {REFERENCES_MAX} are needed")
        frontal = sent_file(self.frontal_image, api_base_url, "frontal picture", PICTURE_MAX_BYTES)
        refers = (sent_file(each, api_base_url, "further picture", PICTURE_MAX_BYTES) for each in self.refer_images)
        return replace(self, frontal_image=frontal, refer_images=tuple(refers))


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementFromVideo(_NewElement):
    """A clip of one realistic person that Kling fetches: mp4 or mov, 3 to 8 s, 1080p, 16:9 or 9:16, at most 200 MB.

    Where the person speaks, Kling clones the voice as well and binds it.
    """

    video_url: str = field(repr=False)

    def checked(self, api_base_url: str) -> Self:
        """Raises InputError. The clip itself is not looked at."""
        self._check()
        check_public_url(self.video_url, api_base_url, "element video")
        return self


NewElement = ElementFromPictures | ElementFromVideo


@dataclass(frozen=True, slots=True)
class Element:
    element_id: str
    """15 or 18 digits: beyond 2^53, hence text; the legacy standard has it as a number."""
    name: str
    description: str
    reference_type: str
    """`image_refer` or `video_refer`."""
    frontal_image_url: str = field(repr=False)
    """Empty where there is none. That answers hold it in the form it is sent in is a guess."""
    voice: Voice | None
    tags: tuple[str, ...]
    """Ids, as in TAGS."""
    owned_by: str
    """`kling`, or the id of the account that made it."""
    is_deleted: bool

    @property
    def is_custom(self) -> bool:
        return self.owned_by != "kling"
