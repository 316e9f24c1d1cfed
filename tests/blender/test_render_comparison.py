# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender's render and melt's render of the exported edit show the same frames of the same files, and sound alike."""

from __future__ import annotations

import os
from pathlib import Path

import opentimelineio as otio
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from addon.vse.write_timeline import TimelineWriter
from tests import melt
from tests.banded_clip import SIZE_PX
from tests.otio_to_mlt import mlt_of

from .drawn_cuts import drawn_cuts
from .render_comparison import Comparison, compare, comparison, exported
from .shown_edits import EDITS, Stage, render

EXAMPLES = int(os.environ.get("RETAKE_EXAMPLES", "12"))
SAMPLES_S = 0.001
FAST_SOUND_S = 1 / 25
"""Both stretch a sound in blocks of their own."""
READ_BY_THE_ADAPTER = [
    name for name in EDITS if name.startswith("cuts") or " in " in name or name in ("dissolves", "pictures")
]
"""What otio-mlt-adapter 0.3.0 writes as OpenTimelineIO says. It does not divide a retimed clip's start by its speed,
forgets start timecodes, plays muted clips and tracks, and loses the trims of nested edits."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rendered")


def check(found: Comparison) -> None:
    assert found.melts_frames == found.frames
    assert [str(one) for one in found.wrong] == []
    assert all(one.by_frames in (1, 2) for one in found.stale)
    assert found.farthest_share < 0.02
    distance_s = found.farthest_click_s
    assert distance_s is not None
    assert distance_s < (FAST_SOUND_S if found.name == "fast sound" else SAMPLES_S)
    assert bool(found.clicks[0]) == ("sound" in found.name)


@pytest.mark.parametrize("name", EDITS)
def test_melt_shows_of_the_exported_edit_what_blender_shows(folder: Path, name: str) -> None:
    check(compare(name, folder))


@pytest.mark.parametrize("name", READ_BY_THE_ADAPTER)
def test_somebody_elses_reading_of_the_exported_edit_shows_the_same(folder: Path, name: str) -> None:
    """Here MLT converts the rates of media by itself."""
    from otio_mlt_adapter.adapters import mlt_xml

    rate, make = EDITS[name]
    scene = make(Stage(folder, rate))
    path = exported(scene, folder / f"{name}.otio")
    width, height = map(str, SIZE_PX)
    profile = {
        "width": width, "height": height, "display_aspect_num": width, "display_aspect_den": height,
        "sample_aspect_num": "1", "sample_aspect_den": "1", "progressive": "1", "colorspace": "601",
    }  # fmt: skip
    written = mlt_xml.write_to_string(otio.adapters.read_from_file(str(path), adapter_name="otio_json"), **profile)
    ours, theirs = render(scene, folder / "blender.mkv"), melt.render(written, folder / "adapter.mkv")
    check(comparison(name, scene, ours, theirs, mlt_of(path, SIZE_PX).undecided))


def test_a_clip_that_is_one_frame_off_is_seen(folder: Path) -> None:
    rate, make = EDITS["cuts"]
    scene = make(Stage(folder, rate))
    path = exported(scene, folder / "one off.otio")
    timeline = otio.adapters.read_from_file(str(path))
    clip = timeline.tracks[0][0]
    whole = clip.source_range
    clip.source_range = otio.opentime.TimeRange(whole.start_time + otio.opentime.RationalTime(1, 25), whole.duration)
    otio.adapters.write_to_file(timeline, str(path))
    theirs = melt.render(mlt_of(path, SIZE_PX).xml, folder / "one off.mkv")
    found = comparison("cuts", scene, render(scene, folder / "blender.mkv"), theirs, frozenset())
    assert [one.frame for one in found.wrong] == list(range(1, 21))
    assert {one.by_frames for one in found.wrong} == {1}


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],  # to shrink a failure takes minutes of rendering
)
@given(data=st.data())
def test_drawn_edits_show_the_same(folder: Path, data: st.DataObject) -> None:
    drawn = data.draw(drawn_cuts(folder))
    stage = Stage(folder, drawn.rate)
    writer = TimelineWriter(stage.scene, drawn, is_new_scene=False)
    writer.run()
    for channel in drawn.channels:
        stage.editor.channels[channel.number].mute = channel.mute
    scene = stage.finish()
    mlt = mlt_of(exported(scene, folder / "drawn.otio"), SIZE_PX)
    ours, theirs = render(scene, folder / "blender.mkv"), melt.render(mlt.xml, folder / "melt.mkv")
    found = comparison("drawn", scene, ours, theirs, mlt.undecided)
    assert found.melts_frames == found.frames
    assert [str(one) for one in found.wrong] == []
    assert found.farthest_share < 0.02
