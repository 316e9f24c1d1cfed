# SPDX-License-Identifier: GPL-3.0-or-later
"""The one import of `otio_bridge`: part of the package once installed, a neighbour of it in the repository.

OpenTimelineIO itself is loaded by `bridge_module` only, so that importing this costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    from otio_bridge import errors, flavour, media_url, report, snapshot
else:
    try:
        from ..otio_bridge import errors, flavour, media_url, report, snapshot
    except ModuleNotFoundError:
        from otio_bridge import errors, flavour, media_url, report, snapshot

BridgeError = errors.BridgeError
Channel = snapshot.Channel
Crop = snapshot.Crop
Curve = snapshot.Curve
FLAVOURS = flavour.FLAVOURS
Fate = report.Fate
Finding = report.Finding
KeyPoint = snapshot.KeyPoint
Marker = snapshot.Marker
Media = snapshot.Media
NotCarried = snapshot.NotCarried
Report = report.Report
RetimeKey = snapshot.RetimeKey
Retiming = snapshot.Retiming
SINGLE_MEDIA = snapshot.SINGLE_MEDIA
StripKind = snapshot.StripKind
StripSnapshot = snapshot.StripSnapshot
TimelineSnapshot = snapshot.TimelineSnapshot
Transform = snapshot.Transform
UrlForm = media_url.UrlForm


def bridge_module(name: str) -> ModuleType:
    """A module of `otio_bridge`, which may load OpenTimelineIO."""
    import importlib

    package = snapshot.__name__.rpartition(".")[0]
    return importlib.import_module(f"{package}.{name}")


__all__ = [
    "FLAVOURS",
    "SINGLE_MEDIA",
    "BridgeError",
    "Channel",
    "Crop",
    "Curve",
    "Fate",
    "Finding",
    "KeyPoint",
    "Marker",
    "Media",
    "NotCarried",
    "Report",
    "RetimeKey",
    "Retiming",
    "StripKind",
    "StripSnapshot",
    "TimelineSnapshot",
    "Transform",
    "UrlForm",
    "bridge_module",
]
