# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading a scene's edit into a snapshot."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ..interchange.bridge import Channel, Marker, NotCarried, TimelineSnapshot
from ..timeline.rate import scene_rate
from .exchange_record import from_record, kept_of
from .snapshot_curves import curves_by_strip, driven_strips
from .snapshot_strip import StripReader, read_channels

if TYPE_CHECKING:
    from typing import Any

    from bpy.types import Scene


def read_timeline(scene: Scene) -> TimelineSnapshot:
    """All of `scene`'s edit, metas included. What has no place in a snapshot is named as not carried.

    Files are not opened: see `with_media_facts` for what they alone know.
    """
    editor = scene.sequence_editor_create()
    reader = StripReader(scene, curves_by_strip(scene))
    strips = reader.level(editor.strips)
    not_carried = [NotCarried(name, why) for name, why in reader.not_carried]
    not_carried += [
        NotCarried(name, "drivers are not exchanged: what drives it is left out")
        for name in sorted(driven_strips(scene))
    ]
    kept = kept_of(scene.retake.exchange)
    return TimelineSnapshot(
        name=kept.get("name") or Path(bpy.data.filepath).stem or scene.name,
        rate=scene_rate(scene.render.fps, scene.render.fps_base),
        start=scene.frame_start,
        width_px=scene.render.resolution_x,
        height_px=scene.render.resolution_y,
        strips=strips,
        not_carried=tuple(not_carried),
        end_exclusive=scene.frame_end + 1,
        markers=_markers(scene, kept),
        channels=_channels(editor.channels, kept),
        timecode_start=kept.get("timecode_start", 0),
        metadata=kept.get("metadata", {}),
        foreign=kept.get("foreign", {}),
    )


def _markers(scene: Scene, kept: dict[str, Any]) -> tuple[Marker, ...]:
    """Colour, comment and length of an imported one come back, as long as it keeps its name."""
    known: dict[str, list[Marker]] = {}
    for record in kept.get("markers", ()):
        marker = from_record(Marker, record)
        known.setdefault(marker.name, []).append(marker)
    found = []
    for marker in sorted(scene.timeline_markers, key=lambda one: (one.frame, one.name)):
        others = known.get(marker.name, [])
        other = min(others, key=lambda one, at=marker.frame: abs(one.frame - at), default=None)
        if other is None:
            found.append(Marker(marker.name, marker.frame))
        else:
            others.remove(other)
            found.append(
                Marker(marker.name, marker.frame, other.length, other.color, other.comment, dict(other.foreign))
            )
    return tuple(found)


def _channels(channels: Any, kept: dict[str, Any]) -> tuple[Channel, ...]:
    foreign = {int(number): value for number, value in kept.get("channels", {}).items()}
    found = {one.number: one for one in read_channels(channels)}
    for number, value in foreign.items():
        one = found.get(number, Channel(number))
        found[number] = Channel(number, one.name, one.mute, one.lock, value)
    return tuple(found[number] for number in sorted(found))
