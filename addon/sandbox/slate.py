# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws what a person sees on a clip: background, texts, and the digits of the running number.

It makes still pictures with Pillow; `clip.py` puts them together frame by frame. Pillow's built-in font has Latin
letters only: other scripts show as boxes.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from .frame_marks import BLACK, FLASH_BOTTOM

# A white start image must stay clearly darker than a flash, with the texts on top.
_DIMMING = 0.35
_TEXT = (214, 214, 214)
_QUIET = (150, 156, 166)
_NUMBER_TOP, _NUMBER_BOTTOM = 0.66, 0.76
_PROMPT_TOP, _PROMPT_BOTTOM = 0.22, 0.64
_MARGIN = 0.05

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True, slots=True)
class SlateText:
    """The words of a slate: `heading` in one line, `task_id`, the `prompt` (wrapped and, if need be, cut)."""

    heading: str
    task_id: str
    prompt: str
    watermark: bool = False


@dataclass(frozen=True, slots=True)
class NumberGlyphs:
    """Luma patches of the digits 0 to 9, all of one size, and where the first of `count` stands (pixels)."""

    digits: tuple[NDArray[np.uint8], ...]
    left: int
    top: int
    count: int = 5


def draw_still(size: tuple[int, int], text: SlateText, image: Image.Image | None) -> Image.Image:
    """The picture without marks and number, in RGB. `image` fills the frame and is dimmed."""
    width, height = size
    still = _background(size, text.task_id) if image is None else _dimmed(image, size)
    draw = ImageDraw.Draw(still)
    # Black under the bands: what is between them must not depend on the picture.
    draw.rectangle((0, round(FLASH_BOTTOM * height), width, height), fill=(0, 0, 0))
    left, room = round(_MARGIN * width), round((1 - 2 * _MARGIN) * width)
    glyphs = number_glyphs(size)
    cell_height, cell_width = glyphs.digits[0].shape
    # The digits are written into the luma alone, so the place below them must have no colour.
    box = (glyphs.left, glyphs.top, glyphs.left + glyphs.count * cell_width, glyphs.top + cell_height)
    draw.rectangle(box, fill=(0, 0, 0))
    _line(draw, text.heading, (left, round(0.05 * height)), room, 0.065 * min(size), _TEXT)
    _line(draw, f"task {text.task_id}", (left, round(0.13 * height)), room, 0.05 * min(size), _QUIET)
    area = (left, round(_PROMPT_TOP * height), room, round((_PROMPT_BOTTOM - _PROMPT_TOP) * height))
    _paragraph(draw, text.prompt, area, 0.075 * min(size))
    if text.watermark:
        right = round(0.62 * width)
        _line(draw, "WATERMARK", (right, round(0.68 * height)), width - right - left, 0.06 * min(size), _TEXT)
    return still


def draw_caption(size: tuple[int, int], text: SlateText) -> Image.Image:
    """The words alone, bright on black, to be laid over a moving picture."""
    width, height = size
    caption = Image.new("RGB", size)
    draw = ImageDraw.Draw(caption)
    left, room = round(_MARGIN * width), round((1 - 2 * _MARGIN) * width)
    _line(draw, text.heading, (left, round(0.02 * height)), room, 0.05 * min(size), _TEXT)
    _line(draw, f"task {text.task_id}", (left, round(0.08 * height)), room, 0.04 * min(size), _QUIET)
    if text.watermark:
        right = round(0.62 * width)
        _line(draw, "WATERMARK", (right, round(0.68 * height)), width - right - left, 0.06 * min(size), _TEXT)
    return caption


def number_glyphs(size: tuple[int, int]) -> NumberGlyphs:
    """The digits for the running frame number, drawn once for a picture of `size`."""
    width, height = size
    cell_height = round((_NUMBER_BOTTOM - _NUMBER_TOP) * height)
    font = _fit(lambda font: font.getlength("00000") <= width * 0.5, cell_height * 0.8)
    cell_width = round(max(font.getlength(digit) for digit in "0123456789")) + 2
    digits = []
    for digit in "0123456789":
        patch = Image.new("L", (cell_width, cell_height), BLACK)
        ImageDraw.Draw(patch).text((cell_width / 2, cell_height / 2), digit, fill=214, font=font, anchor="mm")
        digits.append(np.asarray(patch, dtype=np.uint8))
    return NumberGlyphs(tuple(digits), left=round(_MARGIN * width), top=round(_NUMBER_TOP * height))


def _background(size: tuple[int, int], task_id: str) -> Image.Image:
    # The hue comes from the task, so that two takes side by side are told apart by eye.
    seed = zlib.crc32(task_id.encode())
    tint = np.array([24 + (seed >> shift & 31) for shift in (0, 8, 16)], dtype=np.float32)
    shade = np.linspace(1.0, 0.45, size[1], dtype=np.float32)[:, None, None]
    column = np.broadcast_to(shade * tint, (size[1], size[0], 3))
    return Image.fromarray(column.astype(np.uint8))


def _dimmed(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    fitted = image.convert("RGB").resize(size, Image.Resampling.BILINEAR)
    return fitted.point([round(level * _DIMMING) for level in range(256)] * 3)


def _line(
    draw: ImageDraw.ImageDraw,
    text: str,
    at: tuple[int, int],
    room: int,
    largest: float,
    fill: tuple[int, int, int],
) -> None:
    font = _fit(lambda font: font.getlength(text) <= room, largest)
    draw.text(at, text, fill=fill, font=font, stroke_width=1, stroke_fill=(0, 0, 0))


def _paragraph(draw: ImageDraw.ImageDraw, text: str, area: tuple[int, int, int, int], largest: float) -> None:
    left, top, width, height = area
    # Pillow draws a box for each control character.
    words = "".join(sign if sign.isprintable() else " " for sign in text).split()
    if not words:
        return

    def fits(font: Font) -> bool:
        return len(_wrap(words, font, width)) * _leading(font) <= height

    font = _fit(fits, largest)
    lines = _wrap(words, font, width)
    room = max(1, height // _leading(font))
    if len(lines) > room:
        lines = [*lines[: room - 1], f"{lines[room - 1][:-1]}…"]
    for number, line in enumerate(lines):
        at = (left, top + number * _leading(font))
        draw.text(at, line, fill=_TEXT, font=font, stroke_width=1, stroke_fill=(0, 0, 0))


def _wrap(words: list[str], font: Font, width: int) -> list[str]:
    lines, line = [], ""
    for word in words:
        for piece in _pieces(word, font, width):
            longer = f"{line} {piece}".strip()
            if line and font.getlength(longer) > width:
                lines.append(line)
                line = piece
            else:
                line = longer
    return [*lines, line]


def _pieces(word: str, font: Font, width: int) -> list[str]:
    """A word as it is, or cut where it is wider than the line (a script without spaces is one word)."""
    if font.getlength(word) <= width:
        return [word]
    count = max(1, int(len(word) * width / font.getlength(word)))
    return [word[start : start + count] for start in range(0, len(word), count)]


def _fit(fits: Callable[[Font], bool], largest: float) -> Font:
    """The biggest of a few font sizes for which `fits` holds, else the smallest."""
    size = largest
    while size > 10:
        font = ImageFont.load_default(size=size)
        if fits(font):
            return font
        size *= 0.82
    return ImageFont.load_default(size=10)


def _leading(font: Font) -> int:
    top_and_bottom = font.getbbox("Åg")
    return max(1, round(float(top_and_bottom[3]) * 1.15))
