# SPDX-License-Identifier: GPL-3.0-or-later
"""The sidebar as an editor meets it: what the panels say, and what a click on Generate comes to."""

from __future__ import annotations

from pathlib import Path

import bpy
import pytest

from addon.sandbox.faults import Fault
from addon.ui import desk
from addon.ui.price_panel import RETAKE_PT_price
from addon.ui.queue_panel import RETAKE_PT_queue
from addon.ui.shot_panel import RETAKE_PT_shot
from addon.ui.takes_panel import RETAKE_PT_takes
from addon.vse.compat import edit_scene
from tests.blender.enabled import editor, generate, movies, tick_until
from tests.blender.recording_layout import draw
from tests.rehearsal import Rehearsal

__all__ = ["editor"]


def test_an_empty_panel_says_what_to_do_and_why_it_cannot_yet(editor: bpy.types.Scene) -> None:
    shot = draw(RETAKE_PT_price)
    assert "Describe what the shot shows" in shot.said()
    assert not [one for one in shot.drawn if one.arguments.get("icon") == "ERROR"]
    assert not shot.find("retake.generate").enabled
    assert "Select a strip that Retake made" in draw(RETAKE_PT_takes).texts()
    assert draw(RETAKE_PT_queue).find("retake.open_queue").enabled


def test_the_price_follows_the_settings(editor: bpy.types.Scene) -> None:
    draft = editor.retake_draft
    draft.prompt = "a lighthouse in the rain"
    assert "15 credits $0.21 1.5 units" in draw(RETAKE_PT_price).said()
    draft.sound = True
    assert "50 credits $0.70 5 units" in draw(RETAKE_PT_price).said()
    draft.model = "kling-3.0"
    draft.quality = "4k"
    draft.duration = 3
    shot = draw(RETAKE_PT_price)
    assert "90 credits $1.26 9 units" in shot.said()
    assert shot.find("retake.generate").enabled


def test_what_the_model_cannot_do_is_said_by_field(editor: bpy.types.Scene) -> None:
    draft = editor.retake_draft
    draft.prompt = "rain"
    draft.duration = 7
    shot = draw(RETAKE_PT_price)
    assert "Kling 2.6 makes 5 or 10 s" in shot.said()
    assert not shot.find("retake.generate").enabled
    with pytest.raises(RuntimeError, match="7 s cannot be used"):
        generate(editor)
    assert movies(editor) == []


def test_a_prompt_s_faults_are_shown_under_it(editor: bpy.types.Scene) -> None:
    editor.retake_draft.prompt = "She says “We made it.” while thunder rolls"
    assert "“We made it.”" in draw(RETAKE_PT_shot).texts()


def test_generate_lays_a_placeholder_and_the_take_comes_to_where_it_is_then(
    editor: bpy.types.Scene, rehearsal: Rehearsal
) -> None:
    editor.retake_draft.prompt = "a lighthouse in the rain"
    editor.frame_set(11)
    assert generate(editor) == {"FINISHED"}
    (waiting,) = movies(editor)
    assert waiting.retake.shot_id == "s010"
    assert waiting.retake.job_id
    assert "s010" in draw(RETAKE_PT_queue).texts()
    assert draw(RETAKE_PT_queue).texts("progress")
    assert "on its way" in draw(RETAKE_PT_takes).texts() or editor.sequence_editor.active_strip is None
    waiting.channel = 7
    tick_until(lambda: movies(editor)[0].retake.take_number == 1)
    (strip,) = movies(editor)
    assert (strip.channel, strip.retake.job_id) == (7, "")
    assert Path(bpy.path.abspath(strip.filepath)).name.startswith("s010_t01_")
    editor.sequence_editor.active_strip = strip
    takes = draw(RETAKE_PT_takes)
    assert "1 · 5 s · 1.5 u" in takes.said()
    tick_until(lambda: "on the timeline" in draw(RETAKE_PT_queue).texts())
    assert len(rehearsal.creates()) == 1


def test_a_deleted_placeholder_loses_nothing(editor: bpy.types.Scene) -> None:
    editor.retake_draft.prompt = "rain"
    generate(editor)
    (waiting,) = movies(editor)
    editor.sequence_editor.strips.remove(waiting)
    tick_until(lambda: "s010" in editor.retake.shots and len(editor.retake.shots["s010"].takes) == 1)
    assert movies(editor) == []


def test_a_take_that_came_while_the_file_was_closed_is_placed_when_it_is_opened(
    editor: bpy.types.Scene, tmp_path: Path
) -> None:
    editor.retake_draft.prompt = "rain"
    generate(editor)
    blend = str(tmp_path / "edit.blend")
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    bpy.ops.wm.read_homefile(use_empty=True)
    tick_until(lambda: any(entry.job and entry.job.facts for entry in desk.desk().entries.values()))
    desk.close()
    bpy.ops.wm.open_mainfile(filepath=blend)
    assert bpy.ops.retake.open_queue() == {"FINISHED"}
    tick_until(lambda: movies(edit_scene())[0].retake.take_number == 1)
    assert "s010_t01_" in movies(edit_scene())[0].filepath


def test_what_an_undo_took_back_is_placed_again(editor: bpy.types.Scene) -> None:
    editor.retake_draft.prompt = "rain"
    generate(editor)
    job_id = movies(editor)[0].retake.job_id
    tick_until(lambda: movies(editor)[0].retake.take_number == 1)
    editor.sequence_editor.strips.remove(movies(editor)[0])
    editor.retake.shots.clear()
    assert bpy.ops.retake.place_again(job_id=job_id) == {"FINISHED"}
    assert [take.number for take in editor.retake.shots["s010"].takes] == [1]


def test_a_second_take_is_shown_and_the_first_again(editor: bpy.types.Scene) -> None:
    draft = editor.retake_draft
    draft.prompt, draft.shot_id = "rain", "night"
    generate(editor)
    tick_until(lambda: movies(editor)[0].retake.take_number == 1)
    editor.sequence_editor.active_strip = movies(editor)[0]
    assert bpy.ops.retake.regenerate() == {"FINISHED"}
    tick_until(lambda: movies(editor)[0].retake.take_number == 2)
    assert len(movies(editor)) == 1
    assert bpy.ops.retake.show_take(shot_id="night", number=1) == {"FINISHED"}
    (strip,) = movies(editor)
    assert strip.retake.take_number == 1
    assert "night_t01_" in strip.filepath
    assert [take.number for take in editor.retake.shots["night"].takes] == [1, 2]


def test_regenerate_is_never_paid_for_another_shot_s_prompt_unseen(editor: bpy.types.Scene) -> None:
    draft = editor.retake_draft
    draft.prompt = "a lighthouse in the rain"
    generate(editor)
    tick_until(lambda: movies(editor)[0].retake.take_number == 1)
    editor.sequence_editor.active_strip = movies(editor)[0]
    assert "Regenerate asks for the prompt above" not in draw(RETAKE_PT_takes).said()
    draft.prompt = "a market at noon"  # the next shot is being described
    assert "Regenerate asks for the prompt above" in draw(RETAKE_PT_takes).said()
    assert bpy.ops.retake.edit_recipe() == {"FINISHED"}
    assert draft.prompt == "a lighthouse in the rain"
    assert "Regenerate asks for the prompt above" not in draw(RETAKE_PT_takes).said()


def test_a_refused_shot_says_why_and_can_be_copied(editor: bpy.types.Scene, rehearsal: Rehearsal) -> None:
    rehearsal.server.add_fault(Fault("status", method="POST", code=1301))
    editor.retake_draft.prompt = "rain"
    generate(editor)
    tick_until(lambda: any(entry.error for entry in desk.desk().entries.values()))
    queue = draw(RETAKE_PT_queue)
    assert "content check" in queue.said()
    assert "No take came: see the Queue" in draw(RETAKE_PT_takes).said()
    assert queue.find("retake.copy_error").enabled


def test_without_a_key_the_queue_says_what_to_do(editor: bpy.types.Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KLING_API_KEY")
    editor.retake_draft.prompt = "rain"
    generate(editor)
    tick_until(lambda: bool(desk.desk().trouble))
    assert "No Kling key is set" in draw(RETAKE_PT_queue).said()
    assert draw(RETAKE_PT_price).find("preferences.addon_show").enabled


def test_offline_the_button_is_off_and_says_why(editor: bpy.types.Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    from addon.ui.generate import RETAKE_OT_generate

    assert RETAKE_OT_generate.poll(bpy.context)
    monkeypatch.delenv("KLING_BASE_URL")
    assert not bpy.app.online_access
    assert not RETAKE_OT_generate.poll(bpy.context)
    assert draw(RETAKE_PT_price).find("preferences.addon_show").enabled
    said = draw(RETAKE_PT_price).said()
    assert "Allow Online Access is off" in said or "--offline-mode" in said
