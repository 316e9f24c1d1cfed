# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies on the timeline where media is missing: a strip in one loud colour, which keeps all that it stands for.

Missing media itself would render as garbage, or crash Blender. A sound's stand-in is muted, so that it hides nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import bpy

from ..interchange.bridge import Curve, KeyPoint, StripKind, StripSnapshot
from ..timeline.ranges import FrameRange
from .compat import curve_homes, new_effect
from .exchange_record import as_text, from_record, kept_of, to_record
from .snapshot_curves import write_curves
from .snapshot_settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpy.types import Scene, Strip

ANCHOR = "retake.content_frame"
_LOUD = (0.8, 0.0, 0.55)
_TRANSFORM = {
    "offset_x_px": "offset_x", "offset_y_px": "offset_y", "scale_x": "scale_x", "scale_y": "scale_y",
    "rotation": "rotation", "origin_x": "origin[0]", "origin_y": "origin[1]", "filter": "filter",
}  # fmt: skip
_CROP = {"left_px": "min_x", "right_px": "max_x", "top_px": "max_y", "bottom_px": "min_y"}
"""Blender's names by those of a snapshot."""


def new_stand_in(owner: Any, strip: StripSnapshot, channel: int) -> Strip:
    """On the strips of an edit or a meta."""
    frames = FrameRange(strip.start, strip.end_exclusive)
    made = new_effect(owner, strip.name, "COLOR", channel, frames)
    made.color = _LOUD
    made.color_tag = "COLOR_01"
    made.mute = strip.mute or strip.kind is StripKind.SOUND
    made.retake.exchange = as_text({"stand_in": to_record(replace(strip, children=()))})
    return made


def stand_ins(scene: Scene) -> Iterator[Strip]:
    editor = scene.sequence_editor
    for strip in editor.strips_all if editor else ():
        if is_stand_in(strip):
            yield strip


def is_stand_in(strip: Strip) -> bool:
    return strip.type == "COLOR" and "stand_in" in kept_of(strip.retake.exchange)


def record_of(strip: Strip) -> StripSnapshot | None:
    """What a stand-in stands for, as it was imported; None for other strips."""
    record = kept_of(strip.retake.exchange).get("stand_in")
    return from_record(StripSnapshot, record) if isinstance(record, dict) else None


def path_of(strip: Strip) -> str:
    """The file that a stand-in stands for; empty for other strips, and where the edit named none."""
    record = record_of(strip)
    shown = record.shown if record else None
    return shown.path if shown else ""


def anchor(scene: Scene, stand_in: Strip, content_start: int) -> None:
    """A keyframe where the media begins. Blender moves it when the strip is moved and leaves it when it is trimmed;
    of a colour, which has no content, nothing else tells the one from the other."""
    try:
        write_curves(scene, stand_in, (Curve(ANCHOR, (KeyPoint(0, 1.0),)),), content_start)
    except RuntimeError:  # it has one, which an edit moves
        path = f'["{bpy.utils.escape_identifier(stand_in.name)}"].{ANCHOR}'
        for curve in (one for home in curve_homes(scene) for one in home.fcurves):
            if curve.data_path.endswith(path):
                curve.keyframe_points[0].co = content_start, 1.0
                curve.update()


def note_as_made(made: Strip) -> None:
    """Kept with the stand-in: what looks otherwise later was changed by the user, and goes over to the media."""
    kept = kept_of(made.retake.exchange)
    made.retake.exchange = as_text({**kept, "as_made": _look_of(made)})


def as_it_was(strip: Strip, shown: StripSnapshot, kept: dict[str, Any]) -> StripSnapshot:
    """What the stand-in stands for, at the place where the stand-in is now, with what was changed on it since.

    `shown`: the stand-in itself as a snapshot.
    """
    was: StripSnapshot = from_record(StripSnapshot, kept["stand_in"])
    media = {key: replace(one, missing=True) if key == was.active_media else one for key, one in was.media.items()}
    made = kept.get("as_made")
    begins = next((curve.points[0].frame for curve in shown.curves if curve.path == ANCHOR), None)
    offset = was.content_offset + shown.content_offset
    if begins is not None:
        offset = shown.content_offset - round(begins)
    changed: dict[str, Any] = {"mute": was.mute if was.kind is StripKind.SOUND else shown.mute}
    if isinstance(made, dict):
        changed = _changed(strip, shown, was, made, offset - shown.content_offset)
    return replace(
        was,
        name=shown.name,
        channel=shown.channel,
        start=shown.start,
        length=shown.length,
        content_offset=offset,
        media=media,
        lock=shown.lock,
        connections=shown.connections,
        **changed,
    )


def _changed(
    strip: Strip, shown: StripSnapshot, was: StripSnapshot, made: dict[str, Any], later: int
) -> dict[str, Any]:
    """The media begins `later` frames before the stand-in does.

    What is animated is told by its curve: the value of this frame says nothing."""
    live = _look_of(strip)
    animated = {curve.path for curve in shown.curves}
    found: dict[str, Any] = {"mute": live["mute"] if live["mute"] != made.get("mute") else was.mute}
    if live["color_tag"] != made.get("color_tag"):
        found["color_tag"] = shown.color_tag
    if was.kind is StripKind.SOUND:
        return found
    for name, path in (("opacity", "blend_alpha"), ("blend_type", ""), ("flip_x", ""), ("flip_y", "")):
        if live[name] != made.get(name) and path not in animated:
            found[name] = getattr(shown, name)
    for group, names in (("transform", _TRANSFORM), ("crop", _CROP)):
        before = made.get(group, {})
        values = {
            field: live[group][name]
            for field, name in names.items()
            if live[group][name] != before.get(name) and f"{group}.{name.partition('[')[0]}" not in animated
        }
        if values:
            found[group] = replace(getattr(was, group), **values)
    settings = {
        name: value
        for name, value in live["settings"].items()
        if value != made.get("settings", {}).get(name) and name not in animated
    }
    if modifiers := shown.settings.get("modifiers"):
        settings["modifiers"] = [*(was.settings.get("modifiers") or ()), *modifiers]
    if settings:
        found["settings"] = {**was.settings, **settings}
    # Those that the stand-in can have are on it; it cannot have a volume, say.
    elsewhere = [curve for curve in was.curves if not can_have(strip, curve.path)]
    found["curves"] = tuple(sorted([*elsewhere, *_later(shown, later)], key=lambda one: (one.path, one.index)))
    return found


def can_have(strip: Strip, path: str) -> bool:
    try:
        strip.path_resolve(path)
    except ValueError:
        return False
    return True


def _later(shown: StripSnapshot, by: int) -> list[Curve]:
    """The curves of a stand-in count from its own beginning, not from that of the media."""

    def moved(at: tuple[float, float] | None) -> tuple[float, float] | None:
        return None if at is None else (at[0] + by, at[1])

    return [
        replace(
            curve,
            points=tuple(
                replace(key, frame=key.frame + by, left=moved(key.left), right=moved(key.right)) for key in curve.points
            ),
        )
        for curve in shown.curves
        if curve.path != ANCHOR
    ]


def _look_of(strip: Strip) -> dict[str, Any]:
    settings = read_settings(strip, everything=True)
    for name in ("color", "modifiers"):
        settings.pop(name, None)
    return {
        "opacity": strip.blend_alpha,
        "blend_type": strip.blend_type,
        "color_tag": strip.color_tag,
        "mute": strip.mute,
        "flip_x": strip.use_flip_x,
        "flip_y": strip.use_flip_y,
        "transform": {name: _value(strip.transform, name) for name in _TRANSFORM.values()},
        "crop": {name: _value(strip.crop, name) for name in _CROP.values()},
        "settings": settings,
    }


def _value(group: Any, name: str) -> Any:
    name, _, index = name.partition("[")
    return getattr(group, name)[int(index[:-1])] if index else getattr(group, name)
