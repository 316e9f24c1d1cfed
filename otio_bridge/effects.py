# SPDX-License-Identifier: GPL-3.0-or-later
"""Levels, placing and the like as the effects of Resolve and Premiere.

Resolve: the words and units of a file that it exported: zoom counts from the picture fitted into the frame, pan and
tilt are shares of the frame, volume is in decibels. Premiere: position as a share of the frame, scale in percent of the
media, constants at a position 100 hours before the start. Values that nobody has seen written are not made up.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .fades import Fades, fade_path, pure_fades
from .times import Json, rational

if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction

    from .flavour import Flavour
    from .report import Findings
    from .snapshot import Curve, StripSnapshot

Frame = tuple[int, int]

RESOLVE = "Resolve_OTIO"
PREMIERE = "PremierePro_OTIO"

_PREMIERE_CONSTANT = -10_800_000
_PREMIERE_BLEND = {"": 18, "REPLACE": 18, "ALPHA_OVER": 18, "SCREEN": 10, "ADD": 7, "MULTIPLY": 5, "OVERLAY": 15}


def effects_of(strip: StripSnapshot, flavour: Flavour, frame: Frame, rate: Fraction, source_start: float) -> list[Json]:
    """`source_start`: the clip's start in its source, in frames of the timeline's rate. `frame` is (width, height)."""
    if flavour.name == "resolve":
        return _resolve(strip, frame)
    if flavour.name == "premiere":
        return _premiere(strip, frame, rate, source_start)
    return []


def note_levels(strip: StripSnapshot, flavour: Flavour, findings: Findings) -> None:
    """What becomes of everything that changes how the strip looks or sounds. Fades: see edit_findings.py."""
    animated = {curve.path for curve in strip.curves}
    for feature, paths in _used(strip, animated).items():
        if flavour.reads_namespace:
            findings.kept(strip.name, feature)
        elif feature == "blend" and flavour.name == "premiere" and strip.blend_type not in _PREMIERE_BLEND:
            findings.dropped(strip.name, feature, f"no word of {flavour.title} for {strip.blend_type} is known")
        elif feature not in flavour.effects:
            findings.dropped(strip.name, feature, f"{flavour.title} reads none from such a file")
        elif reasons := _inexact(strip, feature, paths & animated, flavour):
            findings.approximated(strip.name, feature, "; ".join(reasons))
        else:
            findings.kept(strip.name, feature)
    known = {path for paths in _PATHS.values() for path in paths}
    for path in sorted(animated - known):
        if flavour.reads_namespace:
            findings.kept(strip.name, f"keyframes of {path}")
        else:
            findings.dropped(strip.name, f"keyframes of {path}", f"{flavour.title} reads none from such a file")


def _inexact(strip: StripSnapshot, feature: str, keyed: set[str], flavour: Flavour) -> list[str]:
    """Why a feature that the program's own effects say is not quite what it was."""
    t = strip.transform
    reasons = []
    if feature == "transform":
        if flavour.name == "premiere" and (t.scale_x != t.scale_y or not _is_keyed_alike(strip)):
            reasons.append("one scale for both directions")
        if (t.origin_x, t.origin_y) != (0.5, 0.5) or "transform.origin" in keyed:
            reasons.append("it turns and grows about its middle, not about its origin")
    if feature == "pan" and any(abs(value) > 1 for value in (strip.pan, *_values(strip, "pan"))):
        reasons.append("what lies beyond left and right is not known there")
    keyed = keyed - {"transform.origin"}
    if feature == "volume" and keyed and flavour.name == "resolve":
        reasons.append("its keyframes are kept, between them it goes evenly in decibels")
    elif any(
        point.interpolation != "LINEAR" for curve in strip.curves if curve.path in keyed for point in curve.points[:-1]
    ):
        reasons.append("its keyframes are kept, the curves between them are even")
    return reasons


def _is_keyed_alike(strip: StripSnapshot) -> bool:
    """Whether the width and the height are animated by the same keyframes, or neither."""
    across, up = _curve(strip, "transform.scale_x"), _curve(strip, "transform.scale_y")
    return (across.points if across else None) == (up.points if up else None)


def _values(strip: StripSnapshot, path: str) -> list[float]:
    curve = _curve(strip, path)
    return [point.value for point in curve.points] if curve is not None else []


_PATHS: dict[str, set[str]] = {
    "opacity": {"blend_alpha"},
    "transform": {f"transform.{name}" for name in ("offset_x", "offset_y", "scale_x", "scale_y", "rotation", "origin")},
    "crop": {f"crop.{name}" for name in ("min_x", "max_x", "min_y", "max_y")},
    "volume": {"volume"},
    "pan": {"pan"},
}


def _used(strip: StripSnapshot, animated: set[str]) -> dict[str, set[str]]:
    """A fade at an end is no animation of its level, which is what it is faded up to."""
    used: dict[str, set[str]] = {}
    t, c = strip.transform, strip.crop
    levels = {"blend_alpha": strip.opacity, "volume": strip.volume}
    if pure_fades(strip) != Fades():
        animated = animated - {fade_path(strip)}
        levels[fade_path(strip)] = max(_values(strip, fade_path(strip)))
    plain = t == type(t)(filter=t.filter)
    changed = {
        "opacity": levels["blend_alpha"] != 1.0,
        "blend": strip.blend_type not in ("", "REPLACE", "ALPHA_OVER"),
        "transform": not plain,
        "crop": (c.left_px, c.right_px, c.top_px, c.bottom_px) != (0, 0, 0, 0),
        "flip": strip.flip_x or strip.flip_y,
        "volume": levels["volume"] != 1.0,
        "pan": strip.pan != 0.0,
        "sub-frame offset": strip.sound_offset != 0.0,
        "modifiers": bool(strip.settings.get("modifiers")),
    }
    for feature, is_changed in changed.items():
        paths = _PATHS.get(feature, set())
        if is_changed or paths & animated:
            used[feature] = paths
    return used


def used_levels(strip: StripSnapshot) -> list[str]:
    """The features of a strip that change how it looks or sounds."""
    return list(_used(strip, {curve.path for curve in strip.curves}))


def _curve(strip: StripSnapshot, path: str) -> Curve | None:
    return next((curve for curve in strip.curves if curve.path == path and curve.points), None)


def _resolve(strip: StripSnapshot, frame: Frame) -> list[Json]:
    found = []
    for title, kind, _, rows in _resolve_rows(strip, frame):
        parameters = [one for row in rows if (one := _resolve_parameter(strip, *row)) is not None]
        if parameters:
            own = {"Effect Name": title, "Name": title, "Enabled": True, "Type": kind, "Parameters": parameters}
            found.append(_effect("Resolve Effect", title, {RESOLVE: own}))
    return found


def beyond_limits(strip: StripSnapshot, flavour: Flavour, frame: Frame) -> set[str]:
    """The features of `strip` of which the program takes no values so large, or none below zero."""
    if flavour.name != "resolve":
        return set()
    return {
        feature
        for _, _, feature, rows in _resolve_rows(strip, frame)
        for _, path, value, _, convert, (low, high) in rows
        if any(not low <= convert(one) <= high for one in (value, *_values(strip, path)))
    } - {"pan"}


def _resolve_rows(
    strip: StripSnapshot, frame: Frame
) -> list[tuple[str, int, str, list[tuple[str, str, float, float, Callable[[float], float], tuple[float, float]]]]]:
    """Each effect with its title, number and feature; each parameter with its path and how its value is converted."""
    if not strip.blend_type:
        volume = ("volume", "volume", strip.volume, 0.0, decibels, (-100.0, 30.0))
        pan = ("pan", "pan", strip.pan, 0.0, _percent_of_share, (-100.0, 100.0))
        return [("Fairlight Clip Volume and Fades", 62, "volume", [volume]), ("Clip Pan", 72, "pan", [pan])]
    fit = _fit(strip, frame)
    t = strip.transform
    width, height = max(1, frame[0]), max(1, frame[1])
    return [
        (
            "Transform",
            2,
            "transform",
            [
                ("transformationZoomX", "transform.scale_x", t.scale_x, 1.0, lambda v: v / fit, (0.0, 100.0)),
                ("transformationZoomY", "transform.scale_y", t.scale_y, 1.0, lambda v: v / fit, (0.0, 100.0)),
                ("transformationPan", "transform.offset_x", t.offset_x_px, 0.0, lambda v: v / width, (-4.0, 4.0)),
                ("transformationTilt", "transform.offset_y", t.offset_y_px, 0.0, lambda v: v / height, (-4.0, 4.0)),
                ("transformationRotationAngle", "transform.rotation", t.rotation, 0.0, math.degrees, (-360.0, 360.0)),
            ],
        ),
        ("Composite", 1, "opacity", [("opacity", "blend_alpha", strip.opacity, 100.0, _percent, (0.0, 100.0))]),
    ]


def _resolve_parameter(
    strip: StripSnapshot,
    name: str,
    path: str,
    value: float,
    default: float,
    convert: Callable[[float], float],
    bounds: tuple[float, float],
) -> Json | None:
    low, high = bounds
    curve = _curve(strip, path)

    def limited(one: float) -> float:
        return min(high, max(low, convert(one))) + 0.0  # no -0.0, which comes back as 0.0

    keys = {}
    if curve is not None:
        for point in curve.points:
            at = round(point.frame - strip.content_offset)
            keys[str(at)] = {"Value": limited(point.value), "Variant Type": "Double"}
    if not keys and math.isclose(limited(value), default, abs_tol=1e-9):
        return None
    return {
        "Parameter ID": name,
        "Parameter Value": limited(value),
        "Default Parameter Value": default,
        "Variant Type": "Double",
        "minValue": low,
        "maxValue": high,
        "Key Frames": keys,
    }


def _premiere(strip: StripSnapshot, frame: Frame, rate: Fraction, source_start: float) -> list[Json]:
    used = _used(strip, {curve.path for curve in strip.curves})
    t, c = strip.transform, strip.crop
    fps = float(rate)
    width, height = max(1, frame[0]), max(1, frame[1])

    def constant(name: str, number: int, value: Any) -> Json:
        return {
            "DisplayName": name,
            "ID": number,
            "StartValue": {"Position": rational(_PREMIERE_CONSTANT, fps), "Value": value},
        }

    def keyed(name: str, number: int, path: str, value: Any, convert: Callable[[float], Any]) -> Json:
        curve = _curve(strip, path)
        if curve is None:
            return constant(name, number, value)
        keys = [
            {
                "Position": rational(source_start + point.frame - strip.content_offset, fps),
                "Value": convert(point.value),
            }
            for point in curve.points
        ]
        return {"DisplayName": name, "ID": number, "Keyframes": keys}

    if not strip.blend_type:
        if "pan" not in used:
            return []
        balance = keyed("Balance", 0, "pan", (_share(strip.pan) + 1) / 2, lambda v: (_share(v) + 1) / 2)
        return [_premiere_effect("PanProcessor", "Panner", [balance], intrinsic=False)]
    found = []
    if used.keys() & {"opacity", "blend"} or _curve(strip, "blend_alpha") is not None:
        mode = _PREMIERE_BLEND.get(strip.blend_type, 18)
        rows = [
            keyed("Opacity", 1, "blend_alpha", strip.opacity * 100, lambda v: v * 100),
            constant("Blend Mode", 2, mode),
            constant("Blend Mode", 3, 0),
        ]
        found.append(_premiere_effect("AE.ADBE Opacity", "Opacity", rows))
    if used.keys() & {"transform", "crop"}:
        media = strip.shown
        media_width = media.width_px if media and media.width_px else width
        media_height = media.height_px if media and media.height_px else height

        def across(pixels: float) -> float:
            return 100 * pixels / media_width

        def up(pixels: float) -> float:
            return 100 * pixels / media_height

        rows = [
            _premiere_position(strip, frame, fps, source_start),
            keyed("Scale", 2, "transform.scale_x", t.scale_x * 100, lambda v: v * 100),
            keyed("Scale Width", 3, "transform.scale_x", t.scale_x * 100, lambda v: v * 100),
            constant(" ", 4, True),
            keyed("Rotation", 5, "transform.rotation", _clockwise(t.rotation), _clockwise),
            # Premiere's position is that of the anchor: another one than the middle would move the picture.
            constant("Anchor Point", 6, {"X": 0.5, "Y": 0.5}),
            constant("Anti-flicker Filter", 7, 0.0),
            keyed("Crop Left", 8, "crop.min_x", across(c.left_px), across),
            keyed("Crop Top", 9, "crop.max_y", up(c.top_px), up),
            keyed("Crop Right", 10, "crop.max_x", across(c.right_px), across),
            keyed("Crop Bottom", 11, "crop.min_y", up(c.bottom_px), up),
        ]
        found.append(_premiere_effect("AE.ADBE Motion", "Motion", rows))
    if strip.flip_x:
        found.append(_premiere_effect("AE.ADBE Horizontal Flip", "Horizontal Flip", [], intrinsic=False))
    if strip.flip_y:
        found.append(_premiere_effect("AE.ADBE Vertical Flip", "Vertical Flip", [], intrinsic=False))
    return found


def _premiere_position(strip: StripSnapshot, frame: Frame, fps: float, source_start: float) -> Json:
    """Both offsets are one parameter, so keyframes of either are keyframes of both."""
    width, height = max(1, frame[0]), max(1, frame[1])
    across, up = _curve(strip, "transform.offset_x"), _curve(strip, "transform.offset_y")

    def place(x: float, y: float) -> Json:
        # Blender counts upwards, Premiere downwards.
        return {"X": 0.5 + x / width, "Y": 0.5 - y / height}

    t = strip.transform
    if across is None and up is None:
        value = {"Position": rational(_PREMIERE_CONSTANT, fps), "Value": place(t.offset_x_px, t.offset_y_px)}
        return {"DisplayName": "Position", "ID": 1, "StartValue": value}
    frames = sorted({point.frame for curve in (across, up) if curve for point in curve.points})
    keys = [
        {
            "Position": rational(source_start + at - strip.content_offset, fps),
            "Value": place(_value_at(across, at, t.offset_x_px), _value_at(up, at, t.offset_y_px)),
        }
        for at in frames
    ]
    return {"DisplayName": "Position", "ID": 1, "Keyframes": keys}


def _value_at(curve: Curve | None, frame: float, otherwise: float) -> float:
    """Evenly between the keyframes."""
    if curve is None:
        return otherwise
    before = None
    for point in curve.points:
        if point.frame >= frame:
            if before is None or point.frame == frame:
                return point.value
            share = (frame - before.frame) / (point.frame - before.frame)
            return before.value + (point.value - before.value) * share
        before = point
    return before.value if before is not None else otherwise


def _premiere_effect(match: str, title: str, parameters: list[Json], *, intrinsic: bool = True) -> Json:
    own = {"IsIntrinsic": intrinsic, "MatchName": match, "Parameters": parameters}
    return _effect(title, "" if intrinsic else title, {PREMIERE: own})


def _effect(effect_name: str, name: str, metadata: Json) -> Json:
    from .namespaces import BLENDER, SCHEMA

    metadata = {**metadata, BLENDER: {"schema": SCHEMA, "made_of": "levels"}}
    return {"OTIO_SCHEMA": "Effect.1", "metadata": metadata, "name": name, "effect_name": effect_name, "enabled": True}


def _fit(strip: StripSnapshot, frame: Frame) -> float:
    media = strip.shown
    if media is None or not media.width_px or not media.height_px or not all(frame):
        return 1.0
    return min(frame[0] / media.width_px, frame[1] / media.height_px)


def _clockwise(rotation: float) -> float:
    """In degrees."""
    return 0.0 - math.degrees(rotation)


def _share(pan: float) -> float:
    return min(1.0, max(-1.0, pan))


def _percent(share: float) -> float:
    return share * 100


def _percent_of_share(pan: float) -> float:
    return _share(pan) * 100


def decibels(volume: float) -> float:
    return 20 * math.log10(volume) if volume > 1e-5 else -100.0
