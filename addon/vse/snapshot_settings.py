# SPDX-License-Identifier: GPL-3.0-or-later
"""What is peculiar to a kind of strip, by Blender's property names: read into JSON types and set again."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

from .shots import absolute_path, blend_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bpy.types import Strip

_SAID_ELSEWHERE = {
    *("name", "type", "select", "select_left_handle", "select_right_handle", "mute", "lock", "channel", "color_tag"),
    *("blend_type", "blend_alpha", "use_flip_x", "use_flip_y", "use_reverse_frames", "transform", "crop", "modifiers"),
    *("input_count", "input_1", "input_2", "elements", "directory", "filepath", "sound", "volume", "pan"),
    *("sound_offset", "pitch_correction", "retiming_keys", "show_retiming_keys", "connections", "strips", "sequences"),
    *("channels", "fps", "use_proxy", "proxy", "use_multiview", "views_format", "stereo_3d_format", "scene"),
    *("scene_camera", "view_layer", "font", "colorspace_settings", "node_group", "textbox_state", "duration"),
    *("use_linear_modifiers",),
}
_TIME = ("frame_", "left_handle", "right_handle", "content_", "animation_offset_")
_OF_MODIFIERS = {"name", "type", "is_active", "show_expanded", "input_mask_strip", "input_mask_id", "open_mask_panel"}
_SIMPLE = {"BOOLEAN", "INT", "FLOAT", "STRING", "ENUM"}
_BUILT_IN_FONT = "<builtin>"
_USUAL_COLORSPACE = "sRGB"


@dataclass(frozen=True, slots=True)
class _Simple:
    name: str
    is_array: bool
    is_set: bool
    default: Any
    least: float | None


def read_settings(strip: Strip, *, everything: bool) -> dict[str, Any]:
    """What differs from the defaults, or `everything`: new effects do not begin at the defaults they state."""
    found = _read(strip, _simple(type(strip)), everything=everything)
    if strip.type == "SCENE":
        found["scene"] = strip.scene.name if strip.scene else ""
        if strip.scene_camera:
            found["scene_camera"] = strip.scene_camera.name
    font = getattr(strip, "font", None)
    if font is not None and font.filepath != _BUILT_IN_FONT:
        found["font"] = str(absolute_path(font.filepath))
    colorspace = getattr(strip, "colorspace_settings", None)
    if colorspace is not None and colorspace.name not in ("", _USUAL_COLORSPACE):
        found["colorspace"] = colorspace.name
    if modifiers := [_read_modifier(one) for one in getattr(strip, "modifiers", ())]:
        found["modifiers"] = modifiers
    return found


def write_settings(strip: Strip, settings: Mapping[str, Any]) -> list[str]:
    """Returns a reason for each that this Blender does not take. Scenes are given when the strip is made."""
    not_taken = _write(strip, _simple(type(strip)), settings)
    if (camera := settings.get("scene_camera")) and "scene_camera" in strip.bl_rna.properties:
        strip.scene_camera = bpy.data.objects.get(str(camera))
    font = settings.get("font")
    if isinstance(font, str) and "font" in strip.bl_rna.properties:
        if Path(font).is_file():
            strip.font = bpy.data.fonts.load(blend_path(Path(font)), check_existing=True)
        else:
            not_taken.append(f"the font {font} is missing")
    colorspace = settings.get("colorspace")
    if colorspace and "colorspace_settings" in strip.bl_rna.properties:
        try:
            strip.colorspace_settings.name = colorspace
        except TypeError:
            not_taken.append(f"this Blender has no colour space {colorspace}")
    for record in settings.get("modifiers") or ():
        if isinstance(record, dict):
            not_taken += _write_modifier(strip, record)
    return not_taken


def _read_modifier(modifier: Any) -> dict[str, Any]:
    record = {"type": modifier.type, "name": modifier.name}
    record |= _read(modifier, _simple(type(modifier)), everything=False)
    balance = getattr(modifier, "color_balance", None)
    if balance is not None:
        record["color_balance"] = _read(balance, _simple(type(balance)), everything=False)
    return record


def _write_modifier(strip: Strip, record: dict[str, Any]) -> list[str]:
    kind = str(record.get("type", ""))
    name = str(record.get("name", kind))
    try:
        modifier = strip.modifiers.new(name=name, type=kind)
    except (TypeError, RuntimeError, ValueError):
        modifier = None
    if modifier is None:
        return [f"Blender does not let the modifier {name} be added"]
    not_taken = _write(modifier, _simple(type(modifier)), record)
    balance = record.get("color_balance")
    if isinstance(balance, dict) and hasattr(modifier, "color_balance"):
        not_taken += _write(modifier.color_balance, _simple(type(modifier.color_balance)), balance)
    return not_taken


@cache
def _simple(cls: type) -> tuple[_Simple, ...]:
    left_out = _OF_MODIFIERS if issubclass(cls, bpy.types.StripModifier) else _SAID_ELSEWHERE
    found = []
    for rna in cls.bl_rna.properties:  # type: ignore[attr-defined]
        name = rna.identifier
        if rna.type not in _SIMPLE or rna.is_readonly or rna.is_runtime or name in left_out or name.startswith(_TIME):
            continue
        is_array = bool(getattr(rna, "is_array", False))
        is_set = rna.type == "ENUM" and rna.is_enum_flag
        default = tuple(rna.default_array) if is_array else rna.default
        least = rna.hard_min if rna.type in ("INT", "FLOAT") and not is_array else None
        found.append(_Simple(name, is_array, is_set, default, least))
    return tuple(found)


def _read(source: Any, simple: tuple[_Simple, ...], *, everything: bool) -> dict[str, Any]:
    found = {}
    for one in simple:
        value = getattr(source, one.name)
        if one.least is not None and value < one.least:
            continue  # Blender's own beginning, which it does not let anybody set
        if one.is_array:
            value = tuple(value)
        elif one.is_set:
            value = sorted(value)
        if everything or value != one.default:
            found[one.name] = list(value) if one.is_array else value
    return found


def _write(target: Any, simple: tuple[_Simple, ...], settings: Mapping[str, Any]) -> list[str]:
    not_taken = []
    for one in simple:
        if one.name not in settings:
            continue
        value = settings[one.name]
        try:
            setattr(target, one.name, set(value) if one.is_set else value)
        except (TypeError, ValueError, OverflowError):
            not_taken.append(f"this Blender does not take {value!r} for {one.name}")
        except AttributeError:
            with suppress(AttributeError):  # what another setting holds fast
                setattr(target, one.name, value)
    return not_taken
