# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in a motion reference beside its length and size: cuts, a camera that moves, speed, stillness, company.

The thresholds were tuned on one half of the generated clips of tests/reference_clips.py and are reported on the other
by tests/bench/reference_report.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .block_motion import block_motion
from .camera_motion import camera_motion
from .cuts import find_cuts
from .figure_motion import figure_speed_px, largest_change, moved_cells, region_sizes

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from .cuts import Cut
    from .small_frames import SmallFrames

    Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Speeds in picture widths a second, lengths in seconds, shares from 0 to 1."""

    camera_speed: float = 0.022
    camera_least_s: float = 0.3
    whip_speed: float = 0.25
    """Above it only neighbouring frames still overlap enough to be compared."""
    fast_speed: float = 1.1
    fast_speed_in_moving_picture: float = 1.6
    fast_share: float = 0.3
    fast_window_s: float = 1.0
    still_change: float = 2.5
    """Grey levels of the 4 px cell that changes most from frame to frame."""
    still_least_s: float = 0.6
    region_share: float = 0.004
    """Of the picture; a smaller region does not count."""
    region_of_largest: float = 0.12
    region_gap_cells: int = 3
    region_window_s: float = 0.6
    several_share: float = 0.25
    """Of the samples, those with a second region."""


DEFAULT_THRESHOLDS = Thresholds()
_SAMPLES_A_S = 12
_SHORT_S = 0.04
_LONG_S = 0.2
_LEAST_JUDGED = 0.6
_MARGIN = 3
"""Samples around a camera move that belong to it still."""


@dataclass(frozen=True, slots=True)
class ReferenceMeasures:
    """Frames are numbers of the source; spans exclude their end."""

    cuts: tuple[Cut, ...]
    camera: tuple[Span, ...]
    fast: tuple[Span, ...]
    still: tuple[Span, ...]
    several: tuple[Span, ...]
    """Only where the camera stands for most of the clip."""


def measure_reference(
    frames: SmallFrames,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    progress: Callable[[float], None] | None = None,
) -> ReferenceMeasures:
    """Reading and measuring take a quarter of the clip's length (640 × 360 px, two cores). `progress` gets 0 to 1."""
    import numpy as np

    cuts = find_cuts(frames)
    if progress is not None:
        progress(0.3)
    short, long = max(1, round(_SHORT_S * frames.rate)), max(2, round(_LONG_S * frames.rate))
    step = max(1, round(frames.rate / _SAMPLES_A_S))
    at = np.arange(0, max(0, frames.count - long), step)
    pictures = frames.pictures
    still = _still(frames, thresholds)
    if not len(at):
        return ReferenceMeasures(
            tuple(cut.moved(frames.first) for cut in cuts), (), (), _moved_spans(still, frames.first), ()
        )
    across_short, across_long = (
        np.array([any(place < cut.frame <= place + lag for cut in cuts) for place in at]) for lag in (short, long)
    )
    size = (pictures.shape[2], pictures.shape[1])
    camera_short = camera_motion(block_motion(pictures[at], pictures[at + short]), size)
    camera_long = camera_motion(block_motion(pictures[at], pictures[at + long]), size)
    if progress is not None:
        progress(0.6)
    per_short, per_long = frames.rate / short / frames.width_px, frames.rate / long / frames.width_px
    quick, slow = camera_short.speed_px() * per_short, camera_long.speed_px() * per_long
    # Quick moves show between neighbours, slow ones only over some frames.
    speed = np.where(quick > thresholds.whip_speed, np.maximum(quick, slow), slow)
    speed = np.where(across_long & (quick <= thresholds.whip_speed) | across_short, 0.0, speed)
    camera = _runs(speed > thresholds.camera_speed, thresholds.camera_least_s * frames.rate / step, gap=3)

    figure, _ = figure_speed_px(pictures[at], pictures[at + short], camera_short, 0.0)
    moves = np.zeros(len(at), np.bool_)
    for first_moved, last_moved in camera:
        moves[max(0, first_moved - _MARGIN) : last_moved + _MARGIN] = True
    least_speed = np.where(moves, thresholds.fast_speed_in_moving_picture, thresholds.fast_speed)
    is_fast = np.where(across_short, 0.0, figure * per_short) >= least_speed
    window = max(1, round(thresholds.fast_window_s * frames.rate / step))
    often = np.convolve(is_fast, np.ones(window), mode="full")[window - 1 :] / window >= thresholds.fast_share
    dense = np.zeros(len(at), np.bool_)
    for place in np.flatnonzero(often):
        dense[place : place + window] |= is_fast[place : place + window]
    fast = _runs(dense, 1, gap=window // 2)
    if progress is not None:
        progress(0.9)
    cells = moved_cells(pictures[at], pictures[at + long], camera_long)
    # What a moving camera leaves, near things before far ones, cannot be told from things that move.
    is_judged = ~(across_long | moves)
    cells[~is_judged] = False
    window = max(1, round(thresholds.region_window_s * frames.rate / step))
    several = _several(cells, thresholds, window) if is_judged.mean() >= _LEAST_JUDGED else []
    if progress is not None:
        progress(1.0)

    def in_frames(runs: list[Span], lag: int) -> tuple[Span, ...]:
        ends = [(int(at[first]), min(frames.count, int(at[last - 1]) + lag + 1)) for first, last in runs]
        return _moved_spans(ends, frames.first)

    return ReferenceMeasures(
        cuts=tuple(cut.moved(frames.first) for cut in cuts),
        camera=in_frames(camera, long),
        fast=in_frames(fast, short),
        still=_moved_spans(still, frames.first),
        several=in_frames(several, long),
    )


def _still(frames: SmallFrames, thresholds: Thresholds) -> list[Span]:
    holds = largest_change(frames.pictures[:-1], frames.pictures[1:]) < thresholds.still_change
    runs = _runs(holds, thresholds.still_least_s * frames.rate, gap=0)
    return [(first, last + 1) for first, last in runs]


def _several(cells: NDArray[np.bool_], thresholds: Thresholds, window: int) -> list[Span]:
    """Samples in which something else moves too, seen over a short while, as a limb that rests moves on soon."""
    import numpy as np

    area = cells.shape[1] * cells.shape[2]
    crowded = np.zeros(len(cells), np.bool_)
    for place in range(len(cells)):
        around = cells[max(0, place - window // 2) : place + window // 2 + 1]
        sizes = region_sizes(around.sum(axis=0) >= max(1, len(around) // 4), thresholds.region_gap_cells)
        if len(sizes) > 1:
            crowded[place] = sizes[1] >= max(thresholds.region_share * area, thresholds.region_of_largest * sizes[0])
    if crowded.mean() < thresholds.several_share:
        return []
    return _runs(crowded, 1, gap=window)


def _runs(flags: NDArray[np.bool_], least: float, gap: int) -> list[Span]:
    """Runs of at least `least` flags; holes of up to `gap` do not end one."""
    import numpy as np

    runs: list[Span] = []
    for place in np.flatnonzero(flags):
        if runs and place - runs[-1][1] <= gap:
            runs[-1] = (runs[-1][0], int(place) + 1)
        else:
            runs.append((int(place), int(place) + 1))
    return [(first, last) for first, last in runs if flags[first:last].sum() >= least]


def _moved_spans(spans: list[Span], by: int) -> tuple[Span, ...]:
    return tuple((first + by, last + by) for first, last in spans)
