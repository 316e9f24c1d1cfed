# SPDX-License-Identifier: GPL-3.0-or-later
"""Where in a file something of a shot list stands."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Place:
    file: Path
    line: int | None = None
    """From 1; None where the file has no lines to speak of, as in OpenTimelineIO."""

    def words(self, folder: Path) -> str:
        """`verses/one.toml:12`, the file counted from `folder` where it is below it."""
        name = os.path.relpath(self.file.absolute(), folder.absolute())
        if name.startswith(".."):
            name = self.file.name
        return name if self.line is None else f"{name}:{self.line}"
