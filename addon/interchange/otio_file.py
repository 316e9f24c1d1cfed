# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing an edit to an .otio file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import ExchangeError, StorageError
from .bridge import export_timeline

if TYPE_CHECKING:
    from pathlib import Path

    from otio_bridge.export import ExportReport

    from .bridge import TimelineSnapshot


def write_otio(snapshot: TimelineSnapshot, path: Path) -> ExportReport:
    """Written whole or not at all. Raises ExchangeError for another kind of file, StorageError for the disk."""
    if path.suffix != ".otio":
        raise ExchangeError(f"{path.name} is not an .otio file.", hint="Give a name that ends in .otio.")
    timeline, report = export_timeline(snapshot)
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # The core writer, not an adapter by name: no plug-in of another tool can step in between.
        part.write_text(timeline.to_json_string(indent=4), encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise StorageError(f"The edit cannot be written to {path}: {error}.", hint="Choose another folder.") from error
    return report
