# SPDX-License-Identifier: GPL-3.0-or-later
"""What a create gives beside its first and last image: further pictures, a video with a role, an earlier clip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self

from .source_image import SourceImage

VideoRole = Literal["base", "feature"]
_PARENT = "parent:"
_KEPT = "kept:"


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of an omni video or of a multi-image video.

    pictures   reference images, in order, without first and last frame
    video_url  an http or https address
    role       what `video_url` is for: base is edited, feature is an example; None: there is no video
    """

    pictures: tuple[SourceImage, ...] = ()
    video_url: str | None = None
    role: VideoRole | None = None


@dataclass(frozen=True, slots=True)
class ParentClip:
    """The clip that a task extends. `length_text` in seconds, as Kling writes them.

    `mark` is what a task keeps in place of a reference's address, which always begins with http.
    """

    video_id: str
    length_text: str

    @property
    def mark(self) -> str:
        return f"{_PARENT}{self.video_id}/{self.length_text}"

    @classmethod
    def from_mark(cls, mark: str | None) -> Self | None:
        if mark is None or not mark.startswith(_PARENT):
            return None
        return cls(*mark.removeprefix(_PARENT).split("/"))


def kept_mark(key: str) -> str:
    """What a task keeps in place of a reference's address when its inputs lie under `key` in the `InputStore`."""
    return _KEPT + key


def kept_key(mark: str | None) -> str | None:
    """The key in a mark of `kept_mark`; None for anything else."""
    return mark.removeprefix(_KEPT) if mark is not None and mark.startswith(_KEPT) else None
