# SPDX-License-Identifier: GPL-3.0-or-later
"""The one import of `otio_bridge`: part of the package once installed, a neighbour of it in the repository.

OpenTimelineIO itself is loaded by `exporter` only, so that importing this costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    import opentimelineio as otio

    from otio_bridge import export, snapshot
else:
    try:
        from ..otio_bridge import snapshot
    except ModuleNotFoundError:
        from otio_bridge import snapshot

Marker = snapshot.Marker
Media = snapshot.Media
NotCarried = snapshot.NotCarried
StripKind = snapshot.StripKind
StripSnapshot = snapshot.StripSnapshot
TimelineSnapshot = snapshot.TimelineSnapshot


def export_timeline(timeline: TimelineSnapshot) -> tuple[otio.schema.Timeline, export.ExportReport]:
    """As otio_bridge/export.py says."""
    exporter = _exporter()
    result: tuple[otio.schema.Timeline, export.ExportReport] = exporter.export_timeline(timeline)
    return result


def _exporter() -> ModuleType:
    import importlib

    package = snapshot.__name__.rpartition(".")[0]
    return importlib.import_module(f"{package}.export")


__all__ = [
    "Marker",
    "Media",
    "NotCarried",
    "StripKind",
    "StripSnapshot",
    "TimelineSnapshot",
    "export_timeline",
    "snapshot",
]
