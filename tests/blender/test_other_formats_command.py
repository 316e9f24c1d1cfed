# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m addon otio …` with EDL, Final Cut Pro 7 XML, FCPXML and AAF, bpy beside it as a process of its own."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from addon.timeline.ranges import FrameRange
from addon.vse.compat import left_handle, new_effect, right_handle, set_left_handle, set_right_handle
from addon.vse.project import new_project, open_project, save_project
from addon.vse.read import read_timeline
from otio_bridge.snapshot import StripKind, TimelineSnapshot
from tests.numbered_video import write_numbered
from tests.rehearsal import Shell

from .test_place import SIZE_PX, strips

RATE = Fraction(25)


def make_blend(shell: Shell) -> TimelineSnapshot:
    """A dissolves to B, a gap, A again from another frame; a tone. All at 25 frames a second."""
    folder = shell.folder / "media"
    folder.mkdir()
    for name in ("A ü.mp4", "B.mp4"):
        write_numbered(folder / name, 120, RATE, size=(64, 36), click_s=1.0)
    blend = shell.folder / "edit.blend"
    scene = new_project(blend, RATE, SIZE_PX)
    editor = scene.sequence_editor_create()
    first = editor.strips.new_movie(name="first", filepath=str(folder / "A ü.mp4"), channel=1, frame_start=1)
    set_right_handle(first, 61)
    second = editor.strips.new_movie(name="second", filepath=str(folder / "B.mp4"), channel=2, frame_start=31)
    set_left_handle(second, 49)
    set_right_handle(second, 111)
    cross = new_effect(editor, "cross", "CROSS", 3, FrameRange(49, 61), (first, second))
    cross.blend_type = "REPLACE"
    third = editor.strips.new_movie(name="third", filepath=str(folder / "A ü.mp4"), channel=1, frame_start=130)
    set_left_handle(third, 150)
    set_right_handle(third, 190)
    tone = editor.strips.new_sound(name="tone", filepath=str(folder / "B.mp4"), channel=5, frame_start=1)
    set_right_handle(tone, 76)
    save_project(blend)
    return read_timeline(scene)


def seen(snapshot: TimelineSnapshot) -> list[tuple[str, str, int, int, int]]:
    """Kind, file, first frame, end, and the file's frame that is shown first."""
    return sorted(
        (one.kind.value, Path(one.shown.path).name, one.start, one.end_exclusive, one.content_offset)
        for one in snapshot.strips
        if one.shown is not None
    )


@pytest.mark.parametrize("ending", [".edl", ".xml", ".fcpxml", ".aaf"])
def test_an_edit_goes_out_and_comes_back_with_its_files_and_frames(ending: str, shell: Shell) -> None:
    before = make_blend(shell)
    strict = shell.run("otio", "export", "edit.blend", f"no{ending}", "--strict")
    assert (strict.code == 0) == (ending == ".xml"), strict.err
    assert (shell.folder / f"no{ending}").exists() == (ending == ".xml")
    written = shell.run("otio", "export", "edit.blend", f"edit{ending}", "--json")
    assert written.code == 0, written.err
    rate = ("--rate", "25") if ending == ".edl" else ()
    made = shell.run("otio", "import", f"edit{ending}", "again.blend", *rate, "--json")
    assert made.code == 0, made.err
    assert made.json["missing"] == []

    again = read_timeline(open_project(shell.folder / "again.blend"))
    assert again.rate == RATE
    wanted = [one for one in seen(before) if one[0] == "movie" or ending != ".edl"]
    crosses = [(one.start, one.end_exclusive) for one in again.strips if one.kind is StripKind.EFFECT]
    if ending in (".edl", ".xml"):
        assert crosses == [(49, 61)]
        assert {one["feature"] for one in written.json["findings"]} == ({"strip"} if ending == ".edl" else set())
    else:
        # A cut in the middle of the dissolve, which is said.
        wanted = [
            (kind, file, 55 if start == 49 else start, 55 if end == 61 else end, offset + 6 if start == 49 else offset)
            for kind, file, start, end, offset in wanted
        ]
        assert crosses == []
        assert ("cross", "transition") in {(one["strip"], one["feature"]) for one in written.json["findings"]}
    assert seen(again) == sorted(wanted)


def test_an_edl_that_was_trimmed_elsewhere_is_brought_back(shell: Shell) -> None:
    make_blend(shell)
    assert shell.run("otio", "export", "edit.blend", "edit.edl").code == 0
    path = shell.folder / "edit.edl"
    lines = path.read_text(encoding="utf-8").splitlines()
    # The third clip begins half a second later in its file and in the edit.
    (at,) = (number for number, line in enumerate(lines) if line.startswith("003"))
    assert lines[at].endswith("00:00:00:20 00:00:02:10 00:00:05:24 00:00:07:14")
    lines[at] = lines[at].replace("00:00:00:20", "00:00:01:07").replace("00:00:05:24", "00:00:06:11")
    path.write_text("\n".join(lines), encoding="utf-8")
    looked = shell.run("otio", "conform", "edit.blend", "edit.edl", "out.blend", "--only", "third", "--json")
    assert looked.code == 0, looked.err
    (change,) = looked.json["changes"]
    assert (change["strip"], change["kinds"]) == ("third", ["trimmed"])
    third = strips(open_project(shell.folder / "out.blend"))["third"]
    assert (left_handle(third), right_handle(third)) == (162, 190)


def test_an_edl_without_a_rate_is_refused_and_no_blend_made(shell: Shell) -> None:
    make_blend(shell)
    shell.run("otio", "export", "edit.blend", "edit.edl")
    refused = shell.run("otio", "import", "edit.edl", "no.blend")
    assert refused.code != 0
    assert "--rate" in refused.err
    wrong = shell.run("otio", "import", "edit.edl", "no.blend", "--rate", "fast")
    assert wrong.code == 2
    assert "frames a second from 1 to 1000" in wrong.err
    assert not (shell.folder / "no.blend").exists()
