# SPDX-License-Identifier: GPL-3.0-or-later
"""The add-on as an editor has it, for the tests of panels: enabled, with a sandbox's key, its timer turned by hand."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import bpy
import pytest

import addon
from addon.ui import desk, loading
from addon.vse import properties
from addon.vse.compat import edit_scene, set_edit_scene
from tests.rehearsal import Rehearsal

LIMIT_S = 60.0


@pytest.fixture
def editor(rehearsal: Rehearsal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[bpy.types.Scene]:
    """The add-on as Blender has it once it is enabled, with the keys of a sandbox."""
    monkeypatch.setenv("HOME", str(rehearsal.folder))  # takes of a file that was never saved go there
    monkeypatch.setenv("RETAKE_HOME", str(rehearsal.folder / "home"))
    monkeypatch.setenv("KLING_BASE_URL", rehearsal.server.base_url)
    monkeypatch.setenv("KLING_API_KEY", rehearsal.api_key.value)
    properties.unregister()
    addon.register()
    loading.wait()
    scene = bpy.context.scene
    for window in bpy.context.window_manager.windows:
        set_edit_scene(window, scene)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "edit.blend"))
    yield edit_scene()
    addon.unregister()
    properties.ensure_registered()


def tick_until(done: Callable[[], bool]) -> None:
    """What the timer does in a window, where timers run."""
    ends_at = time.monotonic() + LIMIT_S
    while not done():
        assert time.monotonic() < ends_at, desk.desk().entries
        desk.tick()
        time.sleep(0.02)


def generate(scene: bpy.types.Scene) -> set[str]:
    for window in bpy.context.window_manager.windows:
        set_edit_scene(window, scene)
    return bpy.ops.retake.generate()


def movies(scene: bpy.types.Scene) -> list[bpy.types.Strip]:
    return [strip for strip in scene.sequence_editor.strips_all if strip.type == "MOVIE"]
