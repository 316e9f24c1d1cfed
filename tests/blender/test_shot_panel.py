# SPDX-License-Identifier: GPL-3.0-or-later
"""The Shot panel: what each kind of shot asks for, what is greyed and why, and what reaches Kling."""

from __future__ import annotations

from pathlib import Path

import bpy
import pytest

from addon.ui import desk, prompt_block, reference_length
from addon.ui.drafted_shot import drafted_shot
from addon.ui.price_panel import RETAKE_PT_price
from addon.ui.shot_panel import RETAKE_PT_shot
from addon.vse.compat import edit_scene
from addon.vse.shots import takes_of
from tests.blender.enabled import editor, generate, movies, tick_until
from tests.blender.recording_layout import RecordingLayout, draw
from tests.rehearsal import Rehearsal

__all__ = ["editor"]


@pytest.fixture
def picture(tmp_path: Path) -> str:
    image = bpy.data.images.new("start", 640, 360)
    image.filepath_raw, image.file_format = str(tmp_path / "start.png"), "PNG"
    image.save()
    return str(tmp_path / "start.png")


def fields(panel: RecordingLayout) -> set[str]:
    return {one.arguments["property"] for one in panel.drawn if one.kind in ("prop", "textbox")}


def test_each_kind_asks_for_what_it_is_made_from(editor: bpy.types.Scene) -> None:
    draft = editor.retake_draft
    assert {"image", "end_image", "motion"}.isdisjoint(fields(draw(RETAKE_PT_shot)))
    draft.kind = "IMAGE"
    assert {"image", "end_image", "sound"} <= fields(draw(RETAKE_PT_shot))
    assert "Choose a start image" in draw(RETAKE_PT_price).said()
    draft.kind = "MOTION"
    shown = fields(draw(RETAKE_PT_shot))
    assert {"motion", "orientation", "image", "keep_sound"} <= shown
    assert {"duration", "sound", "end_image"}.isdisjoint(shown)
    assert "Motion needs a video" in draw(RETAKE_PT_price).said()
    draft.kind = "REFERENCES"
    assert "kling-3.0-omni" in draw(RETAKE_PT_shot).said()
    assert "Add a reference image" in draw(RETAKE_PT_price).said()


def test_an_image_of_another_kind_is_kept_and_not_sent(editor: bpy.types.Scene, picture: str) -> None:
    draft = editor.retake_draft
    draft.prompt, draft.kind, draft.image = "rain", "IMAGE", picture
    assert drafted_shot(draft).fields.image == picture
    assert draw(RETAKE_PT_shot).drawn
    draft.kind = "TEXT"
    assert drafted_shot(draft).fields.image is None
    assert draft.image == picture


def test_a_start_image_is_shown_and_reaches_kling(editor: bpy.types.Scene, rehearsal: Rehearsal, picture: str) -> None:
    draft = editor.retake_draft
    draft.prompt, draft.kind, draft.image = "rain", "IMAGE", picture
    assert any(one.kind == "picture" for one in draw(RETAKE_PT_shot).drawn)
    assert generate(editor) == {"FINISHED"}
    tick_until(lambda: movies(editor)[0].retake.take_number == 1)
    (create,) = rehearsal.creates()
    assert str(create["path"]).endswith("/image2video")


def test_what_the_model_lacks_is_greyed_with_the_reason(editor: bpy.types.Scene) -> None:
    draft = editor.retake_draft
    draft.prompt, draft.model = "rain", "kling-2.5-turbo"
    assert "Sound: Kling 2.5 Turbo does not have it" in draw(RETAKE_PT_shot).said()
    draft.model = "kling-2.6"
    assert "Sound:" not in draw(RETAKE_PT_shot).said()


def test_lengths_are_buttons_where_they_are_few(editor: bpy.types.Scene) -> None:
    draft = editor.retake_draft
    texts = draw(RETAKE_PT_shot).texts("operator").splitlines()
    assert {"5 s", "10 s"} <= set(texts)
    assert bpy.ops.retake.set_length(duration=10) == {"FINISHED"}
    assert draft.duration == 10
    draft.model = "kling-3.0"
    assert "duration" in fields(draw(RETAKE_PT_shot))


def test_voices_get_rows_and_reach_the_price(editor: bpy.types.Scene) -> None:
    draft = editor.retake_draft
    draft.prompt, draft.sound = "[Anna@Alto, softly]: “We made it.”", True
    assert bpy.ops.retake.add_row(to="voices") == {"FINISHED"}
    draft.voices[0].name, draft.voices[0].identifier = "Alto", "829836802793406551"
    assert drafted_shot(draft).fields.voices == {"Alto": "829836802793406551"}
    assert "60 credits" in draw(RETAKE_PT_price).said()
    assert bpy.ops.retake.remove_row(of="voices", index=0) == {"FINISHED"}
    assert "Alto" in draw(RETAKE_PT_price).said()
    assert not draw(RETAKE_PT_price).find("retake.generate").enabled


def test_the_recipe_of_a_take_fills_the_fields_again(editor: bpy.types.Scene, picture: str) -> None:
    draft = editor.retake_draft
    draft.prompt, draft.kind, draft.image, draft.negative = "rain", "IMAGE", picture, "snow"
    draft.use_cfg, draft.cfg, draft.model = True, 0.3, "kling-3.0"
    generate(editor)
    tick_until(lambda: movies(editor)[0].retake.take_number == 1)
    (take,) = takes_of(editor, "s010")
    assert take.recipe["cfg_scale"] == 0.3
    draft.prompt, draft.kind, draft.use_cfg, draft.model, draft.negative = "sun", "TEXT", False, "kling-2.6", ""
    editor.sequence_editor.active_strip = movies(editor)[0]
    assert bpy.ops.retake.edit_recipe() == {"FINISHED"}
    assert (draft.prompt, draft.kind, draft.image, draft.model, draft.negative) == (
        "rain",
        "IMAGE",
        picture,
        "kling-3.0",
        "snow",
    )
    assert draft.use_cfg
    assert draft.cfg == pytest.approx(0.3)


def test_a_motion_s_price_waits_for_the_video_s_length(editor: bpy.types.Scene, picture: str) -> None:
    draft = editor.retake_draft
    draft.prompt = "a dance"
    draft.kind, draft.image, draft.motion = "MOTION", picture, "https://example.invalid/dance.mp4"
    assert reference_length.length_s(draft.motion) is None
    assert "Allow Online Access" in reference_length.why_unknown(draft.motion)
    assert "once the video is looked at" in draw(RETAKE_PT_price).said()


def test_presets_keep_the_settings_and_not_the_words(editor: bpy.types.Scene) -> None:
    draft = editor.retake_draft
    draft.prompt, draft.model, draft.quality, draft.duration, draft.sound = "rain", "kling-3.0", "pro", 7, True
    assert bpy.ops.retake.add_shot_preset(name="Of a test") == {"FINISHED"}
    (folder,) = bpy.utils.preset_paths("retake/shot")
    (preset,) = (path for path in Path(folder).iterdir() if path.stem.lower() == "of_a_test")
    try:
        assert "rain" not in preset.read_text(encoding="utf-8")
        draft.prompt, draft.model, draft.duration, draft.sound = "sun", "kling-2.6", 5, False
        bpy.ops.script.execute_preset(filepath=str(preset), menu_idname="RETAKE_MT_shot_presets")
        assert (draft.prompt, draft.model, draft.quality, draft.duration, draft.sound) == (
            "sun",
            "kling-3.0",
            "pro",
            7,
            True,
        )
    finally:
        preset.unlink()


def test_the_prompt_and_its_text_stay_in_step(editor: bpy.types.Scene) -> None:
    draft = editor.retake_draft
    draft.prompt = "rain"
    assert bpy.ops.retake.edit_prompt() == {"FINISHED"}
    block = draft.prompt_block
    assert block.as_string().strip() == "rain"
    block.clear()
    block.write("a storm\nover the sea")
    prompt_block.keep_in_step()
    assert draft.prompt == "a storm\nover the sea"
    draft.prompt = "calm"
    prompt_block.keep_in_step()
    assert block.as_string().strip() == "calm"
    bpy.data.texts.remove(block)
    assert prompt_block.keep_in_step() is None


def test_a_budget_of_the_day_is_shown_and_kept(editor: bpy.types.Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETAKE_MAX_CREDITS_PER_DAY", "20")
    editor.retake_draft.prompt = "rain"
    generate(editor)
    tick_until(lambda: movies(editor)[0].retake.take_number == 1)
    tick_until(lambda: desk.desk().day_left_units is not None and desk.desk().day_left_units < 1)
    assert "Left of today's budget: 5 credits" in draw(RETAKE_PT_price).texts()
    assert "Balance:" in draw(RETAKE_PT_price).texts()
    generate(edit_scene())
    tick_until(lambda: any(entry.error for entry in desk.desk().entries.values()))
    assert any("budget of 20 credits" in entry.error for entry in desk.desk().entries.values())


def test_the_slate_is_made_while_the_shot_is_described(editor: bpy.types.Scene) -> None:
    from addon.ui.slates import _making, slate_of, slate_ready

    editor.retake_draft.prompt, editor.retake_draft.duration = "rain", 10
    slate = slate_of(drafted_shot(editor.retake_draft).fields)
    assert slate in _making
    assert slate.frame_count == 241
    assert slate_ready(slate).is_file()
    slate.path.unlink()
    assert slate_ready(slate).is_file()
