# SPDX-License-Identifier: GPL-3.0-or-later
"""Two takes seen at once: strips for the time being above the edit, which itself is not touched.

They are marked by a property, so that they are found and removed after a save and a load as well.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..errors import PlacementError
from ..timeline.ranges import FrameRange
from .compat import content_start, left_handle, new_color_strip, right_handle, set_left_handle, set_right_handle
from .place import add_take

if TYPE_CHECKING:
    from bpy.types import Scene, Strip

    from ..timeline.take import Take

WIPE = "WIPE"
SIDE_BY_SIDE = "SIDE_BY_SIDE"
_COLOR = "COLOR_05"


def compare(scene: Scene, strip: Strip, shown: Take, other: Take, kind: str) -> None:
    """Lay `other` over `strip`, a movie strip that shows `shown`: as a WIPE, or SIDE_BY_SIDE. Both last as it does.

    A comparison under way is ended first. Selection and active strip stay. Raises PlacementError with nothing added.
    """
    end_compare(scene)
    for take in (shown, other):
        if not take.file.is_file():
            raise PlacementError(
                f"The file of {take.name} is missing: {take.file}.", hint="Relink it in the Takes list."
            )
    editor = scene.sequence_editor
    active_name = editor.active_strip.name if editor.active_strip else ""
    selected = {one.name for one in editor.strips_all if one.select}
    try:
        if kind == WIPE:
            above = _lay(scene, strip, other, WIPE)
            _take_over_look(strip, above)
            move_edge(scene, scene.retake.compare_edge)
        else:
            _side_by_side(scene, strip, shown, other)
    except PlacementError:
        end_compare(scene)
        raise
    finally:
        for one in editor.strips_all:
            one.select = one.name in selected
        editor.active_strip = editor.strips_all.get(active_name)


def is_comparing(scene: Scene) -> bool:
    editor = scene.sequence_editor
    return editor is not None and any(strip.retake.compares for strip in editor.strips_all)


def is_wiping(scene: Scene) -> bool:
    editor = scene.sequence_editor
    return editor is not None and any(strip.retake.compares == WIPE for strip in editor.strips_all)


def end_compare(scene: Scene) -> int:
    """Remove what a comparison added, copies of it too, and return how many strips that were."""
    editor = scene.sequence_editor
    names = [] if editor is None else [strip.name for strip in editor.strips_all if strip.retake.compares]
    for name in names:
        # By name: to remove a strip may take others with it.
        strip = editor.strips_all.get(name)
        if strip is not None:
            meta = strip.parent_meta()
            (meta or editor).strips.remove(strip)
    return len(names)


def move_edge(scene: Scene, edge: float) -> None:
    """`edge` from 0, where all is the other take, to 1."""
    editor = scene.sequence_editor
    for strip in editor.strips_all if editor is not None else ():
        if strip.retake.compares == WIPE:
            width = strip.elements[0].orig_width
            most = max(width - strip.crop.max_x, 0)
            strip.crop.min_x = max(min(round(width * edge), most), strip.retake.compare_crop)


def _lay(scene: Scene, strip: Strip, take: Take, purpose: str) -> Strip:
    """The picture of `take` above all that lies where `strip` does, in step with it."""
    (above,) = add_take(scene, replace(take, has_sound=False), round(content_start(strip)), None)
    above.retake.shot_id = ""
    above.retake.take_number = 0
    above.retake.compares = purpose
    above.name = f"Compare {take.name}"
    above.color_tag = _COLOR
    start, end = left_handle(above), right_handle(above)
    # Not beyond its own content: only there is the channel known to be free.
    set_left_handle(above, min(max(left_handle(strip), start), end - 1))
    set_right_handle(above, max(min(right_handle(strip), end), left_handle(above) + 1))
    return above


def _take_over_look(strip: Strip, above: Strip) -> None:
    """What the strip does to its picture, as it would to the other take's; one of another size is fitted instead."""
    if _size(strip) != _size(above):
        return
    for name in ("offset_x", "offset_y", "scale_x", "scale_y", "rotation", "origin"):
        setattr(above.transform, name, getattr(strip.transform, name))
    for name in ("min_x", "max_x", "min_y", "max_y"):
        setattr(above.crop, name, getattr(strip.crop, name))
    above.use_flip_x, above.use_flip_y = strip.use_flip_x, strip.use_flip_y
    above.retake.compare_crop = strip.crop.min_x


def _size(strip: Strip) -> tuple[int, int]:
    element = strip.elements[0]
    return element.orig_width, element.orig_height


def _side_by_side(scene: Scene, strip: Strip, shown: Take, other: Take) -> None:
    left = _lay(scene, strip, shown, SIDE_BY_SIDE)
    right = _lay(scene, strip, other, SIDE_BY_SIDE)
    for above, side in ((left, -1), (right, 1)):
        above.transform.scale_x /= 2
        above.transform.scale_y /= 2
        above.transform.offset_x = side * scene.render.resolution_x / 4
    # A silent take leaves the channel under it free.
    frames = FrameRange(left_handle(left), right_handle(left))
    ground = new_color_strip(scene.sequence_editor, "Compare ground", left.channel - 1, frames)
    ground.color = (0.0, 0.0, 0.0)
    ground.blend_type = "REPLACE"
    ground.retake.compares = SIDE_BY_SIDE
