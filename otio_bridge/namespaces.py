# SPDX-License-Identifier: GPL-3.0-or-later
"""The two namespaces that are ours within OpenTimelineIO's metadata."""

from __future__ import annotations

from typing import Any

BLENDER = "blender_vse"
"""For what OpenTimelineIO has no words for."""
RETAKE = "retake"
"""For shots, takes and recipes."""
SCHEMA = 1


def own_part(metadata: Any, namespace: str) -> dict[str, Any]:
    part = metadata.get(namespace) if isinstance(metadata, dict) else None
    return part if isinstance(part, dict) else {}


def without_own(metadata: Any) -> dict[str, Any]:
    if not isinstance(metadata, dict):
        return {}
    return {key: value for key, value in metadata.items() if key not in (BLENDER, RETAKE)}


def mapping(value: Any) -> dict[str, Any]:
    """A copy of an object that may be anything else, then empty."""
    return dict(value) if isinstance(value, dict) else {}
