# SPDX-License-Identifier: GPL-3.0-or-later
"""The shots of a list onto a timeline: in a new file all of them, in one that is there already what it lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .compat import right_handle, set_left_handle
from .place import add_take
from .project import end_of_edit
from .shots import knows_take, record_take
from .take_switch import show_take

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bpy.types import Scene

    from ..timeline.edit_shot import EditShot


def assemble(scene: Scene, shots: Iterable[EditShot], *, is_new: bool) -> tuple[str, ...]:
    """A marker for each shot, its take in its place and its other takes in its list. Returns what the user should know.

    What is on the timeline stays as it is: a shot that has strips shows another take only where that take is new to
    the scene, and a shot without strips goes to its marker, wherever that is now, or else to the end. Raises
    PlacementError.
    """
    sentences: list[str] = []
    for shot in shots:
        marker = scene.timeline_markers.get(shot.marker)
        if marker is None:
            frame = shot.frames.start if is_new else end_of_edit(scene)
            marker = scene.timeline_markers.new(shot.marker, frame=frame)
        take = shot.shown
        if take is None:
            continue
        strips = [strip for strip in scene.sequence_editor_create().strips_all if strip.retake.shot_id == shot.shot_id]
        is_known = knows_take(scene, shot.shot_id, take.number)
        for other in shot.takes:
            if other.number != take.number and not knows_take(scene, shot.shot_id, other.number):
                record_take(scene, other, make_active=False)
        if not strips and not is_known:
            _place(scene, shot, marker.frame)
            record_take(scene, take)
        elif strips and not is_known:
            sentences += show_take(scene, take).sentences
    return tuple(sentences)


def _place(scene: Scene, shot: EditShot, frame: int) -> None:
    """At `frame`, without the part that another shot shows already."""
    take = shot.shown
    if take is None:
        return
    strips = add_take(scene, take, frame - shot.skipped, None)
    if not shot.skipped:
        return
    for strip in strips:
        set_left_handle(strip, frame)
    # Trimmed, it fits where the others lie.
    lowest = 1
    others = [one for one in scene.sequence_editor.strips if one not in strips and right_handle(one) > frame]
    if not others:
        for strip in sorted(strips, key=lambda one: one.channel):
            strip.channel = lowest + (strip.type == "MOVIE")
