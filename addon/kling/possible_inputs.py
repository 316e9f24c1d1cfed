# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be wrong with a request's inputs beside its texts: frames, pictures, video, voices, elements, camera."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .catalogue import catalogue
from .problem import Problem, either, where
from .product import Product
from .request import CAMERA_AXES, Orientation, VideoRole
from .wire_prompt import bound_voices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .catalogue import ModelRow, ModeRow
    from .request import GenerationRequest, VideoReference

_WITH_ELEMENTS = (Product.IMAGE_TO_VIDEO, Product.MOTION_CONTROL, Product.OMNI_VIDEO)
_PLAIN = (Product.TEXT_TO_VIDEO, Product.IMAGE_TO_VIDEO)
_WITH_CFG_SCALE = (*_PLAIN, Product.VIDEO_EXTEND)
_MOST_CAMERA = 10


def input_problems(request: GenerationRequest, model: ModelRow, mode: ModeRow) -> Iterator[Problem]:
    if request.image_tail is not None:
        yield from _end_frame_problems(request, model, mode)
    if request.video is not None:
        yield from _video_problems(request, model)
    if request.references:
        yield from _reference_problems(request, model)
    if request.elements:
        yield from _element_problems(request, model)
    if request.voices:
        yield from _voice_problems(request, model, mode)
    if request.camera is not None:
        yield from _camera_problems(request, mode)
    if request.cfg_scale is not None:
        if not model.has_cfg_scale or request.product not in _WITH_CFG_SCALE:
            yield Problem("cfg", f"{request.cfg_scale}", f"{model.label} does not take it for this kind of shot")
        elif not 0 <= request.cfg_scale <= 1:
            yield Problem("cfg", f"{request.cfg_scale}", "it is a number from 0 to 1")


def _end_frame_problems(request: GenerationRequest, model: ModelRow, mode: ModeRow) -> Iterator[Problem]:
    if request.product not in (Product.IMAGE_TO_VIDEO, Product.OMNI_VIDEO) or request.follows_video:
        yield Problem("end image", "an end image", "this kind of shot has none")
    elif request.image is None and mode.end_frame != "alone":
        yield Problem("end image", "an end image alone", f"{model.label} needs a start image with it")
    elif not mode.takes_end_frame(sound=request.sound):
        allowed = where(model, [row.name for row in model.mode if row.end_frame != "no"])
        if any(row.end_frame == "silent" for row in model.mode):
            allowed += " and without sound"
        yield Problem("end image", f"an end image with quality {mode.name}", allowed)


def _video_problems(request: GenerationRequest, model: ModelRow) -> Iterator[Problem]:
    video = request.video
    if video is None:
        return
    bounds, when = (model.video.seconds if model.video else None), ""
    if video.role is VideoRole.MOTION:
        bounds = model.motion.seconds_by_orientation[video.orientation.value] if model.motion else None
        when = f" with orientation {video.orientation.value}"
        if request.image is None:
            yield Problem("start image", "no image", "motion control needs the picture of a character")
    if video.role is VideoRole.BASE:
        if request.image is not None:
            yield Problem("start image", "an image", "a video that is edited has its own first frame")
        if request.free_cuts:
            yield Problem("cuts", "cuts of Kling's own choice", "a video that is edited keeps its cuts")
    if bounds is not None and not bounds[0] <= video.duration_s <= bounds[1]:
        length = f"a video of {float(video.duration_s):.2f} s"
        hint = "Use a longer part." if video.duration_s < bounds[0] else _how_to_shorten(video, bounds[1])
        yield Problem("reference video", length, f"{bounds[0]} to {bounds[1]} s are allowed{when}", hint)


def _how_to_shorten(video: VideoReference, longest_s: int) -> str:
    if video.role is not VideoRole.MOTION:
        return f"Trim it to {longest_s} s."
    name = "VIDEO" if isinstance(video.source, str) else video.source.path.name
    facing = "" if video.orientation is Orientation.VIDEO else f" --orientation {video.orientation.value}"
    return f"`retake reference {name}{facing} --fix OUT.mp4` trims it to the part that Kling can use best."


def _reference_problems(request: GenerationRequest, model: ModelRow) -> Iterator[Problem]:
    if request.product not in (Product.OMNI_VIDEO, Product.MULTI_IMAGE_TO_VIDEO):
        yield Problem("reference", f"{len(request.references)} images", "this kind of shot takes none")
        return
    if request.product is Product.MULTI_IMAGE_TO_VIDEO and (request.image or request.image_tail):
        yield Problem("start image", "an image", "a shot from several images has no start or end image")
    count = len(request.references) + len(request.elements)
    most, when = _most_references(request, model)
    if count > most:
        yield Problem(
            "reference", f"{count} images and elements", f"{model.label} takes {_at_most(most)} of them{when}"
        )


def _most_references(request: GenerationRequest, model: ModelRow) -> tuple[int, str]:
    limits = model.limits
    if request.image_tail is not None and limits.references_with_end_frame is not None:
        return limits.references_with_end_frame, " with an end image"
    if request.video is not None and limits.references_with_video is not None:
        return limits.references_with_video, " beside a video"
    return limits.references, ""


def _element_problems(request: GenerationRequest, model: ModelRow) -> Iterator[Problem]:
    count = len(request.elements)
    most, when = _most_elements(request, model)
    if count > most:
        yield Problem("element", f"{count} elements", f"{model.label} takes {_at_most(most)}{when}")
    for element in request.elements:
        if not (element.element_id.isascii() and element.element_id.isdigit()):
            yield Problem("element", element.element_id, "an element's id is a number")


def _most_elements(request: GenerationRequest, model: ModelRow) -> tuple[int, str]:
    if request.product not in _WITH_ELEMENTS:
        return 0, " for this kind of shot"
    if request.product is Product.MOTION_CONTROL:
        return (model.motion.elements if model.motion else 0), " with motion control"
    limits = model.limits
    if request.image_tail is not None and limits.references_with_end_frame is not None:
        return limits.references_with_end_frame, " with an end image"
    if request.image is not None and limits.elements_with_frames is not None:
        return limits.elements_with_frames, " with a start image"
    if request.video is not None and limits.references_with_video is not None:
        return limits.references_with_video, " beside a video"
    return limits.elements, ""


def _at_most(count: int) -> str:
    return f"at most {count}" if count else "none"


def _voice_problems(request: GenerationRequest, model: ModelRow, mode: ModeRow) -> Iterator[Problem]:
    given = either([voice.name for voice in request.voices])
    if not model.limits.voices or request.product not in _PLAIN:
        able = [row.id for row in catalogue().model if row.limits.voices]
        yield Problem("voice", given, f"{model.label} has none for this kind of shot; {either(able)} has")
    elif "voice" not in mode.units_per_s:
        yield Problem("voice", given, where(model, [row.name for row in model.mode if "voice" in row.units_per_s]))
    elif not request.sound:
        yield Problem("voice", given, "voices need sound on")
    elif bound_voices(request) == ():
        yield Problem("voice", given, "a label in the prompt has to name it, as in [Anna@Name]: “…”")
    elif request.elements:
        yield Problem("voice", given, "voices and elements exclude each other")


def _camera_problems(request: GenerationRequest, mode: ModeRow) -> Iterator[Problem]:
    camera = request.camera
    if camera is None:
        return
    if (
        camera.kind not in mode.camera
        or request.duration_s not in mode.camera_durations_s
        or request.product is not Product.IMAGE_TO_VIDEO
        or request.image_tail is not None
    ):
        yield Problem("camera", camera.kind, f"it is there with {either(_camera_rows())}, and a start image alone")
    elif camera.axis not in CAMERA_AXES:
        yield Problem("camera", str(camera.axis), f"it moves {either(CAMERA_AXES)}")
    elif camera.amount is None or not 0 < abs(camera.amount) <= _MOST_CAMERA:
        yield Problem("camera", f"{camera.axis} {camera.amount}", "-10 to 10, and not 0, is allowed")


def _camera_rows() -> list[str]:
    return [
        f"{either(mode.camera)} in {model.id}, quality {mode.name}, {either(list(map(str, mode.camera_durations_s)))} s"
        for model in catalogue().model
        for mode in model.mode
        if mode.camera and not model.discontinued
    ]
