# SPDX-License-Identifier: GPL-3.0-or-later
"""Frames and ranges of strips as they are seen: with transform, crop, effects, speed.

Blender renders where it is called, and nothing else can be done meanwhile. So a second Blender, without a window, does
it on a copy of the edit: `order` writes the copy on the main thread, `run` waits for the other Blender on any other.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ..errors import RetakeError, StorageError
from ..redaction import logger

if TYPE_CHECKING:
    from collections.abc import Sequence
    from threading import Event

    from bpy.types import Scene

    from ..timeline.ranges import FrameRange

_log = logger("as_seen")

_SCRIPT = Path(__file__).parent / "child/render_seen.py"
_ASKED_EVERY_S = 0.1
_MOST_TOLD = 400


@dataclass(frozen=True, slots=True)
class SeenWish:
    """What is to be rendered.

    strip_name   the strip that is shown alone, with the effects on it; None: the edit as it is
    frames       of the timeline; one of them for a picture
    out          .png for a picture, .mp4 for a clip
    sound_names  the strips that are heard in a clip
    """

    strip_name: str | None
    frames: FrameRange
    out: Path
    sound_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeenOrder:
    """What the other Blender is told. Plain values, for any thread."""

    folder: Path
    command: tuple[str, ...]
    outs: tuple[Path, ...]


def order(scene: Scene, wishes: Sequence[SeenWish]) -> SeenOrder:
    """Write a copy of the edit as it is now, changed or not. Main thread; takes as long as saving the file does.

    Raises StorageError.
    """
    folder = Path(tempfile.mkdtemp(prefix="retake-seen-"))
    blend = folder / "edit.blend"
    try:
        bpy.ops.wm.save_as_mainfile("EXEC_DEFAULT", filepath=str(blend), copy=True, check_existing=False)
    except RuntimeError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise StorageError(
            f"No copy of the edit could be written to {folder.parent}: {error}", hint="Make room there."
        ) from error
    told = {
        "blend": str(blend),
        "scene": scene.name,
        "wishes": [
            {
                "strip": wish.strip_name,
                "start": wish.frames.start,
                "end_exclusive": wish.frames.end_exclusive,
                "out": str(wish.out.absolute()),
                "sounds": list(wish.sound_names),
            }
            for wish in wishes
        ],
    }
    task = folder / "order.json"
    task.write_text(json.dumps(told), encoding="utf-8")
    return SeenOrder(folder, (*_program(), str(task)), tuple(wish.out for wish in wishes))


def run(told: SeenOrder, is_unwanted: Event) -> None:
    """Have it rendered, and the copy deleted. Blocks: not for the main thread. Touches no bpy.

    Raises StorageError where a file did not come about, RetakeError where it `is_unwanted` by now.
    """
    try:
        for out in told.outs:
            out.parent.mkdir(parents=True, exist_ok=True)
            out.unlink(missing_ok=True)
        with (told.folder / "blender.log").open("w+b") as log:
            process = subprocess.Popen(  # noqa: S603 - our own program and script
                told.command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=told.folder
            )
            while process.poll() is None:
                if is_unwanted.wait(_ASKED_EVERY_S):
                    process.kill()
                    process.wait()
                    raise RetakeError("The frames were not needed any more.")
            log.seek(0)
            said = log.read().decode("utf-8", "replace")
        missing = [out.name for out in told.outs if not out.is_file()]
        if process.returncode or missing:
            _log.warning("the second Blender ended with %s: %s", process.returncode, said[-2000:])
            raise StorageError(
                f"Blender could not render {', '.join(missing) or 'the strip'} in the background.",
                hint=_last_words(said) or "Render the strip to a file, and use that.",
            )
    finally:
        shutil.rmtree(told.folder, ignore_errors=True)


def _program() -> tuple[str, ...]:
    """Blender, or this Python where Blender is a module of it."""
    if not bpy.app.binary_path:
        return sys.executable, str(_SCRIPT)
    return (
        bpy.app.binary_path, "--background", "--factory-startup", "--offline-mode", "--python-exit-code", "3",
        "--python", str(_SCRIPT), "--",
    )  # fmt: skip


def _last_words(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if "Error" in line]
    return lines[-1][:_MOST_TOLD] if lines else ""
