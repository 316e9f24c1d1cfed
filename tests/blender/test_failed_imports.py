# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever goes wrong in an import, and where: the error is one of ours, and Blender has what it had before."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import bpy
import pytest

from addon.errors import InputError, PlacementError, RetakeError
from addon.interchange.bridge import TimelineSnapshot
from addon.interchange.media_facts import with_media_facts
from addon.interchange.otio_file import read_otio, write_otio
from addon.vse import write_timeline
from addon.vse.import_place import ImportPlace, begin_writing, rate_there
from addon.vse.read import read_timeline
from addon.vse.write_strip import StripWriter
from addon.vse.write_timeline import TimelineWriter
from tests.damage import damaged

from .rich_edit import rich_edit
from .test_exchange import differences

EXAMPLES = int(os.environ.get("RETAKE_EXAMPLES", "60"))


@dataclass(frozen=True, slots=True)
class State:
    """All that the user has: the edit of the scene, what is selected and active, and how many data-blocks there are."""

    edit: TimelineSnapshot
    selected: tuple[str, ...]
    active: str
    playhead: int
    blocks: dict[str, int]
    curves: tuple[str, ...]

    @classmethod
    def of(cls, scene: bpy.types.Scene) -> State:
        from addon.vse.compat import animated_paths

        editor = scene.sequence_editor
        kinds = [one.identifier for one in bpy.data.bl_rna.properties if one.type == "COLLECTION"]
        return cls(
            edit=read_timeline(scene),
            selected=tuple(sorted(strip.name for strip in editor.strips_all if strip.select)),
            active=editor.active_strip.name if editor.active_strip else "",
            playhead=scene.frame_current,
            blocks={kind: len(getattr(bpy.data, kind)) for kind in kinds},
            curves=tuple(sorted(animated_paths(scene))),
        )


@pytest.fixture
def scene(tmp_path: Path) -> bpy.types.Scene:
    """With a whole edit in it, of which `edit.otio` is the export."""
    made = rich_edit(tmp_path, Fraction(25))
    write_otio(with_media_facts(read_timeline(made)), tmp_path / "edit.otio")
    made.frame_set(17)
    return made


def begin(path: Path, place: ImportPlace, scene: bpy.types.Scene) -> TimelineWriter:
    snapshot, _ = read_otio(path, rate=rate_there(place, scene), start=scene.frame_start)
    return begin_writing(place, scene, snapshot)


def check_unchanged(before: State, scene: bpy.types.Scene) -> None:
    assert differences(before, State.of(scene)) == []


@pytest.mark.parametrize("place", ImportPlace)
def test_a_damaged_file_changes_nothing_or_can_be_taken_back(
    scene: bpy.types.Scene, tmp_path: Path, place: ImportPlace
) -> None:
    whole = (tmp_path / "edit.otio").read_text(encoding="utf-8")
    # Blender 5.0.1 crashes at the next file load where a hundred scenes with strips were removed.
    examples = min(EXAMPLES, 20) if place is ImportPlace.NEW_SCENE else EXAMPLES
    before = State.of(scene)
    refusals: list[str] = []
    for _ in range(examples):
        seed = random.SystemRandom().randrange(2**32)
        (tmp_path / "damaged.otio").write_text(damaged(whole, random.Random(seed)), encoding="utf-8")
        try:
            writer = begin(tmp_path / "damaged.otio", place, scene)
            writer.run()
        except RetakeError as error:
            refusals.append(error.message)
        else:
            writer.take_back()
        assert differences(before, State.of(scene)) == [], seed
    assert all(refusals)
    assert len(refusals) < examples, "the damage is too coarse: no import went as far as Blender"


def changed(path: Path, old: str, new: str) -> Path:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def test_an_effect_that_this_blender_does_not_have(scene: bpy.types.Scene, tmp_path: Path) -> None:
    before = State.of(scene)
    path = changed(tmp_path / "edit.otio", '"GAUSSIAN_BLUR"', '"HOLOGRAM"')
    with pytest.raises(PlacementError, match="Blender cannot make the strip blur"):
        begin(path, ImportPlace.SCENE, scene).run()
    check_unchanged(before, scene)


def test_a_file_that_is_no_video(scene: bpy.types.Scene, tmp_path: Path) -> None:
    """It has the name of one: the operator that adds it at its own speed refuses it halfway."""
    before = State.of(scene)
    text = tmp_path / "text.mp4"
    text.write_text("no video", encoding="utf-8")
    path = changed(tmp_path / "edit.otio", "numbers 24.mp4", "text.mp4")
    with pytest.raises(PlacementError, match=r"text\.mp4"):
        begin(path, ImportPlace.PLAYHEAD, scene).run()
    check_unchanged(before, scene)


def test_a_file_that_vanishes_while_it_is_imported(
    scene: bpy.types.Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = State.of(scene)
    whole = StripWriter.write
    file = tmp_path / "numbers 24.mp4"

    def write(self: StripWriter, owner: Any, strip: Any, *rest: Any) -> Any:
        if strip.name == "own speed":
            file.rename(file.with_suffix(".gone"))
        return whole(self, owner, strip, *rest)

    monkeypatch.setattr(StripWriter, "write", write)
    with pytest.raises(PlacementError, match=r"numbers 24\.mp4"):
        begin(tmp_path / "edit.otio", ImportPlace.SCENE, scene).run()
    file.with_suffix(".gone").rename(file)
    check_unchanged(before, scene)


def test_more_channels_than_blender_has(scene: bpy.types.Scene, tmp_path: Path) -> None:
    scene.sequence_editor.strips["colour"].channel = 120
    before = State.of(scene)
    with pytest.raises(PlacementError, match="channels"):
        begin(tmp_path / "edit.otio", ImportPlace.SCENE, scene)
    check_unchanged(before, scene)


def test_a_rate_that_blender_does_not_have(scene: bpy.types.Scene, tmp_path: Path) -> None:
    before = State.of(scene)
    path = changed(tmp_path / "edit.otio", '"rate": 25.0', '"rate": 33333.7')
    with pytest.raises(InputError, match="frame rate"):
        begin(changed(path, '"rate": "25"', '"rate": "333337/10"'), ImportPlace.NEW_SCENE, scene).run()
    check_unchanged(before, scene)


def fails_in(name: str, owner: Any, call: int) -> Callable[[pytest.MonkeyPatch], None]:
    """At its `call`th call, after it did its work."""

    def put(monkeypatch: pytest.MonkeyPatch) -> None:
        real = getattr(owner, name)
        calls = 0

        def failing(*given: Any, **named: Any) -> Any:
            nonlocal calls
            calls += 1
            found = real(*given, **named)
            if calls == call:
                raise MemoryError("no room")
            return found

        monkeypatch.setattr(owner, name, failing)

    return put


BREAKS = [
    *(fails_in("_put", TimelineWriter, call) for call in (1, 9, 20, 26)),
    fails_in("_connect", TimelineWriter, 1),
    fails_in("write_curves", write_timeline, 2),
    fails_in("finish", StripWriter, 12),
    fails_in("_finish_scene", TimelineWriter, 1),
]


@pytest.mark.parametrize("place", ImportPlace)
def test_a_failure_after_any_step(
    scene: bpy.types.Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: ImportPlace
) -> None:
    before = State.of(scene)
    for breaks in BREAKS:
        writer = begin(tmp_path / "edit.otio", place, scene)
        with monkeypatch.context() as patched:
            breaks(patched)
            with pytest.raises(MemoryError):
                writer.run()
        check_unchanged(before, scene)
