# SPDX-License-Identifier: GPL-3.0-or-later
"""What voices and elements were made of, kept on this computer to be heard and seen again."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .thing import ThingKind

_FOLDER = "library"


def keep_sample(home: Path, kind: ThingKind, thing_id: str, file: Path) -> Path:
    """A copy of `file`. Raises OSError."""
    kept = home / _FOLDER / f"{kind.value}-{thing_id}{file.suffix.lower()}"
    kept.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, kept)
    return kept


def sample_of(home: Path, kind: ThingKind, thing_id: str) -> Path | None:
    """None where none was kept: it was made elsewhere."""
    return next(iter((home / _FOLDER).glob(f"{kind.value}-{thing_id}.*")), None)


def drop_sample(home: Path, kind: ThingKind, thing_id: str) -> None:
    kept = sample_of(home, kind, thing_id)
    if kept is not None:
        kept.unlink(missing_ok=True)
