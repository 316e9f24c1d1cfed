# SPDX-License-Identifier: GPL-3.0-or-later
"""The Exchange panel's report: what an editor sees of it, clicks in it and takes out of it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import bpy
import pytest

from addon.interchange.bridge import Fate, Finding, Report
from addon.ui import conform_panel, desk, exchange_report
from addon.ui.exchange_report import as_text, show_report, shown_report
from addon.vse.stand_in import stand_ins

from .enabled import editor
from .recording_layout import draw
from .rich_edit import rich_edit
from .test_exchange_panel import read_all

__all__ = ["editor"]


def panel() -> str:
    return draw(conform_panel.RETAKE_PT_exchange).said()


def there(name: str) -> Finding:
    return Finding(name, "strip", Fate.KEPT)


def loss(strip: str, fate: Fate = Fate.DROPPED, feature: str = "speed") -> Finding:
    return Finding(strip, feature, fate, f"{feature} of {strip} is not known there")


def test_before_anything_the_panel_says_what_will_be_there(editor: bpy.types.Scene) -> None:
    assert "is listed here strip by strip" in panel()
    with pytest.raises(RuntimeError, match="Nothing was imported or exported yet"):
        bpy.ops.retake.copy_report()
    with pytest.raises(RuntimeError, match="There is no edit to export"):
        bpy.ops.retake.export_otio(filepath="/nowhere/out.otio")
    with pytest.raises(RuntimeError, match="No media of an imported edit is missing"):
        bpy.ops.retake.relink(directory="/nowhere")


@pytest.mark.parametrize(
    ("report", "sentences"),
    [
        (Report(1), ["1 of 1 strip kept", "Nothing was lost"]),
        (Report(3, (there("a"), loss("a"))), ["3 of 3 strips kept", "1 finding: 1 dropped"]),
        (
            Report(3, (there("a"), loss("a"), loss("b", Fate.APPROXIMATED), loss("c", feature="strip"))),
            ["2 of 3 strips kept", "3 findings: 1 approximated, 2 dropped"],
        ),
        (Report(2, (Finding("a", "cut", Fate.KEPT),), ("Read at 25 fps.",)), ["Nothing was lost", "Read at 25 fps."]),
    ],
    ids=["nothing lost", "one finding", "several", "a note"],
)
def test_counts_read_as_sentences(editor: bpy.types.Scene, report: Report, sentences: list[str]) -> None:
    show_report("cut.otio", report)
    said = panel()
    assert "cut.otio" in said
    assert "is listed here" not in said
    for sentence in sentences:
        assert sentence in said
    shown = shown_report()
    assert shown is not None
    for sentence in sentences:
        assert sentence in as_text(shown)


def test_each_finding_is_a_row_with_its_reason_and_all_of_them_are_in_the_text(editor: bpy.types.Scene) -> None:
    show_report("long.otio", Report(900, tuple(loss(f"clip {number}") for number in range(750))))
    drawn = draw(conform_panel.RETAKE_PT_exchange)
    rows = [one.text for one in drawn.drawn if one.kind == "list row"]
    assert rows[0] == "clip 0"
    assert len(rows) == 200
    assert "clip 0: speed of clip 0 is not known there" in drawn.texts()
    assert "and 550 more, which Copy Report has" in drawn.said()
    shown = shown_report()
    assert shown is not None
    assert as_text(shown).count("is not known there") == 750
    assert bpy.ops.retake.forget_report() == {"FINISHED"}
    assert "is listed here" in panel()


def test_a_click_on_a_row_selects_its_strip_and_no_other(editor: bpy.types.Scene, tmp_path: Path) -> None:
    rich_edit(tmp_path / "media", Fraction(25))
    there = editor.sequence_editor
    there.strips_all["first"].select = True
    show_report("cut.otio", Report(26, (loss("second"), loss("deep"), loss("gone"))))
    rows = bpy.context.window_manager.retake_report
    rows.row = 0
    assert [strip.name for strip in there.strips_all if strip.select] == ["second"]
    assert there.active_strip == there.strips_all["second"]
    rows.row = 1  # in a meta within a meta
    assert [strip.name for strip in there.strips_all if strip.select] == ["deep"]
    assert there.meta_stack[-1].name == "inner meta"
    rows.row = 2  # dropped: it is not there, and nothing changes
    assert [strip.name for strip in there.strips_all if strip.select] == ["deep"]
    rows.row = 0
    assert not len(there.meta_stack)


def test_missing_media_is_counted_and_one_click_away(editor: bpy.types.Scene, tmp_path: Path) -> None:
    rich_edit(tmp_path / "media", Fraction(25))
    bpy.ops.retake.export_otio(filepath=str(tmp_path / "out.otio"))
    read_all()
    assert "media" not in panel()
    (tmp_path / "media").rename(tmp_path / "elsewhere")
    bpy.ops.retake.import_otio(filepath=str(tmp_path / "out.otio"), place="scene")
    read_all()
    drawn = draw(conform_panel.RETAKE_PT_exchange)
    assert "13 strips lack their media" in drawn.said()
    assert drawn.find("retake.relink").text == "Relink Folder…"
    (tmp_path / "empty").mkdir()
    bpy.ops.retake.relink(directory=str(tmp_path / "empty"))
    read_all()
    assert "None of the missing files is in" in panel()
    assert "Choose a folder above it" in panel()
    # All but one come back.
    (tmp_path / "elsewhere" / "still.png").rename(tmp_path / "still.png")
    bpy.ops.retake.relink(directory=str(tmp_path / "elsewhere"))
    read_all()
    assert len(list(stand_ins(editor))) == 1
    assert "1 strip lacks its media" in panel()
    bpy.ops.retake.relink(directory=str(tmp_path))
    read_all()
    assert "its media" not in panel()


def test_a_bundle_without_its_media_says_what_to_do_and_is_written_when_told_so(
    editor: bpy.types.Scene, tmp_path: Path
) -> None:
    rich_edit(tmp_path / "media", Fraction(25))
    (tmp_path / "media" / "still.png").unlink()
    for suffix in ("otioz", "otiod"):
        out = tmp_path / f"out.{suffix}"
        bpy.ops.retake.export_otio(filepath=str(out))
        read_all()
        assert "still.png" in panel()
        assert not out.exists()
        bpy.ops.retake.export_otio(filepath=str(out), leave_missing=True)
        read_all()
        assert out.exists()
        scenes = {one.name for one in bpy.data.scenes}
        bpy.ops.retake.import_otio(filepath=str(out), place="new")
        read_all()
        (new,) = {one.name for one in bpy.data.scenes} - scenes
        assert [strip.name.partition(".")[0] for strip in stand_ins(bpy.data.scenes[new])] == ["still"]
        for window in bpy.context.window_manager.windows:
            window.scene = editor
            if hasattr(window.workspace, "sequencer_scene"):
                window.workspace.sequencer_scene = editor


def test_a_take_that_comes_while_an_edit_is_written_waits(editor: bpy.types.Scene) -> None:
    """It would be an undo step in the middle of the import."""
    from .enabled import generate, movies, tick_until

    editor.retake_draft.prompt = "rain"
    generate(editor)
    desk.hold_arrivals(held=True)
    tick_until(lambda: bool(desk.desk().arrived))
    for _ in range(3):
        desk.tick()
    assert movies(editor)[0].retake.take_number == 0
    desk.hold_arrivals(held=False)
    tick_until(lambda: movies(editor)[0].retake.take_number == 1)


def test_the_menus_name_the_formats(editor: bpy.types.Scene) -> None:
    from types import SimpleNamespace

    from addon.ui import exchange

    from .recording_layout import RecordingLayout

    for entry in (exchange.draw_import, exchange.draw_export):
        layout = RecordingLayout()
        entry(SimpleNamespace(layout=layout), bpy.context)
        assert layout.texts("operator") == "OpenTimelineIO, EDL, XML, AAF"
    assert exchange_report.missing_media(None) == 0
