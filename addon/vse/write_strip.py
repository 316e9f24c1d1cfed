# SPDX-License-Identifier: GPL-3.0-or-later
"""Making one strip from its snapshot."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

from ..errors import PlacementError
from ..interchange.bridge import StripKind, StripSnapshot, Transform
from ..timeline.ranges import FrameRange
from .compat import (
    MOVIE_ADD_OPTIONS,
    left_handle,
    new_effect,
    right_handle,
    set_content_trim,
    set_left_handle,
    set_right_handle,
)
from .exchange_record import as_text, to_keep
from .shots import blend_path
from .snapshot_retiming import write_retiming
from .snapshot_settings import write_settings
from .stand_in import anchor, new_stand_in, note_as_made
from .strip_memory import strip_memory

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from bpy.types import Scene, Strip

SCRATCH = 126
"""The operator that adds movies finds no place on the highest channels (measured on 5.2.3)."""
_EFFECT_KINDS = {StripKind.COLOR: "COLOR", StripKind.TEXT: "TEXT", StripKind.ADJUSTMENT: "ADJUSTMENT"}
_WITH_FILES = {StripKind.MOVIE, StripKind.SOUND, StripKind.IMAGE}
_SAME_RATE = Fraction(1, 1000)
_PLAIN = Transform()


def scratch_channel(used: Container[int]) -> int:
    """One for strips in the making, with nothing on it if there is such a one."""
    return next((channel for channel in range(SCRATCH, 0, -1) if channel not in used), SCRATCH)


class StripWriter:
    """Into `scene`. `note(strip, feature, reason)` hears of what
    did not go as it should."""

    def __init__(
        self,
        scene: Scene,
        rate: Fraction,
        note: Callable[[str, str, str], None],
        *,
        need_operators: Callable[[], None] = lambda: None,
    ) -> None:
        """`need_operators` is called before the first thing that works in a sequencer's context only."""
        self._scene = scene
        self._need_operators = need_operators
        self._rate = rate
        self._note = note
        self._there: dict[str, bool] = {}
        self._sounds: dict[str, Any] = {}

    def write(self, owner: Any, strip: StripSnapshot, scratch: int, inputs: tuple[Strip, ...]) -> Strip:
        """On channel `scratch`, which is free: the caller puts it on its own. Raises PlacementError or RuntimeError."""
        made = self._new(owner, strip, scratch, inputs)
        is_stand_in = "stand_in" in made.retake.exchange
        try:
            made.select = False
            self._time(made, strip, is_stand_in=is_stand_in, has_inputs=bool(inputs))
            self._look(made, strip)
            if is_stand_in:
                note_as_made(made)
            else:
                self._own(made, strip)
        except BaseException:
            owner.strips.remove(made)
            raise
        return made

    def finish(self, made: Strip, strip: StripSnapshot) -> None:
        """What would hinder the rest if it came earlier."""
        if "stand_in" in made.retake.exchange:
            anchor(self._scene, made, strip.content_start)
        else:
            made.mute = strip.mute
        made.lock = strip.lock

    # Making

    def _new(self, owner: Any, strip: StripSnapshot, channel: int, inputs: tuple[Strip, ...]) -> Strip:
        if strip.kind in _WITH_FILES:
            return self._from_file(owner, strip, channel)
        if strip.kind is StripKind.SCENE:
            return self._from_scene(owner, strip, channel)
        if strip.kind is StripKind.META:
            first = min((child.start for child in strip.children), default=strip.start)
            return owner.strips.new_meta(name=strip.name, channel=channel, frame_start=first)
        kind = _EFFECT_KINDS.get(strip.kind, strip.effect_type)
        start = strip.content_start if not inputs else strip.start
        try:
            return new_effect(owner, strip.name, kind, channel, FrameRange(start, start + strip.length), inputs)
        except (TypeError, RuntimeError, ValueError) as error:
            raise PlacementError(
                f"Blender cannot make the strip {strip.name}: {error}.", hint="Leave it out of the edit."
            ) from error

    def _from_file(self, owner: Any, strip: StripSnapshot, channel: int) -> Strip:
        shown = strip.shown
        if shown is None or not shown.path or not self._is_there(shown.path):
            self._note(strip.name, "media", f"{shown.path if shown and shown.path else 'its file'} is missing")
            if shown is not None:
                strip = replace(strip, media={**strip.media, strip.active_media: replace(shown, missing=True)})
            return new_stand_in(owner, strip, channel)
        path, start = blend_path(Path(shown.path)), strip.content_start
        if strip.kind is StripKind.SOUND:
            made = owner.strips.new_sound(name=strip.name, filepath=path, channel=channel, frame_start=start)
            if made.sound is None or made.sound.samplerate == 0:
                owner.strips.remove(made)
                self._note(strip.name, "media", f"{shown.path} holds no sound")
                return new_stand_in(owner, strip, channel)
            return made
        fit = "ORIGINAL" if strip.blend_type else "FIT"
        if strip.kind is StripKind.IMAGE:
            made = owner.strips.new_image(
                name=strip.name, filepath=path, channel=channel, frame_start=start, fit_method=fit
            )
            for name in shown.files[1:]:
                made.elements.append(name)
            return made
        if strip.keeps_speed and abs(shown.rate - self._rate) > _SAME_RATE:
            return self._at_its_own_speed(owner, strip, path, channel, fit)
        return owner.strips.new_movie(
            name=strip.name, filepath=path, channel=channel, frame_start=start, fit_method=fit
        )

    def _at_its_own_speed(self, owner: Any, strip: StripSnapshot, path: str, channel: int, fit: str) -> Strip:
        """Only the operator sets the playback rate; it works in the meta that is open."""
        self._need_operators()
        before = len(owner.strips)
        try:
            bpy.ops.sequencer.movie_strip_add(
                "EXEC_DEFAULT",
                False,
                filepath=bpy.path.abspath(path),
                frame_start=strip.content_start,
                channel=channel,
                fit_method=fit,
                sound=False,
                use_framerate=False,
                adjust_playback_rate=True,
                set_view_transform=False,
                replace_sel=False,
                **MOVIE_ADD_OPTIONS,
            )
        except RuntimeError as error:
            raise PlacementError(f"Blender could not add {path}: {error}.", hint="Is the file whole?") from error
        # The newest is the last; it is not the active one in scenes that no window shows.
        made = owner.strips[-1]
        if len(owner.strips) != before + 1 or made.type != "MOVIE":
            raise PlacementError(f"Blender made nothing of {path}.", hint="Is the file whole?")
        made.name = strip.name
        made.filepath = path
        return made

    def _from_scene(self, owner: Any, strip: StripSnapshot, channel: int) -> Strip:
        shown = bpy.data.scenes.get(str(strip.settings.get("scene", "")))
        if shown is None or shows(shown, self._scene):
            why = "there is no such scene" if shown is None else "a scene cannot show itself"
            self._note(strip.name, "scene", f"{strip.settings.get('scene') or 'its scene'}: {why}")
            return new_stand_in(owner, strip, channel)
        return owner.strips.new_scene(name=strip.name, scene=shown, channel=channel, frame_start=strip.content_start)

    def _is_there(self, path: str) -> bool:
        if path not in self._there:
            self._there[path] = Path(path).is_file()
        return self._there[path]

    # What it is

    def _time(self, made: Strip, strip: StripSnapshot, *, is_stand_in: bool, has_inputs: bool) -> None:
        if is_stand_in or has_inputs or strip.kind is StripKind.META:
            return  # a meta's handles are set when its strips are there
        trim = strip.settings.get("content_trim")
        if strip.kind in _WITH_FILES and isinstance(trim, list) and len(trim) == 2:
            self._trim(made, strip, trim)
        if strip.kind is not StripKind.SOUND and strip.reverse_frames:
            made.use_reverse_frames = True
        if strip.retiming is not None:
            self.retime(made, strip)
        set_handles(made, strip.start, strip.end_exclusive)

    def _trim(self, made: Strip, strip: StripSnapshot, trim: list[Any]) -> None:
        from .compat import content_start, set_content_start

        factor = self.factor(made)
        set_content_trim(made, int(trim[0]), int(trim[1]))
        wanted = strip.content_start + round(int(trim[0]) / factor)
        if content_start(made) != wanted:
            set_content_start(made, wanted)

    def factor(self, made: Strip) -> float:
        memory = strip_memory(made)
        return float(memory.playback_rate / self._rate) if memory and memory.playback_rate else 1.0

    def retime(self, made: Strip, strip: StripSnapshot) -> None:
        if strip.retiming is None or "retiming_keys" not in made.bl_rna.properties:
            self._note(strip.name, "speed", "this kind of strip cannot be retimed")
            return
        self._need_operators()
        retiming = strip.retiming
        trim = strip.settings.get("content_trim")
        factor = self.factor(made)
        if isinstance(trim, list) and trim and trim[0]:
            cut = round(trim[0] / factor)
            keys = tuple(
                replace(key, frame=key.frame - cut, content_frame=key.content_frame - cut) for key in retiming.keys
            )
            retiming = replace(retiming, keys=keys)
        editor = self._scene.sequence_editor
        active = editor.active_strip
        made.select = True
        editor.active_strip = made
        try:
            frame = min(left_handle(made) + 1, right_handle(made) - 1)
            # Blender's own operator first: on a strip without keys the function that adds one crashes before 5.1.
            bpy.ops.sequencer.retiming_key_add("EXEC_DEFAULT", False, timeline_frame=frame)
            memory = strip_memory(made)
            is_done = memory is not None and write_retiming(
                made,
                retiming,
                memory,
                factor,
                is_reversed=strip.reverse_frames and strip.kind is not StripKind.SOUND,
            )
        finally:
            made.select = False
            editor.active_strip = active
        if not is_done:
            made.retiming_keys.reset()
            self._note(strip.name, "speed", "Blender did not take its retiming keys")
            return
        if strip.kind is StripKind.SOUND and "pitch_correction" in made.bl_rna.properties:
            made.pitch_correction = retiming.keep_pitch

    def _look(self, made: Strip, strip: StripSnapshot) -> None:
        if strip.blend_type and made.type != "SOUND" and made.blend_type != strip.blend_type:
            try:
                made.blend_type = strip.blend_type
            except TypeError:
                self._note(strip.name, "blend", f"this Blender cannot blend by {strip.blend_type}")
        if strip.opacity != 1 and made.type != "SOUND":
            made.blend_alpha = min(max(strip.opacity, 0.0), 1.0)
        if made.type == "SOUND":
            return
        if strip.blend_type or strip.transform != _PLAIN:
            self._transform(made, strip)
        crop = strip.crop
        if (crop.left_px, crop.right_px, crop.top_px, crop.bottom_px) != (0, 0, 0, 0):
            made.crop.min_x, made.crop.max_x = crop.left_px, crop.right_px
            made.crop.max_y, made.crop.min_y = crop.top_px, crop.bottom_px
        if strip.flip_x:
            made.use_flip_x = True
        if strip.flip_y:
            made.use_flip_y = True

    def _transform(self, made: Strip, strip: StripSnapshot) -> None:
        move = strip.transform
        wanted = {
            "offset_x": move.offset_x_px,
            "offset_y": move.offset_y_px,
            "scale_x": move.scale_x,
            "scale_y": move.scale_y,
            "rotation": move.rotation,
        }
        if not strip.blend_type:
            # Another program's scale is one of the picture as it fits the frame, which the strip has now.
            wanted["scale_x"] *= made.transform.scale_x
            wanted["scale_y"] *= made.transform.scale_y
        for name, value in wanted.items():
            if getattr(made.transform, name) != value and math.isfinite(value):
                setattr(made.transform, name, value)
        if tuple(made.transform.origin) != (move.origin_x, move.origin_y):
            made.transform.origin = move.origin_x, move.origin_y
        if made.transform.filter != move.filter:
            try:
                made.transform.filter = move.filter
            except TypeError:
                self._note(strip.name, "transform", f"this Blender has no filter {move.filter}")

    def _own(self, made: Strip, strip: StripSnapshot) -> None:
        if strip.color_tag:
            made.color_tag = f"COLOR_{strip.color_tag:02d}"
        if "volume" in made.bl_rna.properties and made.volume != strip.volume:
            made.volume = max(strip.volume, 0.0)
        if made.type == "SOUND":
            if strip.pan:
                made.pan = strip.pan
            if strip.sound_offset:
                made.sound_offset = strip.sound_offset
        if strip.settings.get("modifiers"):
            self._need_operators()
        for reason in write_settings(made, strip.settings):
            self._note(strip.name, "settings", reason)
        made.retake.shot_id = strip.shot_id
        made.retake.take_number = strip.take_number
        made.retake.exchange = as_text(to_keep(strip))


def set_handles(made: Strip, start: int, end_exclusive: int) -> None:
    """Neither handle passes the other, and they lie anywhere just now: hence the right one twice."""
    if right_handle(made) != end_exclusive:
        set_right_handle(made, end_exclusive)
    if left_handle(made) != start:
        set_left_handle(made, start)
    if right_handle(made) != end_exclusive:
        set_right_handle(made, end_exclusive)


def shows(shown: Scene, scene: Scene) -> bool:
    """Whether `shown` is `scene`, or its edit shows it, however deep."""
    pending, seen = [shown], set()
    while pending:
        one = pending.pop()
        if one == scene:
            return True
        if one.name in seen:
            continue
        seen.add(one.name)
        editor = one.sequence_editor
        pending += [
            strip.scene for strip in (editor.strips_all if editor else ()) if strip.type == "SCENE" and strip.scene
        ]
    return False


def recipe_of(value: Any) -> dict[str, Any]:
    """Of a take's metadata; it may have been written as text."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            value = {}
    return value if isinstance(value, dict) else {}
