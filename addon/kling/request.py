# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of Kling, in our words and independent of any wire format."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any

from .catalogue import catalogue
from .product import Product

CAMERA_AXES = ("horizontal", "vertical", "pan", "tilt", "roll", "zoom")


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
class VideoFile:
    """A video on this computer, put where Kling can fetch it before the request is sent. `sha256` pins its content."""

    path: Path
    sha256: str


@dataclass(frozen=True, slots=True)
class SoundFile:
    """A sound on this computer, sent inside the request. `sha256` (hex) pins its content."""

    path: Path
    sha256: str


@dataclass(frozen=True, slots=True)
class Speech:
    """What a face of the video is to say: `length_ms` of `sound` from its start, heard from `insert_ms` on."""

    sound: SoundFile
    length_ms: int
    insert_ms: int


class VideoRole(Enum):
    """What a reference video is for."""

    MOTION = "motion"
    """A character moves as it does."""
    FEATURE = "feature"
    """Style, camera or subject are taken from it."""
    BASE = "base"
    """It is edited, and keeps its length."""
    SPEECH = "speech"
    """A face in it speaks, and it keeps its length."""


class Orientation(Enum):
    """Which way a motion control's character faces, and with it how long the reference may be."""

    IMAGE = "image"
    VIDEO = "video"


@dataclass(frozen=True, slots=True)
class VideoReference:
    """A video that Kling fetches itself: no call takes a video file (kling-api section 6).

    `source` is an address, or a file that gets one. `duration_s` is its exact length, which prices a motion control;
    `orientation` counts for motion control only.
    """

    source: str | VideoFile
    role: VideoRole
    duration_s: Fraction
    keep_sound: bool = True
    orientation: Orientation = Orientation.VIDEO


@dataclass(frozen=True, slots=True)
class NamedVoice:
    """A voice of the account or of Kling's presets, under the name that labels in the prompt use."""

    name: str
    voice_id: str


@dataclass(frozen=True, slots=True)
class NamedElement:
    """A character or thing of the account, under the name the prompt uses. The id has up to 18 digits, hence text."""

    name: str
    element_id: str


@dataclass(frozen=True, slots=True)
class Cut:
    """One of the shots that Kling cuts together within a clip. Whole seconds."""

    prompt: str
    duration_s: int


@dataclass(frozen=True, slots=True)
class CameraMove:
    """`kind` is Kling's; `axis` and `amount` (-10 to 10, not 0) go with the kind `simple` only."""

    kind: str
    axis: str | None = None
    amount: float | None = None


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """One clip to be made. `model_name` is a catalogue id; `mode` std, pro or 4k.

    duration_s     whole seconds; not looked at where the length follows a video
    aspect_ratio   not looked at where a start image or a video decides it
    image          the start image; for motion control the character
    references     pictures that the prompt calls @image_1, @image_2 …
    elements       called by their names, or @element_1 …
    voices         those the prompt's labels may name; only the ones that are named are sent
    cuts           each with its own text; `prompt` stays empty then
    free_cuts      Kling decides where to cut
    cfg_scale      0 to 1: how closely the prompt is followed
    extends        Kling's id of the clip to go on from, which decides model and mode
    speech         what a face of `video` says; nothing but those two is looked at then
    """

    prompt: str
    model_name: str
    mode: str
    duration_s: int = 5
    aspect_ratio: str = "16:9"
    sound: bool = False
    negative_prompt: str = ""
    image: ImageInput | None = None
    image_tail: ImageInput | None = None
    references: tuple[ImageInput, ...] = ()
    video: VideoReference | None = None
    voices: tuple[NamedVoice, ...] = ()
    elements: tuple[NamedElement, ...] = ()
    cuts: tuple[Cut, ...] = ()
    free_cuts: bool = False
    camera: CameraMove | None = None
    cfg_scale: float | None = None
    extends: str | None = None
    speech: Speech | None = None

    @property
    def product(self) -> Product:
        """The kind of task this is: by its inputs and, for what several calls could do, by what the model has."""
        if self.speech is not None:
            return Product.LIP_SYNC
        if self.extends is not None:
            return Product.VIDEO_EXTEND
        if self.video is not None:
            return Product.MOTION_CONTROL if self.video.role is VideoRole.MOTION else Product.OMNI_VIDEO
        model = catalogue().find(self.model_name)
        offered = model.products if model is not None else ()
        if self.references:
            only_there = Product.MULTI_IMAGE_TO_VIDEO in offered
            return Product.MULTI_IMAGE_TO_VIDEO if only_there else Product.OMNI_VIDEO
        plain = Product.TEXT_TO_VIDEO if self.image is None and self.image_tail is None else Product.IMAGE_TO_VIDEO
        return Product.OMNI_VIDEO if plain not in offered and Product.OMNI_VIDEO in offered else plain

    @property
    def follows_video(self) -> bool:
        """Whether the clip gets the length of a reference video."""
        return self.video is not None and self.video.role in (VideoRole.MOTION, VideoRole.BASE, VideoRole.SPEECH)

    def to_record(self) -> dict[str, Any]:
        """As plain JSON types, for the ledger, the sidecar and the recipe on the timeline. Holds no secret.

        What is not set beyond the first version's fields is left out: a wish is found again by its record.
        """
        record: dict[str, Any] = {
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
        added: dict[str, Any] = {
            "references": [_image_to_record(image) for image in self.references],
            "video": _video_to_record(self.video),
            "voices": [{"name": voice.name, "voice_id": voice.voice_id} for voice in self.voices],
            "elements": [{"name": one.name, "element_id": one.element_id} for one in self.elements],
            "cuts": [{"prompt": cut.prompt, "duration_s": cut.duration_s} for cut in self.cuts],
            "free_cuts": self.free_cuts,
            "camera": _camera_to_record(self.camera),
            "extends": self.extends,
            "speech": _speech_to_record(self.speech),
        }
        record |= {name: value for name, value in added.items() if value}
        if self.cfg_scale is not None:
            record["cfg_scale"] = self.cfg_scale
        return record

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> GenerationRequest:
        camera = record.get("camera")
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
            references=tuple(filter(None, (_image_from_record(one) for one in record.get("references", ())))),
            video=_video_from_record(record.get("video")),
            voices=tuple(NamedVoice(**one) for one in record.get("voices", ())),
            elements=tuple(NamedElement(**one) for one in record.get("elements", ())),
            cuts=tuple(Cut(**one) for one in record.get("cuts", ())),
            free_cuts=record.get("free_cuts", False),
            camera=CameraMove(**camera) if camera else None,
            cfg_scale=record.get("cfg_scale"),
            extends=record.get("extends"),
            speech=_speech_from_record(record.get("speech")),
        )


def whole_seconds(duration_s: Fraction) -> int:
    """To the nearest whole second, as Kling bills what follows a video (changelog 2025-12-22); halves up, a guess."""
    return int(duration_s + Fraction(1, 2))


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


def _video_to_record(video: VideoReference | None) -> dict[str, Any] | None:
    if video is None:
        return None
    place = (
        {"url": video.source}
        if isinstance(video.source, str)
        else {"path": str(video.source.path), "sha256": video.source.sha256}
    )
    return {
        **place,
        "role": video.role.value,
        "duration_s": str(video.duration_s),
        "keep_sound": video.keep_sound,
        "orientation": video.orientation.value,
    }


def _video_from_record(record: dict[str, Any] | None) -> VideoReference | None:
    if record is None:
        return None
    return VideoReference(
        source=record["url"] if "url" in record else VideoFile(Path(record["path"]), record["sha256"]),
        role=VideoRole(record["role"]),
        duration_s=Fraction(record["duration_s"]),
        keep_sound=record["keep_sound"],
        orientation=Orientation(record["orientation"]),
    )


def _speech_to_record(speech: Speech | None) -> dict[str, Any] | None:
    if speech is None:
        return None
    return {
        "path": str(speech.sound.path),
        "sha256": speech.sound.sha256,
        "length_ms": speech.length_ms,
        "insert_ms": speech.insert_ms,
    }


def _speech_from_record(record: dict[str, Any] | None) -> Speech | None:
    if record is None:
        return None
    return Speech(SoundFile(Path(record["path"]), record["sha256"]), record["length_ms"], record["insert_ms"])


def _camera_to_record(camera: CameraMove | None) -> dict[str, Any] | None:
    return None if camera is None else {"kind": camera.kind, "axis": camera.axis, "amount": camera.amount}
