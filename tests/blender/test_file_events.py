# SPDX-License-Identifier: GPL-3.0-or-later
"""Loading, undo and restarts while Kling works: what comes finds its place, and no list loses a take."""

from __future__ import annotations

import time
from pathlib import Path

import bpy

import addon
from addon.sandbox.faults import Fault
from addon.ui import desk, file_events, loading
from addon.ui.queue_panel import RETAKE_PT_queue
from addon.vse.compat import edit_scene
from tests.blender.enabled import editor, generate, movies, tick_until
from tests.blender.recording_layout import draw
from tests.rehearsal import Rehearsal

__all__ = ["editor"]


def look_until_open() -> None:
    ends_at = time.monotonic() + 20
    while desk.desk().session is None:
        file_events.look()
        assert time.monotonic() < ends_at
        time.sleep(0.02)


def test_another_file_is_opened_meanwhile_and_the_take_comes_to_its_own(
    editor: bpy.types.Scene, tmp_path: Path
) -> None:
    editor.retake_draft.prompt = "rain"
    generate(editor)
    blend = str(tmp_path / "edit.blend")
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    bpy.ops.wm.read_homefile(use_empty=True)
    tick_until(lambda: any(entry.job and entry.job.facts for entry in desk.desk().entries.values()))
    assert len(edit_scene().retake.shots) == 0
    bpy.ops.wm.open_mainfile(filepath=blend)
    tick_until(lambda: movies(edit_scene())[0].retake.take_number == 1)


def test_a_restart_goes_on_by_itself(editor: bpy.types.Scene, rehearsal: Rehearsal, tmp_path: Path) -> None:
    editor.retake_draft.prompt = "rain"
    generate(editor)
    tick_until(lambda: any(entry.job and entry.job.task_id for entry in desk.desk().entries.values()))
    blend = str(tmp_path / "edit.blend")
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    addon.unregister()
    addon.register()
    loading.wait()
    bpy.ops.wm.open_mainfile(filepath=blend)
    look_until_open()
    tick_until(lambda: movies(edit_scene())[0].retake.take_number == 1)
    assert len(rehearsal.creates()) == 1


def test_without_a_ledger_nothing_is_opened(editor: bpy.types.Scene) -> None:
    assert file_events.look() is None
    assert desk.desk().session is None


def test_undoing_the_arrival_keeps_the_take_in_the_list(editor: bpy.types.Scene) -> None:
    editor.retake_draft.prompt = "rain"
    generate(editor)
    tick_until(lambda: movies(editor)[0].retake.take_number == 1)
    # What an undo leaves: the strip waits again, and the list is empty. In the window the handler notes it.
    (strip,) = movies(editor)
    strip.retake.take_number, strip.retake.job_id = 0, next(iter(desk.desk().entries))
    editor.retake.shots["s010"].takes.clear()
    desk.note_undo()
    tick_until(lambda: len(editor.retake.shots["s010"].takes) == 1)
    assert movies(editor)[0].retake.take_number == 0


def test_the_handlers_go_with_the_add_on(editor: bpy.types.Scene) -> None:
    def ours() -> list[str]:
        lists = (getattr(bpy.app.handlers, name) for name in dir(bpy.app.handlers))
        found = (handler for handlers in lists if isinstance(handlers, list) for handler in handlers)
        return [handler.__name__ for handler in found if handler.__module__.startswith("addon.")]

    assert ours()
    addon.unregister()
    assert ours() == []
    addon.register()


def test_pausing_sends_nothing_until_it_goes_on(editor: bpy.types.Scene, rehearsal: Rehearsal) -> None:
    bpy.ops.retake.open_queue()
    tick_until(lambda: desk.desk().balance is not None)
    assert bpy.ops.retake.pause() == {"FINISHED"}
    editor.retake_draft.prompt = "rain"
    generate(editor)
    tick_until(lambda: any(entry.job is not None for entry in desk.desk().entries.values()))
    time.sleep(0.3)
    desk.tick()
    assert rehearsal.creates() == []
    assert "Paused" in draw(RETAKE_PT_queue).texts()
    assert "paused" in draw(RETAKE_PT_queue).texts("progress")
    assert bpy.ops.retake.pause() == {"FINISHED"}
    tick_until(lambda: movies(editor)[0].retake.take_number == 1)
    assert len(rehearsal.creates()) == 1


def test_a_failed_shot_is_made_again_in_place_and_paid_once(editor: bpy.types.Scene, rehearsal: Rehearsal) -> None:
    rehearsal.server.add_fault(Fault("status", method="POST", code=1301, when=(1,)))
    editor.retake_draft.prompt = "rain"
    generate(editor)
    (job_id,) = desk.desk().entries
    tick_until(lambda: bool(desk.desk().entries[job_id].error))
    assert draw(RETAKE_PT_queue).find("retake.ask_again").enabled
    assert bpy.ops.retake.ask_again(job_id=job_id) == {"FINISHED"}
    tick_until(lambda: movies(editor)[0].retake.take_number == 1)
    assert bpy.ops.retake.clear_finished() == {"FINISHED"}
    assert "Nothing is being made" in draw(RETAKE_PT_queue).texts()


def test_the_typical_time_is_that_of_earlier_jobs(editor: bpy.types.Scene) -> None:
    editor.retake_draft.prompt = "rain"
    generate(editor)
    tick_until(lambda: movies(editor)[0].retake.take_number == 1)
    tick_until(lambda: bool(desk.desk().typical_s))
    assert set(desk.desk().typical_s) == {("kling-2.6", "std", 5)}
    generate(editor)
    tick_until(lambda: "of about" in draw(RETAKE_PT_queue).texts("progress"))


def test_nothing_is_sent_beyond_the_balance_unless_the_user_says_so(
    editor: bpy.types.Scene, rehearsal: Rehearsal
) -> None:
    from dataclasses import replace
    from decimal import Decimal

    bpy.ops.retake.open_queue()
    tick_until(lambda: desk.desk().balance is not None)
    session = desk.desk().session
    session._balance = replace(session._balance, remaining_units=Decimal(1))
    editor.retake_draft.prompt = "rain"
    generate(editor)
    tick_until(lambda: any(entry.lacks_balance for entry in desk.desk().entries.values()))
    assert rehearsal.creates() == []
    assert "hold 1 units, and this needs 1.5" in draw(RETAKE_PT_queue).said()
    (job_id,) = desk.desk().entries
    assert bpy.ops.retake.send_anyway(job_id=job_id) == {"FINISHED"}
    tick_until(lambda: movies(editor)[0].retake.take_number == 1)
