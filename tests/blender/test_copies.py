# SPDX-License-Identifier: GPL-3.0-or-later
"""Shots in more than one place: strips duplicated and pasted, scenes copied and appended, other files, two windows."""

from __future__ import annotations

from pathlib import Path

import bpy
import pytest

from addon.ui import bring_takes, desk
from addon.ui.takes_panel import RETAKE_PT_takes
from addon.vse.compat import edit_scene, left_handle, right_handle, set_edit_scene
from addon.vse.context import sequencer_context
from addon.vse.override import context_of
from addon.vse.shots import takes_of
from tests.blender.enabled import editor, generate, movies, tick_until
from tests.blender.recording_layout import draw
from tests.rehearsal import Rehearsal

__all__ = ["editor"]


def ask(scene: bpy.types.Scene, prompt: str = "rain") -> str:
    """Generate; the id of the job."""
    scene.retake_draft.prompt = prompt
    before = set(desk.desk().entries)
    assert generate(scene) == {"FINISHED"}
    (job_id,) = set(desk.desk().entries) - before
    return job_id


def has_take(job_id: str) -> bool:
    entry = desk.desk().entries[job_id]
    return entry.job is not None and entry.job.facts is not None


def listed(scene: bpy.types.Scene, shot_id: str = "s010") -> list[int]:
    return [take.number for take in scene.retake.shots[shot_id].takes]


def shown(scene: bpy.types.Scene) -> list[int]:
    return sorted(strip.retake.take_number for strip in movies(scene))


def step(name: str, **options: object) -> None:
    """One of Blender's own sequencer operators, as a key or menu runs it."""
    with sequencer_context(edit_scene()):
        assert getattr(bpy.ops.sequencer, name)(**options) == {"FINISHED"}


def choose(scene: bpy.types.Scene, strip: bpy.types.Strip) -> None:
    for one in scene.sequence_editor.strips_all:
        one.select = one == strip
    scene.sequence_editor.active_strip = strip


def show_in_windows(scene: bpy.types.Scene) -> None:
    for window in bpy.context.window_manager.windows:
        set_edit_scene(window, scene)


def with_pasted_strips() -> bpy.types.Scene:
    """A second scene as pasting leaves it: the strips with what is on them, and no list.

    The module has no clipboard: Blender's own operators paste in the window's test.
    """
    scene = edit_scene().copy()
    scene.retake.shots.clear()
    show_in_windows(scene)
    return scene


def new_scene() -> bpy.types.Scene:
    scene = bpy.data.scenes.new("Second")
    scene.render.fps = edit_scene().render.fps
    return scene


def test_a_strip_pasted_into_another_scene_brings_its_takes_along(editor: bpy.types.Scene) -> None:
    ask(editor)
    tick_until(lambda: shown(editor) == [1])
    second = with_pasted_strips()
    choose(second, movies(second)[0])
    draw(RETAKE_PT_takes)
    bring_takes.bring()
    assert listed(second) == [1]
    assert second.retake.shots["s010"].takes[0].job_id == editor.retake.shots["s010"].takes[0].job_id
    # The next take is asked for in the second scene: both lists get it, and only that scene's strip shows it.
    second.retake_draft.prompt = "snow"
    assert bpy.ops.retake.regenerate() == {"FINISHED"}
    tick_until(lambda: shown(second) == [2])
    assert (listed(second), listed(editor), shown(editor)) == ([1, 2], [1, 2], [1])
    assert bpy.ops.retake.show_take(shot_id="s010", number=1) == {"FINISHED"}
    assert shown(second) == [1]


def test_a_placeholder_pasted_into_another_scene_waits_there_too(editor: bpy.types.Scene, rehearsal: Rehearsal) -> None:
    ask(editor)
    second = with_pasted_strips()
    tick_until(lambda: shown(editor) == [1] == shown(second))
    assert (listed(editor), listed(second)) == ([1], [1])
    assert len(rehearsal.creates()) == 1


def test_shots_of_two_scenes_have_names_of_their_own(editor: bpy.types.Scene) -> None:
    first = ask(editor)
    second = new_scene()
    other = ask(second)
    tick_until(lambda: has_take(first) and has_take(other) and shown(editor) != [0] and shown(second) != [0])
    assert [list(scene.retake.shots.keys()) for scene in (editor, second)] == [["s010"], ["s020"]]
    assert (shown(editor), shown(second)) == ([1], [1])


def test_shots_of_one_name_in_two_files_keep_their_takes_apart(editor: bpy.types.Scene, tmp_path: Path) -> None:
    ask(editor, "rain")
    tick_until(lambda: shown(edit_scene()) == [1])
    first = str(tmp_path / "first.blend")
    bpy.ops.wm.save_as_mainfile(filepath=first)
    bpy.ops.wm.read_homefile(use_empty=True)
    other = edit_scene()
    job_id = ask(other, "snow")
    second = str(tmp_path / "second.blend")
    bpy.ops.wm.save_as_mainfile(filepath=second)
    # The other film's take comes while this one is open.
    bpy.ops.wm.open_mainfile(filepath=first)
    tick_until(lambda: has_take(job_id))
    desk.tick()
    assert listed(edit_scene()) == [1]
    bpy.ops.wm.open_mainfile(filepath=second)
    tick_until(lambda: shown(edit_scene()) != [0])
    (take,) = edit_scene().retake.shots["s010"].takes
    assert take.job_id == job_id


@pytest.mark.parametrize("kind", ["duplicate", "split", "meta"])
def test_what_blender_does_to_a_strip_leaves_its_shot_whole(editor: bpy.types.Scene, kind: str) -> None:
    ask(editor)
    tick_until(lambda: shown(editor) == [1])
    strip = movies(editor)[0]
    middle = (left_handle(strip) + right_handle(strip)) // 2
    choose(editor, strip)
    show_in_windows(editor)
    if kind == "duplicate":
        step("duplicate")
    elif kind == "split":
        step("split", frame=middle, channel=strip.channel, type="SOFT", side="BOTH", use_cursor_position=False)
    else:
        step("meta_make")
    count = 1 if kind == "meta" else 2
    assert shown(editor) == [1] * count
    editor.sequence_editor.active_strip = movies(editor)[0]
    assert bpy.ops.retake.regenerate() == {"FINISHED"}
    tick_until(lambda: shown(editor) == [2] * count)
    assert listed(editor) == [1, 2]


def test_a_copied_scene_has_the_shots_and_its_own_choice(editor: bpy.types.Scene) -> None:
    ask(editor)
    tick_until(lambda: shown(editor) == [1])
    editor.sequence_editor.active_strip = movies(editor)[0]
    bpy.ops.retake.regenerate()
    tick_until(lambda: shown(editor) == [2])
    second = editor.copy()
    show_in_windows(second)
    assert bpy.ops.retake.show_take(shot_id="s010", number=1) == {"FINISHED"}
    assert (shown(second), shown(editor)) == ([1], [2])
    assert listed(second) == [1, 2]


def test_an_appended_scene_brings_shots_and_takes(editor: bpy.types.Scene, tmp_path: Path) -> None:
    ask(editor)
    tick_until(lambda: shown(editor) == [1])
    name, blend = editor.name, str(tmp_path / "edit.blend")
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    bpy.ops.wm.read_homefile(use_empty=True)
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / "other.blend"))
    with bpy.data.libraries.load(blend, link=False) as (there, here):
        here.scenes = [one for one in there.scenes if one == name]
    (scene,) = here.scenes
    show_in_windows(scene)
    assert (shown(scene), listed(scene)) == ([1], [1])
    assert bpy.ops.retake.show_take(shot_id="s010", number=1) == {"FINISHED"}
    scene.sequence_editor.active_strip = movies(scene)[0]
    scene.retake_draft.prompt = "snow"
    assert bpy.ops.retake.regenerate() == {"FINISHED"}
    tick_until(lambda: shown(scene) == [2])


def test_a_file_saved_elsewhere_still_finds_its_takes(editor: bpy.types.Scene, tmp_path: Path) -> None:
    ask(editor)
    tick_until(lambda: shown(editor) == [1])
    clip = Path(bpy.path.abspath(movies(editor)[0].filepath))
    folder = tmp_path / "elsewhere" / "deep"
    folder.mkdir(parents=True)
    # A copy leaves the open file as it is.
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / "copy.blend"), copy=True)
    (take,) = takes_of(edit_scene(), "s010")
    assert take.file == clip
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / "moved.blend"))
    for name in ("copy.blend", "moved.blend"):
        bpy.ops.wm.open_mainfile(filepath=str(folder / name))
        (take,) = takes_of(edit_scene(), "s010")
        assert take.file == clip
        assert bpy.ops.retake.show_take(shot_id="s010", number=1) == {"FINISHED"}


def undo(name: str = "undo") -> bpy.types.Scene:
    with context_of(bpy.context.window_manager.windows[0]):
        getattr(bpy.ops.ed, name)()
    return edit_scene()


def push(message: str) -> None:
    with context_of(bpy.context.window_manager.windows[0]):
        bpy.ops.ed.undo_push(message=message)


def test_undo_of_an_arrival_keeps_the_take_in_the_list_and_redo_shows_it(editor: bpy.types.Scene) -> None:
    push("before")
    job_id = ask(editor)
    push("generate")
    tick_until(lambda: shown(edit_scene()) == [1])
    scene = undo()
    assert shown(scene) == [0]
    desk.note_undo()
    tick_until(lambda: listed(edit_scene()) == [1])
    # It was taken back on purpose: it does not come again by itself.
    desk.tick()
    assert shown(edit_scene()) == [0]
    assert bpy.ops.retake.place_again(job_id=job_id) == {"FINISHED"}
    assert shown(edit_scene()) == [1]


def test_a_take_that_came_while_its_shot_was_undone_comes_with_the_redo(editor: bpy.types.Scene) -> None:
    push("before")
    job_id = ask(editor)
    push("generate")
    scene = undo()
    assert movies(scene) == []
    tick_until(lambda: has_take(job_id))
    desk.tick()
    scene = undo("redo")
    desk.note_undo()
    tick_until(lambda: shown(edit_scene()) == [1])
    assert listed(edit_scene()) == [1]


def test_a_regeneration_that_was_undone_still_gives_its_take_to_the_list(editor: bpy.types.Scene) -> None:
    ask(editor)
    tick_until(lambda: shown(edit_scene()) == [1])
    push("first")
    scene = edit_scene()
    scene.sequence_editor.active_strip = movies(scene)[0]
    bpy.ops.retake.regenerate()
    push("regenerate")
    scene = undo()
    assert movies(scene)[0].retake.job_id == ""
    tick_until(lambda: listed(edit_scene()) == [1, 2])
    assert shown(edit_scene()) == [1]
