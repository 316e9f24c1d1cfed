# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading a scene's edit into a snapshot, at once or a strip at a time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ..errors import EditChangedError
from ..interchange.bridge import Channel, Marker, NotCarried, TimelineSnapshot
from ..timeline.rate import scene_rate
from .compat import left_handles, right_handles, whole_numbers
from .dna import structures
from .exchange_record import from_record, kept_of
from .snapshot_curves import CurveFinder
from .snapshot_strip import StripReader, read_channels

if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Any

    from bpy.types import Scene, SequenceEditor


def read_timeline(scene: Scene) -> TimelineSnapshot:
    """All of `scene`'s edit, metas included. What has no place in a snapshot is named as not carried.

    Files are not opened: see `with_media_facts` for what they alone know.
    """
    steps = timeline_steps(scene)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            read: TimelineSnapshot = end.value
            return read


def prepare() -> None:
    """What the first strip would take longer for than all others: how strips lie in the memory of this Blender."""
    structures()


def timeline_steps(scene: Scene) -> Generator[None, None, TimelineSnapshot]:
    """The same a strip at a time: go on with it as often as there is time.

    Strips are found by their names at each step and not held from one to the next. Where the edit changes in between,
    what is read would be of two moments: begin anew then. Raises EditChangedError where strips came, went or moved;
    of other changes Blender tells its handlers.
    """
    editor = scene.sequence_editor_create()
    places = _places(editor)
    yield
    finder = CurveFinder(scene)
    yield from finder.steps()
    reader = StripReader(scene, finder)
    strips = yield from reader.level("")
    not_carried = [NotCarried(name, why) for name, why in reader.not_carried]
    not_carried += [
        NotCarried(name, "drivers are not exchanged: what drives it is left out") for name in sorted(finder.driven)
    ]
    yield
    if _places(editor) != places:
        raise EditChangedError
    yield
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


def _places(editor: SequenceEditor) -> tuple[Any, ...]:
    """By which it is seen that the strips are where they were; a few thousandths of a second for 10,000 of them."""
    strips = editor.strips_all
    return strips.keys(), whole_numbers(strips, "channel"), left_handles(strips), right_handles(strips)


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
