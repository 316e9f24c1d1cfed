# SPDX-License-Identifier: GPL-3.0-or-later
"""Strips that were pasted into another scene of the file: the takes of their shots come after them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from .shots import absolute_path, has_asked, knows_take

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpy.types import PropertyGroup, Scene, Strip


def bring_shots(scene: Scene) -> int:
    """Copy to `scene` what others list of the shots that its strips show; how many shots were brought or completed."""
    sources = {shot.name: shot for _, shot in _lacking(scene)}
    for source in sources.values():
        _complete(scene, source)
    return len(sources)


def lacks_shots(scene: Scene) -> bool:
    """Whether `bring_shots` has something to do. Also for `draw`, which may not write."""
    return next(_lacking(scene), None) is not None


def _lacking(scene: Scene) -> Iterator[tuple[Strip, PropertyGroup]]:
    editor = scene.sequence_editor
    others = [other for other in bpy.data.scenes if other != scene and len(other.retake.shots)]
    if editor is None or not others:
        return
    for strip in editor.strips_all:
        own = strip.retake
        if not own.shot_id or strip.type not in ("MOVIE", "SOUND") or own.compares:
            continue
        for other in others:
            is_awaited = has_asked(other, own.shot_id, own.job_id) and not has_asked(scene, own.shot_id, own.job_id)
            is_unlisted = own.take_number > 0 and not knows_take(scene, own.shot_id, own.take_number)
            if is_awaited or (is_unlisted and _shows(strip, other)):
                yield strip, other.retake.shots[own.shot_id]


def _shows(strip: Strip, other: Scene) -> bool:
    """Whether the clip of the strip is that very take in the list of the other scene, and not one of the same name."""
    shot = other.retake.shots.get(strip.retake.shot_id)
    path = strip.filepath if strip.type == "MOVIE" else strip.sound.filepath if strip.sound is not None else ""
    return shot is not None and any(
        take.number == strip.retake.take_number and absolute_path(take.filepath) == absolute_path(path)
        for take in shot.takes
    )


def _complete(scene: Scene, source: PropertyGroup) -> None:
    shot = scene.retake.shots.get(source.name)
    if shot is None:
        shot = scene.retake.shots.add()
        shot.name = source.name
        shot.active_take = source.active_take
    for asked in source.asked:
        if asked.name not in shot.asked:
            shot.asked.add().name = asked.name
    known = {take.number for take in shot.takes}
    for take in source.takes:
        if take.number in known:
            continue
        copy = shot.takes.add()
        for rna in take.bl_rna.properties:
            if rna.identifier != "rna_type" and not rna.is_readonly:
                setattr(copy, rna.identifier, getattr(take, rna.identifier))
