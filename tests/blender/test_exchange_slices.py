# SPDX-License-Identifier: GPL-3.0-or-later
"""Long edits read and written a slice at a time, and what becomes of it where something happens in between."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import bpy
import opentimelineio as otio
import pytest

from addon.errors import ExchangeError
from addon.timeline.ranges import FrameRange
from addon.ui import conform_panel, desk, edit_reading, reading, writing
from addon.vse.compat import left_handle, new_effect, set_content_start
from addon.vse.half_import import half_scenes
from addon.vse.import_place import ImportPlace, begin_writing, rate_there
from addon.vse.read import read_timeline, timeline_steps
from addon.vse.relink import MediaWriter
from addon.vse.stand_in import stand_ins
from addon.vse.write_timeline import TimelineWriter

from .enabled import LIMIT_S, editor
from .recording_layout import draw
from .rich_edit import rich_edit
from .test_exchange import differences
from .test_exchange_panel import read_all

__all__ = ["editor"]


def many_colours(scene: bpy.types.Scene, count: int) -> None:
    there = scene.sequence_editor_create()
    for number in range(count):
        start = 1 + number * 10
        new_effect(there, f"colour {number}", "COLOR", 1 + number % 3, FrameRange(start, start + 10))


def changed() -> None:
    """Tells Blender's handlers what was changed, as the window does before its next timer."""
    bpy.context.view_layer.update()


def names_in(path: Path) -> set[str]:
    timeline = otio.adapters.read_from_file(str(path))
    return {clip.name for clip in timeline.find_clips()}


def starts_in(path: Path) -> dict[str, int]:
    timeline = otio.adapters.read_from_file(str(path))
    return {clip.name: round(clip.transformed_time_range(clip.trimmed_range(), timeline.tracks).start_time.value)
            for clip in timeline.find_clips()}  # fmt: skip


def test_reading_in_steps_is_reading_at_once(tmp_path: Path) -> None:
    scene = rich_edit(tmp_path, Fraction(25))
    count, read = 0, []

    def all_steps() -> Iterator[None]:
        read.append((yield from timeline_steps(scene)))

    for _ in all_steps():
        count += 1
    assert differences(read[0], read_timeline(scene)) == []
    assert count > len(scene.sequence_editor.strips_all)


def test_an_export_takes_many_short_turns(editor: bpy.types.Scene, tmp_path: Path) -> None:
    many_colours(editor, 1500)
    usual_s = sys.getswitchinterval()
    bpy.ops.retake.export_otio(filepath=str(tmp_path / "out.otio"))
    shown = []
    ends_at = time.monotonic() + LIMIT_S
    while reading.is_under_way():
        assert time.monotonic() < ends_at
        reading.take_in_done()
        shown += [
            one.arguments["factor"] for one in draw(conform_panel.RETAKE_PT_exchange).drawn if one.kind == "progress"
        ]
    assert sys.getswitchinterval() == usual_s
    assert len(names_in(tmp_path / "out.otio")) == 1500
    assert len(shown) > 10
    assert shown == sorted(shown)


def half_read(path: Path) -> None:
    bpy.ops.retake.export_otio(filepath=str(path))
    ends_at = time.monotonic() + LIMIT_S
    # How much is read in a turn depends on what else this computer does.
    while not any(one.edit.share > 0.01 for one in reading._under_way):
        assert time.monotonic() < ends_at
        reading.take_in_done()
    assert reading.is_under_way()
    assert any(one.edit.snapshot is None for one in reading._under_way)


def move_the_first(scene: bpy.types.Scene) -> None:
    # Its opacity would be read before, its place after: of two moments.
    set_content_start(scene.sequence_editor.strips_all["colour 0"], 7001)
    set_content_start(scene.sequence_editor.strips_all["colour 899"], 7101)


def remove_the_last(scene: bpy.types.Scene) -> None:
    scene.sequence_editor.strips.remove(scene.sequence_editor.strips_all["colour 899"])


def fade_the_first(scene: bpy.types.Scene) -> None:
    scene.sequence_editor.strips_all["colour 0"].blend_alpha = 0.25


def key_the_first(scene: bpy.types.Scene) -> None:
    scene.sequence_editor.strips_all["colour 0"].keyframe_insert("blend_alpha", frame=3)


@pytest.mark.parametrize("change", [move_the_first, remove_the_last, fade_the_first, key_the_first])
def test_a_change_meanwhile_is_read_whole(
    editor: bpy.types.Scene, tmp_path: Path, change: Callable[[bpy.types.Scene], None]
) -> None:
    many_colours(editor, 900)
    half_read(tmp_path / "out.otio")
    change(editor)
    changed()
    read_all()
    wanted = read_timeline(editor)
    (tmp_path / "again").mkdir()
    bpy.ops.retake.export_otio(filepath=str(tmp_path / "again" / "out.otio"))
    read_all()
    assert (tmp_path / "out.otio").read_text() == (tmp_path / "again" / "out.otio").read_text()
    assert names_in(tmp_path / "out.otio") == {strip.name for strip in wanted.strips}


@pytest.mark.parametrize("change", [move_the_first, remove_the_last])
def test_even_without_a_word_from_blender_no_strip_is_of_another_moment(
    editor: bpy.types.Scene, change: Callable[[bpy.types.Scene], None]
) -> None:
    """A script may change an edit of a scene that no window shows: no handler tells of it."""
    hidden = bpy.data.scenes.new("Hidden")
    many_colours(hidden, 900)
    one = edit_reading.EditReading("Hidden")
    one.go_on(0.01)
    assert 0 < one.share < 1
    change(hidden)
    ends_at = time.monotonic() + LIMIT_S
    while one.snapshot is None:
        assert time.monotonic() < ends_at
        one.go_on(0.05)
    assert differences(one.snapshot, read_timeline(hidden)) == []


def test_an_undo_meanwhile_is_read_whole(editor: bpy.types.Scene, tmp_path: Path) -> None:
    many_colours(editor, 900)
    bpy.ops.ed.undo_push(message="colours")
    editor.sequence_editor.strips_all["colour 0"].name = "renamed"
    bpy.ops.ed.undo_push(message="renamed")
    half_read(tmp_path / "out.otio")
    bpy.ops.ed.undo()
    read_all()
    assert names_in(tmp_path / "out.otio") == {f"colour {number}" for number in range(900)}


def test_another_file_meanwhile_ends_it_with_a_sentence(editor: bpy.types.Scene, tmp_path: Path) -> None:
    many_colours(editor, 900)
    half_read(tmp_path / "out.otio")
    bpy.ops.wm.read_homefile(use_empty=True)
    read_all()
    assert "another file was opened" in draw(conform_panel.RETAKE_PT_exchange).said()
    assert not (tmp_path / "out.otio").exists()


def test_a_scene_that_goes_meanwhile_ends_it_with_a_sentence(editor: bpy.types.Scene, tmp_path: Path) -> None:
    many_colours(editor, 900)
    bpy.data.scenes.new("Other")
    half_read(tmp_path / "out.otio")
    bpy.data.scenes.remove(editor)
    read_all()
    assert "is not there any more" in draw(conform_panel.RETAKE_PT_exchange).said()
    assert not (tmp_path / "out.otio").exists()


def test_an_edit_that_never_stands_still_is_given_up(editor: bpy.types.Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edit_reading, "_QUIET_S", 0.0)
    many_colours(editor, 300)
    one = edit_reading.EditReading(editor.name)

    def move_all_the_time() -> None:
        for number in range(200):
            one.go_on(0.002)
            editor.sequence_editor.strips_all["colour 0"].blend_alpha = number / 200
            changed()

    with pytest.raises(ExchangeError, match="again and again"):
        move_all_the_time()
    one.close()


def test_where_nothing_is_read_blender_has_no_handlers_of_it(editor: bpy.types.Scene, tmp_path: Path) -> None:
    many_colours(editor, 900)
    half_read(tmp_path / "out.otio")
    assert edit_reading._changed in bpy.app.handlers.depsgraph_update_post
    bpy.ops.retake.stop_reading()
    assert edit_reading._changed not in bpy.app.handlers.depsgraph_update_post
    assert not (tmp_path / "out.otio").exists()


# Writing


@pytest.fixture
def there(editor: bpy.types.Scene, tmp_path: Path) -> bpy.types.Scene:
    """An edit with something selected, a shot and a marker."""
    rich_edit(tmp_path / "media", Fraction(25))
    editor.sequence_editor.strips_all["still"].select = True
    editor.sequence_editor.active_strip = editor.sequence_editor.strips_all["text"]
    return editor


def seen(scene: bpy.types.Scene) -> object:
    there = scene.sequence_editor
    picked = {strip.name for strip in there.strips_all if strip.select}
    active = there.active_strip.name if there.active_strip else ""
    marks = [strip.name for strip in there.strips_all if strip.retake.import_id] + half_scenes()
    return read_timeline(scene), picked, active, marks, [one.name for one in scene.retake.shots]


def curve_paths(scene: bpy.types.Scene) -> list[str]:
    from addon.vse.compat import animated_paths

    return sorted(animated_paths(scene))


@pytest.mark.parametrize("place", [ImportPlace.SCENE, ImportPlace.PLAYHEAD, ImportPlace.NEW_SCENE])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.8, 0.95])
def test_an_import_stopped_anywhere_leaves_all_as_it_was(
    there: bpy.types.Scene, place: ImportPlace, share: float
) -> None:
    snapshot, before, paths = read_timeline(there), seen(there), curve_paths(there)
    scenes = {one.name for one in bpy.data.scenes}
    whole = begin_writing(place, there, snapshot)
    steps = sum(1 for _ in whole.steps(0.0))
    whole.take_back()
    assert steps > len(snapshot.strips)
    writer = begin_writing(place, there, snapshot)
    running = writer.steps(0.0)
    for _ in range(round(steps * share)):
        next(running)
    assert half_scenes() == [writer.scene]
    writer.stop()
    assert {one.name for one in bpy.data.scenes} == scenes
    assert differences(list(before), list(seen(there))) == []
    assert curve_paths(there) == paths


def test_half_an_import_that_an_undo_step_or_a_file_kept_is_taken_away(there: bpy.types.Scene, tmp_path: Path) -> None:
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "half.blend"))
    before = seen(there)
    for place in (ImportPlace.SCENE, ImportPlace.NEW_SCENE):
        running = begin_writing(place, there, read_timeline(there)).steps(0.0)
        for _ in range(12):
            next(running)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "half.blend"))
    running.close()
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "half.blend"))
    assert len(half_scenes()) == 2
    writing.remove_halves()
    assert [one.name for one in bpy.data.scenes if one.name not in ("Edit", "Other")] == []
    assert differences(list(before), list(seen(bpy.data.scenes["Edit"]))) == []
    assert "Half of an import was taken away" in draw(conform_panel.RETAKE_PT_exchange).said()


@pytest.mark.parametrize("place", ["new", "scene", "playhead"])
def test_an_import_is_one_undo_step(there: bpy.types.Scene, tmp_path: Path, place: str) -> None:
    bpy.ops.retake.export_otio(filepath=str(tmp_path / "out.otio"))
    read_all()
    there.frame_set(501)
    there.frame_current = 501
    bpy.ops.ed.undo_push(message="before")
    name, before, paths = there.name, seen(there), curve_paths(there)
    scenes = {one.name for one in bpy.data.scenes}
    bpy.ops.retake.import_otio(filepath=str(tmp_path / "out.otio"), place=place)
    read_all()
    assert "of 26 strips" in draw(conform_panel.RETAKE_PT_exchange).said()
    count = sum(len(one.sequence_editor.strips_all) for one in bpy.data.scenes if one.sequence_editor)
    assert count == 52
    bpy.ops.ed.undo()
    assert {one.name for one in bpy.data.scenes} == scenes
    assert differences(list(before), list(seen(bpy.data.scenes[name]))) == []
    assert curve_paths(bpy.data.scenes[name]) == paths
    bpy.ops.ed.redo()
    count = sum(len(one.sequence_editor.strips_all) for one in bpy.data.scenes if one.sequence_editor)
    assert count == 52
    assert not half_scenes()


def test_media_that_is_found_is_one_undo_step_and_whole_wherever_it_is_stopped(
    editor: bpy.types.Scene, tmp_path: Path
) -> None:
    rich_edit(tmp_path / "media", Fraction(25))
    bpy.ops.retake.export_otio(filepath=str(tmp_path / "out.otio"))
    read_all()
    (tmp_path / "media").rename(tmp_path / "elsewhere")
    found = {str(path): str(tmp_path / "elsewhere" / path.name)
             for path in ((tmp_path / "media" / one.name) for one in (tmp_path / "elsewhere").iterdir())}  # fmt: skip
    snapshot = read_timeline(editor)
    writer = TimelineWriter.into_new_scene(snapshot)
    writer.run()
    imported = writer.scene
    assert len(list(stand_ins(imported))) == 13
    media = MediaWriter(imported, found)
    running = media.steps(0.0)
    while media.count < 5:
        next(running)
    assert media.stop()
    assert len(list(stand_ins(imported))) == 8
    assert {strip.name for strip in imported.sequence_editor.strips_all} == {one.name for one in snapshot.walk()}
    bpy.ops.ed.undo_push(message="before")
    name = imported.name
    for window in bpy.context.window_manager.windows:
        window.scene = imported
        if hasattr(window.workspace, "sequencer_scene"):
            window.workspace.sequencer_scene = imported
    bpy.ops.ed.undo_push(message="shown")
    assert bpy.ops.retake.relink(directory=str(tmp_path / "elsewhere")) == {"FINISHED"}
    read_all()
    assert not list(stand_ins(bpy.data.scenes[name]))
    bpy.ops.ed.undo()
    assert len(list(stand_ins(bpy.data.scenes[name]))) == 8


def test_an_edit_goes_to_the_playhead_in_steps_as_at_once(there: bpy.types.Scene) -> None:
    there.frame_current = 801
    snapshot = read_timeline(there)
    assert rate_there(ImportPlace.PLAYHEAD, there) == Fraction(25)
    writer = begin_writing(ImportPlace.PLAYHEAD, there, snapshot)
    for _ in writer.steps(0.0):
        pass
    assert writer.written == writer.strips == 26
    moved = [strip for strip in there.sequence_editor.strips if left_handle(strip) >= 801]
    assert len(moved) == len(snapshot.strips)


def test_an_import_that_fails_inside_holds_no_take_back(there: bpy.types.Scene) -> None:
    """Its scene is gone when Esc is pressed, by a script of somebody's."""
    writer = TimelineWriter.into_new_scene(read_timeline(there))
    operator = writing._Sliced()
    operator._writing = writing.Writing("The edit is being imported", lambda: writer, lambda _: None)
    operator._writer = writer
    wm = bpy.context.window_manager
    operator._timer = wm.event_timer_add(0.1, window=wm.windows[0])
    writing._running.append((operator._writing, writer))
    desk.hold_arrivals(held=True)
    bpy.data.scenes.remove(writer.scene)
    with pytest.raises(ReferenceError):
        operator.modal(bpy.context, SimpleNamespace(type="ESC", value="PRESS"))
    assert not writing.is_running()
    assert not desk.desk().holds_arrivals
