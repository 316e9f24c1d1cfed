# SPDX-License-Identifier: GPL-3.0-or-later
"""Keyframes of strips. They lie on the scene, and name the strip in their path."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

import bpy

from ..interchange.bridge import Curve, KeyPoint
from .compat import curves_of, new_curve

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bpy.types import FCurve, Scene, Strip

_OF_STRIP = re.compile(r'sequence_editor\.(?:strips|sequences)_all\["((?:[^"\\]|\\.)*)"\]\.(.+)', re.DOTALL)


def curves_by_strip(scene: Scene) -> dict[str, list[FCurve]]:
    """By name of the strip; one pass over all that is animated in the scene."""
    found: dict[str, list[FCurve]] = defaultdict(list)
    for curve in curves_of(scene):
        match = _OF_STRIP.fullmatch(curve.data_path)
        if match and len(curve.keyframe_points):
            found[bpy.utils.unescape_identifier(match.group(1))].append(curve)
    return found


def driven_strips(scene: Scene) -> set[str]:
    data = scene.animation_data
    matches = (_OF_STRIP.fullmatch(driver.data_path) for driver in (data.drivers if data else ()))
    return {bpy.utils.unescape_identifier(match.group(1)) for match in matches if match}


def read_curves(curves: Iterable[FCurve], content_start: float) -> tuple[Curve, ...]:
    """Frames count from `content_start`."""
    found = []
    for curve in curves:
        match = _OF_STRIP.fullmatch(curve.data_path)
        if match is None:
            continue
        points = tuple(
            KeyPoint(
                frame=key.co[0] - content_start,
                value=key.co[1],
                interpolation=key.interpolation,
                left=(key.handle_left[0] - content_start, key.handle_left[1]),
                right=(key.handle_right[0] - content_start, key.handle_right[1]),
                left_type=key.handle_left_type,
                right_type=key.handle_right_type,
                easing=key.easing,
            )
            for key in curve.keyframe_points
        )
        found.append(Curve(match.group(2), points, curve.array_index, curve.extrapolation))
    return tuple(sorted(found, key=lambda one: (one.path, one.index)))


def write_curves(scene: Scene, strip: Strip, curves: tuple[Curve, ...], content_start: float) -> list[str]:
    """Returns a reason for each that this Blender cannot animate."""
    not_taken = []
    base = f'sequence_editor.strips_all["{bpy.utils.escape_identifier(strip.name)}"]'
    for curve in curves:
        try:
            strip.path_resolve(curve.path)
        except ValueError:
            not_taken.append(f"{curve.path} cannot be animated on this strip")
            continue
        made = new_curve(scene, f"{base}.{curve.path}", curve.index)
        _write_points(made, curve, content_start)
    return not_taken


def _write_points(made: FCurve, curve: Curve, content_start: float) -> None:
    made.extrapolation = curve.extrapolation
    made.keyframe_points.add(len(curve.points))
    for key, point in zip(made.keyframe_points, curve.points, strict=True):
        key.co = point.frame + content_start, point.value
        key.interpolation = point.interpolation
        key.easing = point.easing
        key.handle_left_type, key.handle_right_type = point.left_type, point.right_type
    is_free = all(point.left is not None and point.right is not None for point in curve.points)
    for key, point in zip(made.keyframe_points, curve.points, strict=True):
        if point.left is not None:
            key.handle_left = point.left[0] + content_start, point.left[1]
        if point.right is not None:
            key.handle_right = point.right[0] + content_start, point.right[1]
    if not is_free:
        made.update()
