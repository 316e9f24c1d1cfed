# SPDX-License-Identifier: GPL-3.0-or-later
"""The edit of a .blend as a snapshot, and a .blend made of one.

Both close what is open in this Blender, without asking.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import ExchangeError, StorageError
from ..interchange.media_facts import with_media_facts
from .import_place import ImportPlace, begin_writing
from .project import new_project, only_scene, open_project, save_project
from .read import read_timeline
from .report import with_notes
from .stand_in import path_of, stand_ins

if TYPE_CHECKING:
    from pathlib import Path

    from ..interchange.bridge import Report, TimelineSnapshot


@dataclass(frozen=True, slots=True)
class MadeBlend:
    """`missing`: the media files that are not there; their strips are stand-ins."""

    report: Report
    missing: tuple[str, ...]


def read_blend(blend: Path, scene_name: str = "") -> TimelineSnapshot:
    """With what only the media files know. No scene name: the edit that the file shows.

    Raises StorageError, or InputError where there is no such scene.
    """
    return with_media_facts(read_timeline(open_project(blend.absolute(), scene_name)))


def make_blend(snapshot: TimelineSnapshot, report: Report, blend: Path, *, strict: bool = False) -> MadeBlend:
    """`report` is that of reading `snapshot`. `strict` makes nothing where something would not be kept.

    `blend` is written at the very end, whole; one that is there is kept by Blender as .blend1. Raises ExchangeError,
    InputError, PlacementError or StorageError; then the disk is as it was.
    """
    target = blend.absolute()
    begun = _beside(target)
    try:
        scene = new_project(begun, snapshot.rate, (snapshot.width_px or 1920, snapshot.height_px or 1080))
        writer = begin_writing(ImportPlace.NEW_SCENE, scene, snapshot)
        writer.run()
        report = with_notes(report, writer.notes)
        if strict:
            _refuse(report)
        only_scene(writer.scene, scene)
        save_project(target)
    except StorageError as error:
        # The user knows nothing of the other name.
        raise StorageError(error.message.replace(begun.name, target.name), hint=error.hint) from error
    finally:
        begun.unlink(missing_ok=True)
    return MadeBlend(report, tuple(sorted({path_of(strip) for strip in stand_ins(writer.scene)} - {""})))


def _beside(target: Path) -> Path:
    """A name in the same folder that nothing has, as media paths can be relative to it."""
    number = 1
    while (found := target.with_name(f"{target.stem}.part{number}.blend")).exists():
        number += 1
    return found


def _refuse(report: Report) -> None:
    if report.losses:
        raise ExchangeError(
            f"Nothing was written: {report.losses[0].sentence}, and {len(report.losses) - 1} more.",
            hint="Run it without strict to accept that.",
        )
