# SPDX-License-Identifier: GPL-3.0-or-later
"""Cuts and dissolves: where the picture becomes another one, and not the same one lit, moved or crossed otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .block_motion import block_motion

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .small_frames import SmallFrames

_GRID_PX = 4
_LEAST_CHANGE = 3.0
"""Mean change of 4 px cells, in grey levels."""
_TIMES_NEIGHBOURS = 2.5
_NEIGHBOURS = 6
_LOST_SHARE = 0.5
"""Of the blocks with texture: those that are found nowhere in the next frame."""
_ALIKE = 0.8
_UNLIKE = 0.6
_FLASH_FRAMES = 3
_SAME_LIGHT = 12.0
_DISSOLVE_S = (0.3, 0.6, 1.0)
_MIXED = 0.9
_MIX_SHARE = (0.25, 0.75)


@dataclass(frozen=True, slots=True)
class Cut:
    """`frame` is the first of the new picture, of a dissolve its middle; the frames from `mixed_start` up to, and
    without, `mixed_end` show both pictures, none where it is hard."""

    frame: int
    mixed_start: int
    mixed_end: int

    @property
    def is_dissolve(self) -> bool:
        return self.mixed_end > self.mixed_start

    def moved(self, by: int) -> Cut:
        return Cut(self.frame + by, self.mixed_start + by, self.mixed_end + by)


def find_cuts(frames: SmallFrames) -> tuple[Cut, ...]:
    """In order, counted from the first of `frames`."""
    import numpy as np

    cells = _cells(frames.pictures)
    if len(cells) < 3:
        return ()
    change = np.abs(np.diff(cells, axis=0)).mean(axis=(1, 2))
    hard = _hard_cuts(frames, cells, change)
    soft = [one for one in _dissolves(frames, cells) if all(abs(one.frame - cut) > frames.rate for cut in hard)]
    return tuple(sorted([*(Cut(frame, frame, frame) for frame in hard), *soft], key=lambda cut: cut.frame))


def _cells(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    import numpy as np

    count, height, width = pictures.shape
    rows, columns = height // _GRID_PX, width // _GRID_PX
    cut = pictures[:, : rows * _GRID_PX, : columns * _GRID_PX]
    cells = np.empty((count, rows, columns), np.float32)
    for number in range(count):
        cells[number] = cut[number].reshape(rows, _GRID_PX, columns, _GRID_PX).mean(axis=(1, 3))
    return cells


def _hard_cuts(frames: SmallFrames, cells: NDArray[np.float32], change: NDArray[np.float32]) -> list[int]:
    import numpy as np

    cuts = []
    for place in range(len(change)):
        around = np.concatenate(
            [change[max(0, place - _NEIGHBOURS) : place], change[place + 1 : place + 1 + _NEIGHBOURS]]
        )
        # Held frames (a picture shown twice) say nothing of how much it usually changes.
        moving = around[around > 0.3 * float(around.max(initial=0.0))]
        usual = float(np.median(moving)) if len(moving) else 0.0
        if change[place] < _LEAST_CHANGE or change[place] < _TIMES_NEIGHBOURS * usual:
            continue
        if _is_flash(cells, place) or not _is_new(frames, cells, place, place + 1):
            continue
        cuts.append(place + 1)
    return cuts


def _is_flash(cells: NDArray[np.float32], place: int) -> bool:
    """Whether the picture before `place + 1` is back within some frames, or was there just before."""
    import numpy as np

    last = len(cells) - 1
    for ahead in range(2, 2 + _FLASH_FRAMES):
        for a, b in ((place, place + ahead), (place + 1 - ahead, place + 1)):
            if a < 0 or b > last or _likeness(cells[a], cells[b]) <= _ALIKE:
                continue
            if float(np.abs(cells[a] - cells[b]).mean()) < _SAME_LIGHT:
                return True
    return False


def _is_new(frames: SmallFrames, cells: NDArray[np.float32], before: int, after: int) -> bool:
    import numpy as np

    if _likeness(cells[before], cells[after]) > _ALIKE:
        return False
    there = block_motion(frames.pictures[before][None], frames.pictures[after][None])
    back = block_motion(frames.pictures[after][None], frames.pictures[before][None])
    lost = [float((~one.is_found & one.has_texture).sum()) for one in (there, back)]
    textured = [float(one.has_texture.sum()) for one in (there, back)]
    if sum(textured) >= 6:
        return sum(lost) / sum(textured) >= _LOST_SHARE
    return float(np.abs(cells[before] - cells[after]).mean()) > _SAME_LIGHT


def _likeness(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """Correlation: a change of light does not lower it."""
    import numpy as np

    one, other = a - a.mean(), b - b.mean()
    return float((one * other).sum() / (np.sqrt(float((one**2).sum()) * float((other**2).sum())) + 1e-3))


def _dissolves(frames: SmallFrames, cells: NDArray[np.float32]) -> list[Cut]:
    """A middle that is a mix of two pictures which have nothing in common: movement makes no such mix."""
    import numpy as np

    found: list[tuple[float, int, int]] = []
    for seconds in _DISSOLVE_S:
        half = max(2, round(seconds * frames.rate / 2) + 1)
        for middle in range(half, len(cells) - half):
            before, between, after = cells[middle - half], cells[middle], cells[middle + half]
            if _likeness(before, after) > _UNLIKE:
                continue
            design = np.stack([before.ravel(), after.ravel(), np.ones(before.size, np.float32)], 1)
            weights, *_ = np.linalg.lstsq(design, between.ravel(), rcond=None)
            spread = float(((between - between.mean()) ** 2).sum())
            left = float(((between.ravel() - design @ weights) ** 2).sum())
            mixed = 1 - left / (spread + 1e-3)
            low, high = _MIX_SHARE
            if mixed > _MIXED and low < weights[0] < high and low < weights[1] < high:
                found.append((float(-abs(weights[0] - weights[1])), middle, half))
    found.sort(reverse=True)
    chosen: list[Cut] = []
    for _, middle, half in found:
        if all(abs(middle - other.frame) > frames.rate for other in chosen):
            chosen.append(Cut(middle, max(0, middle - half), min(len(cells), middle + half + 1)))
    return chosen
