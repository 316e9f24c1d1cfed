# SPDX-License-Identifier: GPL-3.0-or-later
"""Every difference between Blender 4.5, 5.0 and 5.2 that the sequencer adapter meets. No version check elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bpy

if TYPE_CHECKING:
    from bpy.types import FCurve, Scene, SequenceEditor, Strip, Window

    from ..timeline.ranges import FrameRange

_HAS_HANDLE_NAMES = "left_handle" in bpy.types.Strip.bl_rna.properties
"""5.2 renamed the time properties and warns of the old names; 4.5 and 5.0 have only those."""

MOVIE_ADD_OPTIONS: dict[str, Any] = {} if bpy.app.version < (5, 0) else {"move_strips": False}
"""From 5.0 on `movie_strip_add` starts an interactive move unless told not to, which crashes without a window."""


def left_handle(strip: Strip) -> int:
    return int(strip.left_handle if _HAS_HANDLE_NAMES else strip.frame_final_start)


def right_handle(strip: Strip) -> int:
    """The first frame after the strip."""
    return int(strip.right_handle if _HAS_HANDLE_NAMES else strip.frame_final_end)


def left_handles(strips: Any) -> list[int]:
    """Of a collection of strips, in its order; many times quicker than one by one."""
    return whole_numbers(strips, "left_handle" if _HAS_HANDLE_NAMES else "frame_final_start")


def right_handles(strips: Any) -> list[int]:
    return whole_numbers(strips, "right_handle" if _HAS_HANDLE_NAMES else "frame_final_end")


def whole_numbers(strips: Any, name: str) -> list[int]:
    found = [0] * len(strips)
    strips.foreach_get(name, found)
    return found


def set_left_handle(strip: Strip, frame: int) -> None:
    if _HAS_HANDLE_NAMES:
        strip.left_handle = frame
    else:
        strip.frame_final_start = frame


def set_right_handle(strip: Strip, frame_exclusive: int) -> None:
    if _HAS_HANDLE_NAMES:
        strip.right_handle = frame_exclusive
    else:
        strip.frame_final_end = frame_exclusive


def left_handle_offset(strip: Strip) -> float:
    """How many frames of the content lie before the left handle."""
    return float(strip.left_handle_offset if _HAS_HANDLE_NAMES else strip.frame_offset_start)


def new_color_strip(editor: SequenceEditor, name: str, channel: int, frames: FrameRange) -> Strip:
    """From 5.0 on the length is given, before it the end."""
    end = {"length": frames.length} if bpy.app.version >= (5, 0) else {"frame_end": frames.end_exclusive}
    return editor.strips.new_effect(name=name, type="COLOR", channel=channel, frame_start=frames.start, **end)


def content_duration(strip: Strip) -> int:
    """The frames of the whole content, trimmed or not."""
    return int(strip.content_duration if _HAS_HANDLE_NAMES else strip.frame_duration)


def content_start(strip: Strip) -> float:
    """Where the content begins, trimmed or not."""
    return float(strip.content_start if _HAS_HANDLE_NAMES else strip.frame_start)


def set_content_start(strip: Strip, frame: float) -> None:
    """Moves the strip."""
    if _HAS_HANDLE_NAMES:
        strip.content_start = frame
    else:
        strip.frame_start = frame


def content_trim(strip: Strip) -> tuple[int, int]:
    """How many of the media's own frames are cut off at its start and end."""
    if _HAS_HANDLE_NAMES:
        return int(strip.content_trim_start), int(strip.content_trim_end)
    return int(strip.animation_offset_start), int(strip.animation_offset_end)


def set_content_trim(strip: Strip, start: int, end: int) -> None:
    if _HAS_HANDLE_NAMES:
        strip.content_trim_start, strip.content_trim_end = start, end
    else:
        strip.animation_offset_start, strip.animation_offset_end = start, end


def connected_strips(strip: Strip) -> list[Strip] | None:
    """The strips that are selected and moved with it; None before 5.2, which does not tell."""
    return list(strip.connections) if "connections" in strip.bl_rna.properties else None


def edit_scene() -> Scene:
    """The scene whose sequencer is being edited: from 5.0 on the workspace names it, before it is the active one."""
    return getattr(bpy.context, "sequencer_scene", None) or bpy.context.scene


def has_edit_scene() -> bool:
    """Whether the first window's workspace names a scene to edit. Where it does not, 5.0.1 crashes when a modifier is
    added to a strip; before 5.0 there always is one."""
    workspace = bpy.context.window_manager.windows[0].workspace if bpy.context.window_manager.windows else None
    return getattr(workspace, "sequencer_scene", workspace) is not None


def set_edit_scene(window: Window, scene: Scene | None) -> Scene | None:
    """Let sequencer operators in `window` work on `scene`, and return the scene they worked on before.

    From 5.0 on the workspace names that scene; where it names none, the operators refuse and some calls crash. On 4.5
    it is the window's scene; overriding only the context's scene is not enough there (measured: strips are lost).
    """
    holder, name = (
        (window.workspace, "sequencer_scene") if hasattr(window.workspace, "sequencer_scene") else (window, "scene")
    )
    before: Scene | None = getattr(holder, name)
    if before != scene:
        setattr(holder, name, scene)
    return before


def set_video_output(scene: Scene) -> None:
    """5.x has the kind of media as a property of its own, which must be set before the format."""
    settings = scene.render.image_settings
    if hasattr(settings, "media_type"):
        settings.media_type = "VIDEO"
    settings.file_format = "FFMPEG"


def animated_paths(scene: Scene) -> list[str]:
    """The data paths of all that is animated or driven on `scene`. From 5.0 on curves lie in an action's slots."""
    data = scene.animation_data
    if data is None:
        return []
    paths = [driver.data_path for driver in data.drivers]
    action = data.action
    if action is None:
        return paths
    if hasattr(action, "fcurves"):
        return paths + [curve.data_path for curve in action.fcurves]
    bags = (bag for layer in action.layers for strip in layer.strips for bag in strip.channelbags)
    return paths + [curve.data_path for bag in bags for curve in bag.fcurves]


def curve_homes(scene: Scene) -> list[Any]:
    """What has the `fcurves` of `scene`: its action, or, from 5.0 on, the parts of it for the scene's slot."""
    data = scene.animation_data
    action = data.action if data is not None else None
    if action is None:
        return []
    if bpy.app.version < (5, 0):
        return [action]
    bags = [bag for layer in action.layers for strip in layer.strips for bag in strip.channelbags]
    return [bag for bag in bags if data.action_slot is None or bag.slot == data.action_slot]


def curves_of(scene: Scene) -> list[FCurve]:
    return [curve for home in curve_homes(scene) for curve in home.fcurves]


def new_curve(scene: Scene, path: str, index: int) -> FCurve:
    """On the scene's action, which is made where there is none. Raises RuntimeError where such a curve exists."""
    data = scene.animation_data or scene.animation_data_create()
    if data.action is None:
        data.action = bpy.data.actions.new(f"{scene.name}Action")
    if bpy.app.version < (5, 0):
        if data.action_slot is None:
            data.action_slot = data.action.slots.new("SCENE", scene.name)
        return data.action.fcurves.new(path, index=index)
    if data.action_slot is None:
        data.action_slot = data.action.slots.new("SCENE", scene.name)
    layer = data.action.layers[0] if len(data.action.layers) else data.action.layers.new("Layer")
    strip = layer.strips[0] if len(layer.strips) else layer.strips.new(type="KEYFRAME")
    bag = strip.channelbag(data.action_slot, ensure=True)
    return bag.fcurves.new(path, index=index)


RETIMED_SPAN_LACKS = 1 if bpy.app.version < (5, 0) else 0
"""A retiming key's share is one of all frames but the last before 5.0, then of all (measured)."""


def new_effect(
    owner: Any, name: str, kind: str, channel: int, frames: FrameRange, inputs: tuple[Strip, ...] = ()
) -> Strip:
    """On the `strips` of an edit or a meta. The length counts only for effects without `inputs`."""
    end = {"length": frames.length} if bpy.app.version >= (5, 0) else {"frame_end": frames.end_exclusive}
    given = dict(zip(("input1", "input2"), inputs, strict=False))
    return owner.strips.new_effect(name=name, type=kind, channel=channel, frame_start=frames.start, **end, **given)
