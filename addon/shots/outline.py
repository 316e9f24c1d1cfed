# SPDX-License-Identifier: GPL-3.0-or-later
"""A shot's request before any file of it is looked at: for prices, and for what a model offers beside it."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from ..kling.catalogue import catalogue
from ..kling.possible import problems
from ..kling.request import (
    CameraMove,
    Cut,
    GenerationRequest,
    ImageUrl,
    NamedElement,
    NamedVoice,
    Orientation,
    VideoReference,
    VideoRole,
)
from .shot_fields import CameraFields, CutFields
from .shot_request import cheapest_for

if TYPE_CHECKING:
    from typing import Any

    from .shot_fields import ShotFields

_UNSEEN_S = Fraction(5)
"""What a reference video is taken to last while nobody has looked: within every model's limits."""

_SAMPLES: dict[str, dict[str, Any]] = {
    "sound": {"sound": True},
    "end image": {"end_image": "end.png"},
    "voice": {"voices": {"Name": "1"}, "sound": True, "elements": {}, "prompt": "[Anna@Name]: “Yes.”"},
    "element": {"elements": {"Name": "1"}, "voices": {}},
    "reference": {"reference": ("one.png",)},
    "cfg": {"cfg": 0.5},
    "cuts": {
        "cuts": (CutFields(prompt="one", duration=2), CutFields(prompt="two", duration=3)),
        "prompt": "",
        "duration": 5,
    },
    "camera": {"camera": CameraFields(kind="simple", axis="zoom", amount=5)},
}
"""The least that asks for each feature."""


def outline(fields: ShotFields, *, video_s: Fraction | None = None) -> GenerationRequest:
    """The request with every picture and video taken as an address. `video_s` is the reference video's length."""
    video = _video(fields, video_s)
    sound = catalogue().model_row(fields.model).always_has_sound if fields.sound is None else fields.sound
    return GenerationRequest(
        prompt=fields.prompt,
        model_name=fields.model,
        mode=fields.quality or cheapest_for(fields, video, sound=sound),
        duration_s=fields.duration,
        aspect_ratio=fields.aspect,
        sound=sound,
        negative_prompt=fields.negative,
        image=ImageUrl(fields.image) if fields.image else None,
        image_tail=ImageUrl(fields.end_image) if fields.end_image else None,
        references=tuple(map(ImageUrl, fields.reference)),
        video=video,
        voices=tuple(NamedVoice(name, voice_id) for name, voice_id in fields.voices.items()),
        elements=tuple(NamedElement(name, element_id) for name, element_id in fields.elements.items()),
        cuts=tuple(Cut(cut.prompt, cut.duration) for cut in fields.cuts),
        free_cuts=fields.free_cuts,
        camera=CameraMove(fields.camera.kind, fields.camera.axis, fields.camera.amount) if fields.camera else None,
        cfg_scale=fields.cfg,
        extends=fields.extend,
    )


def why_not(fields: ShotFields) -> dict[str, str]:
    """For each feature that cannot be added to the shot as it is, the sentence that says why or where it is.

    The features are `sound`, `end image`, `voice`, `element`, `reference`, `cuts`, `cfg` and `camera`. What cannot be
    is kling.possible's to say: this asks it with the feature added.
    """
    reasons = {}
    for feature, sample in _SAMPLES.items():
        found = problems(outline(fields.model_copy(update=sample)))
        said = next((problem.allowed for problem in found if problem.field == feature), "")
        if said:
            reasons[feature] = said[:1].upper() + said[1:]
    return reasons


def _video(fields: ShotFields, video_s: Fraction | None) -> VideoReference | None:
    given = {
        VideoRole.MOTION: fields.motion,
        VideoRole.FEATURE: fields.feature_video,
        VideoRole.BASE: fields.base_video,
    }
    for role, name in given.items():
        if name:
            length = _UNSEEN_S if video_s is None else video_s
            return VideoReference(name, role, length, fields.keep_sound, Orientation(fields.orientation))
    return None
