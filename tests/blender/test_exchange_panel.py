# SPDX-License-Identifier: GPL-3.0-or-later
"""Export, import and conform as an editor does them: by operators, with the add-on enabled."""

from __future__ import annotations

import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import bpy
import pytest

from addon.kling.catalogue import catalogue
from addon.kling.price import estimate_units
from addon.timeline.take import Take
from addon.ui import conform_panel, exchange_report, reading
from addon.vse.compat import (
    content_start,
    left_handle,
    right_handle,
    set_content_start,
    set_edit_scene,
    set_right_handle,
)
from addon.vse.place import place_take
from addon.vse.read import read_timeline
from addon.vse.stand_in import stand_ins
from tests.numbered_video import write_numbered
from tests.other_program import OtherProgram
from tests.rehearsal import PLAIN

from .enabled import LIMIT_S, editor  # noqa: F401
from .recording_layout import draw
from .rich_edit import add_movie, rich_edit
from .test_exchange import differences


def read_all() -> None:
    ends_at = time.monotonic() + LIMIT_S
    while reading.is_under_way():
        assert time.monotonic() < ends_at
        reading.take_in_done()
        time.sleep(0.01)


def test_an_edit_goes_out_and_comes_in_as_a_scene_of_its_own(editor: bpy.types.Scene, tmp_path: Path) -> None:  # noqa: F811
    scene = rich_edit(tmp_path / "media", Fraction(25))
    assert bpy.ops.retake.export_otio(filepath=str(tmp_path / "out.otio"), flavour="kdenlive") == {"FINISHED"}
    read_all()
    said = draw(conform_panel.RETAKE_PT_exchange).said()
    assert "out.otio" in said
    assert "Kdenlive reads no speeds" in said
    bpy.ops.retake.export_otio(filepath=str(tmp_path / "out.otio"))
    read_all()
    names = {strip.name for strip in scene.sequence_editor.strips_all}
    assert bpy.ops.retake.import_otio(filepath=str(tmp_path / "out.otio"), place="new") == {"FINISHED"}
    read_all()
    (imported,) = (one for one in bpy.data.scenes if one.name not in ("Edit", "Other"))
    assert {strip.name for strip in imported.sequence_editor.strips_all} == names
    assert "of 26 strips" in draw(conform_panel.RETAKE_PT_exchange).said()
    assert not list(stand_ins(imported))


def test_what_is_no_edit_is_named_in_the_panel_and_changes_nothing(editor: bpy.types.Scene, tmp_path: Path) -> None:  # noqa: F811
    (tmp_path / "bad.otio").write_text('{"OTIO_SCHEMA": "Timeline.1", "tracks": 7}')
    scenes = len(bpy.data.scenes)
    bpy.ops.retake.import_otio(filepath=str(tmp_path / "bad.otio"), place="new")
    read_all()
    assert len(bpy.data.scenes) == scenes
    drawn = draw(conform_panel.RETAKE_PT_exchange)
    assert any(one.arguments.get("icon") == "ERROR" for one in drawn.drawn)


def test_changes_are_listed_chosen_and_applied(editor: bpy.types.Scene, tmp_path: Path) -> None:  # noqa: F811
    scene = rich_edit(tmp_path / "media", Fraction(25))
    bpy.ops.retake.export_otio(filepath=str(tmp_path / "out.otio"))
    read_all()
    there = {strip.name: strip for strip in scene.sequence_editor.strips_all}
    set_content_start(there["sequence"], 90)
    set_content_start(there["text"], 140)
    # The edit as it was is the changed one now.
    assert bpy.ops.retake.conform(filepath=str(tmp_path / "out.otio")) == {"FINISHED"}
    read_all()
    rows = bpy.context.window_manager.retake_conform.changes
    assert {row.name for row in rows} == {"sequence", "text"}
    assert "sequence: moved" in draw(conform_panel.RETAKE_PT_exchange).texts()
    rows["text"].is_chosen = False
    assert bpy.ops.retake.apply_conform() == {"FINISHED"}
    assert (left_handle(there["sequence"]), left_handle(there["text"])) == (40, 140)
    assert not len(bpy.context.window_manager.retake_conform.changes)


def test_missing_media_is_found_again(editor: bpy.types.Scene, tmp_path: Path) -> None:  # noqa: F811
    rich_edit(tmp_path / "media", Fraction(25))
    bpy.ops.retake.export_otio(filepath=str(tmp_path / "out.otio"))
    read_all()
    (tmp_path / "media").rename(tmp_path / "elsewhere")
    bpy.ops.retake.import_otio(filepath=str(tmp_path / "out.otio"), place="new")
    read_all()
    (imported,) = (one for one in bpy.data.scenes if one.name not in ("Edit", "Other"))
    assert len(list(stand_ins(imported))) == 13
    for window in bpy.context.window_manager.windows:
        set_edit_scene(window, imported)
    bpy.context.window.scene = imported
    assert bpy.ops.retake.relink(directory=str(tmp_path / "elsewhere")) == {"FINISHED"}
    read_all()
    assert not list(stand_ins(imported))
    assert exchange_report.shown_report() is not None


def longer_take_edit(scene: bpy.types.Scene, takes: dict[str, Take], folder: Path) -> Path:
    """A take and a locked clip; elsewhere the take was made 50 frames longer than it is, the clip shorter, and another
    clip was slipped."""
    scene.render.fps = 24
    place_take(scene, replace(takes["silent"], shot_id="s010", number=1), 1)
    for number, name in enumerate(("plate", "free")):
        write_numbered(folder / f"{name}.mp4", 100, Fraction(24), size=(320, 180))
        add_movie(scene, folder / f"{name}.mp4", name, 5 + number, 1)
    there = {strip.name: strip for strip in scene.sequence_editor.strips}
    there["plate"].lock = True
    set_right_handle(there["free"], 61)
    bpy.ops.retake.export_otio(filepath=str(folder / "out.otio"))
    read_all()
    program = OtherProgram(folder / "out.otio")
    program.trim("s010 take 1", tail=-50)
    program.trim("plate", tail=20)
    program.slip("free", 20)
    return program.save(folder / "back.otio")


def test_the_panel_says_what_a_change_needs_costs_and_why_it_cannot_be(
    editor: bpy.types.Scene,  # noqa: F811
    takes: dict[str, Take],
    tmp_path: Path,
) -> None:
    path = longer_take_edit(editor, takes, tmp_path)
    panel = conform_panel.RETAKE_PT_exchange
    assert bpy.ops.retake.conform(filepath=str(path)) == {"FINISHED"}
    assert "being compared" in draw(panel).texts("progress")
    read_all()
    shown = bpy.context.window_manager.retake_conform
    rows = {row.name: row for row in shown.changes}
    assert set(rows) == {"s010 take 1", "plate", "free"}
    assert {name: row.is_chosen for name, row in rows.items()} == {"s010 take 1": True, "plate": False, "free": True}
    assert "2 of 3 chosen" in draw(panel).said()
    dollars = catalogue().dollars(estimate_units(replace(PLAIN, duration_s=10)))
    shown.row = shown.changes.find("s010 take 1")
    said = draw(panel).said()
    assert "50 frames longer than its take: a take of 10 s would cost" in said
    assert f"${dollars:.2f}" in said
    shown.row = shown.changes.find("plate")
    drawn = draw(panel)
    assert "It stays as it is: it is locked" in drawn.said()
    boxes = [one for one in drawn.drawn if one.kind == "prop" and one.arguments.get("property") == "is_chosen"]
    assert [one.enabled for one in boxes].count(False) == 1
    bpy.ops.retake.choose_changes(choice="ENOUGH")
    assert {row.name for row in shown.changes if row.is_chosen} == {"free"}
    bpy.ops.retake.choose_changes(choice="NONE")
    assert not bpy.ops.retake.apply_conform.poll()
    bpy.ops.retake.choose_changes(choice="ALL")
    assert {row.name for row in shown.changes if row.is_chosen} == {"free", "s010 take 1"}
    shown.row = shown.changes.find("free")
    bpy.ops.retake.show_change()
    assert editor.sequence_editor.active_strip.name == "free"
    bpy.ops.retake.choose_changes(choice="ENOUGH")
    assert bpy.ops.retake.apply_conform() == {"FINISHED"}
    there = {strip.name: strip for strip in editor.sequence_editor.strips}
    assert content_start(there["free"]) == -19
    assert (right_handle(there["s010 take 1"]), right_handle(there["plate"])) == (122, 101)
    assert "1 changes are on the timeline" in draw(panel).said()
    # What is left is there once it is compared again.
    assert bpy.ops.retake.conform_again() == {"FINISHED"}
    read_all()
    assert {row.name for row in shown.changes} == {"s010 take 1", "plate"}


def test_a_change_that_fails_is_said_and_nothing_is_changed(
    editor: bpy.types.Scene,  # noqa: F811
    takes: dict[str, Take],
    tmp_path: Path,
) -> None:
    path = longer_take_edit(editor, takes, tmp_path)
    program = OtherProgram(path)
    (tmp_path / "new.mp4").write_bytes(b"no video at all")
    program.replace_media("s010 take 1", tmp_path / "new.mp4", rate=24.0, frames=200)
    program.save(path)
    bpy.ops.retake.conform(filepath=str(path))
    read_all()
    before = read_timeline(editor)
    with pytest.raises(RuntimeError, match="is no video"):
        bpy.ops.retake.apply_conform()
    assert differences(before, read_timeline(editor)) == []
    rows = bpy.context.window_manager.retake_conform.changes
    assert len(rows) == 3, "the list stays, to leave that change out"
    rows["s010 take 1"].is_chosen = False
    assert bpy.ops.retake.apply_conform() == {"FINISHED"}


def test_nothing_changed_and_a_scene_that_is_another(
    editor: bpy.types.Scene,  # noqa: F811
    takes: dict[str, Take],
    tmp_path: Path,
) -> None:
    path = longer_take_edit(editor, takes, tmp_path)
    panel = conform_panel.RETAKE_PT_exchange
    bpy.ops.retake.conform(filepath=str(tmp_path / "out.otio"))
    read_all()
    said = draw(panel).said()
    assert "Nothing was changed" in said
    assert "3 strips are as they were" in said
    bpy.ops.retake.conform(filepath=str(path))
    read_all()
    assert bpy.ops.retake.apply_conform.poll()
    other = bpy.data.scenes.new("Another")
    for window in bpy.context.window_manager.windows:
        set_edit_scene(window, other)
    bpy.context.window.scene = other
    assert not bpy.ops.retake.apply_conform.poll()
    bpy.ops.retake.forget_conform()
    assert "back.otio" not in draw(panel).said()
