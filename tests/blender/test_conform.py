# SPDX-License-Identifier: GPL-3.0-or-later
"""An edit goes out, another program changes it with OpenTimelineIO's own library, and it is conformed in Blender."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import bpy
import opentimelineio as otio
import pytest

from addon.errors import PlacementError
from addon.interchange.bridge import StripKind, TimelineSnapshot, bridge_module
from addon.interchange.media_facts import with_media_facts
from addon.interchange.otio_file import write_otio
from addon.timeline.ranges import FrameRange
from addon.timeline.take import Take
from addon.vse import apply_conform
from addon.vse.apply_conform import Applied, apply_changes
from addon.vse.compat import (
    content_start,
    left_handle,
    new_effect,
    right_handle,
    set_content_start,
    set_edit_scene,
    set_left_handle,
    set_right_handle,
)
from addon.vse.conform import plan_for
from addon.vse.connect import connect
from addon.vse.place import place_take
from addon.vse.preview import render_preview
from addon.vse.project import blender_rate
from addon.vse.read import read_timeline
from addon.vse.strip_memory import connected_names
from tests.numbered_video import read_numbers, write_numbered
from tests.other_program import OtherProgram

from .rich_edit import SIZE_PX, add_movie, retime, rich_edit
from .test_exchange import differences

Scene = bpy.types.Scene
Strip = bpy.types.Strip


def edit(rate: int, folder: Path) -> Scene:
    """Empty, at `rate`."""
    folder.mkdir(parents=True, exist_ok=True)
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = blender_rate(Fraction(rate))
    scene.render.resolution_x, scene.render.resolution_y = SIZE_PX
    scene.view_settings.view_transform = "Standard"
    for window in bpy.context.window_manager.windows:
        set_edit_scene(window, scene)
    scene.sequence_editor_create()
    return scene


def nested_edit(folder: Path) -> Scene:
    """`a` and `z` on the timeline, `b` and `c` in a meta that lies in another one with `d`; `b` is animated."""
    scene = edit(24, folder)
    for name in "abcdz":
        write_numbered(folder / f"{name}.mp4", 200, Fraction(24), size=SIZE_PX)
    editor = scene.sequence_editor

    def add(owner: object, name: str, channel: int, start: int, head: int, length: int) -> Strip:
        strip = owner.strips.new_movie(  # type: ignore[attr-defined]
            name=name, filepath=str(folder / f"{name}.mp4"), channel=channel, frame_start=start - head
        )
        set_left_handle(strip, start)
        set_right_handle(strip, start + length)
        return strip

    add(editor, "a", 1, 1, 10, 50)
    outer = editor.strips.new_meta(name="outer", channel=1, frame_start=51)
    inner = outer.strips.new_meta(name="inner", channel=1, frame_start=51)
    animated = add(inner, "b", 1, 51, 20, 50)
    animated.blend_alpha = 0.5
    animated.keyframe_insert("blend_alpha", frame=60)
    add(inner, "c", 1, 101, 30, 40)
    set_left_handle(inner, 51)
    set_right_handle(inner, 141)
    add(outer, "d", 2, 141, 40, 60)
    set_left_handle(outer, 51)
    set_right_handle(outer, 201)
    add(editor, "z", 1, 201, 50, 50)
    scene.frame_set(1)
    return scene


def strips(scene: Scene) -> dict[str, Strip]:
    return {strip.name: strip for strip in scene.sequence_editor.strips_all}


def changed_elsewhere(scene: Scene, folder: Path, change: Callable[[OtherProgram], object], *, keeps: bool) -> Path:
    write_otio(with_media_facts(read_timeline(scene)), folder / "out.otio")
    program = OtherProgram(folder / "out.otio")
    change(program)
    return program.save(folder / "back.otio", keeps_metadata=keeps)


def conform(scene: Scene, path: Path, chosen: set[str] | None = None) -> Applied:
    """Applies, and checks that each strip lies where the plan says."""
    plan = plan_for(scene, path)
    wanted = bridge_module("conform_apply").conformed(read_timeline(scene), plan, chosen).snapshot
    applied = apply_changes(scene, plan, chosen)
    assert places(read_timeline(scene)) == places(wanted)
    return applied


def places(snapshot: TimelineSnapshot) -> dict[str, tuple[str, int, int, int, int]]:
    there = bridge_module("levels").nested(snapshot.strips)
    # Where a meta's content begins says nothing that its strips do not say.
    return {
        name: (one.level, one.strip.channel, one.strip.start, one.strip.length,
               0 if one.strip.kind is StripKind.META else one.strip.content_offset)
        for name, one in there.items()
    }  # fmt: skip


def span(strip: Strip) -> tuple[int, int]:
    return left_handle(strip), right_handle(strip)


def keys_of(scene: Scene, name: str) -> list[float]:
    there = {strip.name: strip for strip in read_timeline(scene).walk()}
    return [there[name].content_start + point.frame for curve in there[name].curves for point in curve.points]


BOTH = pytest.mark.parametrize("keeps", [False, True], ids=["bare", "ours"])


# Metas


@BOTH
def test_changes_deep_in_metas_are_applied_there(tmp_path: Path, keeps: bool) -> None:
    scene = nested_edit(tmp_path)

    def change(other: OtherProgram) -> None:
        other.trim("b", head=5, tail=10)
        other.slip("d", 7)

    path = changed_elsewhere(scene, tmp_path, change, keeps=keeps)
    applied = conform(scene, path)
    assert applied.notes == ()
    there = strips(scene)
    assert span(there["b"]) == (51, 86)
    assert span(there["c"]) == (86, 126)
    assert content_start(there["d"]) == 94
    assert there["c"].parent_meta() == there["inner"]
    assert plan_for(scene, path).changes == ()


@BOTH
def test_a_moved_meta_takes_all_that_lies_in_it_along(tmp_path: Path, keeps: bool) -> None:
    scene = nested_edit(tmp_path)
    path = changed_elsewhere(scene, tmp_path, lambda other: other.gap(other.timeline.tracks[0], 1, 24), keeps=keeps)
    assert keys_of(scene, "b") == [60]
    conform(scene, path)
    there = strips(scene)
    assert span(there["outer"]) == (75, 225)
    assert span(there["b"]) == (75, 125)
    assert keys_of(scene, "b") == [84]
    assert span(there["z"]) == (225, 275)


@BOTH
def test_strips_go_into_metas_and_out_of_them_as_they_are(tmp_path: Path, keeps: bool) -> None:
    scene = nested_edit(tmp_path)
    there = strips(scene)
    glow = new_effect(there["inner"], "glow", "GLOW", 4, FrameRange(51, 101), (there["b"],))
    assert glow.parent_meta() == there["inner"]

    def change(other: OtherProgram) -> None:
        track = other.clip("b").parent()
        clip = track.pop(track.index(other.clip("b")))
        other.gap(track, 0, 50)
        other.timeline.tracks[0].append(clip)
        z = other.clip("z")
        track.append(z.parent().pop(z.parent().index(z)))

    path = changed_elsewhere(scene, tmp_path, change, keeps=keeps)
    conform(scene, path)
    there = strips(scene)
    assert there["b"].parent_meta() is None
    assert span(there["b"]) == (201, 251)
    assert keys_of(scene, "b") == [210]
    assert there["b"].blend_alpha == 0.5
    assert there["glow"].parent_meta() is None
    assert there["glow"].input_1 == there["b"]
    assert there["z"].parent_meta() == there["inner"]
    assert span(there["z"])[0] == 141
    assert not [name for name in there if name.startswith("Retake")]


def test_a_compound_made_elsewhere_and_a_meta_dissolved_elsewhere(tmp_path: Path) -> None:
    scene = nested_edit(tmp_path)

    def change(other: OtherProgram) -> None:
        inner = other.clip("b").parent()
        stack = inner.parent()
        outer = stack.parent()
        number = outer.index(stack)
        del outer[number]
        for clip in reversed([inner.pop(0) for _ in range(len(inner))]):
            outer.insert(number, clip)
        track = other.clip("z").parent()
        number = track.index(other.clip("z"))
        compound = otio.schema.Stack(
            "compound", children=[otio.schema.Track(children=[track.pop(number)])], source_range=other.span(0, 50)
        )
        track.insert(number, compound)

    path = changed_elsewhere(scene, tmp_path, change, keeps=False)
    conform(scene, path)
    there = strips(scene)
    assert "inner" not in there
    assert there["b"].parent_meta() == there["outer"]
    assert there["z"].parent_meta() == there["compound"]
    assert span(there["compound"]) == (201, 251)
    assert plan_for(scene, path).changes == ()


# All or nothing


def rich_change(other: OtherProgram, folder: Path) -> None:
    """Something of every kind."""
    other.gap(other.clip("own speed").parent(), 0, 12)
    other.slip("inner", 6)
    other.ripple_delete("still")
    other.trim("slow", tail=20)
    other.replace_media("first", folder / "new.mp4", rate=30.0, frames=200)
    track = other.clip("sound").parent()
    track.append(other.new_clip("more sound", folder / "media" / "tone.wav", 0, 25))
    other.split("second", 20)


def whole(scene: Scene) -> tuple[TimelineSnapshot, dict[str, object]]:
    """All that the reader knows, and what it does not."""
    editor = scene.sequence_editor
    more: dict[str, object] = {
        strip.name: (strip.type, strip.select, strip.channel, getattr(strip, "filepath", ""),
                     connected_names(strip), [one.name for one in getattr(strip, "modifiers", ())])
        for strip in editor.strips_all
    }  # fmt: skip
    more["active"] = editor.active_strip.name if editor.active_strip else ""
    more["open"] = [meta.name for meta in editor.meta_stack]
    return read_timeline(scene), more


def prepare(tmp_path: Path, change: Callable[[OtherProgram], object] | None = None) -> tuple[Scene, Path]:
    scene = rich_edit(tmp_path / "media", Fraction(25))
    scene.sequence_editor.active_strip = strips(scene)["slow"]
    strips(scene)["slow"].select = True
    write_numbered(tmp_path / "new.mp4", 200, Fraction(30), size=(640, 360))

    def all_of_it(other: OtherProgram) -> None:
        rich_change(other, tmp_path)
        if change is not None:
            change(other)

    return scene, changed_elsewhere(scene, tmp_path, all_of_it, keeps=True)


def test_a_change_of_every_kind_at_once(tmp_path: Path) -> None:
    scene, path = prepare(tmp_path)
    plan = plan_for(scene, path)
    print([c.sentence for c in plan.changes])
    assert len({kind for change in plan.changes for kind in change.kinds}) >= 6
    applied = conform(scene, path)
    assert not [note for note in applied.notes if note[1] != "effect"]
    there = strips(scene)
    assert "still" not in there
    assert there["more sound"].type == "SOUND"
    assert there["first"].filepath.endswith("new.mp4")
    assert plan_for(scene, path).changes == ()


def no_effect_of_that_name(scene: Scene, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The edit was made by a Blender that has effects which this one does not know."""
    text = path.read_text(encoding="utf-8")
    assert '"MULTICAM"' in text
    # Not there under that name in the living edit, hence to be added.
    path.write_text(text.replace('"MULTICAM"', '"NEURALCAM"').replace('"cameras"', '"neural"'), encoding="utf-8")


def vanishes_after_the_check(scene: Scene, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is taken away between the look at it and the work."""
    whole_check = apply_conform.check_changes

    def check(changes: tuple[object, ...], there: object) -> None:
        whole_check(changes, there)  # type: ignore[arg-type]
        (path.parent / "new.mp4").unlink()

    monkeypatch.setattr(apply_conform, "check_changes", check)


def broken_after_the_check(scene: Scene, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole_check = apply_conform.check_changes

    def check(changes: tuple[object, ...], there: object) -> None:
        whole_check(changes, there)  # type: ignore[arg-type]
        os.truncate(path.parent / "new.mp4", 900)

    monkeypatch.setattr(apply_conform, "check_changes", check)


@pytest.mark.parametrize("break_it", [no_effect_of_that_name, vanishes_after_the_check, broken_after_the_check])
def test_an_error_in_the_middle_leaves_all_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, break_it: Callable[[Scene, Path, pytest.MonkeyPatch], None]
) -> None:
    scene, path = prepare(tmp_path)
    break_it(scene, path, monkeypatch)
    plan = plan_for(scene, path)
    print([c.sentence + c.blocked for c in plan.changes])
    before, more = whole(scene)
    with pytest.raises(PlacementError):
        apply_changes(scene, plan)
    after, more_after = whole(scene)
    assert differences(before, after) == []
    assert differences(more, more_after) == []


def test_an_error_after_all_was_done_brings_levels_and_media_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last thing that can fail: a strip that does not lie where it should."""
    scene = nested_edit(tmp_path)
    write_numbered(tmp_path / "new.mp4", 200, Fraction(30), size=(640, 360), click_s=0.5)
    # One frame for each of the timeline's, whatever its file's rate; and one that is slowed down.
    odd = scene.sequence_editor.strips.new_movie(
        name="odd", filepath=str(tmp_path / "new.mp4"), channel=5, frame_start=1
    )
    set_left_handle(odd, 11)
    slow = add_movie(scene, tmp_path / "new.mp4", "slow", 6, 1)
    retime(scene, slow, frames=(), speeds=(50,))
    set_left_handle(slow, 25)
    set_right_handle(slow, 73)
    sound = scene.sequence_editor.strips.new_sound(
        name="sound", filepath=str(tmp_path / "new.mp4"), channel=7, frame_start=1
    )
    connect(scene, odd, [sound])
    write_numbered(tmp_path / "short.mp4", 60, Fraction(25), size=SIZE_PX, click_s=0.5)

    def change(other: OtherProgram) -> None:
        track = other.clip("b").parent()
        other.timeline.tracks[0].append(track.pop(track.index(other.clip("b"))))
        other.replace_media("d", tmp_path / "new.mp4", rate=30.0, frames=200, start=10)
        other.speed("a", 2.0)
        other.speed("odd", 2.0)
        other.speed("slow", 3.0)
        other.replace_media("sound", tmp_path / "short.mp4", start=5)
        other.gap(other.timeline.tracks[0], 0, 12)

    path = changed_elsewhere(scene, tmp_path, change, keeps=False)
    plan = plan_for(scene, path)
    before, more = whole(scene)

    def fails(self: object, moving: list[str]) -> None:
        raise PlacementError("The last strip does not lie where it should.")

    monkeypatch.setattr(apply_conform._Attempt, "_verify", fails)
    with pytest.raises(PlacementError):
        apply_changes(scene, plan)
    after, more_after = whole(scene)
    assert differences(before, after) == []
    assert differences(more, more_after) == []
    monkeypatch.undo()
    conform(scene, path)


def test_what_is_no_video_or_moved_since_is_said_with_nothing_changed(tmp_path: Path) -> None:
    scene, path = prepare(tmp_path)
    (tmp_path / "new.mp4").write_bytes(b"no video at all")
    plan = plan_for(scene, path)
    before = whole(scene)
    with pytest.raises(PlacementError, match="is no video"):
        apply_changes(scene, plan)
    assert differences(before, whole(scene)) == []
    set_content_start(strips(scene)["slow"], 500)
    before = whole(scene)
    with pytest.raises(PlacementError, match="slow was changed since"):
        apply_changes(scene, plan, {"slow"})
    assert differences(before, whole(scene)) == []
    scene.sequence_editor.strips.remove(strips(scene)["slow"])
    with pytest.raises(PlacementError, match="not on the timeline any more"):
        apply_changes(scene, plan, {"slow"})


# Other media


@pytest.mark.parametrize("scene_rate", [24, 25])
@pytest.mark.parametrize("new_rate", [24, 25, 30])
@pytest.mark.parametrize("frames", [90, 300])
def test_replaced_media_plays_at_its_own_speed_with_its_sound_in_step(
    tmp_path: Path, scene_rate: int, new_rate: int, frames: int
) -> None:
    scene = edit(scene_rate, tmp_path)
    write_numbered(tmp_path / "old.mp4", 120, Fraction(24), size=SIZE_PX, click_s=1)
    write_numbered(tmp_path / "new.mp4", frames, Fraction(new_rate), size=(640, 360), click_s=2)
    picture = add_movie(scene, tmp_path / "old.mp4", "picture", 2, 1)
    sound = scene.sequence_editor.strips.new_sound(
        name="sound", filepath=str(tmp_path / "old.mp4"), channel=1, frame_start=1
    )
    connect(scene, picture, [sound])
    first, length = scene_rate, 2 * scene_rate - 10  # from one second on
    for strip in (picture, sound):
        set_left_handle(strip, 1 + first)
        set_right_handle(strip, 1 + first + length)
        assert span(strip) == (1 + first, 1 + first + length)
    scale = picture.transform.scale_x

    def change(other: OtherProgram) -> None:
        for name in ("picture", "sound"):
            other.replace_media(name, tmp_path / "new.mp4", start=first)

    path = changed_elsewhere(scene, tmp_path, change, keeps=False)
    applied = conform(scene, path)
    assert applied.notes == ()
    there = strips(scene)
    assert span(there["picture"]) == span(there["sound"]) == (1 + first, 1 + first + length)
    assert there["picture"].transform.scale_x == pytest.approx(scale / 2), "it fills what the old one filled"
    assert connected_names(there["picture"]) == ["sound"]
    snapshot = {strip.name: strip for strip in read_timeline(scene).walk()}
    whole_length = frames * scene_rate / new_rate
    assert abs(snapshot["picture"].content_length - whole_length) <= 1
    assert abs(snapshot["sound"].content_length - whole_length) <= 1.5
    assert plan_for(scene, path).changes == ()
    scene.frame_start, scene.frame_end = 1 + first, first + length
    render_preview(scene, tmp_path / "seen.mp4")
    shown = read_numbers(tmp_path / "seen.mp4")
    assert len(shown) == length
    for place, number in enumerate(shown):
        wanted = min((first + place) * new_rate / scene_rate, frames - 1)
        assert abs(number - wanted) <= 1, f"frame {place}"
    # The click is at two seconds of the file, one second after the first frame that is seen.
    assert abs(click_s(tmp_path / "seen.mp4") - 1) < 0.01


def click_s(path: Path) -> float:
    """When the first loud sample is heard."""
    import av
    import numpy as np

    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        at = 0
        for frame in container.decode(stream):
            samples = np.abs(frame.to_ndarray()).max(axis=0)
            loud = np.flatnonzero(samples > (0.3 if samples.dtype.kind == "f" else 10_000))
            if loud.size:
                return float(frame.time or 0) + int(loud[0]) / frame.sample_rate
            at += frame.samples
    raise AssertionError("nothing is heard")


def test_another_take_of_the_shot_becomes_the_active_one_and_foreign_media_none(
    takes: dict[str, Take], tmp_path: Path
) -> None:
    scene = edit(25, tmp_path)
    one = replace(takes["silent"], shot_id="s010", number=1)
    write_numbered(tmp_path / "second.mp4", 151, Fraction(30), size=SIZE_PX)
    two = replace(one, number=2, file=tmp_path / "second.mp4", frame_count=151, rate=Fraction(30))
    place_take(scene, two, 1)
    scene.sequence_editor.strips.remove(strips(scene)["s010 take 2"])
    place_take(scene, one, 1)
    assert scene.retake.shots["s010"].active_take == 1

    def other_take(other: OtherProgram) -> None:
        other.clip("s010 take 1").active_media_reference_key = "take 2"

    conform(scene, changed_elsewhere(scene, tmp_path, other_take, keeps=True))
    (strip,) = scene.sequence_editor.strips
    assert (strip.retake.shot_id, strip.retake.take_number) == ("s010", 2)
    assert scene.retake.shots["s010"].active_take == 2
    assert {strip.name: strip.shown.path for strip in read_timeline(scene).walk() if strip.shown} == {
        "s010 take 1": str(two.file)
    }
    write_numbered(tmp_path / "graded.mp4", 121, Fraction(24), size=SIZE_PX)

    def graded(other: OtherProgram) -> None:
        other.replace_media("s010 take 1", tmp_path / "graded.mp4", rate=24.0, frames=121)

    conform(scene, changed_elsewhere(scene, tmp_path, graded, keeps=False))
    (strip,) = scene.sequence_editor.strips
    assert (strip.retake.shot_id, strip.retake.take_number) == ("s010", 0)
    (snapshot,) = read_timeline(scene).strips
    assert snapshot.shown is not None
    assert snapshot.shown.path == str(tmp_path / "graded.mp4")


# What Blender knows


def known(scene: Scene, name: str) -> dict[str, object]:
    """All of a strip but its place and speed, keyframes counted from its content."""
    (one,) = (strip for strip in read_timeline(scene).walk() if strip.name == name)
    strip = strips(scene)[name]
    return {
        "settings": {key: value for key, value in one.settings.items() if key != "content_trim"},
        "look": (one.transform, one.crop, one.flip_x, one.opacity, one.blend_type, one.color_tag, one.mute),
        "sound": (one.volume, one.pan),
        "shot": (one.shot_id, one.take_number, sorted(one.media)),
        "curves": one.curves,
        "connections": one.connections,
        "modifiers": [(each.name, each.type) for each in getattr(strip, "modifiers", ())],
        "effects": sorted(each.name for each in scene.sequence_editor.strips_all
                          if strip in (getattr(each, "input_1", None), getattr(each, "input_2", None))),
    }  # fmt: skip


def dressed(scene: Scene, takes: dict[str, Take]) -> Strip:
    """A take with all that can be done to it, and its sound."""
    take = replace(takes["sound"], shot_id="s010", number=1)
    place_take(scene, take, 101)
    strip = strips(scene)["s010 take 1"]
    for one in (strip, strips(scene)["s010 take 1 sound"]):
        set_left_handle(one, 121)
        set_right_handle(one, 191)
    strip.transform.offset_x, strip.transform.rotation = 20, 0.25
    strip.crop.min_x = 8
    strip.use_flip_x = True
    strip.color_tag = "COLOR_06"
    strip.blend_type = "SCREEN"
    strip.modifiers.new(name="Bright", type="BRIGHT_CONTRAST").bright = 5
    strip.modifiers.new(name="Curves", type="CURVES")
    strip.blend_alpha = 0.75
    strip.keyframe_insert("blend_alpha", frame=130)
    strip.transform.keyframe_insert("offset_x", frame=150)
    sound = strips(scene)["s010 take 1 sound"]
    sound.volume, sound.pan = 0.5, 0.25
    sound.keyframe_insert("volume", frame=140)
    new_effect(scene.sequence_editor, "glow", "GLOW", 8, FrameRange(121, 191), (strip,)).threshold = 0.25
    scene.frame_set(1)
    return strip


CHANGES: dict[str, Callable[[OtherProgram, str], object]] = {
    "moved": lambda other, name: other.gap(other.clip(name).parent(), 0, 24),
    "trimmed": lambda other, name: other.trim(name, head=8, tail=10),
    "slipped": lambda other, name: other.slip(name, 6),
    "retimed": lambda other, name: other.speed(name, 2.0),
    "split": lambda other, name: other.split(name, 30),
}


@pytest.mark.parametrize("kind", CHANGES)
@BOTH
def test_what_blender_knows_of_a_strip_stays(takes: dict[str, Take], tmp_path: Path, kind: str, keeps: bool) -> None:
    scene = edit(25, tmp_path)
    dressed(scene, takes)
    names = ("s010 take 1", "s010 take 1 sound")
    before = {name: known(scene, name) for name in names}
    keys = {name: keys_of(scene, name) for name in names}
    begins = {name: content_start(strips(scene)[name]) for name in names}
    assert keys["s010 take 1"] == [130, 150]
    assert before["s010 take 1"]["effects"] == ["glow"]

    def change(other: OtherProgram) -> None:
        for name in names:
            CHANGES[kind](other, name)

    path = changed_elsewhere(scene, tmp_path, change, keeps=keeps)
    plan = plan_for(scene, path)
    assert {"split": "trimmed"}.get(kind, kind) in {each.value for one in plan.changes for each in one.kinds}
    conform(scene, path)
    for name in names:
        after = known(scene, name)
        if kind == "split":
            # A copy is connected with what its origin is.
            assert set(after["connections"]) >= set(before[name]["connections"])  # type: ignore[call-overload]
            after["connections"] = before[name]["connections"]
        assert differences(before[name], after) == []
        moved = content_start(strips(scene)[name]) - begins[name]
        if kind != "retimed":
            assert keys_of(scene, name) == [key + moved for key in keys[name]]
    glow = strips(scene)["glow"]
    assert span(glow) == span(strips(scene)["s010 take 1"])
    assert glow.threshold == 0.25
    if kind == "split":
        for name in names:
            (copy,) = (one for one in plan.changes if one.like == name)
            other = known(scene, copy.name)
            for key in ("settings", "look", "sound", "shot", "curves", "modifiers"):
                assert differences(before[name][key], other[key]) == []
            assert strips(scene)[copy.name].retake.shot_id == "s010"
        assert [take.number for take in scene.retake.shots["s010"].takes] == [1]


# Locks


def test_what_is_locked_stays_and_is_said(tmp_path: Path) -> None:
    scene = nested_edit(tmp_path)
    there = strips(scene)
    there["a"].lock = True
    there["outer"].channels[2].lock = True

    def change(other: OtherProgram) -> None:
        for name in "abd":
            other.slip(name, 5)

    path = changed_elsewhere(scene, tmp_path, change, keeps=False)
    before = {name: content_start(there[name]) for name in "abd"}
    applied = conform(scene, path)
    assert dict(applied.skipped) == {"a": "it is locked", "d": "its channel 2 is locked"}
    assert applied.changes == 1
    assert {name: content_start(there[name]) for name in "abd"} == {**before, "b": before["b"] - 5}
    assert there["a"].lock


@pytest.mark.parametrize("how", ["own speed", "frame by frame", "retimed already"])
@pytest.mark.parametrize("is_replaced", [False, True], ids=["same file", "other file"])
def test_a_speed_set_elsewhere_shows_the_frames_that_the_edit_says(tmp_path: Path, how: str, is_replaced: bool) -> None:
    scene = edit(24, tmp_path)
    write_numbered(tmp_path / "old.mp4", 300, Fraction(30), size=SIZE_PX)
    write_numbered(tmp_path / "new.mp4", 300, Fraction(25), size=SIZE_PX)
    if how == "frame by frame":
        strip = scene.sequence_editor.strips.new_movie(
            name="a", filepath=str(tmp_path / "old.mp4"), channel=1, frame_start=1
        )
    else:
        strip = add_movie(scene, tmp_path / "old.mp4", "a", 1, 1)
    if how == "retimed already":
        retime(scene, strip, frames=(), speeds=(50,))
    set_left_handle(strip, 25)
    set_right_handle(strip, 73)
    file, rate = ("new.mp4", 25) if is_replaced else ("old.mp4", 30)

    def change(other: OtherProgram) -> None:
        clip = other.clip("a")
        clip.effects.clear()
        if is_replaced:
            other.replace_media("a", tmp_path / file)
        other.speed("a", 1.5)
        clip.source_range = other.span(24, 48)

    path = changed_elsewhere(scene, tmp_path, change, keeps=False)
    assert conform(scene, path).notes == ()
    assert span(strips(scene)["a"]) == (25, 73)
    scene.frame_start, scene.frame_end = 25, 72
    render_preview(scene, tmp_path / "seen.mp4")
    shown = read_numbers(tmp_path / "seen.mp4")
    # From one second of the file on, a second and a half each second.
    assert [abs(number - (1 + place * 1.5 / 24) * rate) <= 1.5 for place, number in enumerate(shown)] == [True] * 48


def test_other_pictures_and_another_count_of_them(tmp_path: Path) -> None:
    scene = rich_edit(tmp_path / "media", Fraction(25))
    folder = tmp_path / "graded"
    folder.mkdir()
    for number in range(1, 9):
        shutil.copy(tmp_path / "media" / f"picture.{number:04d}.png", folder / f"grade.{number:04d}.png")

    def change(other: OtherProgram) -> None:
        clip = other.clip("sequence")
        clip.set_media_references(
            {
                "DEFAULT_MEDIA": otio.schema.ImageSequenceReference(
                    str(folder), "grade.", ".png", 1, 1, 25, 4,
                    available_range=otio.opentime.TimeRange(
                        otio.opentime.RationalTime(0, 25), otio.opentime.RationalTime(8, 25)
                    ),
                )
            },
            "DEFAULT_MEDIA",
        )  # fmt: skip
        clip.source_range = other.span(0, 8)

    path = changed_elsewhere(scene, tmp_path, change, keeps=False)
    (name,) = (one.name for one in plan_for(scene, path).changes if one.name == "sequence")
    conform(scene, path, {name})
    strip = strips(scene)["sequence"]
    assert [one.filename for one in strip.elements] == [f"grade.{number:04d}.png" for number in range(1, 9)]
    assert span(strip) == (40, 48)
    assert Path(bpy.path.abspath(strip.directory)).resolve() == folder


def test_an_edit_that_begins_before_the_scene_does_is_compared_from_its_own_beginning(tmp_path: Path) -> None:
    scene = nested_edit(tmp_path)
    scene.frame_start = 40
    path = changed_elsewhere(scene, tmp_path, lambda other: other.trim("z", tail=10), keeps=False)
    assert {change.name for change in plan_for(scene, path).changes} == {"z"}


def test_a_take_that_was_made_elsewhere_comes_with_its_record(takes: dict[str, Take], tmp_path: Path) -> None:
    scene = edit(25, tmp_path)
    place_take(scene, replace(takes["silent"], shot_id="s010", number=1), 1)
    write_numbered(tmp_path / "second.mp4", 241, Fraction(24), size=SIZE_PX)

    def change(other: OtherProgram) -> None:
        clip = other.clip("s010 take 1")
        references = dict(clip.media_references())
        references["take 2"] = otio.schema.ExternalReference(
            str(tmp_path / "second.mp4"),
            otio.opentime.TimeRange(otio.opentime.RationalTime(0, 24), otio.opentime.RationalTime(241, 24)),
            {"retake": {"take": 2, "cost_units": "5", "job": "j2", "recipe": {"prompt": "again"}}},
        )
        clip.set_media_references(references, "take 2")

    conform(scene, changed_elsewhere(scene, tmp_path, change, keeps=True))
    (strip,) = scene.sequence_editor.strips
    assert (strip.retake.shot_id, strip.retake.take_number) == ("s010", 2)
    shot = scene.retake.shots["s010"]
    assert shot.active_take == 2
    (second,) = (take for take in shot.takes if take.number == 2)
    assert (second.frame_count, second.cost_units, second.rate) == (241, "5", "24")
    (snapshot,) = read_timeline(scene).strips
    assert snapshot.shown is not None
    assert snapshot.shown.path == str(tmp_path / "second.mp4")


def test_a_choice_of_changes_leaves_the_rest(tmp_path: Path) -> None:
    scene = nested_edit(tmp_path)

    def change(other: OtherProgram) -> None:
        other.gap(other.timeline.tracks[0], 1, 24)
        other.slip("c", 10)

    path = changed_elsewhere(scene, tmp_path, change, keeps=False)
    conform(scene, path, {"c"})
    there = strips(scene)
    assert (span(there["outer"]), span(there["c"]), content_start(there["c"])) == ((51, 201), (101, 141), 61)
    assert {one.name for one in plan_for(scene, path).changes} == {"outer", "z"}
