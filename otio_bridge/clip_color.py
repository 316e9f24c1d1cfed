# SPDX-License-Identifier: GPL-3.0-or-later
"""Colour tags of strips as the colours of clips."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .snapshot import StripSnapshot
    from .times import Json

_TAG_COLORS = (
    ("RED", 0.89, 0.28, 0.28),
    ("ORANGE", 0.89, 0.55, 0.28),
    ("YELLOW", 0.89, 0.85, 0.28),
    ("GREEN", 0.48, 0.8, 0.48),
    ("BLUE", 0.3, 0.53, 0.8),
    ("PURPLE", 0.55, 0.35, 0.8),
    ("PINK", 0.77, 0.39, 0.65),
    ("BROWN", 0.47, 0.33, 0.25),
    ("GRAY", 0.37, 0.37, 0.37),
)
"""Blender's colour tags 1 to 9, about as its default theme shows them."""


def tag_color(strip: StripSnapshot) -> Json | None:
    foreign = strip.foreign.get("color")
    if isinstance(foreign, dict) and not strip.color_tag:
        return foreign
    if not 1 <= strip.color_tag <= len(_TAG_COLORS):
        return None
    name, red, green, blue = _TAG_COLORS[strip.color_tag - 1]
    return {"OTIO_SCHEMA": "Color.1", "name": name, "r": red, "g": green, "b": blue, "a": 1.0}
