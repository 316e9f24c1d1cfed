# SPDX-License-Identifier: GPL-3.0-or-later
"""One edit twice: rendered by Blender, and exported to .otio and rendered by melt. What is seen at every frame?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from addon.interchange.media_facts import with_media_facts
from addon.interchange.otio_file import write_otio
from addon.vse.read import read_timeline
from tests import melt
from tests.banded_clip import SIZE_PX, Seen, read_clip
from tests.clip_pattern import click_times_s
from tests.otio_to_mlt import mlt_of

from .shown_edits import EDITS, Stage, forget_pictures, render

if TYPE_CHECKING:
    from bpy.types import Scene

    Shown = list[tuple[Seen, ...]]


@dataclass(frozen=True, slots=True)
class Difference:
    frame: int
    """Of the scene."""
    blender: tuple[Seen, ...]
    melt: tuple[Seen, ...]

    @property
    def by_frames(self) -> int | None:
        """How far apart the two are in their file; None where they are not of the same one."""
        if [one.mark for one in self.blender] != [one.mark for one in self.melt]:
            return None
        return max((abs(a.number - b.number) for a, b in zip(self.blender, self.melt, strict=True)), default=0)

    def __str__(self) -> str:
        blender, other = (" + ".join(map(str, one)) or "black" for one in (self.blender, self.melt))
        return f"frame {self.frame}: Blender {blender}, melt {other}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """`stale`: differ while Blender renders frame after frame, and are equal where it renders that frame alone with
    nothing kept: it takes a picture that it has for the one it needs. `undecided`: the moment lies in the middle
    between two pictures, and each program shows another of the two. `wrong`: everything else."""

    name: str
    frames: int
    melts_frames: int
    stale: tuple[Difference, ...]
    undecided: tuple[Difference, ...]
    wrong: tuple[Difference, ...]
    farthest_share: float
    """The most that a file's share of a picture differs by, 0 to 1, in a dissolve."""
    clicks: tuple[tuple[float, ...], tuple[float, ...]]
    """When they are heard in Blender's sound and in melt's, in seconds."""

    @property
    def equal(self) -> int:
        return self.frames - len(self.stale) - len(self.undecided) - len(self.wrong)

    @property
    def farthest_click_s(self) -> float | None:
        """None where not the same number is heard."""
        ours, theirs = self.clicks
        if len(ours) != len(theirs):
            return None
        return max((abs(a - b) for a, b in zip(ours, theirs, strict=True)), default=0.0)


def compare(name: str, folder: Path) -> Comparison:
    """`folder` keeps the media from one edit to the next."""
    rate, make = EDITS[name]
    scene = make(Stage(folder, rate))
    otio_file = exported(scene, folder / f"{name}.otio")
    mlt = mlt_of(otio_file, SIZE_PX)
    return comparison(
        name, scene, render(scene, folder / "blender.mkv"), melt.render(mlt.xml, folder / "melt.mkv"), mlt.undecided
    )


def exported(scene: Scene, path: Path) -> Path:
    """As the operator and the command line do it."""
    write_otio(with_media_facts(read_timeline(scene)), path)
    return path


def comparison(name: str, scene: Scene, ours: Path, theirs: Path, undecided: frozenset[int]) -> Comparison:
    blender, other = read_clip(ours), read_clip(theirs)
    pairs = [
        Difference(scene.frame_start + place, *pair) for place, pair in enumerate(zip(blender, other, strict=False))
    ]
    found: dict[str, list[Difference]] = {"stale": [], "undecided": [], "wrong": []}
    for pair in pairs:
        if pair.by_frames == 0:
            continue
        alone = Difference(pair.frame, _alone(scene, pair.frame, ours.with_name("alone.mkv")), pair.melt)
        if alone.by_frames == 0:
            found["stale"].append(pair)
        elif alone.by_frames == 1 and pair.frame - scene.frame_start in undecided:
            found["undecided"].append(alone)
        else:
            found["wrong"].append(alone)
    shares = [
        abs(a.share - b.share)
        for pair in pairs
        if pair.by_frames == 0
        for a, b in zip(pair.blender, pair.melt, strict=True)
    ]
    clicks = tuple(click_times_s(ours)), tuple(click_times_s(theirs))
    kinds = {kind: tuple(several) for kind, several in found.items()}
    return Comparison(name, len(blender), len(other), farthest_share=max(shares, default=0.0), clicks=clicks, **kinds)


def _alone(scene: Scene, frame: int, video: Path) -> tuple[Seen, ...]:
    forget_pictures(scene)
    (seen,) = read_clip(render(scene, video, range(frame, frame + 1)))
    return seen
