# SPDX-License-Identifier: GPL-3.0-or-later
"""Export, import and conform as an editor does them: by operators, with the add-on enabled."""

from __future__ import annotations

import time
from fractions import Fraction
from pathlib import Path

import bpy

from addon.ui import conform_panel, exchange_report, reading
from addon.vse.compat import left_handle, set_content_start, set_edit_scene
from addon.vse.stand_in import stand_ins

from .enabled import LIMIT_S, editor  # noqa: F401
from .recording_layout import draw
from .rich_edit import rich_edit


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
