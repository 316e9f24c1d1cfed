# SPDX-License-Identifier: GPL-3.0-or-later
"""The Queue panel: which jobs it lists, in which order, and what its buttons come to."""

from __future__ import annotations

import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import bpy
import pytest

import addon
from addon.jobs.state import JobState
from addon.sandbox.faults import Fault
from addon.ui import desk, file_events, loading
from addon.ui.queue_panel import RETAKE_PT_queue
from addon.vse.compat import edit_scene
from tests.blender.enabled import editor, generate, movies, tick_until
from tests.blender.recording_layout import draw
from tests.rehearsal import Rehearsal

__all__ = ["editor"]

LIMIT_S = 20.0


def make(scene: bpy.types.Scene, shot_id: str) -> str:
    """A shot whose take has come; the id of its job."""
    scene.retake_draft.prompt, scene.retake_draft.shot_id = "rain", shot_id
    before = set(desk.desk().entries)
    generate(scene)
    (job_id,) = set(desk.desk().entries) - before
    tick_until(lambda: state_of(job_id) is JobState.PLACED)
    return job_id


def state_of(job_id: str) -> JobState | None:
    entry = desk.desk().entries.get(job_id)
    return entry.job.state if entry and entry.job else None


def shots_listed() -> list[str]:
    return [text for text in draw(RETAKE_PT_queue).texts().splitlines() if " take " in text]


def test_the_newest_comes_first_and_what_is_cleared_stays_away(editor: bpy.types.Scene) -> None:
    make(editor, "first")
    make(editor, "second")
    assert shots_listed() == ["second take 1", "first take 1"]
    assert bpy.ops.retake.clear_finished() == {"FINISHED"}
    assert shots_listed() == []
    assert "Nothing is being made" in draw(RETAKE_PT_queue).said()
    make(editor, "third")
    assert shots_listed() == ["third take 1"]


def test_undo_after_clearing_still_keeps_the_take(editor: bpy.types.Scene) -> None:
    make(editor, "night")
    bpy.ops.retake.clear_finished()
    editor.retake.shots["night"].takes.clear()
    desk.note_undo()
    tick_until(lambda: [take.number for take in editor.retake.shots["night"].takes] == [1])


def test_what_is_under_way_is_not_cleared(editor: bpy.types.Scene) -> None:
    bpy.ops.retake.open_queue()
    tick_until(lambda: desk.desk().balance is not None)
    bpy.ops.retake.pause()
    editor.retake_draft.prompt, editor.retake_draft.shot_id = "rain", "night"
    generate(editor)
    tick_until(lambda: any(entry.job for entry in desk.desk().entries.values()))
    bpy.ops.retake.clear_finished()
    queue = draw(RETAKE_PT_queue)
    assert shots_listed() == ["night take 1"]
    assert not [one for one in queue.drawn if one.arguments.get("idname") == "retake.clear_finished"]
    (job_id,) = desk.desk().entries
    assert bpy.ops.retake.cancel_job(job_id=job_id) == {"FINISHED"}
    tick_until(lambda: state_of(job_id) is JobState.CANCELLED)
    queue = draw(RETAKE_PT_queue)
    assert "free" in queue.texts().splitlines()
    bpy.ops.retake.clear_finished()
    assert shots_listed() == []


def test_the_list_shows_this_file_or_all(editor: bpy.types.Scene, tmp_path: Path) -> None:
    make(editor, "night")
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "night.blend"))
    bpy.ops.wm.read_homefile(use_empty=True)
    other = edit_scene() or bpy.context.scene
    make(other, "day")
    assert shots_listed() == ["day take 1", "night take 1"]
    assert draw(RETAKE_PT_queue).find("retake.queue_of_all_files").text == "All Files"
    assert bpy.ops.retake.queue_of_all_files() == {"FINISHED"}
    assert draw(RETAKE_PT_queue).find("retake.queue_of_all_files").text == "This File"
    assert shots_listed() == ["day take 1"]
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "night.blend"))
    assert shots_listed() == ["night take 1"]
    bpy.ops.retake.queue_of_all_files()
    assert shots_listed() == ["day take 1", "night take 1"]


def test_a_shot_made_again_asks_too_before_it_passes_the_balance(editor: bpy.types.Scene, rehearsal: Rehearsal) -> None:
    rehearsal.server.add_fault(Fault("status", method="POST", code=1301, when=(1,)))
    editor.retake_draft.prompt = "rain"
    generate(editor)
    (job_id,) = desk.desk().entries
    tick_until(lambda: bool(desk.desk().entries[job_id].error) and desk.desk().balance is not None)
    session = desk.desk().session
    session._balance = replace(session._balance, remaining_units=Decimal(1))
    bpy.ops.retake.ask_again(job_id=job_id)
    (again,) = set(desk.desk().entries) - {job_id}
    tick_until(lambda: desk.desk().entries[again].lacks_balance)
    assert len(rehearsal.creates()) == 1
    assert draw(RETAKE_PT_queue).find("retake.send_anyway").enabled
    assert bpy.ops.retake.send_anyway(job_id=again) == {"FINISHED"}
    tick_until(lambda: movies(editor)[0].retake.take_number > 0)
    assert len(rehearsal.creates()) == 2


def test_the_day_s_budget_stops_a_shot_with_a_sentence(
    editor: bpy.types.Scene, rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RETAKE_MAX_CREDITS_PER_DAY", "20")
    make(editor, "night")
    tick_until(lambda: desk.desk().day_left_units == Decimal("0.5"))
    generate(editor)
    tick_until(lambda: any(entry.error for entry in desk.desk().entries.values()))
    assert "day" in draw(RETAKE_PT_queue).said()
    assert len(rehearsal.creates()) == 1


def test_a_take_that_was_ready_before_the_restart_comes_by_itself(editor: bpy.types.Scene, tmp_path: Path) -> None:
    editor.retake_draft.prompt = "rain"
    generate(editor)
    (job_id,) = desk.desk().entries
    blend = str(tmp_path / "edit.blend")
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    bpy.ops.wm.read_homefile(use_empty=True)
    tick_until(lambda: state_of(job_id) is JobState.READY)
    addon.unregister()
    addon.register()
    loading.wait()
    # Nothing is unfinished, and an empty file waits for nothing.
    look_until_known()
    assert desk.desk().session is None
    bpy.ops.wm.open_mainfile(filepath=blend)
    look_until_known()
    tick_until(lambda: movies(edit_scene())[0].retake.take_number == 1)


def look_until_known() -> None:
    ends_at = time.monotonic() + LIMIT_S
    while file_events.look() is not None:
        assert time.monotonic() < ends_at
        time.sleep(0.02)
