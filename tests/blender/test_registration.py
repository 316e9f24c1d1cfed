# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import bpy
import pytest

import addon
from addon import registration
from addon.vse import properties


@pytest.fixture(autouse=True)
def _unregistered(fresh_blender: None):
    properties.unregister()
    yield
    properties.ensure_registered()


def state_of_blender() -> tuple[object, ...]:
    handlers = {
        name: len(each) for name in dir(bpy.app.handlers) if isinstance(each := getattr(bpy.app.handlers, name), list)
    }
    return (
        sorted(dir(bpy.types)),
        sorted(bpy.types.Scene.bl_rna.properties.keys()),
        sorted(bpy.types.Strip.bl_rna.properties.keys()),
        handlers,
    )


def test_registering_twice_leaves_blender_as_it_was() -> None:
    before = state_of_blender()
    for _ in range(2):
        addon.register()
        assert "retake" in bpy.types.Scene.bl_rna.properties
        assert "retake" in bpy.types.Strip.bl_rna.properties
        addon.unregister()
        assert state_of_blender() == before


def test_a_step_that_fails_takes_the_others_back(monkeypatch: pytest.MonkeyPatch) -> None:
    before = state_of_blender()

    def fail(name: str, function: object) -> None:
        raise RuntimeError("no commands today")

    monkeypatch.setattr(bpy.utils, "register_cli_command", fail)
    with pytest.raises(RuntimeError, match="no commands today"):
        addon.register()
    assert state_of_blender() == before
    monkeypatch.undo()
    addon.register()
    addon.unregister()


def test_the_command_is_known_while_registered() -> None:
    addon.register()
    try:
        assert registration.run_command(["--version"]) == 0
    finally:
        addon.unregister()


@pytest.mark.parametrize("argv", [["generate", "--prompt", "a tree"]])
def test_without_online_access_the_real_service_is_not_asked(
    argv: list[str], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RETAKE_HOME", str(tmp_path))
    monkeypatch.setenv("KLING_API_KEY", "key-of-nobody")
    monkeypatch.delenv("KLING_BASE_URL", raising=False)
    assert not bpy.app.online_access
    assert registration.run_command(argv) == 1
    printed = capfd.readouterr().err
    assert "online" in printed.lower() or "offline" in printed.lower()
    assert "Traceback" not in printed
