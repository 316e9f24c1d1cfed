# SPDX-License-Identifier: GPL-3.0-or-later
"""Keyframes of strips. They lie on the scene, and name the strip in their path."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

import bpy

from ..errors import EditChangedError
from ..interchange.bridge import Curve, KeyPoint
from .compat import curve_homes, new_curve

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bpy.types import FCurve, Scene, Strip

_OF_STRIP = re.compile(r'sequence_editor\.(?:strips|sequences)_all\["((?:[^"\\]|\\.)*)"\]\.(.+)', re.DOTALL)
_CURVES_A_STEP = 50


class CurveFinder:
    """Which curves of `scene` animate which strip, and which strips are driven; one pass over all that is animated.

    Curves are known by their places, and none is held from one step to the next.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._places: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.driven: set[str] = set()

    def steps(self) -> Iterator[None]:
        for home, count in enumerate([len(one.fcurves) for one in curve_homes(self._scene)]):
            for place in range(count):
                curve = self._at(home, place)
                match = _OF_STRIP.fullmatch(curve.data_path)
                if match and len(curve.keyframe_points):
                    self._places[bpy.utils.unescape_identifier(match.group(1))].append((home, place))
                if place % _CURVES_A_STEP == _CURVES_A_STEP - 1:
                    yield
        data = self._scene.animation_data
        matches = (_OF_STRIP.fullmatch(driver.data_path) for driver in (data.drivers if data else ()))
        self.driven = {bpy.utils.unescape_identifier(match.group(1)) for match in matches if match}
        yield

    def of(self, name: str) -> list[FCurve]:
        return [self._at(*place) for place in self._places.get(name, ())]

    def _at(self, home: int, place: int) -> FCurve:
        try:
            return curve_homes(self._scene)[home].fcurves[place]
        except IndexError:
            raise EditChangedError from None


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
