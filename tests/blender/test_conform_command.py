# SPDX-License-Identifier: GPL-3.0-or-later
"""`retake otio conform` and `retake otio import`, as processes of their own: frames, files, prices and exit codes."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import bpy
import pytest

from addon.kling.catalogue import catalogue
from addon.kling.price import estimate_units
from addon.timeline.take import Take
from addon.vse.compat import left_handle, right_handle, set_right_handle
from addon.vse.place import place_take
from addon.vse.project import new_project, open_project, save_project
from tests.numbered_video import write_numbered
from tests.other_program import OtherProgram
from tests.rehearsal import PLAIN, Shell

from .rich_edit import add_movie
from .test_place import SIZE_PX, strips


@pytest.fixture
def desk(shell: Shell, takes: dict[str, Take]) -> Shell:
    """`edit.blend` with two trimmed takes and a locked clip, and `edit.otio` of it."""
    blend = shell.folder / "edit.blend"
    scene = new_project(blend, Fraction(24), SIZE_PX)
    place_take(scene, replace(takes["silent"], shot_id="s010", number=1), 1)
    place_take(scene, replace(takes["silent"], shot_id="s020", number=1), 201)
    there = strips(scene)
    set_right_handle(there["s010 take 1"], 101)
    set_right_handle(there["s020 take 1"], 301)
    write_numbered(shell.folder / "plate.mp4", 100, Fraction(24), size=SIZE_PX)
    add_movie(scene, shell.folder / "plate.mp4", "plate", 5, 1).lock = True
    save_project(blend)
    assert shell.run("otio", "export", "edit.blend", "edit.otio").code == 0
    return shell


def spans(blend: Path) -> dict[str, tuple[int, int]]:
    return {name: (left_handle(one), right_handle(one)) for name, one in strips(open_project(blend)).items()}


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def longer(shell: Shell, frames: int) -> None:
    """Both shots end so many frames later; what followed the first moves along."""
    program = OtherProgram(shell.folder / "edit.otio")
    program.trim("s010 take 1", tail=-frames)
    program.trim("s020 take 1", tail=-10)
    program.save(shell.folder / "changed.otio")


def test_a_shot_beyond_its_take_is_listed_with_frames_and_price(desk: Shell) -> None:
    longer(desk, 50)  # 100 are shown and 121 are there
    found = desk.run("otio", "conform", "edit.blend", "changed.otio", "out.blend", "--dry-run", "--json")
    assert found.code == 0, found.err
    rows = {one["strip"]: one for one in found.json["changes"]}
    row = rows["s010 take 1"]
    assert (row["shot"], row["kinds"], row["frames"]) == ("s010", ["trimmed"], "1-100 → 1-150")
    assert (row["missing_frames"], row["needed_s"]) == (29, 6.25)
    units = estimate_units(replace(PLAIN, duration_s=10))
    assert (row["longer_s"], Decimal(str(row["longer_units"]))) == (10, units)
    assert row["advice"].startswith(
        f"29 frames longer than its take: a take of 10 s would cost ${units * 14 / 100:.2f}"
    )
    other = rows["s020 take 1"]
    assert (other["missing_frames"], other["longer_s"], other["advice"]) == (0, None, None)
    assert other["frames"] == "201-300 → 251-360"
    assert found.json["file"] is None
    assert not (desk.folder / "out.blend").exists()
    told = desk.run("otio", "conform", "edit.blend", "changed.otio", "out.blend", "--dry-run", COLUMNS="200")
    assert "a take of 10 s would cost" in told.out
    assert "nothing was written: 2 changes, 1 strip as before" in told.out


def test_beyond_the_longest_take_the_way_out_is_said(desk: Shell) -> None:
    longer(desk, 200)
    found = desk.run("otio", "conform", "edit.blend", "changed.otio", "out.blend", "--dry-run", "--json")
    (row,) = (one for one in found.json["changes"] if one["strip"] == "s010 take 1")
    assert (row["missing_frames"], row["longer_s"], row["longer_units"]) == (179, None, None)
    label = catalogue().model_row(PLAIN.model_name).label
    assert f"{label} makes 10 s at most: go on from it by Extend" in row["advice"]


def test_only_the_named_strips_are_changed(desk: Shell) -> None:
    longer(desk, 10)
    before = digest(desk.folder / "edit.blend")
    arguments = ["otio", "conform", "edit.blend", "changed.otio"]
    done = desk.run(*arguments, "out.blend", "--only", "s020 take 1", "--json")
    assert done.code == 0, done.err
    assert [one["strip"] for one in done.json["changes"]] == ["s020 take 1"]
    assert done.json["file"] == str(desk.folder / "out.blend")
    assert spans(desk.folder / "out.blend") == {"s010 take 1": (1, 101), "s020 take 1": (211, 321), "plate": (1, 101)}
    both = desk.run(*arguments, "both.blend", "--only", "s020 take 1", "--only", "s010 take 1")
    assert both.code == 0
    assert spans(desk.folder / "both.blend")["s010 take 1"] == (1, 111)
    unknown = desk.run(*arguments, "no.blend", "--only", "s030 take 1")
    assert unknown.code == 2
    assert "--only: s030 take 1 cannot be used; the edit changes s010 take 1, s020 take 1." in unknown.err
    assert not (desk.folder / "no.blend").exists()
    assert digest(desk.folder / "edit.blend") == before


def test_what_is_locked_is_left_and_said_and_cannot_be_asked_for(desk: Shell) -> None:
    program = OtherProgram(desk.folder / "edit.otio")
    program.trim("plate", tail=20)
    program.trim("s020 take 1", tail=20)
    program.save(desk.folder / "changed.otio")
    arguments = ["otio", "conform", "edit.blend", "changed.otio"]
    some = desk.run(*arguments, "out.blend", "--json")
    assert some.code == 1
    assert some.json["skipped"] == [["plate", "it is locked"]]
    assert spans(desk.folder / "out.blend") == {"s010 take 1": (1, 101), "s020 take 1": (201, 281), "plate": (1, 101)}
    told = desk.run(*arguments, "told.blend")
    assert told.code == 1
    assert "plate: left as it was: it is locked" in told.err
    refused = desk.run(*arguments, "no.blend", "--only", "plate")
    assert refused.code == 2
    assert "that change cannot be applied: it is locked" in refused.err
    assert not (desk.folder / "no.blend").exists()


def test_an_error_in_the_middle_writes_nothing(desk: Shell) -> None:
    (desk.folder / "new.mp4").write_bytes(b"no video at all")
    program = OtherProgram(desk.folder / "edit.otio")
    program.trim("s020 take 1", tail=20)
    program.replace_media("s010 take 1", desk.folder / "new.mp4", rate=24.0, frames=121)
    program.save(desk.folder / "changed.otio")
    before = digest(desk.folder / "edit.blend")
    for result in ("out.blend", "edit.blend"):
        failed = desk.run("otio", "conform", "edit.blend", "changed.otio", result)
        assert failed.code == 1
        assert "is no video" in failed.err
    assert not (desk.folder / "out.blend").exists()
    assert digest(desk.folder / "edit.blend") == before


def test_a_strict_import_writes_nothing_where_something_is_lost(desk: Shell) -> None:
    (desk.folder / "plate.mp4").rename(desk.folder / "gone.mp4")
    refused = desk.run("otio", "import", "edit.otio", "again.blend", "--strict")
    assert refused.code == 1
    assert "Nothing was written: plate:" in refused.err
    assert not list(desk.folder.glob("again*"))
    taken = desk.run("otio", "import", "edit.otio", "again.blend", "--json")
    assert taken.code == 0
    assert taken.json["missing"] == [str(desk.folder / "plate.mp4")]
    (desk.folder / "gone.mp4").rename(desk.folder / "plate.mp4")
    whole = desk.run("otio", "import", "edit.otio", "whole.blend", "--strict")
    assert whole.code == 0, whole.err
    assert spans(desk.folder / "whole.blend") == spans(desk.folder / "edit.blend")


def test_moved_media_is_found_in_the_folders_given(desk: Shell) -> None:
    where = desk.folder / "moved" / "deep"
    where.mkdir(parents=True)
    shutil.move(desk.folder / "plate.mp4", where / "plate.mp4")
    (desk.folder / "empty").mkdir()
    lost = desk.run("otio", "import", "edit.otio", "lost.blend", "--relink", "empty", "--json")
    assert (lost.code, lost.json["missing"]) == (0, [str(desk.folder / "plate.mp4")])
    found = desk.run("otio", "import", "edit.otio", "found.blend", "--relink", "empty", "--relink", "moved", "--json")
    assert (found.code, found.json["missing"]) == (0, [])
    plate = strips(open_project(desk.folder / "found.blend"))["plate"]
    assert plate.type == "MOVIE"
    assert Path(bpy.path.abspath(plate.filepath)).resolve() == where / "plate.mp4"
    assert (left_handle(plate), right_handle(plate)) == (1, 101)
    nowhere = desk.run("otio", "import", "edit.otio", "no.blend", "--relink", "nowhere")
    assert nowhere.code == 2
    assert not (desk.folder / "no.blend").exists()
