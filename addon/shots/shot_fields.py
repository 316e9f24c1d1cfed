# SPDX-License-Identifier: GPL-3.0-or-later
"""The fields of one shot, under the names that a shot list and the command line use. One schema for both."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..errors import InputError
from ..kling.catalogue import DEFAULT_MODEL_NAME


class _Fields(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class CutFields(_Fields):
    prompt: str
    duration: int


class CameraFields(_Fields):
    kind: str = "simple"
    axis: str | None = None
    amount: float | None = None


class ShotFields(_Fields):
    """What is wanted. Images and videos are file names or addresses; lengths are in seconds.

    Whether Kling can make it is not checked here: that is kling.possible's.
    """

    prompt: str = ""
    model: str = DEFAULT_MODEL_NAME
    quality: str | None = None
    """None: the cheapest that can do it."""
    duration: int = 5
    aspect: str = "16:9"
    sound: bool | None = None
    """None: only where the model always makes it."""
    negative: str = ""
    image: str | None = None
    end_image: str | None = None
    reference: tuple[str, ...] = Field(default=(), strict=False)
    motion: str | None = None
    """The video whose motion the character of `image` follows."""
    orientation: str = "video"
    feature_video: str | None = None
    base_video: str | None = None
    keep_sound: bool = True
    """Of the reference video."""
    voices: dict[str, str] = {}
    """Voice ids by the names that labels in the prompt use."""
    elements: dict[str, str] = {}
    """Element ids by the names that the prompt uses."""
    cuts: tuple[CutFields, ...] = Field(default=(), strict=False)
    free_cuts: bool = False
    camera: CameraFields | None = None
    cfg: float | None = None
    extend: str | None = None
    lips: str | None = None
    """A video with a face that is to say `speech`; nothing else but the two is looked at then."""
    speech: str | None = None
    """The sound."""
    speech_at: float = 0.0
    """Where in the video it begins, in seconds."""


FIELD_NAMES = frozenset(ShotFields.model_fields)


def read_fields(values: dict[str, Any], where: str) -> ShotFields:
    """Raises InputError naming `where`, the field, its value and what is allowed."""
    try:
        return ShotFields.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        field = f"{where}: {place}" if where else place
        if first["type"] == "extra_forbidden":
            allowed = f"the fields are {', '.join(sorted(FIELD_NAMES | {'id'}))}"
        else:
            allowed = first["msg"][:1].lower() + first["msg"][1:]
        raise InputError(field, first.get("input"), allowed) from error
