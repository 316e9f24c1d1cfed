# SPDX-License-Identifier: GPL-3.0-or-later
"""The one import of `otio_bridge`: part of the package once installed, a neighbour of it in the repository.

OpenTimelineIO itself is loaded by `exporter` only, so that importing this costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    import opentimelineio as otio

    from otio_bridge import record, report, snapshot
else:
    try:
        from ..otio_bridge import record, snapshot
    except ModuleNotFoundError:
        from otio_bridge import record, snapshot

Channel = snapshot.Channel
Crop = snapshot.Crop
Curve = snapshot.Curve
KeyPoint = snapshot.KeyPoint
Marker = snapshot.Marker
Media = snapshot.Media
NotCarried = snapshot.NotCarried
Retiming = snapshot.Retiming
RetimeKey = snapshot.RetimeKey
SINGLE_MEDIA = snapshot.SINGLE_MEDIA
StripKind = snapshot.StripKind
StripSnapshot = snapshot.StripSnapshot
TimelineSnapshot = snapshot.TimelineSnapshot
Transform = snapshot.Transform
from_record = record.from_record
to_record = record.to_record


def export_timeline(timeline: TimelineSnapshot) -> tuple[otio.schema.Timeline, report.Report]:
    """As otio_bridge/export.py says."""
    exporter = _exporter()
    result: tuple[otio.schema.Timeline, report.Report] = exporter.export_timeline(timeline)
    return result


def _exporter() -> ModuleType:
    import importlib

    package = snapshot.__name__.rpartition(".")[0]
    return importlib.import_module(f"{package}.export")


__all__ = [
    "SINGLE_MEDIA",
    "Channel",
    "Crop",
    "Curve",
    "KeyPoint",
    "Marker",
    "Media",
    "NotCarried",
    "RetimeKey",
    "Retiming",
    "StripKind",
    "StripSnapshot",
    "TimelineSnapshot",
    "Transform",
    "export_timeline",
    "from_record",
    "to_record",
]
