# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m addon otio …` with bpy beside it, as a process of its own."""

from __future__ import annotations

from fractions import Fraction

from addon.vse.compat import left_handle, set_content_start
from addon.vse.project import new_project, open_project, save_project
from addon.vse.read import read_timeline
from tests.rehearsal import Shell

from .rich_edit import rich_edit
from .test_exchange import by_place, differences
from .test_place import SIZE_PX, strips


def test_an_edit_goes_out_comes_in_and_is_conformed(shell: Shell) -> None:
    blend = shell.folder / "edit.blend"
    new_project(blend, Fraction(25), SIZE_PX)
    first = rich_edit(shell.folder / "media", Fraction(25))
    save_project(blend)
    before = read_timeline(first)

    refused = shell.run("otio", "export", "edit.blend", "no.otio", "--flavour", "kdenlive", "--strict")
    assert refused.code != 0
    assert not (shell.folder / "no.otio").exists()
    written = shell.run("otio", "export", "edit.blend", "edit.otio", "--scene", first.name, "--json")
    assert written.json["kept"] == written.json["strips"] == 26
    assert all(one["comes_back"] for one in written.json["findings"])

    made = shell.run("otio", "import", "edit.otio", "again.blend", "--json")
    assert made.code == 0, made.err
    assert (made.json["strips"], made.json["missing"]) == (26, [])
    again = read_timeline(open_project(shell.folder / "again.blend"))
    left_out = {"scene"}  # the scene that it shows is in the other file
    assert [one.name for one in again.walk() if one.name not in left_out]
    kept = {one.name: one for one in by_place(again).walk()}
    for strip in by_place(before).walk():
        if strip.name not in left_out:
            assert differences(strip, kept[strip.name]) == []
    assert shell.run("otio", "import", "edit.otio", "again.blend").code != 0

    changed = open_project(shell.folder / "again.blend")
    set_content_start(strips(changed)["sequence"], 90)
    save_project(shell.folder / "again.blend")
    shell.run("otio", "export", "again.blend", "changed.otio")
    looked = shell.run(
        "otio", "conform", "edit.blend", "changed.otio", "out.blend", "--scene", "Edit", "--dry-run", "--json"
    )
    assert [(one["strip"], one["kinds"]) for one in looked.json["changes"]] == [("sequence", ["moved"])]
    assert not (shell.folder / "out.blend").exists()
    shell.run("otio", "conform", "edit.blend", "changed.otio", "out.blend", "--scene", "Edit")
    assert left_handle(strips(open_project(shell.folder / "out.blend"))["sequence"]) == 90
    assert left_handle(strips(open_project(blend, "Edit"))["sequence"]) == 40
