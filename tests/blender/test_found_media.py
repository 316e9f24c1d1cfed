# SPDX-License-Identifier: GPL-3.0-or-later
"""What an editor did to a stand-in stays when its media is found again."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import bpy
import pytest

from addon.interchange.bridge import StripKind, StripSnapshot, TimelineSnapshot
from addon.interchange.otio_file import write_otio
from addon.timeline.ranges import FrameRange
from addon.vse.apply_conform import apply_changes
from addon.vse.compat import (
    animated_paths,
    curve_homes,
    left_handle,
    new_effect,
    right_handle,
    set_content_start,
    set_left_handle,
    set_right_handle,
)
from addon.vse.conform import plan_for
from addon.vse.context import sequencer_context
from addon.vse.read import read_timeline
from addon.vse.relink import relink_strips
from addon.vse.stand_in import stand_ins
from addon.vse.strip_memory import connected_names
from addon.vse.write_timeline import TimelineWriter
from tests.numbered_video import write_numbered

from .rich_edit import rich_edit
from .test_exchange import differences
from .test_place import strips


@pytest.fixture
def found(tmp_path: Path) -> tuple[TimelineSnapshot, bpy.types.Scene, dict[str, str]]:
    """An edit as it was, the same imported without its media, and where that is now."""
    media = tmp_path / "media"
    before = read_timeline(rich_edit(media, Fraction(25)))
    media.rename(tmp_path / "elsewhere")
    writer = TimelineWriter.into_new_scene(before)
    writer.run()
    assert len(list(stand_ins(writer.scene))) == 13
    return before, writer.scene, {str(media / one.name): str(one) for one in (tmp_path / "elsewhere").iterdir()}


def relinked(scene: bpy.types.Scene, new_paths: dict[str, str]) -> dict[str, StripSnapshot]:
    assert relink_strips(scene, new_paths) == 13
    assert not list(stand_ins(scene))
    assert not [path for path in animated_paths(scene) if "(missing)" in path]
    return {strip.name: strip for strip in read_timeline(scene).walk()}


def keys_of(scene: bpy.types.Scene, path: str) -> list[tuple[float, float]]:
    (curve,) = (one for home in curve_homes(scene) for one in home.fcurves if one.data_path.endswith(path))
    return [(key.co[0], round(key.co[1], 4)) for key in curve.keyframe_points]


def test_an_untouched_stand_in_becomes_exactly_what_it_stood_for(found: Any) -> None:
    before, scene, new_paths = found
    after = relinked(scene, new_paths)
    for was in before.walk():
        assert was.kind in (StripKind.META,) or differences(as_found(was, new_paths), after[was.name]) == []


def as_found(was: StripSnapshot, new_paths: dict[str, str]) -> StripSnapshot:
    media = {key: replace(one, path=new_paths.get(one.path, one.path)) for key, one in was.media.items()}
    return replace(was, media=media)


def test_its_look_stays_and_what_nobody_changed_is_the_medias(found: Any) -> None:
    _, scene, new_paths = found
    third = strips(scene)["third"]
    third.transform.offset_x, third.transform.scale_y, third.transform.rotation = 33, 0.75, -0.5
    third.transform.origin = 0.25, 0.75
    third.crop.min_y = 12
    third.blend_type, third.blend_alpha = "MULTIPLY", 0.5
    third.use_flip_y = True
    third.color_tag = "COLOR_07"
    third.mute = True
    third.lock = False
    third.color_saturation = 0.25
    third.strobe = 2
    third["note"] = "ask Anna"
    after = relinked(scene, new_paths)
    one = after["third"]
    assert (one.transform.offset_x_px, one.transform.scale_y, one.transform.rotation) == (33, 0.75, -0.5)
    assert (one.transform.origin_x, one.transform.origin_y, one.transform.scale_x) == (0.25, 0.75, 1)
    assert (one.crop.bottom_px, one.blend_type, one.opacity, one.flip_y) == (12, "MULTIPLY", 0.5, True)
    assert (one.color_tag, one.mute, one.lock) == (7, True, False)
    assert (one.settings["color_saturation"], one.settings["strobe"]) == (0.25, 2)
    assert one.reverse_frames
    assert strips(scene)["third"]["note"] == "ask Anna"
    two = after["second"]
    assert (two.color_tag, two.flip_x, two.transform.scale_x, two.crop.left_px) == (4, True, 0.5, 10)


def test_its_place_trims_and_channel_stay(found: Any) -> None:
    before, scene, new_paths = found
    was = {strip.name: strip for strip in before.walk()}
    there = strips(scene)
    # 10 frames off its beginning, 5 off its end, then 300 later and on another channel.
    set_left_handle(there["frozen"], left_handle(there["frozen"]) + 10)
    set_right_handle(there["frozen"], right_handle(there["frozen"]) - 5)
    set_content_start(there["frozen"], there["frozen"].frame_start + 300 if bpy.app.version < (5, 2)
                      else there["frozen"].content_start + 300)  # fmt: skip
    there["frozen"].channel = 20
    after = relinked(scene, new_paths)["frozen"]
    one = was["frozen"]
    assert (after.start, after.length) == (one.start + 310, one.length - 15)
    assert (after.channel, after.content_offset) == (20, one.content_offset + 10)
    assert after.retiming == one.retiming


def test_its_keyframes_and_drivers_stay(found: Any) -> None:
    _, scene, new_paths = found
    there = strips(scene)
    # It has its own fade of the edit, which is changed; a new curve comes; a driver too.
    first = there["first"]
    assert keys_of(scene, '["first"].blend_alpha') == [(1, 1), (40, 0.25)]
    first.blend_alpha = 0.75
    first.keyframe_insert("blend_alpha", frame=20)
    first.transform.offset_y = 5
    first.transform.keyframe_insert("offset_y", frame=7)
    first.transform.offset_y = 50
    first.transform.keyframe_insert("offset_y", frame=30)
    there["third"].driver_add("blend_alpha").driver.expression = "0.5"
    relinked(scene, new_paths)
    assert keys_of(scene, '["first"].blend_alpha') == [(1, 1), (20, 0.75), (40, 0.25)]
    assert keys_of(scene, '["first"].transform.offset_y') == [(7, 5), (30, 50)]
    assert [one.data_path for one in scene.animation_data.drivers] == [
        'sequence_editor.strips_all["third"].blend_alpha'
    ]
    # What a stand-in of a sound cannot have comes from the edit.
    assert keys_of(scene, '["sound"].volume') == [(1, 0.5), (20, 1.5)]


def test_keyframes_of_a_trimmed_and_moved_stand_in_go_out_where_they_are(found: Any) -> None:
    """An export while the media is missing says the same as one after it was found."""
    _, scene, new_paths = found
    second = strips(scene)["second"]
    second.transform.keyframe_insert("offset_x", frame=90)
    set_left_handle(second, left_handle(second) + 4)
    missing = {strip.name: strip for strip in read_timeline(scene).walk()}["second"]
    after = relinked(scene, new_paths)["second"]
    assert differences(missing.curves, after.curves) == []
    assert (missing.start, missing.content_offset, missing.transform) == (
        after.start, after.content_offset, after.transform,
    )  # fmt: skip


def test_its_modifiers_stay_whole_after_those_of_the_media(found: Any) -> None:
    _, scene, new_paths = found
    second = strips(scene)["second"]
    balance = second.modifiers.new(name="Balance", type="COLOR_BALANCE")
    balance.color_balance.gain = (1.5, 1.0, 0.5)
    curves = second.modifiers.new(name="Curves", type="CURVES")
    curves.curve_mapping.curves[3].points.new(0.25, 0.75)
    curves.mute = True
    relinked(scene, new_paths)
    made = strips(scene)["second"].modifiers
    assert [one.name for one in made] == ["Bright", "Balance", "Curves"]
    assert made["Bright"].bright == 5
    assert tuple(made["Balance"].color_balance.gain) == (1.5, 1.0, 0.5)
    assert len(made["Curves"].curve_mapping.curves[3].points) == 3
    assert made["Curves"].mute


def test_effects_connections_and_selection_stay(found: Any) -> None:
    _, scene, new_paths = found
    there = strips(scene)
    own = new_effect(scene.sequence_editor, "own glow", "GLOW", 30, FrameRange(1, 30), (there["slow"],))
    own.blend_alpha = 0.5
    masks = new_effect(scene.sequence_editor, "over all", "ADJUSTMENT", 31, FrameRange(1, 60))
    masks.modifiers.new(name="Masked", type="BRIGHT_CONTRAST").input_mask_strip = there["slow"]
    with sequencer_context(scene):
        for one in scene.sequence_editor.strips_all:
            one.select = one.name in ("text", "fourth")
        bpy.ops.sequencer.connect("EXEC_DEFAULT", False, toggle=False)
        for one in scene.sequence_editor.strips_all:
            one.select = one.name in ("slow", "text")
    scene.sequence_editor.active_strip = there["slow"]
    relinked(scene, new_paths)
    there = strips(scene)
    assert there["own glow"].input_1 == there["slow"]
    assert there["speed"].input_1 == there["slow"]
    assert (there["cross"].input_1, there["cross"].input_2) == (there["first"], there["second"])
    assert there["over all"].modifiers["Masked"].input_mask_strip == there["slow"]
    assert connected_names(there["fourth"]) == ["text"]
    assert connected_names(there["text"]) == ["fourth"]
    assert connected_names(there["first"]) == ["sound"]
    assert {one.name for one in there.values() if one.select} == {"slow", "text"}
    assert scene.sequence_editor.active_strip == there["slow"]


def test_halves_of_a_split_show_what_they_would_have(found: Any) -> None:
    before, scene, new_paths = found
    was = next(strip for strip in before.walk() if strip.name == "slow")
    with sequencer_context(scene):
        for one in scene.sequence_editor.strips_all:
            one.select = one.name == "slow"
        bpy.ops.sequencer.split("EXEC_DEFAULT", False, frame=60, channel=8, type="SOFT", side="BOTH",
                                use_cursor_position=False)  # fmt: skip
    assert relink_strips(scene, new_paths) >= 14
    left, right = (strip for strip in read_timeline(scene).walk() if strip.channel == 8 and strip.kind is was.kind)
    assert (left.start, left.end_exclusive, left.content_start) == (was.start, 60, was.content_start)
    assert (right.start, right.end_exclusive, right.content_start) == (60, was.end_exclusive, was.content_start)


def test_a_stand_in_that_a_changed_edit_trims_shows_the_right_frames(found: Any, tmp_path: Path) -> None:
    _, scene, new_paths = found
    living = read_timeline(scene)
    trimmed = tuple(
        replace(one, start=one.start + 4, content_offset=one.content_offset + 4, length=one.length - 4)
        if one.name == "sequence"
        else one
        for one in living.strips
    )
    was = next(one for one in living.strips if one.name == "sequence")
    write_otio(replace(living, strips=trimmed), tmp_path / "changed.otio")
    plan = plan_for(scene, tmp_path / "changed.otio")
    assert [change.name for change in plan.changes] == ["sequence"]
    apply_changes(scene, plan)
    after = relinked(scene, new_paths)["sequence"]
    assert (after.start, after.end_exclusive, after.content_start) == (
        was.start + 4, was.end_exclusive, was.content_start,
    )  # fmt: skip


def test_a_stand_in_of_another_program_keeps_a_new_blend_mode_and_is_fitted(tmp_path: Path) -> None:
    """Its scale is one of the picture as it fits the frame: 320 pixels into 640 of the scene."""
    write_numbered(tmp_path / "small.mp4", 100, Fraction(25), size=(320, 180))
    from addon.interchange.bridge import Media

    media = {"DEFAULT_MEDIA": Media(str(tmp_path / "gone" / "small.mp4"), Fraction(25), 100)}
    clip = StripSnapshot("clip", StripKind.MOVIE, 1, 1, 50, 0, media, "DEFAULT_MEDIA", content_length=100)
    writer = TimelineWriter.into_new_scene(TimelineSnapshot("edit", Fraction(25), 1, 640, 360, (clip,)))
    writer.run()
    (stand_in,) = stand_ins(writer.scene)
    stand_in.blend_type = "SCREEN"
    stand_in.transform.scale_x = 0.5
    assert relink_strips(writer.scene, {media["DEFAULT_MEDIA"].path: str(tmp_path / "small.mp4")}) == 1
    made = strips(writer.scene)["clip"]
    assert made.blend_type == "SCREEN"
    assert (made.transform.scale_x, made.transform.scale_y) == (1.0, 2.0)
