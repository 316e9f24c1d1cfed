# SPDX-License-Identifier: GPL-3.0-or-later
"""The extension in a real Blender program, by its own commands: install the file, generate a shot.

BLENDER names the program, RETAKE_PROGRAM_ZIP the zip with wheels for its Python (a distribution's Blender may run a
Python that no official one has).
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.child_process import run_child


@pytest.fixture
def program() -> str:
    blender = os.environ.get("BLENDER")
    if not blender:
        pytest.skip("BLENDER names no Blender program: the real program is NOT tested in this run")
    return blender


@pytest.fixture
def program_zip() -> Path:
    named = os.environ.get("RETAKE_PROGRAM_ZIP")
    if not named:
        pytest.skip("RETAKE_PROGRAM_ZIP names no zip for the Blender program: it is NOT tested in this run")
    path = Path(named).resolve()
    assert path.is_file(), f"RETAKE_PROGRAM_ZIP: {path} does not exist"
    return path


def run(program: str, profile: Path, *arguments: object, timeout_s: float = 240, home: Path | None = None) -> str:
    """Standard output."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KLING_", "RETAKE_"))}
    environ = {**kept, "BLENDER_USER_RESOURCES": str(profile)}
    if home is not None:
        environ["RETAKE_HOME"] = str(home)
    return run_child([program, *arguments], env=environ, timeout_s=timeout_s).out


def test_program_installs_the_zip_and_generates(program: str, program_zip: Path, tmp_path: Path) -> None:
    profile, blend, media = tmp_path / "profile", tmp_path / "edit.blend", tmp_path / "media"
    profile.mkdir()
    run(program, profile, "--command", "extension", "install-file", "-r", "user_default", "-e", program_zip)
    output = run(
        program,
        profile,
        *("-b", "--command", "retake", "generate", "--sandbox", "--prompt", "A lighthouse at dusk"),
        *("--blend", blend, "--media", media, "--json"),
    )
    # Blender prints lines of its own on standard output.
    outcome = json.loads(output[output.index("{") : output.rindex("}") + 1])
    (shot,) = outcome["shots"]
    assert shot["state"] == "placed"
    assert Path(shot["file"]).is_file()
    assert blend.is_file()


def test_program_makes_a_list_into_an_edit(program: str, program_zip: Path, tmp_path: Path) -> None:
    profile, opened, blend = tmp_path / "profile", tmp_path / "open.blend", tmp_path / "edit.blend"
    profile.mkdir()
    run(program, profile, "--command", "extension", "install-file", "-r", "user_default", "-e", program_zip)
    save = f"import bpy; bpy.ops.wm.save_as_mainfile(filepath={str(opened)!r})"
    run(program, profile, "-b", "--python-expr", save)
    shots = tmp_path / "list.toml"
    shots.write_text(
        '[[shot]]\nid = "s010"\nprompt = "A lighthouse at dusk"\n'
        '[[shot]]\nid = "s020"\nprompt = "and on"\nstart = "last frame of s010"\n'
    )
    output = run(
        program,
        profile,
        *("-b", opened, "--command", "retake", "batch", shots, "--sandbox", "--speed", "200"),
        *("--blend", blend, "--otio", tmp_path / "edit.otio", "--json"),
    )
    outcome = json.loads(output[output.index("{") : output.rindex("}") + 1])
    assert [(shot["id"], shot["state"]) for shot in outcome["shots"]] == [("s010", "placed"), ("s020", "placed")]
    assert blend.is_file()
    assert (tmp_path / "edit.otio").is_file()


def test_a_click_on_generate_in_the_window_brings_a_take(program: str, program_zip: Path, tmp_path: Path) -> None:
    profile, folder = tmp_path / "profile", tmp_path / "desk"
    profile.mkdir()
    folder.mkdir()
    run(program, profile, "--command", "extension", "install-file", "-r", "user_default", "-e", program_zip)
    script = Path(__file__).parent / "inside" / "make_a_shot.py"
    run(program, profile, "--enable-event-simulate", "--python", script, "--", folder, home=tmp_path / "home")
    said = json.loads((folder / "said.json").read_text(encoding="utf-8"))
    assert "error" not in said, said["error"]
    assert said["generate"] == ["FINISHED"]
    assert said["waiting"] == ["s010 (waiting)"]
    assert said["strips"] == [["s010 take 1", "MOVIE", 1]]
    assert (folder / "takes" / said["files"][0]).stat().st_size > 10_000
