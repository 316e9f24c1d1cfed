# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import dataclasses
from fractions import Fraction
from pathlib import Path
from typing import Any

import bpy
import opentimelineio as otio
import pytest

from addon.errors import PlacementError
from addon.interchange.bridge import StripKind, TimelineSnapshot
from addon.interchange.media_facts import with_media_facts
from addon.interchange.otio_file import read_otio, relink_media, write_otio
from addon.timeline.take import Take
from addon.vse.apply_conform import apply_changes
from addon.vse.compat import left_handle, right_handle, set_content_start, set_right_handle
from addon.vse.conform import plan_for
from addon.vse.import_place import ImportPlace, begin_writing, rate_there
from addon.vse.place import place_take
from addon.vse.project import new_project, save_project
from addon.vse.read import read_timeline
from addon.vse.relink import relink_strips
from addon.vse.stand_in import stand_ins
from addon.vse.write_strip import StripWriter
from addon.vse.write_timeline import TimelineWriter

from .rich_edit import rich_edit
from .test_place import RATES, SIZE_PX, add_colour, strips


def differences(one: Any, other: Any, where: str = "") -> list[str]:
    """Where two snapshots are not equal, for a failure that can be read."""
    if type(one) is not type(other):
        return [f"{where}: {one!r} / {other!r}"]
    if dataclasses.is_dataclass(one):
        names = [field.name for field in dataclasses.fields(one)]
        return [
            line for name in names for line in differences(getattr(one, name), getattr(other, name), f"{where}.{name}")
        ]
    if isinstance(one, tuple | list) and len(one) == len(other):
        return [
            line
            for a, b in zip(one, other, strict=True)
            for line in differences(a, b, f"{where}[{getattr(a, 'name', '')}]")
        ]
    if isinstance(one, dict):
        return [line for key in one | other for line in differences(one.get(key), other.get(key), f"{where}.{key}")]
    return [] if one == other else [f"{where}: {one!r} / {other!r}"]


@pytest.mark.parametrize("rate", [Fraction(25), Fraction(30000, 1001)], ids=str)
def test_a_rich_edit_read_written_and_read_again_is_the_same(tmp_path: Path, rate: Fraction) -> None:
    first = read_timeline(rich_edit(tmp_path, rate))
    assert {strip.kind for strip in first.walk()} == set(StripKind)
    by_name = {strip.name: strip for strip in first.walk()}
    assert by_name["fast"].retiming is not None
    assert by_name["frozen"].retiming is not None
    assert by_name["sound"].connections == ("first",)
    assert by_name["first"].curves
    assert not first.not_carried
    writer = TimelineWriter.into_new_scene(first)
    writer.run()
    assert writer.notes == []
    assert differences(first, read_timeline(writer.scene)) == []


def test_a_rich_edit_comes_back_through_opentimelineio(tmp_path: Path) -> None:
    first = with_media_facts(read_timeline(rich_edit(tmp_path, Fraction(25))))
    write_otio(first, tmp_path / "edit.otio")
    again, _ = read_otio(tmp_path / "edit.otio")
    writer = TimelineWriter.into_new_scene(again)
    writer.run()
    assert writer.notes == []
    assert differences(by_place(first), by_place(with_media_facts(read_timeline(writer.scene)))) == []


def by_place(snapshot: TimelineSnapshot) -> TimelineSnapshot:
    ordered = sorted(snapshot.strips, key=lambda strip: (strip.channel, strip.start, strip.name))
    return dataclasses.replace(snapshot, strips=tuple(ordered))


def test_missing_media_gets_a_stand_in_that_goes_out_as_what_it_stands_for(tmp_path: Path) -> None:
    snapshot = with_media_facts(read_timeline(rich_edit(tmp_path, Fraction(25))))
    write_otio(snapshot, tmp_path / "edit.otio")
    away = tmp_path / "moved"
    away.mkdir()
    for name in ("numbers 25.mp4", "tone.wav"):
        (tmp_path / name).rename(away / name)
    again, _ = read_otio(tmp_path / "edit.otio")
    writer = TimelineWriter.into_new_scene(again)
    writer.run()
    there = {strip.name: strip for strip in writer.scene.sequence_editor.strips_all}
    assert {strip.name for strip in stand_ins(writer.scene)} == {
        "first", "second", "third", "fourth", "frozen", "slow", "inner", "sound", "deep",
    }  # fmt: skip
    assert (left_handle(there["first"]), right_handle(there["first"])) == (1, 61)
    assert there["sound"].mute
    assert there["cross"].input_1 == there["first"]
    read = read_timeline(writer.scene)
    was = {strip.name: strip for strip in snapshot.walk()}
    for strip in read.walk():
        if strip.name in ("first", "sound"):
            assert strip.shown is not None
            assert strip.shown.missing
            assert strip.shown.path == was[strip.name].shown.path  # type: ignore[union-attr]
            assert (strip.kind, strip.length, strip.volume) == (
                was[strip.name].kind, was[strip.name].length, was[strip.name].volume,
            )  # fmt: skip
    found = relink_media(read, [away])
    assert relink_strips(writer.scene, found.found) == 9
    assert not list(stand_ins(writer.scene))
    again_there = {strip.name: strip for strip in writer.scene.sequence_editor.strips_all}
    assert again_there["first"].type == "MOVIE"
    assert again_there["cross"].input_1 == again_there["first"]
    after = {strip.name: strip for strip in read_timeline(writer.scene).walk()}
    assert after["first"].shown.path == str(away / "numbers 25.mp4")  # type: ignore[union-attr]
    assert (after["first"].curves, after["frozen"].retiming) == (was["first"].curves, was["frozen"].retiming)


@pytest.mark.parametrize("place", [ImportPlace.NEW_SCENE, ImportPlace.SCENE, ImportPlace.PLAYHEAD])
def test_a_failed_import_leaves_all_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: ImportPlace
) -> None:
    scene = rich_edit(tmp_path, Fraction(25))
    before = read_timeline(scene)
    scenes = {one.name for one in bpy.data.scenes}
    whole = StripWriter.write
    count = 0

    def breaks(self: StripWriter, *arguments: Any) -> Any:
        nonlocal count
        count += 1
        if count == 15:
            raise PlacementError("The disk is gone.")
        return whole(self, *arguments)

    monkeypatch.setattr(StripWriter, "write", breaks)
    with pytest.raises(PlacementError):
        begin_writing(place, scene, before).run()
    assert {one.name for one in bpy.data.scenes} == scenes
    assert differences(before, read_timeline(scene)) == []


def test_an_edit_goes_to_the_playhead_above_what_is_there_at_the_scenes_rate(tmp_path: Path) -> None:
    scene = rich_edit(tmp_path, Fraction(25))
    write_otio(with_media_facts(read_timeline(scene)), tmp_path / "edit.otio")
    target = bpy.data.scenes.new("Target")
    target.render.fps = 50
    target.frame_current = 1001
    add_colour(target, channel=4, start=900, length=2000)
    snapshot, _ = read_otio(tmp_path / "edit.otio", rate=rate_there(ImportPlace.PLAYHEAD, target))
    writer = begin_writing(ImportPlace.PLAYHEAD, target, snapshot)
    writer.run()
    there = strips(target)
    first = there["first.001"] if "first.001" in there else there["first"]
    assert (left_handle(first), right_handle(first), first.channel) == (1001, 1121, 6)
    own_speed = there["own speed"]
    assert right_handle(own_speed) - left_handle(own_speed) == 208


def test_conform_changes_what_the_edit_changed_and_keeps_the_rest(tmp_path: Path) -> None:
    scene = rich_edit(tmp_path, Fraction(25))
    write_otio(with_media_facts(read_timeline(scene)), tmp_path / "edit.otio")
    elsewhere = TimelineWriter.into_new_scene(read_otio(tmp_path / "edit.otio")[0])
    elsewhere.run()
    moved = strips(elsewhere.scene)
    set_content_start(moved["sequence"], 90)
    set_right_handle(moved["text"], 70)
    elsewhere.scene.sequence_editor.strips.remove(moved["frozen"])
    write_otio(with_media_facts(read_timeline(elsewhere.scene)), tmp_path / "changed.otio")
    plan = plan_for(scene, tmp_path / "changed.otio")
    assert {change.name: [kind.value for kind in change.kinds] for change in plan.changes} == {
        "sequence": ["moved"], "text": ["trimmed"], "frozen": ["removed"],
    }  # fmt: skip
    before = {strip.name: strip for strip in read_timeline(scene).walk()}
    applied = apply_changes(scene, plan, {"sequence", "text"})
    assert applied.notes == ()
    after = {strip.name: strip for strip in read_timeline(scene).walk()}
    assert (after["sequence"].start, after["sequence"].length) == (90, before["sequence"].length)
    assert after["text"].end_exclusive == 70
    assert "frozen" in after
    for name in before.keys() - {"sequence", "text"}:
        assert differences(before[name], after[name]) == []
    assert [change.name for change in plan_for(scene, tmp_path / "changed.otio").changes] == ["frozen"]


@pytest.mark.parametrize("name", RATES)
def test_the_exported_edit_is_the_placed_one_at_every_rate(
    takes: dict[str, Take], blend: Path, tmp_path: Path, name: str
) -> None:
    rate, length = RATES[name]
    scene = new_project(blend, rate, SIZE_PX)
    place_take(scene, takes["sound"], 1)
    place_take(scene, takes["silent"], 1 + length + 10)
    set_right_handle(strips(scene)["silent take 1"], 1 + length + 10 + 50)
    add_colour(scene, channel=9, start=1, length=5)
    save_project(blend)
    report = write_otio(read_timeline(scene), tmp_path / "edit.otio")
    assert report.kept == 4
    assert report.dropped == ()

    timeline = otio.adapters.read_from_file(str(tmp_path / "edit.otio"))
    assert timeline.name == "edit"
    picture, colour, sound = timeline.tracks
    assert [track.kind for track in timeline.tracks] == ["Video", "Video", "Audio"]
    lengths = [(type(item).__name__, item.duration().value) for item in picture]
    assert lengths == [("Clip", length), ("Gap", 10), ("Clip", 50)]
    assert [item.duration().value for item in colour] == [5]
    assert [(type(item).__name__, item.duration().value) for item in sound] == [("Clip", length)]
    for track in timeline.tracks:
        assert {item.duration().rate for item in track} == {float(rate)}
    clip = picture[0]
    assert clip.media_reference.target_url == str(takes["sound"].file)
    assert clip.media_reference.available_range == otio.opentime.TimeRange(
        otio.opentime.RationalTime(0, 24), otio.opentime.RationalTime(121, 24)
    )
    assert clip.active_media_reference_key == "take 1"
    assert clip.metadata["retake"]["shot"] == "sound"
    assert clip.media_reference.metadata["retake"]["recipe"]["prompt"] == takes["sound"].recipe["prompt"]


def test_a_shot_and_its_takes_come_back_into_another_file(takes: dict[str, Take], blend: Path, tmp_path: Path) -> None:
    scene = new_project(blend, Fraction(25), SIZE_PX)
    place_take(scene, takes["sound"], 1)
    first = with_media_facts(read_timeline(scene))
    write_otio(first, tmp_path / "edit.otio")
    new_project(tmp_path / "other.blend", Fraction(25), SIZE_PX)
    writer = TimelineWriter.into_new_scene(read_otio(tmp_path / "edit.otio")[0])
    writer.run()
    (take,) = writer.scene.retake.shots["sound"].takes
    assert (take.number, take.cost_units, take.has_sound) == (1, str(takes["sound"].cost_units), True)
    shown = {strip.name: (strip.retake.shot_id, strip.retake.take_number) for strip in strips(writer.scene).values()}
    assert shown == {"sound take 1": ("sound", 1), "sound take 1 sound": ("sound", 1)}


def test_a_strip_that_retake_did_not_make_goes_out_with_its_own_file(
    takes: dict[str, Take], blend: Path, tmp_path: Path
) -> None:
    scene = new_project(blend, Fraction(24), SIZE_PX)
    file = str(takes["silent"].file)
    scene.sequence_editor_create().strips.new_movie(name="other", filepath=file, channel=1, frame_start=5)
    write_otio(read_timeline(scene), tmp_path / "edit.otio")
    timeline = otio.adapters.read_from_file(str(tmp_path / "edit.otio"))
    clip = timeline.tracks[0][1]
    assert clip.media_reference.target_url == file
    assert clip.active_media_reference_key == "DEFAULT_MEDIA"
    assert "retake" not in clip.metadata
