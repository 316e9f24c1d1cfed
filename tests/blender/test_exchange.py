# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest

from addon.interchange.otio_file import write_otio
from addon.timeline.take import Take
from addon.vse.compat import set_right_handle
from addon.vse.place import place_take
from addon.vse.project import new_project, save_project
from addon.vse.read import read_timeline

from .test_place import RATES, SIZE_PX, add_colour, strips


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
    assert report.kept == 3
    assert report.dropped == ("colour: Color strips are not exported yet",)

    timeline = otio.adapters.read_from_file(str(tmp_path / "edit.otio"))
    assert timeline.name == "edit"
    picture, sound = timeline.tracks
    assert [track.kind for track in timeline.tracks] == ["Video", "Audio"]
    lengths = [(type(item).__name__, item.duration().value) for item in picture]
    assert lengths == [("Clip", length), ("Gap", 10), ("Clip", 50)]
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
