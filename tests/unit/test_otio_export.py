# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from addon.errors import ExchangeError
from addon.interchange.otio_file import write_otio
from otio_bridge.export import export_text, export_timeline
from otio_bridge.import_timeline import import_text
from otio_bridge.snapshot import Media, NotCarried, StripKind, StripSnapshot, TimelineSnapshot

NTSC = Fraction(24000, 1001)


def media(number: int) -> Media:
    return Media(f"/takes/s010_t{number:02d}.mp4", Fraction(24), 121, {"take": number, "recipe": {"prompt": "ü"}})


TAKES = {"take 1": media(1), "take 2": media(2)}


def strip(name: str, kind: StripKind, channel: int, start: int, length: int, offset: int = 0) -> StripSnapshot:
    return StripSnapshot(name, kind, channel, start, length, offset, TAKES, "take 2", shot_id="s010", take_number=2)


def snapshot(*strips: StripSnapshot, rate: Fraction = Fraction(25), start: int = 1) -> TimelineSnapshot:
    return TimelineSnapshot("cut", rate, start, 1280, 720, tuple(strips), (NotCarried("title", "no text yet"),))


def test_strips_become_clips_gaps_and_tracks_with_takes_as_media_references(tmp_path: Path) -> None:
    edit = snapshot(
        strip("a", StripKind.MOVIE, 2, 11, 126, offset=3),
        strip("a sound", StripKind.SOUND, 1, 11, 126, offset=3),
        strip("b", StripKind.MOVIE, 2, 200, 50),
    )
    report = write_otio(edit, tmp_path / "cut.otio")
    assert report.kept == 3
    assert report.dropped == ("title: no text yet",)

    timeline = otio.adapters.read_from_file(str(tmp_path / "cut.otio"))
    picture, sound = timeline.tracks
    assert [track.kind for track in timeline.tracks] == ["Video", "Audio"]
    assert [type(item).__name__ for item in picture] == ["Gap", "Clip", "Gap", "Clip"]
    assert [item.duration().value for item in picture] == [10, 126, 63, 50]
    assert {item.duration().rate for item in [*picture, *sound]} == {25.0}
    clip = picture[1]
    assert clip.source_range.start_time == otio.opentime.RationalTime(3, 25)
    assert clip.active_media_reference_key == "take 2"
    assert clip.media_reference.target_url == "/takes/s010_t02.mp4"
    assert clip.media_reference.available_range.duration == otio.opentime.RationalTime(121, 24)
    assert sorted(clip.media_references()) == ["take 1", "take 2"]
    assert dict(clip.metadata["retake"]) == {"schema": 1, "shot": "s010", "take": 2}
    assert clip.media_reference.metadata["retake"]["recipe"]["prompt"] == "ü"
    assert clip.metadata["blender_vse"]["strip"]["channel"] == 2


def test_a_reference_is_called_after_its_file() -> None:
    """Programs tell media apart by that name: otio-mlt-adapter 0.3 showed one file for all that had the same."""
    timeline, _ = export_timeline(snapshot(strip("a", StripKind.MOVIE, 1, 1, 10)))
    references = timeline.tracks[0][0].media_references()
    assert {key: one.name for key, one in references.items()} == {"take 1": "s010_t01.mp4", "take 2": "s010_t02.mp4"}


def test_overlapping_strips_of_a_channel_get_a_further_track() -> None:
    edit = snapshot(
        strip("a", StripKind.MOVIE, 1, 1, 100),
        strip("b", StripKind.MOVIE, 1, 50, 100),
        strip("c", StripKind.MOVIE, 1, 150, 9),
    )
    timeline, _ = export_timeline(edit)
    assert [[clip.name for clip in track.find_clips()] for track in timeline.tracks] == [["a", "c"], ["b"]]


def test_a_strip_before_the_first_frame_moves_time_zero() -> None:
    timeline, _ = export_timeline(
        snapshot(strip("a", StripKind.MOVIE, 1, -9, 20), strip("b", StripKind.MOVIE, 2, 1, 5))
    )
    assert timeline.metadata["blender_vse"]["frame_of_time_zero"] == -9
    assert [item.duration().value for item in timeline.tracks[1]] == [10, 5]


_strips = st.lists(
    st.builds(
        strip,
        st.text("abc", min_size=1, max_size=8),
        st.sampled_from([StripKind.MOVIE, StripKind.SOUND]),
        st.integers(1, 6),
        st.integers(-200, 2000),
        st.integers(1, 400),
        st.integers(0, 100),
    ),
    max_size=30,
    unique_by=lambda one: one.name,
)


@given(_strips, st.sampled_from([NTSC, Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(60)]))
def test_every_strip_keeps_its_place_to_the_frame_at_every_rate(strips: list[StripSnapshot], rate: Fraction) -> None:
    timeline, _ = export_timeline(snapshot(*strips, rate=rate))
    origin = timeline.metadata["blender_vse"]["frame_of_time_zero"]
    found = []
    for track in timeline.tracks:
        for clip in track.find_clips():
            at = track.range_of_child(clip)
            assert at.start_time.rate == float(rate)
            found.append((track.kind, clip.name, round(at.start_time.value) + origin, round(at.duration.value)))
            assert at.start_time.value == round(at.start_time.value)
    kinds = {StripKind.MOVIE: "Video", StripKind.SOUND: "Audio"}
    assert sorted(found) == sorted((kinds[s.kind], s.name, s.start, s.length) for s in strips)


@given(_strips)
def test_the_same_edit_gives_the_same_file(strips: list[StripSnapshot]) -> None:
    first, _ = export_timeline(snapshot(*strips))
    second, _ = export_timeline(snapshot(*reversed(strips)))
    assert len(first.tracks) == len(second.tracks)
    again, _ = export_timeline(snapshot(*strips))
    assert first.to_json_string() == again.to_json_string()


def test_another_ending_is_refused_and_nothing_written(tmp_path: Path) -> None:
    with pytest.raises(ExchangeError, match=r"cut\.mp4 is not an \.otio, \.otioz or \.otiod file"):
        write_otio(snapshot(), tmp_path / "cut.mp4")
    assert list(tmp_path.iterdir()) == []


def test_a_transition_onto_a_strip_that_begins_before_its_media_has_no_time_before_the_cut() -> None:
    out = strip("out", StripKind.MOVIE, 1, 1, 50)
    into = strip("into", StripKind.MOVIE, 2, 31, 60, offset=-15)
    cross = StripSnapshot(
        "cross", StripKind.EFFECT, 3, 31, 20, 0, {}, "", blend_type="REPLACE", effect_type="CROSS",
        inputs=("out", "into"),
    )  # fmt: skip
    edit = TimelineSnapshot("cut", Fraction(25), 1, 1280, 720, (out, into, cross))
    timeline, _ = export_timeline(edit)
    (transition,) = (one for one in timeline.tracks[0] if isinstance(one, otio.schema.Transition))
    assert (transition.in_offset.value, transition.out_offset.value) == (0, 10)
    assert import_text(export_text(edit)[0])[0] == edit
