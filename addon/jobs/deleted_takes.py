# SPDX-License-Identifier: GPL-3.0-or-later
"""Where deleted takes go: a folder beside the takes, clip and sidecar under their own names. Nothing is ever erased.

The ledger keeps the job as it is, so what was paid stays on record.
"""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import TYPE_CHECKING

from ..errors import StorageError
from ..timeline.take import Take

if TYPE_CHECKING:
    from pathlib import Path

FOLDER_NAME = "deleted takes"
_MOST_READ = 1000
_LARGEST_SIDECAR_BYTES = 1 << 20


def deleted_place(clip: Path) -> Path:
    """Where `clip` lies once it is deleted."""
    return clip.parent / FOLDER_NAME / clip.name


def put_away(clip: Path) -> None:
    """Move `clip` and its sidecar to the deleted takes, by renames that read nothing. What is not there is left out.

    Raises StorageError; both are where they were then.
    """
    _move(clip, deleted_place(clip))


def bring_back(clip: Path) -> None:
    """Move them back to where `clip` was. Raises StorageError; both are where they were then."""
    _move(deleted_place(clip), clip)


def deleted_takes(folder: Path, shot_id: str) -> list[Take]:
    """The takes of a shot that lie among the deleted ones of `folder`, by their sidecars. `file` is where each was.

    Reads up to 1000 small files. A sidecar that cannot be read is passed over.
    """
    found = []
    for path in sorted((folder / FOLDER_NAME).glob("*.json"))[:_MOST_READ]:
        take = _read(path, folder)
        if take is not None and take.shot_id == shot_id:
            found.append(take)
    return sorted(found, key=lambda take: take.number)


def _move(clip: Path, target: Path) -> None:
    if clip.is_file() and target.exists():
        raise StorageError(f"There is a {target.name} in {target.parent} already.", hint="Move one of them away.")
    moved: list[tuple[Path, Path]] = []
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        for source, goal in ((clip, target), (clip.with_suffix(".json"), target.with_suffix(".json"))):
            if source.is_file():
                source.replace(goal)
                moved.append((source, goal))
    except OSError as error:
        for source, goal in moved:
            goal.replace(source)
        raise StorageError(
            f"{clip.name} cannot be moved to {target.parent}: {error.strerror or error}.",
            hint="Is it open in another program?",
        ) from error


def _read(path: Path, folder: Path) -> Take | None:
    try:
        if path.stat().st_size > _LARGEST_SIDECAR_BYTES:
            return None
        content = json.loads(path.read_text(encoding="utf-8"))
        billed = content["billed_units"]
        name = str(content["file"])
        if path.with_name(name).parent != path.parent or not path.with_name(name).is_file():
            return None
        return Take(
            shot_id=str(content["shot"]),
            number=int(content["take"]),
            file=folder / name,
            frame_count=int(content["frame_count"]),
            rate=Fraction(content["rate"]),
            has_sound=bool(content["has_sound"]),
            job_id=str(content["job"]),
            cost_units=None if billed is None else Decimal(billed),
            recipe=dict(content["request"]),
        )
    except (OSError, ValueError, KeyError, TypeError, ZeroDivisionError, InvalidOperation):
        return None
