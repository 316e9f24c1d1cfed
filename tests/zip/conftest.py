# SPDX-License-Identifier: GPL-3.0-or-later
"""The built zip and the Blenders to install it into. The tests themselves never import bpy: every one runs children.

RETAKE_BPY names the Pythons that hold bpy and nothing of ours, as `4.5=/path/to/python` joined by os.pathsep: a library
installed beside bpy would be found before the one in the zip. RETAKE_ZIP names the zip.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.zip.blender import Blender, pythons_with_bpy


@pytest.fixture(scope="session")
def built_zip() -> Path:
    named = os.environ.get("RETAKE_ZIP")
    if not named:
        pytest.skip("RETAKE_ZIP names no zip; `make zip` builds one")
    path = Path(named).resolve()
    assert path.is_file(), f"RETAKE_ZIP: {path} does not exist"
    return path


@pytest.fixture(params=["4.5", "5.0", "5.2"])
def blender(request: pytest.FixtureRequest, tmp_path: Path) -> Blender:
    version: str = request.param
    python = pythons_with_bpy().get(version)
    if python is None:
        pytest.skip(f"RETAKE_BPY names no Python with bpy {version}")
    return Blender(version, python, tmp_path / "profile")
