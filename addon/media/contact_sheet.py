# SPDX-License-Identifier: GPL-3.0-or-later
"""A sheet of small pictures, one for each shot, with words under it: what a director looks over and prints.

Decodes clips and draws with Pillow: not for Blender's main thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import StorageError

if TYPE_CHECKING:
    from pathlib import Path

    from PIL import Image, ImageDraw, ImageFont

_COLUMNS = 5
_PICTURE_PX = (384, 216)
_MARGIN_PX = 24
_GAP_PX = 18
_LINE_PX = 19
_LINES = 4
"""Under each picture: its name, what it is, and two of text."""
_TITLE_PX = 44
_LONGEST_SIDE_PX = 16_000
_BACKGROUND, _EMPTY, _WORDS, _QUIET = (24, 24, 26), (44, 44, 48), (232, 232, 232), (152, 156, 164)


@dataclass(frozen=True, slots=True)
class SheetCell:
    """`clip` None: there is none yet, and the cell says so."""

    name: str
    facts: str
    text: str
    clip: Path | None


def write_contact_sheet(path: Path, title: str, cells: tuple[SheetCell, ...]) -> None:
    """A .png or .jpg, whole or not at all; at most 16,000 px high, with smaller pictures where there are many.

    A clip that cannot be read leaves its cell empty. Raises StorageError where the file cannot be written.
    """
    from PIL import Image, ImageDraw

    columns, picture_px = _layout(len(cells))
    width_px = 2 * _MARGIN_PX + columns * (picture_px[0] + _GAP_PX) - _GAP_PX
    row_px = picture_px[1] + _LINES * _LINE_PX + _GAP_PX
    height_px = 2 * _MARGIN_PX + _TITLE_PX + -(-len(cells) // columns) * row_px
    sheet = Image.new("RGB", (width_px, height_px), _BACKGROUND)
    draw = ImageDraw.Draw(sheet)
    draw.text((_MARGIN_PX, _MARGIN_PX), _shown(title, _font(26), width_px), font=_font(26), fill=_WORDS)
    for number, cell in enumerate(cells):
        left = _MARGIN_PX + number % columns * (picture_px[0] + _GAP_PX)
        top = _MARGIN_PX + _TITLE_PX + number // columns * row_px
        _draw_cell(sheet, draw, cell, (left, top), picture_px)
    part = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        sheet.save(part)
        part.replace(path)
    except (OSError, ValueError) as error:
        part.unlink(missing_ok=True)
        raise StorageError(
            f"The contact sheet cannot be written to {path}: {error}.", hint="Give a name that ends in .png or .jpg."
        ) from error


def _layout(count: int) -> tuple[int, tuple[int, int]]:
    """How many pictures in a row, and how large."""
    columns, (width, height) = min(_COLUMNS, max(count, 1)), _PICTURE_PX
    while True:
        rows = -(-max(count, 1) // columns)
        if rows * (height + _LINES * _LINE_PX + _GAP_PX) < _LONGEST_SIDE_PX - 200:
            return columns, (width, height)
        columns, width, height = columns * 2, max(width // 2, 96), max(height // 2, 54)


def _draw_cell(
    sheet: Image.Image, draw: ImageDraw.ImageDraw, cell: SheetCell, at: tuple[int, int], size_px: tuple[int, int]
) -> None:
    left, top = at
    draw.rectangle((left, top, left + size_px[0] - 1, top + size_px[1] - 1), fill=_EMPTY)
    picture = None if cell.clip is None else _picture(cell.clip, size_px)
    if picture is None:
        words = "no take yet" if cell.clip is None else "cannot be read"
        draw.text((left + 12, top + size_px[1] // 2 - 8), words, font=_font(16), fill=_QUIET)
    else:
        sheet.paste(picture, (left + (size_px[0] - picture.width) // 2, top + (size_px[1] - picture.height) // 2))
    below = top + size_px[1] + 4
    draw.text((left, below), _shown(cell.name, _font(16), size_px[0]), font=_font(16), fill=_WORDS)
    draw.text((left, below + _LINE_PX), _shown(cell.facts, _font(13), size_px[0]), font=_font(13), fill=_QUIET)
    for line, words in enumerate(_wrapped(cell.text, _font(13), size_px[0])[:2]):
        draw.text((left, below + (2 + line) * _LINE_PX), words, font=_font(13), fill=_QUIET)


def _picture(clip: Path, size_px: tuple[int, int]) -> Image.Image | None:
    """The frame in the middle of the clip, as large as fits into `size_px`."""
    import av

    try:
        with av.open(str(clip)) as container:
            stream = container.streams.video[0]
            middle_s = (container.duration or 0) / av.time_base / 2
            container.seek(int(middle_s * av.time_base))
            found = None
            for frame in container.decode(stream):
                found = frame
                if frame.time is None or frame.time >= middle_s:
                    break
            picture: Image.Image | None = None if found is None else found.to_image()
    except (av.FFmpegError, IndexError):
        return None
    if picture is not None:
        picture.thumbnail(size_px)
    return picture


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    from PIL import ImageFont

    return ImageFont.load_default(size)


def _shown(words: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, room_px: int) -> str:
    """As many as fit, with an ellipsis for the rest."""
    words = " ".join(words.split())
    if font.getlength(words) <= room_px:
        return words
    while words and font.getlength(f"{words}…") > room_px:
        words = words[:-1]
    return f"{words.rstrip()}…"


def _wrapped(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, room_px: int) -> list[str]:
    """Two lines, the second one cut."""
    line = ""
    words = text.split()
    for number, word in enumerate(words):
        longer = f"{line} {word}".strip()
        if font.getlength(longer) > room_px and line:
            return [line, _shown(" ".join(words[number:]), font, room_px)]
        line = longer
    return [_shown(line, font, room_px)] if line else []
