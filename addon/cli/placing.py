# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes onto the timeline of a .blend file. The only part of the command line that needs Blender."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from ..errors import InputError

if TYPE_CHECKING:
    from fractions import Fraction
    from pathlib import Path

    from ..timeline.take import Take
    from ..vse.place import Placement


@dataclass(frozen=True, slots=True)
class Target:
    """Where takes go. `frame` None: after the last strip. `channel` None: above all that lies there."""

    blend: Path
    frame: int | None
    channel: int | None
    new_rate: Fraction
    """The rate of a .blend that does not exist yet."""


def check_blender(field: str, blend: Path) -> None:
    """Raises InputError, naming `field`, where no Blender is there to open or make `blend`."""
    if find_spec("bpy") is None:
        raise InputError(
            field,
            blend,
            "Blender's Python module is not installed here",
            hint="Install it with pip install 'retake[blender]', or run this in Blender: blender -b --command retake …",
        )


def check_target(target: Target) -> None:
    """Raises InputError before anything is paid for what could not be placed."""
    check_blender("--blend", target.blend)
    if target.blend.suffix != ".blend":
        raise InputError("--blend", target.blend, "a name that ends in .blend is needed")
    if target.blend.is_dir():
        raise InputError("--blend", target.blend, "it is a folder")
    from ..vse.project import blender_rate

    blender_rate(target.new_rate)


def place_in_blend(target: Target, take: Take, size_px: tuple[int, int]) -> Placement:
    """Put `take` into the .blend, which is made where there is none, and save it.

    Raises PlacementError or StorageError; the file on disk is then as it was before.
    """
    from ..vse.place import place_take
    from ..vse.project import end_of_edit, fit_scene_to_edit, new_project, open_project, save_project

    is_new = not target.blend.exists()
    try:
        scene = new_project(target.blend, target.new_rate, size_px) if is_new else open_project(target.blend)
        frame = end_of_edit(scene) if target.frame is None else target.frame
        placement = place_take(scene, take, frame, lowest_channel=target.channel)
        if is_new:
            fit_scene_to_edit(scene)
        save_project(target.blend, keep_backup=not is_new)
    except BaseException:
        if is_new:
            target.blend.unlink(missing_ok=True)
        raise
    return placement
