# SPDX-License-Identifier: GPL-3.0-or-later
"""The Takes panel as an editor meets it: its list, what it says of files, deleting and getting back, comparing."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from shutil import copyfile

import bpy
import pytest

import addon
from addon.jobs.deleted_takes import deleted_place
from addon.timeline.take import Take
from addon.ui import loading, take_look
from addon.ui.takes_panel import RETAKE_MT_take, RETAKE_PT_takes
from addon.vse import properties
from addon.vse.compat import edit_scene, left_handle, right_handle, set_edit_scene, set_left_handle, set_right_handle
from addon.vse.context import sequencer_context
from addon.vse.override import context_of
from addon.vse.place import place_take
from addon.vse.preview import render_preview
from addon.vse.read import read_timeline
from addon.vse.shots import record_take
from tests.blender.recording_layout import RecordingLayout, draw
from tests.clip_pattern import FrameReading, read_frames

LIMIT_S = 30.0
LEFT_HALF = (0.0, 0.25, 0.5, 0.75)
RIGHT_HALF = (0.5, 0.25, 1.0, 0.75)


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[bpy.types.Scene]:
    """The add-on as Blender has it once it is enabled, with a saved edit."""
    monkeypatch.setenv("RETAKE_HOME", str(tmp_path / "home"))
    properties.unregister()
    addon.register()
    loading.wait()
    scene = bpy.context.scene
    for window in bpy.context.window_manager.windows:
        set_edit_scene(window, scene)
    scene.render.fps = 24
    scene.render.resolution_x, scene.render.resolution_y = 640, 360
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "edit.blend"))
    yield edit_scene()
    addon.unregister()
    properties.ensure_registered()


@pytest.fixture
def shot(scene: bpy.types.Scene, takes: dict[str, Take], tmp_path: Path) -> list[Take]:
    """Two takes of s010, of clips of their own with sidecars; the timeline shows the first."""
    made = [own_take(takes["silent"], tmp_path, 1), own_take(takes["sound"], tmp_path, 2)]
    place_take(scene, made[0], 11)
    record_take(scene, made[1], make_active=False)
    scene.sequence_editor.active_strip = picture(scene)
    return made


def own_take(take: Take, folder: Path, number: int) -> Take:
    file = folder / "takes" / f"s010_t{number:02}.mp4"
    file.parent.mkdir(exist_ok=True)
    copyfile(take.file, file)
    sidecar = json.loads(take.file.with_suffix(".json").read_text(encoding="utf-8"))
    sidecar |= {"shot": "s010", "take": number, "file": file.name, "created_at_utc": "2026-05-04T12:00:00+00:00"}
    file.with_suffix(".json").write_text(json.dumps(sidecar), encoding="utf-8")
    return replace(take, shot_id="s010", number=number, file=file)


def picture(scene: bpy.types.Scene) -> bpy.types.Strip:
    (strip,) = (strip for strip in scene.sequence_editor.strips_all if strip.retake.take_number)
    return strip


def choose(scene: bpy.types.Scene, number: int) -> None:
    """A click on the row of a take."""
    rows = [entry.number for entry in scene.retake.shots["s010"].takes]
    scene.retake.shots["s010"].chosen_row = rows.index(number)


def draw_known() -> RecordingLayout:
    """The panel once the files were looked at, as it is drawn the next time."""
    draw(RETAKE_PT_takes)
    ends_at = time.monotonic() + LIMIT_S
    while not take_look._is_done():
        assert time.monotonic() < ends_at
        time.sleep(0.01)
    return draw(RETAKE_PT_takes)


def rows(layout: RecordingLayout) -> list[str]:
    return [one.text for one in layout.drawn if one.kind == "list row"]


def run(name: str, **options: object) -> set[str]:
    with sequencer_context(edit_scene()):
        return set(getattr(bpy.ops.retake, name)(**options))


def in_window(name: str, **options: str) -> None:
    with context_of(bpy.context.window_manager.windows[0]):
        getattr(bpy.ops.ed, name)(**options)


def test_the_list_says_what_each_take_is(scene: bpy.types.Scene, shot: list[Take]) -> None:
    panel = draw_known()
    assert rows(panel) == ["s010 take 1", "s010 take 2"]
    said = panel.said()
    assert "1 · 5 s · 1.5 u · 4 May · Kling 2.6 std" in said
    assert "2 · 5 s · 5 u · 4 May · Kling 2.6 pro" in said
    assert [one.arguments["icon"] for one in panel.drawn if one.arguments.get("idname") == "retake.show_take"] == [
        "RADIOBUT_ON",
        "RADIOBUT_OFF",
    ]


def test_the_chosen_take_is_told_in_full(scene: bpy.types.Scene, shot: list[Take]) -> None:
    choose(scene, 2)
    panel = draw_known()
    for words in (
        "121 frames",
        "24 fps, with sound",
        "5 units",
        "2026-05-04",
        "a lighthouse in the rain",
        "s010_t02.mp4",
    ):
        assert words in panel.said()
    assert "Show Take 2" in panel.texts("operator")


def test_thumbnails_are_small_pictures_of_the_clips(scene: bpy.types.Scene, shot: list[Take], tmp_path: Path) -> None:
    assert not [one for one in draw(RETAKE_PT_takes).drawn if one.kind == "icon"]
    draw_known()
    pictures = [bpy.data.images.load(str(path)) for path in (tmp_path / "home" / "thumbs").glob("*.png")]
    assert [tuple(image.size) for image in pictures] == [(160, 90), (160, 90)]
    assert all(len(set(image.pixels[:])) > 10 for image in pictures)


def test_a_name_of_one_s_own_is_kept_with_the_file(scene: bpy.types.Scene, shot: list[Take], tmp_path: Path) -> None:
    assert [entry.label for entry in scene.retake.shots["s010"].takes] == ["Take 1", "Take 2"]
    scene.retake.shots["s010"].takes[1].label = "the wet one"
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "edit.blend"))
    assert edit_scene().retake.shots["s010"].takes[1].label == "the wet one"


def test_next_and_previous_work_on_all_selected_shots_and_tell_of_those_without(
    scene: bpy.types.Scene, shot: list[Take], takes: dict[str, Take]
) -> None:
    place_take(scene, takes["portrait"], 200)
    for strip in scene.sequence_editor.strips_all:
        strip.select = True
    assert run("next_take") == {"FINISHED"}
    shown = {strip.retake.shot_id: strip.retake.take_number for strip in scene.sequence_editor.strips_all}
    assert shown == {"s010": 2, "portrait": 1}
    assert run("next_take") == {"CANCELLED"}
    assert run("previous_take") == {"FINISHED"}
    assert {s.retake.shot_id: s.retake.take_number for s in scene.sequence_editor.strips_all}["s010"] == 1


def test_a_deleted_take_leaves_the_list_and_its_clip_is_kept(scene: bpy.types.Scene, shot: list[Take]) -> None:
    choose(scene, 2)
    assert run("delete_take") == {"FINISHED"}
    assert rows(draw_known()) == ["s010 take 1"]
    assert not shot[1].file.exists()
    assert deleted_place(shot[1].file).is_file()
    assert deleted_place(shot[1].file).with_suffix(".json").is_file()
    scene.retake.shots["s010"].takes[1].label = "kept"
    assert run("restore_takes") == {"FINISHED"}
    assert rows(draw_known()) == ["s010 take 1", "s010 take 2"]
    assert shot[1].file.is_file()
    assert shot[1].file.with_suffix(".json").is_file()
    assert scene.retake.shots["s010"].takes[1].label == "kept"
    assert run("restore_takes") == {"CANCELLED"}


def test_a_take_that_strips_show_cannot_be_deleted(scene: bpy.types.Scene, shot: list[Take]) -> None:
    choose(scene, 1)
    with pytest.raises(RuntimeError, match="let them show another one first"):
        run("delete_take")
    assert shot[0].file.is_file()


def test_undo_and_redo_of_a_delete_take_the_clip_along(scene: bpy.types.Scene, shot: list[Take]) -> None:
    choose(scene, 2)
    in_window("undo_push", message="before")
    run("delete_take")
    in_window("undo_push", message="deleted")
    in_window("undo")
    assert shot[1].file.is_file()
    edit_scene().sequence_editor.active_strip = picture(edit_scene())
    assert rows(draw_known()) == ["s010 take 1", "s010 take 2"]
    in_window("redo")
    assert not shot[1].file.exists()
    assert deleted_place(shot[1].file).is_file()
    in_window("undo")
    assert run("show_take", shot_id="s010", number=2) == {"FINISHED"}


def test_a_take_no_list_knows_comes_back_from_its_sidecar(scene: bpy.types.Scene, shot: list[Take]) -> None:
    choose(scene, 2)
    run("delete_take")
    scene.retake.shots["s010"].takes.remove(1)
    assert run("restore_takes") == {"FINISHED"}
    entry = scene.retake.shots["s010"].takes[1]
    assert (entry.number, entry.has_sound, entry.cost_units) == (2, True, "5")
    assert scene.retake.shots["s010"].active_take == 1
    assert run("show_take", shot_id="s010", number=2) == {"FINISHED"}


def test_a_missing_file_is_told_and_found_again(scene: bpy.types.Scene, shot: list[Take], tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere.mp4"
    shot[0].file.rename(moved)
    panel = draw_known()
    assert "Its file is missing" in panel.said()
    assert "file is missing" in panel.said()
    assert run("relink_take", filepath=str(moved)) == {"FINISHED"}
    assert "missing" not in draw_known().said()
    assert Path(bpy.path.abspath(picture(scene).filepath)) == moved


def test_the_prompt_is_copied(scene: bpy.types.Scene, shot: list[Take]) -> None:
    assert run("copy_prompt") == {"FINISHED"}
    menu = draw(RETAKE_MT_take)
    assert {"Copy Prompt", "Relink", "Delete Take", "Restore Deleted Takes"} <= set(menu.texts("operator").split("\n"))


def test_empty_states_say_what_to_do(scene: bpy.types.Scene, shot: list[Take]) -> None:
    editor = scene.sequence_editor
    editor.active_strip = None
    assert "Select a strip that Retake made" in draw(RETAKE_PT_takes).said()
    waiting = picture(scene)
    editor.active_strip = waiting
    scene.retake.shots["s010"].takes.clear()
    waiting.retake.take_number = 0
    assert "This shot has no take yet" in draw(RETAKE_PT_takes).said()
    waiting.retake.job_id = "0" * 32
    assert "The first take is on its way" in draw(RETAKE_PT_takes).said()


def state(scene: bpy.types.Scene) -> list[tuple[object, ...]]:
    """All of the edit that a comparison must leave alone."""
    return [
        (
            strip.name, strip.type, strip.channel, left_handle(strip), right_handle(strip), strip.select, strip.mute,
            strip.transform.offset_x, strip.transform.scale_x, strip.crop.min_x, strip.blend_type,
            getattr(strip, "filepath", ""), strip.retake.shot_id, strip.retake.take_number,
            strip == scene.sequence_editor.active_strip,
        )
        for strip in scene.sequence_editor.strips_all
    ]  # fmt: skip


def rendered(scene: bpy.types.Scene, path: Path, crop: tuple[float, float, float, float]) -> FrameReading:
    """The 15th frame of the strip's range, as it is seen."""
    scene.frame_start, scene.frame_end = 25, 27
    scene.render.resolution_percentage = 100
    render_preview(scene, path)
    return read_frames(path, crop)[0]


@pytest.mark.parametrize("kind", ["WIPE", "SIDE_BY_SIDE"])
def test_a_comparison_leaves_no_trace(scene: bpy.types.Scene, shot: list[Take], tmp_path: Path, kind: str) -> None:
    set_left_handle(picture(scene), 21)
    set_right_handle(picture(scene), 91)
    before = state(scene)
    choose(scene, 2)
    assert run("compare_takes", kind=kind) == {"FINISHED"}
    assert before[0] in state(scene)
    added = [strip for strip in scene.sequence_editor.strips_all if strip.retake.compares]
    assert {(left_handle(strip), right_handle(strip)) for strip in added} == {(21, 91)}
    assert "Comparing two takes" in draw(RETAKE_PT_takes).said()
    snapshot = read_timeline(scene)
    assert [strip.name for strip in snapshot.strips] == ["s010 take 1"]
    assert not snapshot.not_carried
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "edit.blend"))
    assert run("end_compare") == {"FINISHED"}
    assert state(edit_scene()) == before
    assert "Comparing" not in draw(RETAKE_PT_takes).said()


def test_the_wipe_shows_the_other_take_right_of_its_edge(
    scene: bpy.types.Scene, shot: list[Take], tmp_path: Path
) -> None:
    whole = (0.0, 0.0, 1.0, 1.0)
    first = rendered(scene, tmp_path / "first.mp4", whole)
    choose(scene, 2)
    scene.retake.compare_edge = 0
    run("compare_takes", kind="WIPE")
    second = rendered(scene, tmp_path / "second.mp4", whole)
    assert first.take_mark is not None
    assert second.take_mark is not None
    assert first.take_mark != second.take_mark
    assert first.frame_number == second.frame_number == 14
    scene.retake.compare_edge = 1
    assert rendered(scene, tmp_path / "all.mp4", whole) == first
    scene.retake.compare_edge = 0.5
    left, right = halves(scene, tmp_path / "half.mp4")
    assert left == half_of(tmp_path / "first.mp4", 0)
    assert right == half_of(tmp_path / "second.mp4", 1)
    run("end_compare")
    assert rendered(scene, tmp_path / "after.mp4", whole) == first


def test_side_by_side_shows_both_whole(scene: bpy.types.Scene, shot: list[Take], tmp_path: Path) -> None:
    choose(scene, 2)
    run("compare_takes", kind="SIDE_BY_SIDE")
    left = rendered(scene, tmp_path / "left.mp4", LEFT_HALF)
    right = rendered(scene, tmp_path / "right.mp4", RIGHT_HALF)
    assert left.frame_number == right.frame_number == 14
    assert None not in (left.take_mark, right.take_mark)
    assert left.take_mark != right.take_mark


def test_comparing_is_undone_in_one_step(scene: bpy.types.Scene, shot: list[Take]) -> None:
    choose(scene, 2)
    in_window("undo_push", message="before")
    before = state(scene)
    run("compare_takes", kind="WIPE")
    in_window("undo_push", message="compare")
    in_window("undo")
    assert state(edit_scene()) == before


def test_a_take_is_not_compared_with_itself(scene: bpy.types.Scene, shot: list[Take]) -> None:
    choose(scene, 1)
    with pytest.raises(RuntimeError, match="Choose another take"):
        run("compare_takes", kind="WIPE")


def halves(scene: bpy.types.Scene, path: Path) -> tuple[list[bool], list[bool]]:
    rendered(scene, path, (0.0, 0.0, 1.0, 1.0))
    return half_of(path, 0), half_of(path, 1)


def half_of(path: Path, side: int) -> list[bool]:
    """The cells of the take mark in one half of the picture: black or white."""
    import av

    with av.open(str(path)) as container:
        grey = next(container.decode(video=0)).to_ndarray(format="gray")
    height, width = grey.shape
    band = grey[round(height * 0.83) : round(height * 0.87)]
    cells = [
        band[:, round((cell + 0.25) * width / 20) : round((cell + 0.75) * width / 20)].mean() for cell in range(20)
    ]
    return [bool(cell > 128) for cell in cells[side * 10 : side * 10 + 10]]
