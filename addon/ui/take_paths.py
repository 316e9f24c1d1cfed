# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes are found again where a file is saved in another folder, or a scene appended from one.

Blender then makes the paths of strips relative to the new folder, and leaves those in properties of add-ons as they are
(seen on 5.2.3).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

if TYPE_CHECKING:
    from collections.abc import Iterable

_RELATIVE = "//"
_saving: list[tuple[Path, Path]] = []
"""From which folder to which one the paths were turned for the file being written."""


def rebase(scenes: Iterable[bpy.types.Scene], old: Path, new: Path) -> None:
    """Let takes whose paths count from the folder `old` name the same files from `new`."""
    for scene in scenes:
        for shot in scene.retake.shots:
            for take in shot.takes:
                if take.filepath.startswith(_RELATIVE):
                    take.filepath = _from(new, old / take.filepath.removeprefix(_RELATIVE))


def _from(folder: Path, file: Path) -> str:
    try:
        return _RELATIVE + os.path.relpath(file, folder)
    except ValueError:  # another drive, on Windows
        return os.path.normpath(file)


@bpy.app.handlers.persistent
def _before_saving(path: str, *_: object) -> None:
    _saving.clear()
    if not bpy.data.filepath or not path:
        return
    old, new = Path(bpy.data.filepath).parent, Path(path).parent
    if old != new:
        rebase(bpy.data.scenes, old, new)
        _saving.append((old, new))


@bpy.app.handlers.persistent
def _after_saving(*_: object) -> None:
    """A copy was saved, or nothing could be: the open file is still the old one."""
    for old, new in _saving:
        if Path(bpy.data.filepath).parent == old:
            rebase(bpy.data.scenes, new, old)
    _saving.clear()


@bpy.app.handlers.persistent
def _imported(imported: bpy.types.BlendImportContext, *_: object) -> None:
    for item in imported.import_items:
        scene, library = item.id, item.source_library
        if isinstance(scene, bpy.types.Scene) and scene.library is None and library is not None:
            source = Path(bpy.path.abspath(library.filepath)).parent
            target = Path(bpy.data.filepath).parent if bpy.data.filepath else None
            if target is None:
                _make_absolute(scene, source)
            elif source != target:
                rebase([scene], source, target)


def _make_absolute(scene: bpy.types.Scene, source: Path) -> None:
    for shot in scene.retake.shots:
        for take in shot.takes:
            if take.filepath.startswith(_RELATIVE):
                take.filepath = os.path.normpath(source / take.filepath.removeprefix(_RELATIVE))


_HANDLERS = (
    (bpy.app.handlers.save_pre, _before_saving),
    (bpy.app.handlers.save_post, _after_saving),
    (bpy.app.handlers.save_post_fail, _after_saving),
    (bpy.app.handlers.blend_import_post, _imported),
)


def register() -> None:
    for handlers, handler in _HANDLERS:
        handlers.append(handler)


def unregister() -> None:
    for handlers, handler in _HANDLERS:
        handlers.remove(handler)
    _saving.clear()
