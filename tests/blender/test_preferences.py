# SPDX-License-Identifier: GPL-3.0-or-later
"""The preferences: keys that are stored and never shown, what the environment overrules, and the diagnostics."""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import SimpleNamespace

import bpy
import pytest

from addon.redaction import remember_secret
from addon.ui import key_panel
from addon.ui.diagnostics import diagnostics, manual
from addon.ui.preferences import RetakePreferences, environ, preferences
from tests.blender.enabled import editor, generate, movies, tick_until
from tests.blender.recording_layout import RecordingLayout
from tests.rehearsal import Rehearsal

__all__ = ["editor"]

KEY = "ak-of-a-test-0123456789abcdef"
LIMIT_S = 20.0


def key_rows() -> RecordingLayout:
    """The account's part of the preferences, once the thread has answered."""
    ends_at = time.monotonic() + LIMIT_S
    while True:
        layout = RecordingLayout()
        key_panel.draw(layout, bpy.context, environ())
        if not any(words in layout.said() for words in ("Looking for a key", "One moment")):
            return layout
        assert time.monotonic() < ends_at
        time.sleep(0.02)


@pytest.fixture
def keyless(editor: bpy.types.Scene, monkeypatch: pytest.MonkeyPatch) -> bpy.types.Scene:
    monkeypatch.delenv("KLING_API_KEY")
    # A keyring of the machine that runs the tests is nobody's business here.
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    return editor


def test_a_key_is_entered_once_and_shown_only_as_set(keyless: bpy.types.Scene, rehearsal: Rehearsal) -> None:
    assert "No key is set for" in key_rows().said()
    assert not bpy.ops.retake.check_key.poll()
    key = rehearsal.api_key.value
    assert bpy.ops.retake.enter_key(api_key=f" {key} ") == {"FINISHED"}
    rows = key_rows()
    assert "An API key is set for" in rows.said()
    assert "a file in Retake's folder" in rows.said()
    assert key not in rows.said()
    kept = Path(os.environ["RETAKE_HOME"]) / "keys.toml"
    assert key in kept.read_text(encoding="utf-8")
    assert kept.stat().st_mode & 0o077 == 0
    assert bpy.ops.retake.check_key() == {"FINISHED"}
    assert "Kling takes the key" in key_rows().said()
    keyless.retake_draft.prompt = "rain"
    generate(keyless)
    tick_until(lambda: movies(keyless)[0].retake.take_number == 1)
    assert bpy.ops.retake.forget_key() == {"FINISHED"}
    assert "is removed from a file" in key_rows().said()
    assert "No key is set" in key_rows().said()


def test_a_key_never_gets_into_a_blend(keyless: bpy.types.Scene, tmp_path: Path) -> None:
    bpy.ops.retake.enter_key(api_key=KEY)
    key_rows()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "edit.blend"), compress=False)
    assert KEY.encode() not in (tmp_path / "edit.blend").read_bytes()
    assert all(KEY not in str(operator.properties.items()) for operator in bpy.context.window_manager.operators)


def test_a_key_that_kling_refuses_is_told(keyless: bpy.types.Scene) -> None:
    bpy.ops.retake.enter_key(api_key=KEY)
    key_rows()
    bpy.ops.retake.check_key()
    said = key_rows().said()
    assert "does not accept the key" in said
    assert KEY not in said


def test_nothing_entered_stores_nothing(keyless: bpy.types.Scene) -> None:
    with pytest.raises(RuntimeError, match="No key was entered"):
        bpy.ops.retake.enter_key(api_key="  ")
    assert not (Path(os.environ["RETAKE_HOME"]) / "keys.toml").exists()


def test_the_environment_comes_first_and_is_named(editor: bpy.types.Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    own = preferences()
    monkeypatch.setattr(own, "day_credits", 50, raising=False)
    monkeypatch.setattr(own, "region", "CHINA", raising=False)
    assert environ()["RETAKE_MAX_CREDITS_PER_DAY"] == "50"
    assert environ()["KLING_BASE_URL"] == os.environ["KLING_BASE_URL"]
    monkeypatch.delenv("KLING_BASE_URL")
    assert environ()["KLING_BASE_URL"] == "https://api-beijing.klingai.com"
    monkeypatch.setenv("RETAKE_MAX_CREDITS_PER_DAY", "9")
    assert environ()["RETAKE_MAX_CREDITS_PER_DAY"] == "9"


def test_the_preferences_say_what_is_set_elsewhere_and_why_it_is_offline(
    editor: bpy.types.Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RETAKE_MAX_CREDITS_PER_DAY", "9")
    layout = RecordingLayout()
    own = SimpleNamespace(
        **{
            name: getattr(preferences(), name)
            for name in (
                "use_sandbox",
                "region",
                "media_folder",
                "day_credits",
                "tasks_at_once",
                "voices_are_free",
                "storage",
            )
        },
        bl_rna=RetakePreferences.bl_rna,
        layout=layout,
    )
    RetakePreferences.draw(own, bpy.context)
    assert "Set by RETAKE_MAX_CREDITS_PER_DAY" in layout.texts()
    assert "Allow Online Access is off" in layout.said() or "--offline-mode" in layout.said()
    (cap,) = (one for one in layout.drawn if one.arguments.get("property") == "day_credits")
    assert not cap.enabled
    assert layout.find("retake.copy_diagnostics").enabled


def test_diagnostics_hold_versions_and_no_secret(editor: bpy.types.Scene) -> None:
    remember_secret(KEY)
    editor.retake_draft.prompt = f"a secret plan {KEY}"
    generate(editor)
    tick_until(lambda: movies(editor)[0].retake.take_number == 1)
    text = diagnostics()
    assert bpy.app.version_string in text
    assert "Jobs: 1 " in text
    assert KEY not in text
    assert "secret plan" not in text
    assert os.environ["KLING_API_KEY"] not in text


def test_the_documentation_is_there() -> None:
    path = manual()
    assert path is not None
    assert path.read_text(encoding="utf-8").startswith("# Retake")
