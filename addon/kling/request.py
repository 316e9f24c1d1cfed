# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of Kling, in our words and independent of any wire format."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any


class Product(Enum):
    """A kind of task; the value is its last path part on the legacy standard."""

    TEXT_TO_VIDEO = "text2video"
    IMAGE_TO_VIDEO = "image2video"


@dataclass(frozen=True, slots=True)
class ImageFile:
    """A picture on this computer, sent inside the request. `sha256` (hex) pins its content."""

    path: Path
    sha256: str


@dataclass(frozen=True, slots=True)
class ImageUrl:
    """A picture that Kling fetches itself."""

    url: str


ImageInput = ImageFile | ImageUrl


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """One clip to be made. `model_name` is a catalogue id; `duration_s` whole seconds; `mode` std, pro or 4k."""

    prompt: str
    model_name: str
    mode: str
    duration_s: int
    aspect_ratio: str = "16:9"
    sound: bool = False
    negative_prompt: str = ""
    image: ImageInput | None = None
    image_tail: ImageInput | None = None

    @property
    def product(self) -> Product:
        return Product.TEXT_TO_VIDEO if self.image is None and self.image_tail is None else Product.IMAGE_TO_VIDEO

    def to_record(self) -> dict[str, Any]:
        """As plain JSON types, for the ledger, the sidecar and the recipe on the timeline. Holds no secret."""
        return {
            "prompt": self.prompt,
            "negative_prompt": self.negative_prompt,
            "model_name": self.model_name,
            "mode": self.mode,
            "duration_s": self.duration_s,
            "aspect_ratio": self.aspect_ratio,
            "sound": self.sound,
            "image": _image_to_record(self.image),
            "image_tail": _image_to_record(self.image_tail),
        }

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> GenerationRequest:
        return cls(
            prompt=record["prompt"],
            negative_prompt=record["negative_prompt"],
            model_name=record["model_name"],
            mode=record["mode"],
            duration_s=record["duration_s"],
            aspect_ratio=record["aspect_ratio"],
            sound=record["sound"],
            image=_image_from_record(record["image"]),
            image_tail=_image_from_record(record["image_tail"]),
        )


def _image_to_record(image: ImageInput | None) -> dict[str, str] | None:
    match image:
        case None:
            return None
        case ImageFile(path, sha256):
            return {"path": str(path), "sha256": sha256}
        case ImageUrl(url):
            return {"url": url}


def _image_from_record(record: dict[str, str] | None) -> ImageInput | None:
    if record is None:
        return None
    if "url" in record:
        return ImageUrl(record["url"])
    return ImageFile(Path(record["path"]), record["sha256"])
