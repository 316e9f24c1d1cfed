# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits of Blender's Video Sequencer, by Retake. It needs Blender as a Python module: pip install "retake[blender]"."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

# OpenTimelineIO loads this file by its path, outside of its package: relative imports lead nowhere here.
_PACKAGE = ".".join(Path(__file__).parts[-3:-1])


def read_from_file(
    filepath: str,
    scene: str = "",
    flavour: str = "plain",
    paths: str = "path",
    files_only: bool = False,
    strict: bool = False,
) -> Any:
    """The edit of a .blend as a Timeline.

    scene: another scene than the one that is edited. flavour: for whom: plain, resolve, premiere or kdenlive.
    paths: how media is named: path or file-url. files_only: clips of colours, texts and image sequences go without
    media, for adapters that stop at them. strict: refuse where something would not be kept.
    """
    return import_module(f"{_PACKAGE}.conversion").read(
        filepath, scene=scene, flavour=flavour, paths=paths, files_only=files_only, strict=strict
    )


def write_to_file(
    input_otio: Any, filepath: str, overwrite: bool = False, base: str = "", relink: Any = (), strict: bool = False
) -> None:
    """A new .blend with the edit of a Timeline.

    overwrite: replace a .blend that is there, which is kept as .blend1; all else in it is gone from the new one.
    base: the folder that relative paths of media start from; else the current one. relink: a folder, or a list of
    folders, to look for missing media in. strict: refuse where something would not be kept.
    """
    import_module(f"{_PACKAGE}.conversion").write(
        input_otio, filepath, overwrite=overwrite, base=base, relink=relink, strict=strict
    )
