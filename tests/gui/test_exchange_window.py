# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits out and in as an editor does them in the real window: menus, the file browser, Esc, a file that is dropped.

RETAKE_PICTURES names a folder that gets a picture of each state.
"""

from __future__ import annotations

import json
import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from addon.interchange.bridge import Media, StripKind, StripSnapshot, TimelineSnapshot
from addon.interchange.otio_file import read_otio, write_otio
from tests.child_process import run_child
from tests.gui.test_program import program, program_zip
from tests.gui.test_states import shrink, write_cut
from tests.numbered_video import write_numbered

__all__ = ["program", "program_zip"]

INSIDE = Path(__file__).parent / "inside"


class Window:
    def __init__(self, program: str, folder: Path) -> None:
        self.program, self.folder = program, folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("KLING_", "RETAKE_"))}
        self.environ = {
            **kept,
            "BLENDER_USER_RESOURCES": str(folder / "profile"),
            "RETAKE_HOME": str(folder / "home"),
            **({"PICTURES": "1"} if os.environ.get("RETAKE_PICTURES") else {}),
        }

    def run(self, *arguments: object) -> str:
        return run_child([self.program, *arguments], env=self.environ, timeout_s=300).out

    def play(self, mode: str, *more: object) -> dict[str, Any]:
        script = INSIDE / "exchange_window.py"
        printed = self.run("--enable-event-simulate", "--python", script, "--", *more, self.folder, mode)
        said: dict[str, Any] = json.loads((self.folder / f"{mode}.json").read_text(encoding="utf-8"))
        if wanted := os.environ.get("RETAKE_PICTURES"):
            for path in sorted(self.folder.glob("[0-9]*-*.png")):
                shrink(path, Path(wanted) / f"{path.stem}.jpg")
        assert "error" not in said, said["error"]
        assert "Traceback" not in printed, printed
        return said


@pytest.fixture
def window(program: str, program_zip: Path, tmp_path: Path) -> Window:
    (tmp_path / "profile").mkdir()
    window = Window(program, tmp_path)
    window.run("--command", "extension", "install-file", "-r", "user_default", "-e", program_zip)
    (tmp_path / "elsewhere").mkdir()
    for name in ("a", "b", "elsewhere/gone"):
        write_numbered(tmp_path / f"{name}.mp4", 120, Fraction(24))
    write_cut(tmp_path / "cut.otio", [("a", 0, 60), ("b", 10, 50), ("gone", 0, 40)])
    return window


def test_an_edit_goes_in_and_out_by_the_file_menu(window: Window) -> None:
    said = window.play("menus")
    assert said["export without strips"] is False
    assert said["import asks"] == "RETAKE_OT_import_otio"
    assert said["imported"] == ["cut", ["a", "b", "gone"]]
    assert "gone" in said["findings"]
    assert said["shown"][0] == said["shown"][1]
    assert said["shown"][2]
    assert said["copied"].startswith("cut.otio\n3 of 3 strips kept\n")
    assert "gone: media approximated" in said["copied"]
    assert said["missing"] == 1
    assert said["relinked"] == ["MOVIE", "MOVIE", "MOVIE"]
    assert said["relink undone"] == ["COLOR", "MOVIE", "MOVIE"]
    assert said["written"]
    snapshot, _ = read_otio(window.folder / "written.otio")
    assert {strip.name for strip in snapshot.strips} == {"a", "b", "gone"}
    assert said["bundles"] == [True, True, ""]


def test_esc_an_undo_and_another_file_leave_no_half_edit(window: Window) -> None:
    media = {"DEFAULT_MEDIA": Media(str(window.folder / "a.mp4"), Fraction(24), 120)}
    strips = tuple(
        StripSnapshot(
            f"clip {number}", StripKind.MOVIE, 1 + number % 3, 1 + number * 10, 30, 5, media, "DEFAULT_MEDIA",
            blend_type="REPLACE",
        )
        for number in range(900)
    )  # fmt: skip
    write_otio(TimelineSnapshot("long", Fraction(24), 1, 640, 360, strips), window.folder / "long.otio")
    said = window.play("stop")
    for way in ("Esc", "undo", "load"):
        assert said[f"{way}: meanwhile"] == [True, True]
    assert said["Esc: after"] == [[], 0, "It was stopped: all is as it was before.", True]
    assert said["undo: after"][:2] == [[], 0]
    assert "taken back" in said["undo: after"][2]
    assert not any(said["load: after"])
    assert said["half"] == []


def test_edits_are_dropped_onto_the_sequencer_from_another_program(window: Window) -> None:
    """By the protocol that file managers speak on X: a file, a zipped one with its media, a folder with its media."""
    snapshot, _ = read_otio(window.folder / "cut.otio")
    for suffix in ("otioz", "otiod"):
        write_otio(snapshot, window.folder / f"cut.{suffix}", leave_missing=True)
    said = window.play("drop")
    assert said["polls"] == {"SEQUENCE_EDITOR": True, "VIEW_3D": False, "IMAGE_EDITOR": False}
    assert said["kinds"].split(";") == [".otio", ".otioz", ".otiod", ".edl", ".fcpxml", ".aaf"]
    for number, suffix in enumerate(("otio", "otioz", "otiod")):
        assert said[f"cut.{suffix}: source"] == "dropped\n"
        assert said[f"cut.{suffix}: before the dialog"] == number + 1
        assert len(said[f"cut.{suffix}: new"]) == 1
        assert said[f"cut.{suffix}: strips"] == ["a", "b", "gone"]
        assert said[f"cut.{suffix}: trouble"] == ""
