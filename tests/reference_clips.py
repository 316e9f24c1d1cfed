# SPDX-License-Identifier: GPL-3.0-or-later
"""Labelled clips for the check of motion references, drawn and encoded here; none is stored.

A clip is a figure of capsules with a pattern on its clothes, before a wall of noise at many scales, seen by a camera
that may move. Every kind is made for two halves, with other seeds, rates, sizes and speeds: thresholds are tuned on the
one and reported on the other. The label says what was drawn, not what a measure finds: `fast` is a hand or a body above
1.2 picture widths a second, `camera` a picture that moves by more than 2 % of its width in a second, `still` a picture
that holds for 0.8 s, `several` a second moving thing for at least half of the clip.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Literal

import av
import numpy as np
from numpy.typing import NDArray

Label = Literal["cut", "camera", "fast", "still", "several"]
Half = Literal["tuning", "report"]
Picture = NDArray[np.float32]

SIZE_PX = (640, 360)
_WALL_PX = (1800, 1100)


@dataclass(frozen=True, slots=True)
class View:
    """Where the camera looks: the middle in wall pixels, and how many wall pixels a picture pixel covers."""

    x: float = 900.0
    y: float = 550.0
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Figure:
    """Place of the hip in fractions of the picture, height in picture heights; swings in Hz and radians."""

    x: Callable[[float], float]
    y: float = 0.55
    height: float = 0.75
    swing_hz: float = 1.0
    swing_rad: float = 0.6
    seed: int = 1
    follows_view: bool = True
    """Stands before the wall; False: stays in the middle of the picture, as one that the camera follows."""


@dataclass(frozen=True)
class Scene:
    """Functions of seconds. `light` is (gain, offset)."""

    wall: Callable[[], Picture]
    figures: tuple[Figure, ...]
    view: Callable[[float], View] = lambda _: View()
    light: Callable[[float], tuple[float, float]] = lambda _: (1.0, 0.0)
    clock: Callable[[float], float] = lambda s: s
    passing: Callable[[float], tuple[float, float] | None] = lambda _: None
    """Left and right edge of something dark that crosses the picture, in fractions of its width."""


@dataclass(frozen=True)
class ReferenceClip:
    name: str
    half: Half
    labels: frozenset[Label]
    cut_frames: tuple[int, ...]
    """The first frame of each new picture; for a dissolve its middle."""
    rate_fps: int
    frames: Callable[[], Iterator[Picture]]
    crf: int = 20

    def write(self, folder: Path) -> Path:
        path = folder / f"{self.half}-{self.name}.mp4"
        if path.exists():
            return path
        with av.open(str(path), "w") as out:
            options = {"preset": "veryfast", "crf": str(self.crf)}
            video = out.add_stream("libx264", rate=self.rate_fps, options=options)
            video.width, video.height = SIZE_PX
            video.pix_fmt = "yuv420p"
            for picture in self.frames():
                planes = np.full((SIZE_PX[1] * 3 // 2, SIZE_PX[0]), 128, np.uint8)
                planes[: SIZE_PX[1]] = picture.clip(16, 235)
                out.mux(video.encode(av.VideoFrame.from_ndarray(planes, format="yuv420p")))
            out.mux(video.encode(None))
        return path


@lru_cache(maxsize=4)
def wall(seed: int, *, contrast: float = 1.0, level: float = 110.0, furniture: int = 14) -> Picture:
    """Noise from coarse to fine with some plain things before it."""
    rng = np.random.default_rng(seed)
    width, height = _WALL_PX
    total = np.zeros((height, width), np.float32)
    for step, strength in ((180, 22), (60, 14), (20, 10), (8, 8), (3, 5)):
        grid = rng.normal(0, strength, (height // step + 2, width // step + 2)).astype(np.float32)
        total += _stretched(grid, width, height, step)
    for _ in range(furniture):
        x, y = rng.integers(0, width - 200), rng.integers(0, height - 200)
        w, h = rng.integers(40, 260), rng.integers(40, 260)
        total[y : y + h, x : x + w] = total[y : y + h, x : x + w] * 0.3 + rng.normal(0, 40)
    return level + contrast * total


@lru_cache(maxsize=4)
def plain_wall(level: float = 150.0) -> Picture:
    """A painted wall: a soft gradient and nothing to hold on to."""
    width, height = _WALL_PX
    return np.linspace(level - 6, level + 6, width, dtype=np.float32)[None, :].repeat(height, 0)


def _stretched(grid: Picture, width: int, height: int, step: int) -> Picture:
    ys, xs = np.arange(height, dtype=np.float32) / step, np.arange(width, dtype=np.float32) / step
    return _sampled(grid, xs, ys)


def _sampled(picture: Picture, xs: Picture, ys: Picture) -> Picture:
    xs = xs.clip(0, picture.shape[1] - 1.001)
    ys = ys.clip(0, picture.shape[0] - 1.001)
    x0, y0 = xs.astype(int), ys.astype(int)
    fx, fy = (xs - x0).astype(np.float32), (ys - y0).astype(np.float32)[:, None]
    rows = picture[y0] * (1 - fy) + picture[y0 + 1] * fy
    return np.asarray(rows[:, x0] * (1 - fx) + rows[:, x0 + 1] * fx, np.float32)


def draw(scene: Scene, s: float) -> Picture:
    view = scene.view(s)
    width, height = SIZE_PX
    xs = view.x + (np.arange(width, dtype=np.float32) - width / 2) * view.scale
    ys = view.y + (np.arange(height, dtype=np.float32) - height / 2) * view.scale
    picture = _sampled(scene.wall(), xs, ys)
    for figure in scene.figures:
        _draw_figure(picture, figure, scene.clock(s), view)
    passing = scene.passing(s)
    if passing is not None:
        left, right = (int(max(0.0, min(1.0, edge)) * width) for edge in passing)
        picture[:, left:right] = 45 + 12 * np.sin(np.arange(right - left) / 9.0 + left)
    gain, offset = scene.light(s)
    return picture * np.float32(gain) + np.float32(offset)


def _draw_figure(picture: Picture, figure: Figure, s: float, view: View) -> None:
    width, height = SIZE_PX
    size = figure.height * height / (view.scale if figure.follows_view else 1.0)
    shift_x = (900.0 - view.x) / view.scale if figure.follows_view else 0.0
    shift_y = (550.0 - view.y) / view.scale if figure.follows_view else 0.0
    hip = np.array([figure.x(s) * width + shift_x, figure.y * height + shift_y])
    phase = 2 * math.pi * figure.swing_hz * s + figure.seed
    swing = figure.swing_rad
    neck = hip + size * np.array([0.04 * math.sin(phase / 2) * swing, -0.32])
    limbs = [
        (hip, _limb(hip, size * 0.42, 0.25 + 0.35 * swing * math.sin(phase)), 0.055),
        (hip, _limb(hip, size * 0.42, -0.25 + 0.35 * swing * math.sin(phase + 2)), 0.055),
        (neck, _limb(neck, size * 0.36, 1.1 + swing * math.sin(phase)), 0.04),
        (neck, _limb(neck, size * 0.36, -1.1 + swing * math.sin(phase + 1.3)), 0.04),
        (hip, neck, 0.095),
        (neck - np.array([0, size * 0.06]), neck - np.array([0, size * 0.11]), 0.07),
    ]
    for number, (begin, end, thickness) in enumerate(limbs):
        _draw_capsule(picture, begin, end, thickness * size, 60 + 23 * ((figure.seed + number) % 6), figure.seed)


def _limb(root: NDArray[np.float64], length: float, angle: float) -> NDArray[np.float64]:
    return root + length * np.array([math.sin(angle), math.cos(angle)])


def _draw_capsule(
    picture: Picture, begin: NDArray[np.float64], end: NDArray[np.float64], radius: float, tone: float, seed: int
) -> None:
    low = np.floor(np.minimum(begin, end) - radius - 1).astype(int).clip(0, (SIZE_PX[0], SIZE_PX[1]))
    high = np.ceil(np.maximum(begin, end) + radius + 2).astype(int).clip(0, (SIZE_PX[0], SIZE_PX[1]))
    if (high <= low).any():
        return
    ys, xs = np.mgrid[low[1] : high[1], low[0] : high[0]].astype(np.float32)
    along = end - begin
    length = float(np.hypot(*along)) or 1.0
    u = ((xs - begin[0]) * along[0] + (ys - begin[1]) * along[1]) / length
    v = ((xs - begin[0]) * -along[1] + (ys - begin[1]) * along[0]) / length
    outside = np.hypot(u - u.clip(0, length), v)
    cover = (radius + 0.5 - outside).clip(0, 1)
    cloth = tone + 16 * np.sin(u * (28 / length) + seed) + 12 * np.sin(v * (9 / radius) + seed * 2)
    target = picture[low[1] : high[1], low[0] : high[0]]
    target += (cloth.astype(np.float32) - target) * cover.astype(np.float32)


def played(
    scenes: list[tuple[int, Scene]],
    rate_fps: int,
    *,
    grain: float = 0.0,
    dissolve: int = 0,
    hold: int = 1,
    seed: int = 1,
) -> Callable[[], Iterator[Picture]]:
    """Scenes one after the other, each so many frames long. `hold`: each picture is shown so often."""

    def frames() -> Iterator[Picture]:
        rng = np.random.default_rng(seed)
        number = 0
        for place, (count, scene) in enumerate(scenes):
            for own in range(count):
                s = (own // hold * hold) / rate_fps
                picture = draw(scene, s)
                left = count - own
                if dissolve and left <= dissolve and place + 1 < len(scenes):
                    share = np.float32(1 - left / dissolve)
                    picture = picture * (1 - share) + draw(scenes[place + 1][1], 0.0) * share
                if grain:
                    picture = picture + rng.normal(0, grain, picture.shape).astype(np.float32)
                yield picture
                number += 1

    return frames


def _pan(
    width_per_s: float, *, start_s: float = 0.0, end_s: float = 99.0, tilt: float = 0.0
) -> Callable[[float], View]:
    def view(s: float) -> View:
        way = (min(s, end_s) - min(s, start_s)) * width_per_s * SIZE_PX[0]
        return View(
            x=900 - math.copysign(min(250.0, abs(width_per_s) * 640), width_per_s) + way, y=550 + tilt * s * 640
        )

    return view


def reference_clips(half: Half) -> list[ReferenceClip]:
    """All clips of one half."""
    other = half == "report"
    base = 500 if other else 0
    rates = (25, 30, 24, 60) if other else (24, 25, 30, 50)
    clips: list[ReferenceClip] = []

    def pick(tuning: float, report: float) -> float:
        return report if other else tuning

    def dancer(seed: int, **changes: object) -> Figure:
        values: dict[str, object] = {
            "x": lambda s: 0.5 + pick(0.03, 0.05) * math.sin(s * 2), "swing_hz": pick(0.9, 0.7),
            "swing_rad": pick(0.6, 0.75), "height": pick(0.75, 0.66), "seed": seed + base,
        }  # fmt: skip
        return Figure(**{**values, **changes})  # type: ignore[arg-type]

    def add(
        name: str,
        labels: set[Label],
        parts: list[tuple[float, Scene]],
        *,
        grain: float = 0.0,
        dissolve_s: float = 0.0,
        hold: int = 1,
        crf: int = 20,
    ) -> None:
        seed = zlib.crc32(f"{half}{name}".encode())
        rate = rates[len(clips) % 4]
        scenes = [(round(seconds * rate), scene) for seconds, scene in parts]
        dissolve = round(dissolve_s * rate)
        ends = np.cumsum([count for count, _ in scenes])[:-1]
        cut_frames = tuple(int(end) - dissolve // 2 for end in ends) if "cut" in labels else ()
        frames = played(scenes, rate, grain=grain, dissolve=dissolve, hold=hold, seed=seed)
        clips.append(ReferenceClip(name, half, frozenset(labels), cut_frames, rate, frames, crf))

    def room(number: int, **changes: float) -> Callable[[], Picture]:
        return partial(wall, base + number, **changes)  # type: ignore[arg-type]

    stand = room(1)
    # One person before a still camera.
    add("clean", set(), [(4, Scene(stand, (dancer(1),)))])
    add("clean-grain", set(), [(3.5, Scene(room(2), (dancer(2),)))], grain=pick(4, 6))
    add("clean-plain-wall", set(), [(4, Scene(plain_wall, (dancer(3),)))])
    add("clean-coarse-coding", set(), [(4, Scene(room(3), (dancer(4),)))], crf=int(pick(32, 34)))
    add("clean-close", set(), [(3.5, Scene(room(4), (dancer(5, height=1.5, y=0.8, swing_rad=0.35),)))])
    add("clean-small", set(), [(4, Scene(room(5), (dancer(6, height=0.4),)))])
    add("clean-dark", set(), [(4, Scene(room(6, contrast=0.4, level=45), (dancer(7),)))], grain=2)
    add("clean-on-twos", set(), [(4, Scene(room(7), (dancer(8),)))], hold=2)
    add("clean-walk", set(), [(4, Scene(room(8), (dancer(9, x=lambda s: 0.25 + 0.12 * s),)))])
    add("clean-arms-out", set(), [(4, Scene(room(9), (dancer(10, swing_rad=1.0, swing_hz=0.5),)))])
    add("clean-flash", set(), [
        (4, Scene(room(10), (dancer(11),), light=lambda s: (1.0, 110.0) if 1.98 < s < 2.03 else (1.0, 0.0)))
    ])  # fmt: skip
    add("clean-light-goes", set(), [
        (4, Scene(room(11), (dancer(12),), light=lambda s: (1.0, 0.0) if s < 2 else (pick(0.6, 0.5), 5.0)))
    ])  # fmt: skip
    add("clean-flicker", set(), [
        (4, Scene(room(12), (dancer(13),), light=lambda s: (1 + 0.05 * math.sin(s * pick(40, 60)), 0.0)))
    ])  # fmt: skip
    add("clean-tripod-shakes", set(), [
        (4, Scene(room(13), (dancer(14),), view=lambda s: View(x=900 + pick(0.8, 1.0) * math.sin(s * 9))))
    ])  # fmt: skip

    # Cuts.
    add("cut", {"cut"}, [(pick(1.5, 2.4), Scene(stand, (dancer(1),))), (2.5, Scene(room(20), (dancer(2),)))])
    add("cut-twice", {"cut"}, [
        (1.3, Scene(room(21), (dancer(1),))), (pick(1.4, 0.6), Scene(room(22), (dancer(2),))),
        (2, Scene(room(23), (dancer(3),))),
    ])  # fmt: skip
    add("cut-closer", {"cut"}, [
        (2, Scene(room(24), (dancer(1),))),
        (2, Scene(room(24), (dancer(1),), view=lambda _: View(x=850, y=520, scale=pick(0.6, 0.7)))),
    ])  # fmt: skip
    add("cut-dark", {"cut"}, [
        (2, Scene(room(25, contrast=0.4, level=50), (dancer(1),))),
        (2, Scene(room(26, contrast=0.4, level=55), (dancer(2),))),
    ], grain=2)  # fmt: skip
    add("cut-plain-walls", {"cut"}, [
        (2, Scene(partial(plain_wall, 150.0), (dancer(1, x=lambda s: 0.35 + 0.03 * math.sin(s * 2)),))),
        (2, Scene(
            partial(plain_wall, pick(110, 120)), (dancer(2, height=0.5, x=lambda s: 0.6 + 0.03 * math.sin(s * 2)),),
        )),
    ])  # fmt: skip
    add("cut-dissolve", {"cut"}, [
        (2.2, Scene(room(27), (dancer(1),))), (2.2, Scene(room(28), (dancer(2),))),
    ], dissolve_s=pick(0.5, 0.4))  # fmt: skip
    add("cut-grain", {"cut"}, [(2, Scene(room(29), (dancer(1),))), (2, Scene(room(30), (dancer(2),)))], grain=6)
    add("cut-to-pan", {"cut", "camera"}, [
        (2, Scene(room(31), (dancer(1),))), (2, Scene(room(32), (dancer(2),), view=_pan(pick(0.12, 0.18)))),
    ])  # fmt: skip
    add("passing-car", {"fast"}, [
        (4, Scene(room(33), (dancer(1),), passing=lambda s: (pick(3, 2.4) * (s - 2), pick(3, 2.4) * (s - 2) + 0.35)))
    ])  # fmt: skip

    # The camera moves.
    for name, speed in (("slow", pick(0.04, 0.035)), ("medium", pick(0.15, 0.11)), ("fast", pick(0.55, 0.65))):
        # The fast one leaves the figure behind and then holds an empty wall.
        labels: set[Label] = {"camera", "still"} if name == "fast" else {"camera"}
        add(f"pan-{name}", labels, [
            (3.5, Scene(room(40), (dancer(1),), view=_pan(speed, end_s=min(3.5, 700 / 640 / speed))))
        ])  # fmt: skip
    add("pan-late", {"camera"}, [(4, Scene(room(41), (dancer(1),), view=_pan(pick(0.2, -0.15), start_s=2.8)))])
    add("tilt", {"camera"}, [(3.5, Scene(room(42), (dancer(1),), view=_pan(0.0, tilt=pick(0.06, -0.08))))])
    add("zoom-in", {"camera"}, [
        (4, Scene(room(43), (dancer(1),), view=lambda s: View(scale=1.0 - pick(0.08, 0.06) * s)))
    ])  # fmt: skip
    add("zoom-out", {"camera"}, [
        (4, Scene(room(44), (dancer(1),), view=lambda s: View(scale=0.8 + pick(0.07, 0.05) * s)))
    ], grain=3)  # fmt: skip
    add("handheld", {"camera"}, [
        (4, Scene(
            room(45), (dancer(1),), view=lambda s: View(900 + 22 * math.sin(s * 3.1), 550 + 14 * math.sin(s * 4.3)),
        ))
    ])  # fmt: skip
    add("tracking", {"camera"}, [
        (4, Scene(room(46), (dancer(1, follows_view=False, x=lambda _: 0.5),), view=_pan(pick(0.15, 0.2))))
    ])  # fmt: skip
    add("pan-close-figure", {"camera"}, [
        (3.5, Scene(room(47), (dancer(1, height=1.3, y=0.8, follows_view=False, x=lambda _: 0.5),), view=_pan(0.1)))
    ])  # fmt: skip

    # Very fast movement.
    add(
        "fast-arms",
        {"fast"},
        [(3.5, Scene(room(50), (dancer(1, swing_hz=pick(3.2, 3.6), swing_rad=1.3, height=0.9),)))],
    )
    add("fast-dash", {"fast"}, [
        (3.5, Scene(room(51), (dancer(1, x=lambda s: 0.5 + 0.35 * math.sin(s * pick(5.5, 6.0))),)))
    ])  # fmt: skip
    add("fast-close", {"fast"}, [
        (3.5, Scene(room(52), (dancer(1, height=1.4, y=0.8, swing_hz=pick(2.2, 2.0), swing_rad=1.2),)))
    ], grain=3)  # fmt: skip
    add("fast-plain-wall", {"fast"}, [
        (3.5, Scene(plain_wall, (dancer(1, swing_hz=pick(3.0, 3.4), swing_rad=1.4, height=0.9),)))
    ])  # fmt: skip
    add("lively", set(), [(3.5, Scene(room(53), (dancer(1, swing_hz=1.1, swing_rad=0.8),)))])

    # Nothing moves.
    def frozen(start_s: float, end_s: float) -> Callable[[float], float]:
        return lambda s: s if s < start_s else start_s + max(0.0, s - end_s)

    add("still-middle", {"still"}, [(4, Scene(room(60), (dancer(1),), clock=frozen(1.5, pick(2.7, 2.5))))])
    add("still-end", {"still"}, [(4, Scene(room(61), (dancer(1),), clock=frozen(pick(2.6, 2.9), 9)))])
    add("still-all", {"still"}, [(3.5, Scene(room(62), (dancer(1, swing_rad=0.0, x=lambda _: 0.5),)))])
    add("still-grain", {"still"}, [
        (4, Scene(room(63), (dancer(1),), clock=frozen(1.5, pick(2.8, 2.6))))
    ], grain=pick(3, 2.5))  # fmt: skip
    add("short-hold", set(), [(4, Scene(room(64), (dancer(1),), clock=frozen(2.0, 2.35)))])

    # More than one thing moves.
    def at(x: float, seed: int, **changes: object) -> Figure:
        return dancer(seed, x=lambda s: x + 0.015 * math.sin(s * 2 + seed), height=0.6, **changes)

    add("two-dancers", {"several"}, [(4, Scene(room(70), (at(0.25, 1), at(0.75, 2))))])
    add("three-dancers", {"several"}, [(4, Scene(room(71), (at(0.16, 1), at(0.5, 2), at(0.84, 3))))])
    add("dancer-and-child", {"several"}, [
        (4, Scene(room(72), (at(0.35, 1), dancer(2, x=lambda _: 0.8, height=pick(0.32, 0.36)))))
    ])  # fmt: skip
    add("two-dancers-grain", {"several"}, [(4, Scene(room(73), (at(0.28, 1), at(0.76, 2))))], grain=4)
    add("two-before-plain-wall", {"several"}, [(4, Scene(plain_wall, (at(0.27, 1), at(0.74, 2))))])
    add("passer-by", {"several"}, [
        (4, Scene(room(74), (at(0.5, 1), dancer(2, height=0.5, x=lambda s: pick(-0.05, 1.05) + pick(0.26, -0.27) * s))))
    ])  # fmt: skip
    add("one-and-a-statue", set(), [
        (4, Scene(room(75), (at(0.3, 1), dancer(2, x=lambda _: 0.75, swing_rad=0.0, height=0.6))))
    ])  # fmt: skip
    return clips
