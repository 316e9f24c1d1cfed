# SPDX-License-Identifier: GPL-3.0-or-later
"""Which places of an edit ask to be filled, and that filling one leaves the rest as it was."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from otio_bridge.errors import BridgeError
from otio_bridge.fill import fill_place
from otio_bridge.open_places import OpenPlaces, find_open_places
from otio_bridge.read_file import read_text
from otio_bridge.snapshot import Media
from tests.prompted_edit import clip, span, time, write_prompted_edit

FOOTAGE = Path("/footage/street.mp4")


def _read(path: Path) -> dict[str, Any]:
    return read_text(path.read_text(encoding="utf-8"))[0]


def _find(timeline: dict[str, Any], *present: Path) -> OpenPlaces:
    return find_open_places(timeline, "/edit", {str(path) for path in present}.__contains__)


@pytest.fixture
def edit(tmp_path: Path) -> dict[str, Any]:
    write_prompted_edit(tmp_path / "edit.otio", FOOTAGE)
    return _read(tmp_path / "edit.otio")


def test_gap_missing_clip_and_marker_are_found_with_what_a_dissolve_needs(edit: dict[str, Any]) -> None:
    found = _find(edit, FOOTAGE)
    assert found.lost == ()
    dusk, rain, anna = found.places
    assert (dusk.prompt, dusk.length_s) == ("A lighthouse at dusk, waves below", Fraction(101, 25))
    assert (dusk.head_s, dusk.tail_s) == (Fraction(12, 25), 0)
    assert dusk.where == "track 1, item 3, at 0:00:02.400"
    assert (rain.prompt, rain.length_s) == ("Rain on a window, close", Fraction(40, 25))
    assert (anna.shot_id, anna.prompt, dict(anna.wishes)) == ("s020", "Anna walks over a bridge", {"negative": "cars"})


def test_a_filled_edit_differs_in_the_filled_places_only(edit: dict[str, Any]) -> None:
    before = json.loads(json.dumps(edit))
    for number, place in enumerate(_find(edit, FOOTAGE).places, start=1):
        fill_place(edit, place, number, Media(f"/takes/{place.shot_id}.mp4", Fraction(24), 121, {"take": number}))
    tracks = edit["tracks"]["children"]
    filled = [tracks[0]["children"][2], tracks[1]["children"][0], tracks[1]["children"][1]]
    untouched = [before["tracks"]["children"][0]["children"][2], *before["tracks"]["children"][1]["children"]]
    for now, was in zip(filled, untouched, strict=True):
        assert now["source_range"]["duration"] == was["source_range"]["duration"]
        assert now["markers"] == was["markers"]
        assert {**was["metadata"], "retake": now["metadata"]["retake"]} == now["metadata"]
    tracks[0]["children"][2], tracks[1]["children"][0], tracks[1]["children"][1] = untouched
    assert edit == before


def test_opentimelineio_reads_the_filled_edit_and_shows_the_takes_at_the_old_places(edit: dict[str, Any]) -> None:
    for place in _find(edit, FOOTAGE).places:
        fill_place(edit, place, 2, Media(f"/takes/{place.shot_id}.mp4", Fraction(24), 121))
    timeline = otio.core.deserialize_json_from_string(json.dumps(edit))
    lower, upper, _ = timeline.tracks
    dusk = lower[2]
    assert lower.range_of_child(dusk) == span(60, 101)
    # The dissolve shows 12 frames of it before the cut: it begins as far into the take.
    assert dusk.source_range == span(12, 101)
    assert dusk.media_reference.available_range == span(0, 121, 24.0)
    assert dusk.media_reference.target_url.startswith("/takes/a-lighthouse-at-dusk-wav-")
    assert lower.trimmed_range_of_child(lower[3]) == span(161, 50)
    anna = upper[1]
    assert anna.name == "anna walks"
    assert sorted(anna.media_references()) == ["DEFAULT_MEDIA", "take 2"]
    assert anna.active_media_reference_key == "take 2"
    assert (anna.source_range, upper.range_of_child(anna)) == (span(0, 80), span(40, 80))


def test_a_filled_edit_asks_for_nothing_more(edit: dict[str, Any]) -> None:
    places = _find(edit, FOOTAGE).places
    for place in places:
        fill_place(edit, place, 1, Media(f"/takes/{place.shot_id}.mp4", Fraction(24), 121))
    again = _find(edit, FOOTAGE, *(Path(f"/takes/{place.shot_id}.mp4") for place in places))
    assert (again.places, again.lost) == ((), ())
    gone = _find(edit, FOOTAGE)
    assert [place.shot_id for place in gone.places] == [place.shot_id for place in places]


def test_ids_stay_when_the_edit_around_them_moves(tmp_path: Path, edit: dict[str, Any]) -> None:
    ids = [place.shot_id for place in _find(edit, FOOTAGE).places]
    timeline = otio.core.deserialize_json_from_string(json.dumps(edit))
    timeline.tracks[0].insert(0, clip("new opening", FOOTAGE, 0, 33))
    moved = json.loads(timeline.to_json_string())
    assert [place.shot_id for place in _find(moved, FOOTAGE).places] == ids


def test_a_prompt_over_footage_is_named(edit: dict[str, Any]) -> None:
    timeline = otio.core.deserialize_json_from_string(json.dumps(edit))
    timeline.tracks[0].markers.append(otio.schema.Marker("x", marked_range=span(175, 0), comment="RETAKE: Snow"))
    lost = _find(json.loads(timeline.to_json_string()), FOOTAGE).lost
    assert tuple(one.sentence for one in lost) == (
        "The marker “Snow” at 0:00:07.000 on track 1 lies over no gap and no clip without its media.",
    )


def test_a_retimed_place_needs_as_much_more_media() -> None:
    timeline = otio.schema.Timeline("fast")
    track = otio.schema.Track(kind=otio.schema.TrackKind.Video)
    timeline.tracks.append(track)
    fast = otio.schema.Clip("RETAKE: A train passes", source_range=span(0, 50))
    fast.effects.append(otio.schema.LinearTimeWarp(time_scalar=2.0))
    nested = otio.schema.Stack()
    inner = otio.schema.Track(kind=otio.schema.TrackKind.Video)
    inner.append(otio.schema.Gap(source_range=span(0, 30), metadata={"retake": {"prompt": "A door"}}))
    nested.append(inner)
    track.extend([fast, nested])
    document = json.loads(timeline.to_json_string())
    train, door = _find(document).places
    assert (train.prompt, train.length_s) == ("A train passes", Fraction(4))
    assert door.path == (0, 1, 0, 0)
    fill_place(document, door, 1, Media("/takes/door.mp4", Fraction(24), 121))
    again = otio.core.deserialize_json_from_string(json.dumps(document))
    assert again.tracks[0][1][0][0].media_reference.target_url == "/takes/door.mp4"
    assert again.tracks[0].duration() == time(80)


def test_a_clip_alone_is_refused() -> None:
    alone = json.loads(otio.schema.Clip("one").to_json_string())
    with pytest.raises(BridgeError, match="Only a timeline can be filled"):
        _find(alone)
