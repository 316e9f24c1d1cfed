# SPDX-License-Identifier: GPL-3.0-or-later
"""What moves before the camera: how fast, in how many places, and whether anything does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .camera_motion import CameraMotion

_PATCH_PX = 8
_SEARCH_PX = 18
_PATCH_CHANGED = 8.0
_MOST_PATCHES = 40
_COST_OF_A_PX = 0.15
_FOUND = 7.0
_FOUND_SHARE = 0.5
_FASTEST = 4
"""Some patches are found where they are not: the fourth fastest is taken."""
_CELL_PX = 4
_CHANGED = 5.0
"""Grey levels of a cell, above the noise of the picture."""


def figure_speed_px(
    before: NDArray[np.uint8], after: NDArray[np.uint8], camera: CameraMotion, noise: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """For each pair how far the fastest parts went beside the camera's own move, in px, and the share of the picture
    that changed and is found nowhere near: what went further than the search, or was blurred by its speed."""
    import numpy as np

    count, height, width = before.shape
    speeds, lost = np.zeros(count, np.float32), np.zeros(count, np.float32)
    margin = _SEARCH_PX
    for pair in range(count):
        a, b = before[pair].astype(np.float32), after[pair].astype(np.float32)
        b += np.median(a) - np.median(b)
        views = np.lib.stride_tricks.sliding_window_view(np.pad(b, margin, mode="edge"), (_PATCH_PX, _PATCH_PX))
        rows, columns = height // _PATCH_PX, width // _PATCH_PX
        change = np.abs(b - a)[: rows * _PATCH_PX, : columns * _PATCH_PX]
        change = change.reshape(rows, _PATCH_PX, columns, _PATCH_PX).mean(axis=(1, 3))
        changed = np.argwhere(change > _PATCH_CHANGED + noise)
        if not len(changed):
            continue
        if len(changed) > _MOST_PATCHES:
            changed = changed[np.linspace(0, len(changed) - 1, _MOST_PATCHES).astype(int)]
        steps = np.arange(-margin, margin + 1, dtype=np.float32)
        lengths, unfound = [], 0
        for row, column in changed:
            y, x = int(row) * _PATCH_PX, int(column) * _PATCH_PX
            patch = a[y : y + _PATCH_PX, x : x + _PATCH_PX]
            near = views[y : y + 2 * margin + 1 : 1, x : x + 2 * margin + 1 : 1]
            across, down = camera.at_pair(pair, x + _PATCH_PX / 2 - width / 2, y + _PATCH_PX / 2 - height / 2)
            off = np.hypot(steps[None, :] - across, steps[:, None] - down)
            # Along an edge all places look alike: the nearest is believed.
            cost = np.abs(near - patch).mean(axis=(2, 3))
            best = int((cost + _COST_OF_A_PX * off).argmin())
            if cost.flat[best] > _FOUND + noise or cost.flat[best] > _FOUND_SHARE * change[row, column]:
                unfound += 1
            else:
                lengths.append(float(off.flat[best]))
        lost[pair] = unfound / len(changed) * (change > _PATCH_CHANGED + noise).mean()
        if len(lengths) >= _FASTEST:
            speeds[pair] = sorted(lengths)[-_FASTEST]
    return speeds, lost


def moved_cells(before: NDArray[np.uint8], after: NDArray[np.uint8], camera: CameraMotion) -> NDArray[np.bool_]:
    """Pairs × rows × columns of 4 px cells: where the picture changed beside what the camera did."""
    import numpy as np

    count, height, width = before.shape
    rows, columns = height // _CELL_PX, width // _CELL_PX
    moved = np.zeros((count, rows, columns), np.bool_)
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    for pair in range(count):
        a, b = before[pair].astype(np.float32), after[pair].astype(np.float32)
        inside = np.ones_like(a, np.bool_)
        if camera.speed_px()[pair] > 0:
            x, y = xs - width / 2, ys - height / 2
            across = camera.shift_x[pair] + camera.zoom[pair] * x - camera.turn[pair] * y
            down = camera.shift_y[pair] + camera.turn[pair] * x + camera.zoom[pair] * y
            there_x, there_y = np.rint(xs + across).astype(int), np.rint(ys + down).astype(int)
            inside = (there_x >= 0) & (there_x < width) & (there_y >= 0) & (there_y < height)
            b = b[there_y.clip(0, height - 1), there_x.clip(0, width - 1)]
        # Light that goes up or down everywhere moves nothing.
        gain = float(np.std(b) / (np.std(a) + 1e-3))
        change = np.where(inside, b - ((a - a.mean()) * gain + b.mean()), 0.0)
        cells = np.abs(_means(change, rows, columns))
        noise = float(np.median(cells))
        moved[pair] = cells > _CHANGED + 4 * noise
    return moved


def _means(picture: NDArray[np.float32], rows: int, columns: int) -> NDArray[np.float32]:
    cut = picture[: rows * _CELL_PX, : columns * _CELL_PX]
    import numpy as np

    return np.asarray(cut.reshape(rows, _CELL_PX, columns, _CELL_PX).mean(axis=(1, 3)), np.float32)


def region_sizes(cells: NDArray[np.bool_], gap: int) -> tuple[int, ...]:
    """How many cells each moving region has, the largest first. Parts at most `gap` cells apart are one region: the
    hand and the foot of one person."""
    import numpy as np

    rows, columns = cells.shape
    names = np.zeros((rows, columns), int)
    sizes: list[int] = []
    for row, column in np.argwhere(cells):
        if names[row, column]:
            continue
        name = len(sizes) + 1
        names[row, column] = name
        todo, size = [(int(row), int(column))], 0
        while todo:
            at_row, at_column = todo.pop()
            size += 1
            low_row, low_column = max(0, at_row - gap), max(0, at_column - gap)
            window = (slice(low_row, at_row + gap + 1), slice(low_column, at_column + gap + 1))
            for near_row, near_column in np.argwhere(cells[window] & (names[window] == 0)):
                place = (low_row + int(near_row), low_column + int(near_column))
                names[place] = name
                todo.append(place)
        sizes.append(size)
    return tuple(sorted(sizes, reverse=True))


def largest_change(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> NDArray[np.float32]:
    """For each pair the change of the 4 px cell that changes most, in grey levels beside the change of all."""
    import numpy as np

    _, height, width = before.shape
    rows, columns = height // _CELL_PX, width // _CELL_PX
    changes = np.zeros(len(before), np.float32)
    for pair in range(len(before)):
        cells = _means(after[pair].astype(np.float32) - before[pair], rows, columns)
        changes[pair] = np.abs(cells - np.median(cells)).max()
    return changes
