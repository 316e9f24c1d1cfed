# SPDX-License-Identifier: GPL-3.0-or-later
"""Installing the zip into an empty profile, and taking it out again."""

from __future__ import annotations

from pathlib import Path

from tests.zip.blender import Blender


def test_enabling_imports_no_heavy_library(blender: Blender, built_zip: Path) -> None:
    answer = blender.run("enable_once", built_zip)
    assert answer["pulled_in"] == []


def test_every_library_comes_from_the_zip(blender: Blender, built_zip: Path) -> None:
    answer = blender.run("enable_once", built_zip)
    unpacked = blender.profile / "extensions" / ".local"
    assert {name for name, origin in answer["origins"].items() if not Path(origin).is_relative_to(unpacked)} == set()


def test_disabling_leaves_blender_as_it_was(blender: Blender, built_zip: Path) -> None:
    answer = blender.run("cycle", built_zip)
    steps = answer["steps"]
    assert steps["enabled"] != steps["at first"]
    assert "retake" in steps["enabled"]["commands"]
    assert steps["disabled"] == steps["at first"]
    assert steps["enabled again"] == steps["enabled"]
    assert steps["disabled again"] == steps["at first"]
    assert answer["enabled_again"] == [True, True]


def test_removing_takes_the_files_away(blender: Blender, built_zip: Path) -> None:
    answer = blender.run("cycle", built_zip)
    assert (answer["was_there"], answer["is_there"]) == (True, False)
