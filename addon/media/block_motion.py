# SPDX-License-Identifier: GPL-3.0-or-later
"""Where each part of a picture went: phase correlation of blocks, refined below a pixel. numpy alone.

A block is 32 × 32 px of a picture 192 px wide, one every 16 px; it finds moves of up to half its side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Flags = NDArray[np.bool_]

BLOCK_PX = 32
STEP_PX = 16
_PAIRS_AT_ONCE = 12
_WHITENING = 0.8
"""1 would be plain phase correlation, which coding noise drowns in soft pictures; 0 plain correlation."""
_LEAST_TEXTURE = 12.0
"""Smaller eigenvalue of the mean gradient matrix, in grey levels squared: below it a block may slide unseen."""
_LEAST_MATCH = 0.75


@dataclass(frozen=True)
class BlockMotion:
    """Pairs × rows × columns. Moves in px, x to the right and y down, from the first picture to the second."""

    dx: Floats
    dy: Floats
    match: Floats
    """Correlation with where it went, -1 to 1; a change of light does not lower it."""
    has_texture: Flags
    centre_x: Floats
    centre_y: Floats

    @property
    def is_found(self) -> Flags:
        return self.has_texture & (self.match >= _LEAST_MATCH)


def block_motion(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> BlockMotion:
    """Of pairs of pictures: pair × height × width each."""
    import numpy as np

    height, width = before.shape[1:]
    rows = np.arange(0, height - BLOCK_PX + 1, STEP_PX)
    columns = np.arange(0, width - BLOCK_PX + 1, STEP_PX)
    window = np.outer(np.hanning(BLOCK_PX + 2)[1:-1], np.hanning(BLOCK_PX + 2)[1:-1]).astype(np.float32)
    shape = (len(before), len(rows), len(columns))
    dx, dy, match = (np.zeros(shape, np.float32) for _ in range(3))
    texture = np.zeros(shape, np.bool_)
    for first in range(0, len(before), _PAIRS_AT_ONCE):
        part = slice(first, first + _PAIRS_AT_ONCE)
        dx[part], dy[part], match[part], texture[part] = _match(
            before[part].astype(np.float32), after[part].astype(np.float32), rows, columns, window
        )
    half = (BLOCK_PX - 1) / 2
    return BlockMotion(dx, dy, match, texture, (columns + half).astype(np.float32), (rows + half).astype(np.float32))


def _match(
    a: Floats, b: Floats, rows: NDArray[np.int_], columns: NDArray[np.int_], window: Floats
) -> tuple[Floats, Floats, Floats, Flags]:
    import numpy as np

    pairs, height, width = a.shape
    all_a = np.lib.stride_tricks.sliding_window_view(a, (BLOCK_PX, BLOCK_PX), axis=(1, 2))
    all_b = np.lib.stride_tricks.sliding_window_view(b, (BLOCK_PX, BLOCK_PX), axis=(1, 2))
    from_a = all_a[:, rows][:, :, columns]
    at_b = all_b[:, rows][:, :, columns]
    flat_a = from_a - from_a.mean(axis=(-1, -2), keepdims=True)
    flat_b = at_b - at_b.mean(axis=(-1, -2), keepdims=True)
    spectrum = np.conj(np.fft.rfft2(flat_a * window)) * np.fft.rfft2(flat_b * window)
    size = np.abs(spectrum)
    peaks = np.fft.irfft2(spectrum / (size**_WHITENING + 1e-3), s=(BLOCK_PX, BLOCK_PX))
    best = peaks.reshape(*peaks.shape[:3], -1).argmax(axis=-1)
    move_y = (best // BLOCK_PX + BLOCK_PX // 2) % BLOCK_PX - BLOCK_PX // 2
    move_x = (best % BLOCK_PX + BLOCK_PX // 2) % BLOCK_PX - BLOCK_PX // 2

    pair = np.arange(pairs)[:, None, None]
    there_y = np.clip(rows[None, :, None] + move_y, 0, height - BLOCK_PX)
    there_x = np.clip(columns[None, None, :] + move_x, 0, width - BLOCK_PX)
    moved = all_b[pair, there_y, there_x]
    moved_match = _correlation(flat_a, moved)
    stayed_match = _correlation(flat_a, at_b)
    stays = stayed_match >= moved_match - 0.01
    target = np.where(stays[..., None, None], at_b, moved)
    whole_y = np.where(stays, 0, there_y - rows[None, :, None])
    whole_x = np.where(stays, 0, there_x - columns[None, None, :])
    fine_x, fine_y, texture = _refine(from_a, target)
    match = np.maximum(stayed_match, moved_match)
    return (
        (whole_x + fine_x).astype(np.float32),
        (whole_y + fine_y).astype(np.float32),
        match.astype(np.float32),
        texture >= _LEAST_TEXTURE,
    )


def _correlation(flat_a: Floats, b: Floats) -> Floats:
    import numpy as np

    flat_b = b - b.mean(axis=(-1, -2), keepdims=True)
    spread = (flat_a**2).sum(axis=(-1, -2)) * (flat_b**2).sum(axis=(-1, -2))
    return np.asarray((flat_a * flat_b).sum(axis=(-1, -2)) / np.sqrt(spread + 1e-3), np.float32)


def _refine(a: Floats, b: Floats) -> tuple[Floats, Floats, Floats]:
    """One Lucas-Kanade step: what is left of the move, at most a pixel, and the texture it stands on."""
    import numpy as np

    middle = (a + b) / 2
    gx = (middle[..., 1:-1, 2:] - middle[..., 1:-1, :-2]) / 2
    gy = (middle[..., 2:, 1:-1] - middle[..., :-2, 1:-1]) / 2
    change = (b - a)[..., 1:-1, 1:-1]
    change = change - change.mean(axis=(-1, -2), keepdims=True)
    xx, yy, xy = ((one * other).mean(axis=(-1, -2)) for one, other in ((gx, gx), (gy, gy), (gx, gy)))
    xt, yt = (gx * change).mean(axis=(-1, -2)), (gy * change).mean(axis=(-1, -2))
    determinant = xx * yy - xy**2 + 1e-3
    fine_x = np.clip(-(yy * xt - xy * yt) / determinant, -1, 1)
    fine_y = np.clip(-(xx * yt - xy * xt) / determinant, -1, 1)
    smaller = (xx + yy) / 2 - np.sqrt(((xx - yy) / 2) ** 2 + xy**2)
    return fine_x, fine_y, np.asarray(smaller, np.float32)
