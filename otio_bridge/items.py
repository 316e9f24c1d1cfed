# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts that clips, gaps, stacks and tracks have in common, as OpenTimelineIO's JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .times import time_range

if TYPE_CHECKING:
    from .times import Json


def item(schema: str, name: str, source: Json | None) -> Json:
    return {
        "OTIO_SCHEMA": schema,
        "metadata": {},
        "name": name,
        "source_range": source,
        "effects": [],
        "markers": [],
        "enabled": True,
        "color": None,
    }


def gap(length: int, fps: float) -> Json:
    return item("Gap.1", "", time_range(0, length, fps))
