# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies in the zip."""

from __future__ import annotations

import tomllib
import zipfile
from pathlib import Path, PurePosixPath


def test_zip_holds_nothing_of_the_workshop(built_zip: Path) -> None:
    with zipfile.ZipFile(built_zip) as archive:
        parts = {part for name in archive.namelist() for part in PurePosixPath(name).parts}
    assert not parts & {"dev", "tests", "__pycache__", ".venv", "noxfile.py", "Makefile"}


def test_zip_leaves_out_what_only_pip_makes_known_to_opentimelineio(built_zip: Path) -> None:
    with zipfile.ZipFile(built_zip) as archive:
        assert not [name for name in archive.namelist() if name.startswith("otio_plugin")]


def test_zip_lists_exactly_the_wheels_it_holds(built_zip: Path) -> None:
    with zipfile.ZipFile(built_zip) as archive:
        packed = {name for name in archive.namelist() if name.endswith(".whl")}
        manifest = tomllib.loads(archive.read("blender_manifest.toml").decode("utf-8"))
    assert {wheel.removeprefix("./") for wheel in manifest["build"]["generated"]["wheels"]} == packed


def test_zip_serves_every_python_of_official_blender(built_zip: Path) -> None:
    with zipfile.ZipFile(built_zip) as archive:
        tags = {PurePosixPath(name).stem.split("-")[-3] for name in archive.namelist() if name.endswith(".whl")}
    assert {"cp311", "cp313"} <= tags


def test_zip_carries_licence_and_bridge(built_zip: Path) -> None:
    with zipfile.ZipFile(built_zip) as archive:
        assert {"LICENSE", "README.md", "__init__.py", "otio_bridge/__init__.py"} <= set(archive.namelist())
