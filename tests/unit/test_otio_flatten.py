# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest

from addon.errors import ExchangeError
from addon.interchange.otio_file import read_otio, write_otio
from otio_bridge.snapshot import Channel, Media, StripKind, StripSnapshot, TimelineSnapshot, Transform


def movie(name: str, channel: int, start: int, length: int, offset: int = 0) -> StripSnapshot:
    media = {"DEFAULT_MEDIA": Media(f"/media/{name}.mov", Fraction(25), 500)}
    return StripSnapshot(
        name, StripKind.MOVIE, channel, start, length, offset, media, "DEFAULT_MEDIA", blend_type="REPLACE"
    )


def meta(name: str, channel: int, start: int, length: int, *children: StripSnapshot) -> StripSnapshot:
    return StripSnapshot(
        name, StripKind.META, channel, start, length, 0, {}, "", blend_type="REPLACE", children=children
    )


def edit(*strips: StripSnapshot) -> TimelineSnapshot:
    return TimelineSnapshot(
        "cut", Fraction(25), 1, 1280, 720, strips, channels=(Channel(2, "Scene"), Channel(3, "Titles"))
    )


def rows(file: Path) -> dict[str, list[tuple[str, float, float, float]]]:
    """By track: name, first frame and length on the track, first frame of the source."""
    timeline = otio.adapters.read_from_file(str(file))
    return {
        track.name: [
            (
                clip.name,
                track.range_of_child(clip).start_time.value,
                clip.source_range.duration.value,
                clip.source_range.start_time.value,
            )
            for clip in track.find_clips()
        ]
        for track in timeline.tracks
    }


def test_strips_of_a_meta_lie_where_it_showed_them_and_below_what_lay_above(tmp_path: Path) -> None:
    inner = meta("inner", 4, 31, 40, movie("b", 1, 21, 30), movie("c", 3, 41, 60))
    outer = replace(meta("outer", 2, 11, 50, movie("a", 2, 1, 30, 5), inner, movie("gone", 2, 70, 10)), opacity=0.5)
    file = tmp_path / "flat.otio"
    report = write_otio(edit(outer, movie("below", 1, 1, 9), movie("title", 3, 5, 90)), file, flatten=True)
    assert rows(file) == {
        "Channel 1": [("below", 0, 9, 0)],
        "Scene": [("a", 10, 20, 15)],
        "Scene 2": [("b", 30, 20, 10)],
        "Scene 3": [("c", 40, 20, 0)],
        "Titles": [("title", 4, 90, 0)],
    }
    assert report.dropped == ("gone: outer does not show it",)
    back = {one.name: one for one in read_otio(file)[0].walk()}
    assert {name: one.opacity for name, one in back.items()} == {"below": 1, "a": 0.5, "b": 0.5, "c": 0.5, "title": 1}


def test_what_a_meta_does_as_a_whole_is_reported_and_strict_refuses_it(tmp_path: Path) -> None:
    moved = replace(meta("outer", 2, 1, 50, movie("a", 2, 1, 50)), transform=Transform(scale_x=2.0))
    file = tmp_path / "flat.otio"
    with pytest.raises(ExchangeError, match="outer"):
        write_otio(edit(moved), file, flatten=True, strict=True)
    assert not file.exists()
    report = write_otio(edit(moved), file, flatten=True)
    assert {(one.strip, one.feature) for one in report.losses} == {("outer", "meta"), ("outer", "transform")}
    assert json.loads(file.read_text(encoding="utf-8"))["tracks"]["children"][0]["children"][0]["name"] == "a"
    assert [one.name for one in read_otio(file)[0].walk()] == ["a"]


def test_a_meta_that_reaches_beyond_its_strips_is_told_of(tmp_path: Path) -> None:
    drawn_out = meta("outer", 2, 1, 50, movie("a", 2, 1, 40))
    report = write_otio(edit(drawn_out), tmp_path / "out.otio", flavour="resolve")
    assert [one.reason for one in report.losses if one.feature == "held frames"] == [
        "10 frames lie outside its strips, where DaVinci Resolve has nothing to show"
    ]
    assert not write_otio(edit(drawn_out), tmp_path / "out.otio").losses
