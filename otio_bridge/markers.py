# SPDX-License-Identifier: GPL-3.0-or-later
"""Markers. OpenTimelineIO 0.18 knows eleven colours; the next version's colour objects are read as the nearest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .namespaces import BLENDER, SCHEMA, own_part, without_own
from .snapshot import Marker
from .times import Json, moment, nearest, time_range

if TYPE_CHECKING:
    from fractions import Fraction

    from .flavour import Flavour

COLORS = {
    "RED": (1.0, 0.0, 0.0),
    "PINK": (1.0, 0.7, 0.75),
    "ORANGE": (1.0, 0.5, 0.0),
    "YELLOW": (1.0, 1.0, 0.0),
    "GREEN": (0.0, 1.0, 0.0),
    "CYAN": (0.0, 1.0, 1.0),
    "BLUE": (0.0, 0.0, 1.0),
    "PURPLE": (0.5, 0.0, 0.5),
    "MAGENTA": (1.0, 0.0, 1.0),
    "BLACK": (0.0, 0.0, 0.0),
    "WHITE": (1.0, 1.0, 1.0),
}


def nearest_color(red: float, green: float, blue: float) -> str:
    def distance(name: str) -> float:
        return sum((one - other) ** 2 for one, other in zip(COLORS[name], (red, green, blue), strict=True))

    return min(COLORS, key=distance)


def write_marker(marker: Marker, at: float, rate: Fraction, flavour: Flavour) -> Json:
    """`at`: frames of the timeline's rate in the time of what the marker lies on."""
    metadata: Json = {**marker.foreign.get("metadata", {})}
    comment = marker.comment
    own: Json = {"schema": SCHEMA}
    if not marker.color:
        own["color"] = ""
    if flavour.name == "kdenlive" and not comment and marker.name:
        # Kdenlive shows the comment and ignores the name.
        comment = marker.name
        own["comment"] = ""
    if flavour.name == "resolve":
        metadata.setdefault("Resolve_OTIO", {"Keywords": [], "Note": comment})
        own["resolve"] = True
    metadata[BLENDER] = own
    return {
        "OTIO_SCHEMA": "Marker.2",
        "metadata": metadata,
        "name": marker.name,
        "color": marker.color or "GREEN",
        "comment": comment,
        "marked_range": time_range(at, marker.length, float(rate)),
    }


def read_marker(found: Any, rate: Fraction) -> tuple[Marker, Fraction] | None:
    """With its frame 0, and where it lies, in exact frames of the timeline's rate; None for what is no marker.

    Raises BridgeError for times that are none.
    """
    if not isinstance(found, dict) or not str(found.get("OTIO_SCHEMA", "")).startswith("Marker."):
        return None
    marked = found.get("marked_range")
    if not isinstance(marked, dict):
        return None
    start, duration = moment(marked.get("start_time"), rate), moment(marked.get("duration"), rate)
    metadata = found.get("metadata")
    own = own_part(metadata, BLENDER)
    color, comment, name = (_text(found.get(key)) for key in ("color", "comment", "name"))
    if own.get("color") == "" and color == "GREEN":
        color = ""
    if own.get("comment") == "" and comment == name:
        comment = ""
    foreign = without_own(metadata)
    if own.get("resolve") is True:
        foreign.pop("Resolve_OTIO", None)
    elif not comment and isinstance(note := own_part(metadata, "Resolve_OTIO").get("Note"), str):
        comment = note
    marker = Marker(
        name, 0, max(0, nearest(duration.seconds * rate)), color, comment, {"metadata": foreign} if foreign else {}
    )
    return marker, start.seconds * rate


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
