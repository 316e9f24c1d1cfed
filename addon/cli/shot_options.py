# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that describe one shot, and the request they make."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ..errors import InputError
from ..kling.catalogue import DEFAULT_MODEL_NAME
from ..kling.possible import problems
from ..kling.request import CAMERA_AXES
from ..library.named_things import TO_BE_FOUND
from ..shots.shot_fields import CameraFields, CutFields, ShotFields
from ..shots.shot_request import build_request

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..kling.request import GenerationRequest

_Command = TypeVar("_Command", bound="Callable[..., Any]")

_CUT = re.compile(r"\s*(\d+)\s*:\s*(.+)", re.DOTALL)
_CAMERA = re.compile(r"(\w+)=(-?\d+(?:\.\d+)?)")

_OPTIONS = (
    click.option(
        "--prompt", default="", help="What the shot shows. Up to 2,500 characters, with Kling 3.0 and no image 3,072."
    ),
    click.option("--model", default=DEFAULT_MODEL_NAME, show_default=True, help="`retake models` lists them."),
    click.option("--quality", default=None, help="std, pro or 4k. Default: the cheapest that can do it."),
    click.option("--duration", type=int, default=5, show_default=True, help="Whole seconds."),
    click.option("--aspect", default="16:9", show_default=True, help="16:9, 9:16 or 1:1."),
    click.option("--sound/--no-sound", default=None, help="Native audio. Default: where it is always made."),
    click.option("--negative", default="", help="What the shot must not show."),
    click.option("--image", default=None, metavar="FILE|URL", help="The start image; with --motion the character."),
    click.option("--end-image", default=None, metavar="FILE|URL", help="The end image."),
    click.option(
        "--reference", multiple=True, metavar="FILE|URL", help="An image that the prompt calls @image_1, @image_2 …"
    ),
    click.option("--motion", default=None, metavar="FILE|URL", help="The video whose motion the character follows."),
    click.option(
        "--orientation", default="video", show_default=True, help="With --motion: which way the character faces, as in "
        "the video (3 to 30 s) or as in the image (3 to 10 s).",
    ),
    click.option("--feature-video", default=None, metavar="FILE|URL", help="A video to take style or camera from."),
    click.option("--base-video", default=None, metavar="FILE|URL", help="A video to change."),
    click.option("--keep-sound/--drop-sound", default=True, show_default=True, help="Of the reference video."),
    click.option(
        "--voice", "voices", multiple=True, metavar="NAME[=ID]", help="A voice for a label such as [Anna@NAME]: “…”."
    ),
    click.option("--element", "elements", multiple=True, metavar="NAME[=ID]", help="A character or thing: @NAME."),
    click.option("--cut", "cuts", multiple=True, metavar="S:TEXT", help="One shot within the clip, as 3:TEXT for 3 s."),
    click.option("--free-cuts", is_flag=True, help="Let Kling choose where to cut."),
    click.option(
        "--camera", default=None, metavar="AXIS=N", help=f"A camera move of -10 to 10: {', '.join(CAMERA_AXES)}."
    ),
    click.option("--cfg", type=float, default=None, help="0 to 1: how closely the prompt is followed."),
    click.option("--lips", default=None, metavar="FILE", help="A video in which a face says --speech."),
    click.option("--speech", default=None, metavar="FILE", help="The sound: 2 to 60 s of mp3, wav, m4a or aac."),
    click.option("--speech-at", type=float, default=0.0, metavar="S", help="Where in the video it begins."),
    click.option("--extend", default=None, metavar="ID", help="Go on from this clip of Kling's."),
)  # fmt: skip


def shot_options(command: _Command) -> _Command:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def check_possible(request: GenerationRequest) -> None:
    """Raises InputError for the first thing that is not possible."""
    for problem in problems(request):
        raise problem.error()


def build(options: dict[str, Any]) -> GenerationRequest:
    """Raises InputError where the options do not even make a request."""
    given = {name: value for name, value in options.items() if name in ShotFields.model_fields}
    return build_request(
        ShotFields(
            **{
                **given,
                "voices": _pairs(options["voices"], "--voice"),
                "elements": _pairs(options["elements"], "--element"),
                "cuts": tuple(_cut(text) for text in options["cuts"]),
                "camera": _camera(options["camera"]),
            }
        ),
        Path(),
    )


def _pairs(texts: tuple[str, ...], option: str) -> dict[str, str]:
    pairs = {}
    for text in texts:
        name, sign, value = (part.strip() for part in text.rpartition("="))
        if not sign:
            name, value = value, TO_BE_FOUND
        if not (name and (value or not sign)):
            raise InputError(option, text, "a name of the account's is needed, or a name and an id, as in Anna=123")
        pairs[name] = value
    return pairs


def _cut(text: str) -> CutFields:
    found = _CUT.fullmatch(text)
    if found is None:
        raise InputError("--cut", text, "seconds and a text are needed, as in 3:A door opens")
    return CutFields(prompt=found[2].strip(), duration=int(found[1]))


def _camera(text: str | None) -> CameraFields | None:
    if text is None:
        return None
    found = _CAMERA.fullmatch(text)
    if found is None:
        raise InputError("--camera", text, "an axis and a number are needed, as in pan=5")
    return CameraFields(axis=found[1], amount=float(found[2]))
