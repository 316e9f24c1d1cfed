# SPDX-License-Identifier: GPL-3.0-or-later
"""From the fields of a shot to the request that Kling gets."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError
from ..kling.catalogue import catalogue
from ..kling.price import cheapest_mode
from ..kling.request import (
    CameraMove,
    Cut,
    GenerationRequest,
    ImageFile,
    ImageInput,
    ImageUrl,
    NamedElement,
    NamedVoice,
    Orientation,
    VideoFile,
    VideoReference,
    VideoRole,
)
from ..media.picture import PictureLimits, check_picture
from ..media.video_length import video_length_s
from .speech_request import speech_request
from .video_file import check_video_file

if TYPE_CHECKING:
    from ..kling.catalogue import Tariff
    from .shot_fields import ShotFields

_ADDRESS = ("http://", "https://")


def build_request(fields: ShotFields, folder: Path) -> GenerationRequest:
    """File names count from `folder`; each file and reference video is looked at, videos at an address too.

    Raises InputError naming the field. What Kling cannot make is not refused here.
    """
    if fields.lips is not None or fields.speech is not None:
        return speech_request(fields, folder)
    model = catalogue().model_row(fields.model)
    video = _video(fields, folder)
    sound = model.always_has_sound if fields.sound is None else fields.sound
    return GenerationRequest(
        prompt=fields.prompt,
        model_name=fields.model,
        mode=fields.quality or cheapest_for(fields, video, sound=sound),
        duration_s=fields.duration,
        aspect_ratio=fields.aspect,
        sound=sound,
        negative_prompt=fields.negative,
        image=_image(fields.image, folder, "start image"),
        image_tail=_image(fields.end_image, folder, "end image"),
        references=tuple(_picture(name, folder, "reference") for name in fields.reference),
        video=video,
        voices=tuple(NamedVoice(name, voice_id) for name, voice_id in fields.voices.items()),
        elements=tuple(NamedElement(name, element_id) for name, element_id in fields.elements.items()),
        cuts=tuple(Cut(cut.prompt, cut.duration) for cut in fields.cuts),
        free_cuts=fields.free_cuts,
        camera=CameraMove(fields.camera.kind, fields.camera.axis, fields.camera.amount) if fields.camera else None,
        cfg_scale=fields.cfg,
        extends=fields.extend,
    )


def cheapest_for(fields: ShotFields, video: VideoReference | None, *, sound: bool) -> str:
    """The lowest quality of the model that can do what is asked."""
    wanted: Tariff = "sound" if sound else "silent"
    if video is not None:
        wanted = "motion" if video.role is VideoRole.MOTION else "video"
    elif fields.voices:
        wanted = "voice"
    return cheapest_mode(fields.model, wanted, end_frame=fields.end_image is not None)


def _image(name: str | None, folder: Path, field: str) -> ImageInput | None:
    return None if name is None else _picture(name, folder, field)


def _picture(name: str, folder: Path, field: str) -> ImageInput:
    if name.startswith(_ADDRESS):
        return ImageUrl(name)
    path = (folder / Path(name).expanduser()).absolute()
    limits = catalogue().images
    check_picture(path, field, PictureLimits(limits.suffixes, limits.max_mb, limits.min_side_px, limits.max_ratio))
    return ImageFile(path, hashlib.sha256(path.read_bytes()).hexdigest())


def _video(fields: ShotFields, folder: Path) -> VideoReference | None:
    given = {
        VideoRole.MOTION: fields.motion,
        VideoRole.FEATURE: fields.feature_video,
        VideoRole.BASE: fields.base_video,
    }
    wanted = [(role, name) for role, name in given.items() if name]
    if not wanted:
        return None
    if len(wanted) > 1:
        roles = ", ".join(role.value for role, _ in wanted)
        raise InputError("reference video", roles, "a shot has one reference video")
    ((role, name),) = wanted
    try:
        orientation = Orientation(fields.orientation)
    except ValueError as error:
        raise InputError("orientation", fields.orientation, "it is video or image") from error
    source: str | VideoFile
    if name.startswith(_ADDRESS):
        source, length_s = name, video_length_s(name, "reference video")
    else:
        path = (folder / Path(name).expanduser()).absolute()
        length_s = check_video_file(path, role, fields.model)
        with path.open("rb") as file:
            source = VideoFile(path, hashlib.file_digest(file, "sha256").hexdigest())
    return VideoReference(
        source=source,
        role=role,
        duration_s=length_s,
        keep_sound=fields.keep_sound,
        orientation=orientation,
    )
