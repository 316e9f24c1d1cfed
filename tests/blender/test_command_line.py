# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m addon … --blend`: the program with bpy beside it, as a process of its own."""

from __future__ import annotations

import json
import sqlite3
from fractions import Fraction
from pathlib import Path

import bpy
import opentimelineio as otio
import pytest

from addon.vse.compat import left_handle, right_handle
from addon.vse.project import new_project, open_project, save_project
from tests.rehearsal import PROMPT, Shell

from .test_place import SIZE_PX, add_colour, strips


def placed(shell: Shell) -> dict[str, tuple[int, int, int]]:
    """Start, end and channel of each strip of edit.blend."""
    scene = open_project(shell.folder / "edit.blend")
    return {name: (left_handle(s), right_handle(s), s.channel) for name, s in strips(scene).items()}


def test_a_prompt_becomes_a_clip_with_sound_on_a_new_timeline(shell: Shell) -> None:
    argv = ["generate", *PROMPT, "--sound", "--shot", "s010", "--blend", "edit.blend", "--fps", "25", "--json"]
    done = shell.run(*argv)
    assert done.code == 0, done.err
    assert done.json["shots"][0]["state"] == "placed"
    assert placed(shell) == {"s010 take 1": (1, 127, 2), "s010 take 1 sound": (1, 127, 1)}
    scene = bpy.context.scene
    assert (scene.render.fps, scene.render.resolution_x, scene.frame_end) == (25, 1920, 126)
    assert scene.retake.shots["s010"].takes[0].cost_units == "5"

    assert not (shell.folder / "edit.blend1").exists()

    again = shell.run(*argv)
    assert again.json == done.json
    assert len(placed(shell)) == 2
    assert len(shell.rehearsal.creates()) == 1

    exported = shell.run("otio", "export", "edit.blend", "edit.otio", "--json")
    assert exported.json["file"] == str(shell.folder / "edit.otio")
    assert (exported.json["kept"], exported.json["findings"]) == (2, [])
    timeline = otio.adapters.read_from_file(str(shell.folder / "edit.otio"))
    assert [track.kind for track in timeline.tracks] == ["Video", "Audio"]


def test_a_crash_between_placing_and_the_ledger_places_nothing_twice(shell: Shell) -> None:
    argv = ["generate", *PROMPT, "--shot", "s010", "--blend", "edit.blend", "--json"]
    shell.run(*argv)
    # As a crash after the .blend was saved and before the ledger knew would leave it.
    ledger = sqlite3.connect(shell.rehearsal.folder / "home" / "ledger.db")
    ledger.execute("UPDATE job SET state = 'ready'")
    ledger.commit()
    ledger.close()
    done = shell.run(*argv)
    assert done.json["shots"][0]["state"] == "placed"
    assert list(placed(shell)) == ["s010 take 1"]


def test_a_shot_goes_into_an_edit_at_its_end_or_where_it_is_asked(shell: Shell) -> None:
    scene = new_project(shell.folder / "edit.blend", Fraction(24), SIZE_PX)
    add_colour(scene, channel=3, start=1, length=48)
    scene.frame_end = 48
    save_project(shell.folder / "edit.blend")
    at_end = ["generate", *PROMPT, "--shot", "s010", "--blend", "edit.blend"]
    assert shell.run(*at_end).code == 0
    assert shell.run(*at_end, "--shot", "s020", "--at", "10", "--channel", "5").code == 0
    found = placed(shell)
    assert found == {"colour": (1, 49, 3), "s010 take 1": (49, 170, 2), "s020 take 1": (10, 131, 5)}
    assert bpy.context.scene.frame_end == 48, "the range of an existing edit is the editor's"


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        pytest.param(["--blend", "edit.txt"], "ends in .blend", id="ending"),
        pytest.param(["--blend", "edit.blend", "--fps", "24.001"], "a rate such as", id="rate"),
        pytest.param(["--blend", "a-file/edit.blend"], "the folder cannot be written", id="folder"),
        pytest.param(["--blend", "edit.blend", "--channel", "129"], "1<=x<=128", id="channel"),
    ],
)
def test_a_target_that_cannot_be_is_said_before_anything_is_paid(
    shell: Shell,
    argv: list[str],
    words: str,
) -> None:
    (shell.folder / "a-file").write_text("")
    done = shell.run("generate", *PROMPT, *argv)
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert shell.rehearsal.requests_seen() == 0
    assert shell.files() == ["a-file"]


def test_a_blend_that_cannot_be_opened_keeps_the_paid_take(shell: Shell) -> None:
    (shell.folder / "edit.blend").write_bytes(b"not a blend at all")
    done = shell.run("generate", *PROMPT, "--shot", "s010", "--blend", "edit.blend", "--json")
    assert done.code == 1
    (shot,) = done.json["shots"]
    assert shot["state"] == "ready"
    assert "cannot open" in shot["error"]
    assert Path(shot["file"]).is_file()
    assert (shell.folder / "edit.blend").read_bytes() == b"not a blend at all"
    (shell.folder / "edit.blend").unlink()
    later = shell.run("generate", *PROMPT, "--shot", "s010", "--blend", "edit.blend", "--json")
    assert later.json["shots"][0]["state"] == "placed"
    assert len(shell.rehearsal.creates()) == 1


def test_results_are_alone_on_standard_output(shell: Shell) -> None:
    done = shell.run("generate", *PROMPT, "--blend", "edit.blend", "--json")
    assert done.out.count("\n") == 1
    assert json.loads(done.out)
    assert "Saved" not in done.err
