# SPDX-License-Identifier: GPL-3.0-or-later
"""EDL, Final Cut Pro 7 XML, FCPXML and AAF from the menus, with every kind of strip that Blender has."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import bpy
import pytest

from addon.ui import conform_panel, exchange_report
from addon.vse.compat import set_edit_scene
from addon.vse.read import read_timeline
from otio_bridge.report import Fate
from otio_bridge.snapshot import StripKind

from .enabled import editor  # noqa: F401
from .recording_layout import draw
from .rich_edit import rich_edit
from .test_exchange_panel import read_all


@pytest.mark.parametrize("ending", [".xml", ".fcpxml", ".aaf"])
def test_every_strip_of_blender_comes_back_or_is_named(editor: bpy.types.Scene, tmp_path: Path, ending: str) -> None:  # noqa: F811
    scene = rich_edit(tmp_path / "media", Fraction(25))
    before = read_timeline(scene)
    # What was set for OpenTimelineIO does not stand in the way.
    path = tmp_path / f"out{ending}"
    assert bpy.ops.retake.export_otio(filepath=str(path), flavour="resolve", paths="relative") == {"FINISHED"}
    read_all()
    shown = exchange_report.shown_report()
    assert shown is not None
    assert path.is_file(), draw(conform_panel.RETAKE_PT_exchange).said()
    assert bpy.ops.retake.import_otio(filepath=str(path), place="new") == {"FINISHED"}
    read_all()
    (imported,) = (one for one in bpy.data.scenes if one.name not in ("Edit", "Other"))
    again = {one.name: one for one in read_timeline(imported).walk()}
    gone = {one.strip for one in shown.report.losses if one.feature == "strip" and one.fate is Fate.DROPPED}
    assert {one.strip for one in shown.report.losses} >= {"colour", "text", "scene", "sequence", "fast", "wipe"}
    crossed = {name for one in before.strips if one.kind is StripKind.EFFECT for name in one.inputs}
    checked = 0
    for strip in before.strips:
        if strip.shown is None:
            continue
        assert (strip.name in again) == (strip.name not in gone), strip.name
        if strip.name in gone or strip.name in crossed:
            continue
        found = again[strip.name]
        assert (found.start, found.end_exclusive) == (strip.start, strip.end_exclusive), strip.name
        assert found.shown is not None
        assert found.shown.path == strip.shown.path
        checked += 1
    assert checked >= 3


def test_an_edl_is_read_at_the_rate_of_the_scene_that_is_edited(editor: bpy.types.Scene, tmp_path: Path) -> None:  # noqa: F811
    rich_edit(tmp_path / "media", Fraction(25))
    (tmp_path / "cut.edl").write_text(
        "TITLE: cut\n001  A V C 00:00:00:24 00:00:02:00 01:00:00:00 01:00:01:01\n"
        f"* FROM CLIP: {tmp_path / 'media' / 'numbers 25.mp4'}\n"
    )
    assert bpy.ops.retake.import_otio(filepath=str(tmp_path / "cut.edl"), place="new") == {"FINISHED"}
    read_all()
    (imported,) = (one for one in bpy.data.scenes if one.name not in ("Edit", "Other"))
    assert imported.render.fps == 25
    (strip,) = read_timeline(imported).strips
    assert (strip.length, strip.content_offset) == (26, 24)
    for window in bpy.context.window_manager.windows:
        set_edit_scene(window, bpy.data.scenes["Edit"])
    bpy.ops.retake.export_otio(filepath=str(tmp_path / "no.edl"))
    read_all()
    assert not (tmp_path / "no.edl").exists()
    assert "holds one picture track" in draw(conform_panel.RETAKE_PT_exchange).said()
