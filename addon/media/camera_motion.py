# SPDX-License-Identifier: GPL-3.0-or-later
"""How the camera moved between two pictures: the shift, zoom and turn that most of the picture's rim agrees on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .block_motion import BlockMotion

_TURNS = 8
_AGREES_PX = 0.5
_LEAST_BLOCKS = 5
_LEAST_COVERED = 0.47
_LEAST_SHARE = 0.5
_STILL_PX = 0.2
_STILL_SHARE = 0.5
"""Half of the rim that does not move shows that the camera stands, whatever a large figure in the middle does."""


@dataclass(frozen=True)
class CameraMotion:
    """A point (x, y) from the middle goes by (shift_x + zoom x - turn y, shift_y + turn x + zoom y), in px; one row for
    each pair. All zero where nothing shows that the camera moves."""

    shift_x: NDArray[np.float32]
    shift_y: NDArray[np.float32]
    zoom: NDArray[np.float32]
    turn: NDArray[np.float32]
    size_px: tuple[int, int]

    def speed_px(self) -> NDArray[np.float32]:
        """How far the corners go on average, in px from the one picture to the other."""
        import numpy as np

        width, height = self.size_px
        lengths = []
        for x, y in ((-1, -1), (-1, 1), (1, -1), (1, 1)):
            across, down = self.at(np.float32(x * width / 2), np.float32(y * height / 2))
            lengths.append(np.hypot(across, down))
        return np.asarray(np.mean(lengths, axis=0), np.float32)

    def at_pair(self, pair: int, x: float, y: float) -> tuple[float, float]:
        """Where the camera takes a point from the middle, between the two pictures of one pair."""
        zoom, turn = float(self.zoom[pair]), float(self.turn[pair])
        return float(self.shift_x[pair]) + zoom * x - turn * y, float(self.shift_y[pair]) + turn * x + zoom * y

    def at(
        self, x: NDArray[np.float32] | np.float32, y: NDArray[np.float32] | np.float32
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        return self.shift_x + self.zoom * x - self.turn * y, self.shift_y + self.turn * x + self.zoom * y


def camera_motion(motion: BlockMotion, size_px: tuple[int, int]) -> CameraMotion:
    """`size_px`: width and height of the pictures."""
    import numpy as np

    pairs = len(motion.dx)
    found = np.zeros((4, pairs), np.float32)
    rows, columns = motion.dx.shape[1:]
    x = np.broadcast_to((motion.centre_x - size_px[0] / 2)[None, :], (rows, columns)).ravel()
    y = np.broadcast_to((motion.centre_y - size_px[1] / 2)[:, None], (rows, columns)).ravel()
    # The figure is mostly in the middle; a camera moves the rim.
    rim = np.ones((rows, columns), np.bool_)
    rim[1:, columns // 4 + 1 : columns - columns // 4 - 1] = False
    for pair in range(pairs):
        usable = motion.is_found[pair].ravel()
        on_rim = usable & rim.ravel()
        judged = on_rim if on_rim.sum() >= _LEAST_BLOCKS else usable
        # Before a plain wall only the figure has texture: its dance must not pass for the camera's.
        if judged.sum() < _LEAST_BLOCKS or usable.mean() < _LEAST_COVERED:
            continue
        dx, dy = motion.dx[pair].ravel(), motion.dy[pair].ravel()
        if (np.hypot(dx, dy)[judged] < _STILL_PX).mean() >= _STILL_SHARE:
            continue
        found[:, pair] = _fit(x, y, dx, dy, judged, usable)
    return CameraMotion(found[0], found[1], found[2], found[3], size_px)


def _fit(
    x: NDArray[np.float32],
    y: NDArray[np.float32],
    dx: NDArray[np.float32],
    dy: NDArray[np.float32],
    judged: NDArray[np.bool_],
    usable: NDArray[np.bool_],
) -> NDArray[np.float32]:
    """Weighted again and again by how well a block agrees; zero where too few do, or only on one side."""
    import numpy as np

    xs, ys, us, vs = x[judged], y[judged], dx[judged], dy[judged]
    model = np.array([np.median(us), np.median(vs), 0.0, 0.0])
    one, none = np.ones_like(xs), np.zeros_like(xs)
    design = np.concatenate([np.stack([one, none, xs, -ys], 1), np.stack([none, one, ys, xs], 1)])
    wanted = np.concatenate([us, vs])
    scale = 3.0
    for _ in range(_TURNS):
        left = (wanted - design @ model).reshape(2, -1)
        weight = 1 / (1 + (np.hypot(*left) / scale) ** 2)
        weights = np.concatenate([weight, weight])[:, None]
        model = np.linalg.solve(design.T @ (design * weights) + 1e-3 * np.eye(4), design.T @ (wanted * weights[:, 0]))
        scale = max(_AGREES_PX, scale * 0.6)
    off = np.hypot(*(wanted - design @ model).reshape(2, -1))
    agrees = off < _AGREES_PX + 0.1 * float(np.hypot(us, vs).mean())
    spread = (xs[agrees] < 0).any() and (xs[agrees] > 0).any()
    if agrees.sum() < _LEAST_BLOCKS or agrees.mean() < _LEAST_SHARE or not spread or agrees.sum() < 0.25 * usable.sum():
        return np.zeros(4, np.float32)
    return np.asarray(model, np.float32)
