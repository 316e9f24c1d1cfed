# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes together in an omni video, whichever standard it is written in.

Facts: kling-api 2.5, 2.8, section 3. Guesses: the sentences; first and last frame count among the images; the rules
that only one of the standards states hold for both, as the models are the same; where the documents disagree on the
durations of o1 (section 11, 14) the narrower ones hold: 5 and 10 s for a text alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from .omni_table import ELEMENTS_MAX_WITH_FRAME, INPUTS_MAX, INPUTS_MAX_WITH_VIDEO, OmniModel
from .refusal import invalid_value, unsupported
from .task_inputs import VideoRole


@dataclass(frozen=True, slots=True)
class OmniNames:
    """How a standard calls the fields that a sentence names."""

    frames: str
    images: str
    elements: str
    duration: str
    first_frame: str
    last_frame: str


@dataclass(frozen=True, slots=True)
class OmniUse:
    """What one create brings together; `pictures` are the images without a role."""

    model: OmniModel
    duration_s: int
    first_frame: bool
    last_frame: bool
    pictures: int
    elements: int
    role: VideoRole | None

    @property
    def images(self) -> int:
        return self.pictures + self.first_frame + self.last_frame

    @property
    def is_bare(self) -> bool:
        """A text alone, or with a first frame and nothing else."""
        return self.role is None and not (self.pictures or self.elements or self.last_frame)


def check_combination(use: OmniUse, names: OmniNames) -> None:
    """Return when everything goes together.

    Raises:
        Refusal: 400/1201 naming the field and the value.
    """
    if use.last_frame and not use.first_frame:
        raise invalid_value(names.frames, names.last_frame, f"it needs a {names.first_frame}")
    if use.role == "base" and use.first_frame:
        raise invalid_value(names.frames, names.first_frame, "a base video takes no frames")
    _check_counts(use, names)
    if use.role == "base":
        return
    allowed = use.model.picked_durations_s if use.is_bare else use.model.durations_s
    if use.duration_s not in allowed:
        choice = ", ".join(map(str, allowed))
        raise invalid_value(names.duration, str(use.duration_s), f"{use.model.name} has {choice} with these inputs")


def check_legacy_sound(use: OmniUse, *, sound: bool) -> None:
    """As `check_combination`, for the legacy field `sound`."""
    if not sound:
        return
    if use.role is not None:
        raise unsupported("sound on is not supported with video input")  # live sentence
    if not use.model.native_sound:
        raise invalid_value("sound", "on", f"it is not supported by {use.model.name}")


def video_elements_refused(use: OmniUse) -> str | None:
    """Why an element made from a video of a character cannot be among the others; None: it can."""
    if use.model.image_elements_only:
        return f"{use.model.name} takes elements made from images only"
    if use.role is not None and use.pictures:
        return "with a reference video, elements made from a video and reference images exclude each other"
    return None


def _check_counts(use: OmniUse, names: OmniNames) -> None:
    most = INPUTS_MAX if use.role is None else INPUTS_MAX_WITH_VIDEO
    total = use.images + use.elements
    if total > most:
        name = names.elements if use.elements else names.images
        with_video = "" if use.role is None else " with a reference video"
        raise invalid_value(name, f"{total} images and elements", f"there may be at most {most}{with_video}")
    if use.first_frame and use.last_frame and use.model.bare_frames:
        for name, count in ((names.elements, use.elements), (names.images, use.pictures)):
            if count:
                said = f"{use.model.name} takes none beside first and last frame"
                raise invalid_value(name, f"{count} entries", said)
    if use.first_frame and use.elements > ELEMENTS_MAX_WITH_FRAME:
        said = f"there may be at most {ELEMENTS_MAX_WITH_FRAME} with a first frame"
        raise invalid_value(names.elements, f"{use.elements} entries", said)
