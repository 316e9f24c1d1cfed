# SPDX-License-Identifier: GPL-3.0-or-later
"""OpenTimelineIO's adapter inside Blender, the program: it would have to close what the user has open."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.wheel import build_wheel

from .test_program import program, program_zip, run

__all__ = ["program", "program_zip"]

# As an editor's script does that added a folder of packages: Blender has no other way to them.
INSIDE = """
import os, sys
sys.path.insert(0, {wheel!r})
import bpy
import opentimelineio as otio
scene = bpy.data.scenes.new("Unsaved")
for call in (otio.adapters.read_from_file, lambda path: otio.adapters.write_to_file(otio.schema.Timeline(), path)):
    try:
        call({blend!r})
    except otio.exceptions.OTIOError as error:
        print("refused:", error, "Unsaved" in bpy.data.scenes)
sys.stdout.flush()
os._exit(0)  # a window would ask about what is not saved
"""


@pytest.mark.parametrize("background", [True, False], ids=["background", "window"])
def test_blender_itself_refuses_and_keeps_what_is_open(
    program: str, program_zip: Path, tmp_path: Path, *, background: bool
) -> None:
    profile, blend = tmp_path / "profile", tmp_path / "edit.blend"
    profile.mkdir()
    # It brings OpenTimelineIO.
    run(program, profile, "--command", "extension", "install-file", "-r", "user_default", "-e", program_zip)
    with zipfile.ZipFile(build_wheel(tmp_path)) as archive:
        archive.extractall(tmp_path / "wheel")
    code = INSIDE.format(wheel=str(tmp_path / "wheel"), blend=str(blend))
    (tmp_path / "inside.py").write_text(code, encoding="utf-8")
    printed = run(program, profile, *(("-b",) if background else ()), "--python", tmp_path / "inside.py")
    said = [line for line in printed.splitlines() if line.startswith("refused:")]
    assert len(said) == 2
    assert all(line.endswith("it needs a Python of its own. True") for line in said)
    assert not blend.exists()
