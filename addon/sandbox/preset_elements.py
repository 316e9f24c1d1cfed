# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's official elements. Names, ids and pictures are invented: Kling's own list is not known here."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from PIL import Image, ImageDraw

_SIZE = (768, 1024)
# Of the figure's middle to its sides, as seen from the front, from three quarters and from the side.
_TURNS = (1.0, 0.72, 0.45)


@dataclass(frozen=True, slots=True)
class PresetElement:
    """`pictures` have the numbers 0 (frontal) and up."""

    element_id: str
    name: str
    description: str
    tag_id: str
    colour: tuple[int, int, int]
    pictures: int = len(_TURNS)


_ELEMENTS = (
    PresetElement("800000000000000201", "Courier", "A courier in a red coat", "o_102", (178, 48, 42)),
    PresetElement("800000000000000202", "Gardener", "A gardener in green overalls", "o_102", (62, 128, 70)),
    PresetElement("800000000000000203", "Diver", "A diver in a blue suit", "o_102", (44, 92, 160)),
)
PRESET_ELEMENTS: MappingProxyType[str, PresetElement] = MappingProxyType(
    {element.element_id: element for element in _ELEMENTS}
)


def preset_picture(element: PresetElement, number: int) -> Image.Image:
    """A plain figure in the element's colour; with each number it has turned further away."""
    width, height = _SIZE
    picture = Image.new("RGB", _SIZE, (214, 211, 203))
    draw = ImageDraw.Draw(picture)
    half = round(width * 0.24 * _TURNS[number])
    middle = width // 2
    head = round(width * 0.11)
    top = round(height * 0.14)
    draw.rounded_rectangle((middle - half, top + 2 * head, middle + half, height * 0.92), head, fill=element.colour)
    draw.ellipse((middle - head, top, middle + head, top + 2 * head), fill=(206, 164, 130))
    return picture
