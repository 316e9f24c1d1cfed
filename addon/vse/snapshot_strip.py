# SPDX-License-Identifier: GPL-3.0-or-later
"""One strip as a snapshot."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..errors import EditChangedError
from ..interchange.bridge import (
    SINGLE_MEDIA,
    Channel,
    Crop,
    Media,
    RetimeKey,
    StripKind,
    StripSnapshot,
    Transform,
)
from ..timeline.rate import scene_rate
from .compat import (
    connected_strips,
    content_duration,
    content_trim,
    left_handle,
    left_handle_offset,
    left_handles,
    right_handle,
    whole_numbers,
)
from .exchange_record import kept_of, media_of
from .shots import absolute_path, takes_of
from .snapshot_curves import read_curves
from .snapshot_retiming import read_retiming
from .snapshot_settings import read_settings
from .strip_memory import connected_names, strip_memory

if TYPE_CHECKING:
    from collections.abc import Generator

    from bpy.types import Scene, Strip

    from .snapshot_curves import CurveFinder
    from .strip_memory import StripMemory

KINDS = {
    "MOVIE": StripKind.MOVIE,
    "SOUND": StripKind.SOUND,
    "IMAGE": StripKind.IMAGE,
    "SCENE": StripKind.SCENE,
    "META": StripKind.META,
    "COLOR": StripKind.COLOR,
    "TEXT": StripKind.TEXT,
    "ADJUSTMENT": StripKind.ADJUSTMENT,
}
NOT_CARRIED = {"MASK", "MOVIECLIP", "COMPOSITOR"}
_WITH_FILES = {StripKind.MOVIE, StripKind.SOUND, StripKind.IMAGE}
_PLACES_A_STEP = 1000


class StripReader:
    """Of one scene, at one moment."""

    def __init__(self, scene: Scene, curves: CurveFinder) -> None:
        self._scene = scene
        self._curves = curves
        self._rate = scene_rate(scene.render.fps, scene.render.fps_base)
        self._takes: dict[str, dict[str, Media]] = {}
        self.not_carried: list[tuple[str, str]] = []

    def level(self, meta: str) -> Generator[None, None, tuple[StripSnapshot, ...]]:
        """The strips of the edit, or of the meta strip of that name; a step for each.

        Those that Retake laid over it for the time being are left out.
        """
        owner = self._named(meta) if meta else self._scene.sequence_editor
        # All at once in Blender's own code: strip by strip this would take longer than all the rest.
        places: dict[int, list[tuple[int, str]]] = defaultdict(list)
        told = whole_numbers(owner.strips, "channel"), left_handles(owner.strips), owner.strips.keys()
        yield
        for count, (number, start, name) in enumerate(zip(*told, strict=True)):
            places[number].append((start, name))
            if count % _PLACES_A_STEP == _PLACES_A_STEP - 1:
                yield
        found = []
        for number in sorted(places):
            places[number].sort()
            yield
            for _, name in places[number]:
                strip = self._named(name)
                if strip.retake.compares:
                    continue
                if strip.type in NOT_CARRIED:
                    what = strip.bl_rna.properties["type"].enum_items[strip.type].name
                    self.not_carried.append((name, f"{what} strips have no place in an exchanged edit"))
                    continue
                read = self.strip(strip)
                if strip.type == "META":
                    channels = read_channels(strip.channels)
                    children = yield from self.level(name)
                    read = replace(read, children=children, channels=channels)
                found.append(read)
                yield
        return tuple(found)

    def _named(self, name: str) -> Strip:
        strip = self._scene.sequence_editor.strips_all.get(name)
        if strip is None:
            raise EditChangedError
        return strip

    def strip(self, strip: Strip) -> StripSnapshot:
        """Without a meta's own strips."""
        kept = kept_of(strip.retake.exchange)
        stand_in = kept.get("stand_in")
        kind = KINDS.get(strip.type, StripKind.EFFECT)
        inputs = _inputs(strip)
        memory = strip_memory(strip) if kind in _WITH_FILES or kind is StripKind.SCENE else None
        factor = 1.0
        if memory is not None and memory.playback_rate:
            factor = float(memory.playback_rate / self._rate)
        trim = self._trim(strip, kind, memory, factor)
        start = left_handle(strip)
        offset = 0 if inputs else round(left_handle_offset(strip)) + trim[0]
        settings = read_settings(strip, everything=kind not in _WITH_FILES | {StripKind.SCENE, StripKind.META})
        if kind in _WITH_FILES and any(content_trim(strip)):
            settings["content_trim"] = list(content_trim(strip))
        media, active = self._media(strip, kind, kept, memory)
        shown = StripSnapshot(
            name=strip.name,
            kind=kind,
            channel=strip.channel,
            start=start,
            length=right_handle(strip) - start,
            content_offset=offset,
            media=media,
            active_media=active,
            mute=strip.mute,
            shot_id=strip.retake.shot_id,
            take_number=strip.retake.take_number,
            content_length=self._content_length(strip, kind, memory, factor, trim),
            keeps_speed=kind is not StripKind.MOVIE or memory is None or self._keeps_speed(memory),
            lock=strip.lock,
            color_tag=0 if strip.color_tag == "NONE" else int(strip.color_tag[-2:]),
            blend_type="" if kind is StripKind.SOUND else strip.blend_type,
            opacity=strip.blend_alpha,
            effect_type=strip.type if kind is StripKind.EFFECT else "",
            inputs=inputs,
            connections=tuple(sorted(_connected(strip))),
            curves=read_curves(self._curves.of(strip.name), start - offset),
            settings=settings,
            **self._picture_and_sound(strip),
            **kept_fields(kept),
        )
        if memory is not None and memory.keys:
            retiming = read_retiming(
                memory,
                factor,
                is_reversed=getattr(strip, "use_reverse_frames", False),
                keeps_pitch=getattr(strip, "pitch_correction", False),
            )
            if retiming is not None and trim[0]:
                shifted = tuple(
                    RetimeKey(key.frame + trim[0], key.content_frame + trim[0], key.ramp) for key in retiming.keys
                )
                retiming = replace(retiming, keys=shifted)
            shown = replace(shown, retiming=retiming)
        if isinstance(stand_in, dict):
            from .stand_in import as_it_was

            return as_it_was(strip, shown, kept)
        return shown

    def _keeps_speed(self, memory: StripMemory) -> bool:
        return memory.playback_rate is not None or memory.media_rate in (None, self._rate)

    def _trim(self, strip: Strip, kind: StripKind, memory: StripMemory | None, factor: float) -> tuple[int, int]:
        """What is cut off the media for good, in frames of the timeline."""
        if kind not in _WITH_FILES or memory is None:
            return 0, 0
        before, after = content_trim(strip)
        return round(before / factor), round(after / factor)

    def _content_length(
        self, strip: Strip, kind: StripKind, memory: StripMemory | None, factor: float, trim: tuple[int, int]
    ) -> int:
        if kind is StripKind.IMAGE and len(strip.elements) <= 1:
            return 0
        if kind in (StripKind.MOVIE, StripKind.SOUND, StripKind.IMAGE, StripKind.SCENE):
            if memory is not None and memory.keys:
                return int(memory.media_frames / factor) + sum(trim)
            return content_duration(strip) + sum(trim)
        return 0

    def _picture_and_sound(self, strip: Strip) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if strip.type == "SOUND":
            return {"volume": strip.volume, "pan": strip.pan, "sound_offset": strip.sound_offset}
        if strip.type == "SCENE" or (strip.type == "META" and hasattr(strip, "volume")):
            found["volume"] = strip.volume
        move, crop = strip.transform, strip.crop
        found["transform"] = Transform(
            offset_x_px=move.offset_x,
            offset_y_px=move.offset_y,
            scale_x=move.scale_x,
            scale_y=move.scale_y,
            rotation=move.rotation,
            origin_x=move.origin[0],
            origin_y=move.origin[1],
            filter=move.filter,
        )
        found["crop"] = Crop(crop.min_x, crop.max_x, crop.max_y, crop.min_y)
        found["flip_x"], found["flip_y"] = strip.use_flip_x, strip.use_flip_y
        found["reverse_frames"] = strip.use_reverse_frames
        return found

    def _media(
        self, strip: Strip, kind: StripKind, kept: dict[str, Any], memory: StripMemory | None
    ) -> tuple[dict[str, Media], str]:
        if kind not in _WITH_FILES:
            return ({}, "")
        takes = self._takes_of(strip.retake.shot_id)
        active = take_key(strip.retake.take_number)
        if active in takes:
            return takes, active
        plain = self._plain(strip, kind, memory)
        known, active = media_of(kept)
        shown = known.get(active)
        if shown is not None and os.path.normpath(shown.path) == plain.path and not shown.missing:
            return known, active
        return {SINGLE_MEDIA: plain}, SINGLE_MEDIA

    def _takes_of(self, shot_id: str) -> dict[str, Media]:
        if shot_id and shot_id not in self._takes:
            self._takes[shot_id] = takes_as_media(self._scene, shot_id)
        return self._takes.get(shot_id, {})

    def _plain(self, strip: Strip, kind: StripKind, memory: StripMemory | None) -> Media:
        """The strip's own file. Of a sound, what exists is given at the timeline's rate, as Blender counts it."""
        if kind is StripKind.IMAGE:
            names = [element.filename for element in strip.elements]
            folder = absolute_path(strip.directory)
            files = tuple(names) if len(names) > 1 else ()
            return Media(str(folder / names[0]) if names else str(folder), self._rate, max(len(names), 1), files=files)
        if kind is StripKind.SOUND:
            path = absolute_path(strip.sound.filepath) if strip.sound else ""
            return Media(str(path), self._rate, content_duration(strip))
        path = absolute_path(strip.filepath)
        element = strip.elements[0] if len(strip.elements) else None
        rate = self._rate
        count = content_duration(strip)
        if memory is not None:
            count = memory.media_frames + sum(content_trim(strip))
            rate = memory.media_rate or rate
        return Media(
            str(path),
            rate,
            count,
            width_px=element.orig_width if element else 0,
            height_px=element.orig_height if element else 0,
        )


def kept_fields(kept: dict[str, Any]) -> dict[str, Any]:
    """What Blender has no place for and an import kept with the strip."""
    from ..interchange.bridge import Marker
    from .exchange_record import from_record

    found: dict[str, Any] = {}
    if isinstance(kept.get("foreign"), dict):
        found["foreign"] = kept["foreign"]
    if isinstance(kept.get("markers"), list):
        found["markers"] = tuple(from_record(Marker, one) for one in kept["markers"])
    return found


def takes_as_media(scene: Scene, shot_id: str) -> dict[str, Media]:
    return {
        take_key(take.number): Media(
            path=str(take.file),
            rate=take.rate,
            frame_count=take.frame_count,
            metadata={
                "take": take.number,
                "job": take.job_id,
                "cost_units": None if take.cost_units is None else str(take.cost_units),
                "recipe": json.loads(json.dumps(take.recipe)),
                "sound": take.has_sound,
            },
            width_px=take.size_px[0] if take.size_px else 0,
            height_px=take.size_px[1] if take.size_px else 0,
        )
        for take in takes_of(scene, shot_id)
    }


def take_key(number: int) -> str:
    return f"take {number}"


def read_channels(channels: Any) -> tuple[Channel, ...]:
    """Those that are not as Blender makes them."""
    found = []
    for number, channel in enumerate(channels):
        if number == 0:
            continue  # not a channel: the first one is number 1
        name = "" if channel.name == f"Channel {number}" else channel.name
        if name or channel.mute or channel.lock:
            found.append(Channel(number, name, channel.mute, channel.lock))
    return tuple(found)


def _connected(strip: Strip) -> list[str]:
    told = connected_strips(strip)
    return connected_names(strip) if told is None else [one.name for one in told]


def _inputs(strip: Strip) -> tuple[str, ...]:
    count = getattr(strip, "input_count", 0)
    found = [getattr(strip, name) for name in ("input_1", "input_2")[:count]]
    return tuple(one.name for one in found if one is not None)
