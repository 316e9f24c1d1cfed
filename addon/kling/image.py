# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures made by Kling, for start images and references. Facts: kling-api 2.7 and section 8 [D]."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal, Self

from ..errors import InputError
from .input_check import check_choice, check_length, check_number_id, check_range, check_text
from .sent_file import PICTURE_MAX_BYTES, sent_file

IMAGE_MODELS = ("kling-v3", "kling-v2-1")
IMAGE_RATIOS = ("16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9")
IMAGE_RESOLUTIONS = ("1k", "2k")
IMAGES_MAX = 9
PROMPT_MAX_CHARACTERS = 2500
_WITH_LIKENESS = "kling-v2-1"
_INPUTS_MAX = 10


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """`count` pictures. `image` is an address or base64 (jpg or png, at most 10 MB, sides of at least 300 px).

    `likeness` says what is taken from `image`, with kling-v2-1 only: `subject` the person, `face` the one face in it;
    `image_fidelity` and `human_fidelity` (for `subject`) say how strictly, 0 to 1, and None leaves it to Kling.
    """

    prompt: str
    model_name: str = "kling-v3"
    count: int = 1
    aspect_ratio: str = "16:9"
    resolution: str = "1k"
    negative_prompt: str = ""
    """Not together with `image`."""
    image: str | None = field(default=None, repr=False)
    likeness: Literal["subject", "face"] | None = None
    image_fidelity: float | None = None
    human_fidelity: float | None = None
    element_ids: tuple[str, ...] = ()
    """Of elements made from pictures; not with kling-v2-1."""

    def checked(self, api_base_url: str) -> Self:
        """The same, with the picture as it is sent. Raises InputError; its format and px are not looked at."""
        check_text("prompt", self.prompt, PROMPT_MAX_CHARACTERS)
        check_length("negative prompt", self.negative_prompt, PROMPT_MAX_CHARACTERS)
        check_choice("image model", self.model_name, IMAGE_MODELS)
        check_range("number of images", self.count, 1, IMAGES_MAX)
        check_choice("aspect", self.aspect_ratio, IMAGE_RATIOS)
        check_choice("resolution", self.resolution, IMAGE_RESOLUTIONS)
        if self.image and self.negative_prompt:
            raise InputError("negative prompt", "a text", "Kling takes none together with a reference image")
        self._check_likeness()
        self._check_elements()
        if not self.image:
            return self
        return replace(self, image=sent_file(self.image, api_base_url, "reference image", PICTURE_MAX_BYTES))

    def _check_likeness(self) -> None:
        fidelities = (("image fidelity", self.image_fidelity), ("human fidelity", self.human_fidelity))
        for name, value in fidelities:
            if value is not None:
                check_range(name, value, 0, 1)
        if self.likeness is not None:
            check_choice("likeness", self.likeness, ("subject", "face"))
            if not self.image:
                raise InputError("likeness", self.likeness, "it needs a reference image")
        asked = self.likeness is not None or any(value is not None for _, value in fidelities)
        if asked and self.model_name != _WITH_LIKENESS:
            raise InputError("likeness", f"with {self.model_name}", f"only {_WITH_LIKENESS} has it")
        if self.human_fidelity is not None and self.likeness != "subject":
            raise InputError("human fidelity", self.human_fidelity, "it needs the likeness “subject”")

    def _check_elements(self) -> None:
        for element_id in self.element_ids:
            check_number_id("element id", element_id)
        if self.element_ids and self.model_name == _WITH_LIKENESS:
            raise InputError("elements", f"with {self.model_name}", "only kling-v3 takes them")
        inputs = len(self.element_ids) + (1 if self.image else 0)
        if inputs > _INPUTS_MAX:
            raise InputError(
                "elements", f"{inputs} inputs", f"at most {_INPUTS_MAX} with the reference image are allowed"
            )


@dataclass(frozen=True, slots=True)
class ResultImage:
    index: int
    url: str = field(repr=False)
    """Signed, and good for 30 days: never store it."""


def estimate_image_units(request: ImageRequest) -> Decimal:
    """The list price in image units, which are not video units: about $0.0035 each (kling-api section 8 [D])."""
    is_cheap = request.model_name == _WITH_LIKENESS and not request.image
    return (Decimal(4) if is_cheap else Decimal(8)) * request.count
