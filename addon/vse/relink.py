# SPDX-License-Identifier: GPL-3.0-or-later
"""Giving stand-ins the media that was found: each becomes the strip that it stood for, as it is now.

All that was done to the stand-in goes over: its place and length, look, keyframes, drivers, modifiers, the effects and
connections that it is in, its own properties.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import bpy

from ..timeline.rate import scene_rate
from .compat import curve_homes, whole_numbers
from .connect import connect_all
from .context import sequencer_context
from .meta_level import siblings
from .selection import selected_names
from .snapshot_curves import CurveFinder, write_curves
from .snapshot_strip import StripReader
from .stand_in import ANCHOR, can_have, is_stand_in, path_of, record_of, stand_ins
from .write_strip import StripWriter, scratch_channel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bpy.types import FCurve, Scene, Strip

    from ..interchange.bridge import StripSnapshot

_OWN_PROPERTIES = {"retake"}


def relink_strips(scene: Scene, new_paths: Mapping[str, str]) -> int:
    """`new_paths`: by the missing one. Returns how many strips show their media."""
    writer = MediaWriter(scene, new_paths)
    writer.run()
    return writer.count


class MediaWriter:
    """The same in steps. Each strip is changed in one of them: whenever it is ended, all strips are whole."""

    def __init__(self, scene: Scene, new_paths: Mapping[str, str]) -> None:
        self.scene = scene
        self.written = 0
        self.slice_s = math.inf
        active = scene.sequence_editor.active_strip
        self._active = active.name if active else ""
        self.count = 0
        """How many strips show their media again."""
        self._new_paths = new_paths
        self._names = [strip.name for strip in stand_ins(scene) if path_of(strip) in new_paths]
        self.strips = len(self._names)
        self._finder = CurveFinder(scene)
        self._reader = StripReader(scene, self._finder)
        self._writer = StripWriter(scene, scene_rate(scene.render.fps, scene.render.fps_base), lambda *_: None)
        self._groups: list[tuple[str, ...]] = []
        self._surplus: list[tuple[str, str]] = []
        """Curves that the media cannot have, by strip and path."""
        opened = scene.sequence_editor.meta_stack
        self._opened = opened[-1].name if len(opened) else ""

    def run(self) -> None:
        for _ in self.steps():
            pass

    def steps(self, slice_s: float = math.inf) -> Iterator[None]:
        """As those of a TimelineWriter."""
        self.slice_s = slice_s
        for part in (self._finder.steps(), self._replace_all(), self._settle()):
            is_done = False
            while not is_done:
                ends_s = time.perf_counter() + self.slice_s
                with sequencer_context(self.scene):
                    while not is_done:
                        is_done = next(part, self) is self
                        if time.perf_counter() > ends_s:
                            break
                    self._open_meta()
                yield

    def stop(self) -> bool:
        with sequencer_context(self.scene):
            for _ in self._settle():
                pass
            self._open_meta()
        return True

    def take_back(self) -> None:
        """Nothing: all strips are whole, and one undo step."""
        self.stop()

    def _open_meta(self) -> None:
        """To open one makes no strip active, be it the one that is open."""
        editor = self.scene.sequence_editor
        if (editor.meta_stack[-1].name if len(editor.meta_stack) else "") != self._opened:
            editor.display_stack(editor.strips_all.get(self._opened) if self._opened else None)

    def _replace_all(self) -> Iterator[None]:
        for name in self._names:
            strip = self.scene.sequence_editor.strips_all.get(name)
            if strip is not None and is_stand_in(strip):
                self.scene.sequence_editor.display_stack(strip.parent_meta())
                self.count += self._replace(strip)
            self.written += 1
            yield

    def _replace(self, stand_in: Strip) -> bool:
        snapshot = self._with_media(self._reader.strip(stand_in))
        owner = siblings(self.scene, stand_in)
        name, channel = stand_in.name, stand_in.channel
        used = set(whole_numbers(owner.strips, "channel"))
        scratch = scratch_channel(used)
        own = dict(snapshot.settings)
        if len(stand_in.modifiers):
            # The snapshot has them after those of the media; Blender itself copies all that they are.
            own["modifiers"] = own["modifiers"][: -len(stand_in.modifiers)]
        # Without a blend mode of its own the media is fitted, and its scale is one of that size.
        before = record_of(stand_in)
        is_fitted = before is None or not before.blend_type
        made = self._writer.write(
            owner, replace(snapshot, settings=own, blend_type="" if is_fitted else snapshot.blend_type), scratch, ()
        )
        if is_stand_in(made):
            owner.strips.remove(made)  # it is gone again, or no media
            return False
        if is_fitted and snapshot.blend_type:
            made.blend_type = snapshot.blend_type
        self._take_over(stand_in, made, snapshot)
        was_selected = stand_in.select
        # From 5.0 on Blender looks up which effects a strip has in a table, which only a new name makes it renew.
        stand_in.name = f"{name} (missing)"
        owner.strips.remove(stand_in)
        made.name = name
        made.channel = channel
        self._writer.finish(made, snapshot)
        made.select = was_selected
        if snapshot.connections:
            self._groups.append((name, *snapshot.connections))
        return True

    def _with_media(self, snapshot: StripSnapshot) -> StripSnapshot:
        media = {
            key: replace(one, path=self._new_paths[one.path], missing=False) if one.path in self._new_paths else one
            for key, one in snapshot.media.items()
        }
        return replace(snapshot, media=media)

    def _take_over(self, stand_in: Strip, made: Strip, snapshot: StripSnapshot) -> None:
        editor = self.scene.sequence_editor
        for effect in siblings(self.scene, stand_in).strips:
            for slot in ("input_1", "input_2")[: getattr(effect, "input_count", 0)]:
                if getattr(effect, slot) == stand_in:
                    setattr(effect, slot, made)
            for modifier in getattr(effect, "modifiers", ()):
                if getattr(modifier, "input_mask_strip", None) == stand_in:
                    modifier.input_mask_strip = made
        if len(stand_in.modifiers):
            selected = selected_names(editor)
            active = editor.active_strip
            editor.strips_all.foreach_set("select", [False] * len(editor.strips_all))
            made.select = stand_in.select = True
            editor.active_strip = stand_in
            bpy.ops.sequencer.strip_modifier_copy("EXEC_DEFAULT", False, type="APPEND")
            made.select = False
            for one in editor.strips_all:
                one.select = one.name in selected
            editor.active_strip = active
        for key in stand_in.keys():  # noqa: SIM118  (a strip is no mapping that could be gone through)
            if key not in _OWN_PROPERTIES:
                made[key] = stand_in[key]
        moved = self._move_curves(stand_in, made)
        rest = tuple(curve for curve in snapshot.curves if (curve.path, curve.index) not in moved)
        write_curves(self.scene, made, rest, snapshot.content_start)

    def _move_curves(self, stand_in: Strip, made: Strip) -> set[tuple[str, int]]:
        """The stand-in's own curves and drivers become those of the media: nothing of them changes but the name."""
        moved = set()
        before, after = (f'["{bpy.utils.escape_identifier(one.name)}"].' for one in (stand_in, made))
        curves: list[FCurve] = self._finder.of(stand_in.name)
        if stand_in.name in self._finder.driven:
            curves += [one for one in self.scene.animation_data.drivers if before in one.data_path]
        for curve in curves:
            base, _, path = curve.data_path.partition(before)
            # Even what is not wanted: were it removed with the stand-in, all places after it would be others.
            curve.data_path = f"{base}{after}{path}"
            if path != ANCHOR and can_have(made, path):
                moved.add((path, curve.array_index))
            else:
                self._surplus.append((stand_in.name, path))
        return moved

    def _remove_surplus(self) -> None:
        if not self._surplus:
            return
        base = "sequence_editor.strips_all"
        surplus = {f'{base}["{bpy.utils.escape_identifier(name)}"].{path}' for name, path in self._surplus}
        for home in curve_homes(self.scene):
            for curve in [one for one in home.fcurves if one.data_path in surplus][::-1]:
                home.fcurves.remove(curve)
        self._surplus.clear()

    def _settle(self) -> Iterator[None]:
        """What can be done only when all strips are replaced."""
        self._remove_surplus()
        yield
        everything = self.scene.sequence_editor.strips_all
        selected = selected_names(self.scene.sequence_editor) if self._groups else []
        for name in selected:
            everything[name].select = False
        done: set[str] = set()
        for group in self._groups:
            if group[0] in done:
                continue
            done.update(group)
            strips = [everything[name] for name in group if name in everything]
            if len(strips) > 1:
                connect_all(self.scene, strips)
        self._groups.clear()
        for name in selected:
            everything[name].select = True
        self._open_meta()
        self.scene.sequence_editor.active_strip = everything.get(self._active) if self._active else None
        yield
