# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine-readable part of a picture: where the bands and the flash are and what they say.

A band is 20 equal cells across the width: white, black, 16 bits with the highest first (white is 1), the even
parity of these bits, white. The lower band (0.90 to 1.00 of the height) carries the frame number, the upper one
(0.80 to 0.90) the take mark. This is an invention of the sandbox; Kling's clips have nothing of the kind.
"""

from __future__ import annotations

import zlib

CELLS = 20
FLASH_BOTTOM = 0.78
TAKE_BAND = (0.80, 0.90)
FRAME_BAND = (0.90, 1.00)
# Luma of BT.709 in limited range.
WHITE, BLACK = 235, 16


def take_mark(task_id: str) -> int:
    """The 16 bits that say which task a clip came from: the low half of the CRC-32 of its id."""
    return zlib.crc32(task_id.encode()) & 0xFFFF


def band_cells(number: int) -> tuple[bool, ...]:
    """The 20 cells of a band from left to right, True is white.

    Raises:
        ValueError: `number` does not fit into 16 bits.
    """
    if not 0 <= number <= 0xFFFF:
        raise ValueError(f"{number} does not fit into 16 bits")
    bits = tuple(bool(number >> (15 - place) & 1) for place in range(16))
    return (True, False, *bits, sum(bits) % 2 == 1, True)


def cell_edges(width: int) -> tuple[int, ...]:
    """The 21 left edges of the cells in pixels, the right border included."""
    return tuple(round(cell * width / CELLS) for cell in range(CELLS + 1))


def is_flash(frame: int, rate_fps: int) -> bool:
    """Every whole second begins with a flash, frame 0 too."""
    return frame % rate_fps == 0
