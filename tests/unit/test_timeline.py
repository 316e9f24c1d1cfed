# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import struct
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addon.errors import PlacementError
from addon.timeline.channels import HIGHEST_CHANNEL, Occupied, channel_above, free_channels
from addon.timeline.ranges import FrameRange
from addon.timeline.rate import frames_at_rate, scene_rate
from addon.timeline.taken_channels import TakenChannels

RATES = [Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(30), Fraction(60000, 1001)]


def _as_blender_keeps_it(value: float) -> float:
    return float(struct.unpack("f", struct.pack("f", value))[0])


@pytest.mark.parametrize(
    ("fps", "fps_base", "rate"),
    [
        pytest.param(24, 1.001, Fraction(24000, 1001), id="23.976"),
        pytest.param(24, 1.0, Fraction(24), id="24"),
        pytest.param(25, 1.0, Fraction(25), id="25"),
        pytest.param(30, 1.001, Fraction(30000, 1001), id="29.97"),
        pytest.param(60, 1.001, Fraction(60000, 1001), id="59.94"),
        pytest.param(25, 2.0, Fraction(25, 2), id="12.5"),
    ],
)
def test_scene_rate_is_exact_from_32_bit_floats(fps: int, fps_base: float, rate: Fraction) -> None:
    assert scene_rate(fps, _as_blender_keeps_it(fps_base)) == rate


@pytest.mark.parametrize(
    ("rate", "frames"),
    [(Fraction(24000, 1001), 120), (Fraction(24), 121), (Fraction(25), 126), (Fraction(30), 151), (Fraction(60), 302)],
)
def test_a_five_second_take_lasts_as_long_as_blender_makes_it(rate: Fraction, frames: int) -> None:
    assert frames_at_rate(121, Fraction(24), rate) == frames


@given(st.lists(st.integers(1, 10_000), min_size=1), st.sampled_from(RATES), st.sampled_from(RATES))
def test_lengths_at_another_rate_are_never_longer_and_less_than_a_frame_short(
    lengths: list[int], media_rate: Fraction, rate: Fraction
) -> None:
    for length in lengths:
        short_s = length / media_rate - frames_at_rate(length, media_rate, rate) / rate
        assert 0 <= short_s < 1 / rate


def test_an_empty_range_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        FrameRange(10, 10)


_ranges = st.builds(
    lambda start, length: FrameRange(start, start + length), st.integers(-500, 500), st.integers(1, 200)
)
_occupied = st.lists(st.builds(Occupied, st.integers(1, 12), _ranges), max_size=40)


@given(_occupied, _ranges, st.integers(1, 3), st.integers(1, 20), st.frozensets(st.integers(1, 20), max_size=5))
def test_free_channels_are_free_over_the_whole_length(
    occupied: list[Occupied], frames: FrameRange, count: int, lowest: int, closed: frozenset[int]
) -> None:
    channel = free_channels(occupied, frames, count, lowest=lowest, closed=closed)
    assert lowest <= channel <= HIGHEST_CHANNEL - count + 1
    for wanted in range(channel, channel + count):
        assert wanted not in closed
        assert not any(strip.channel == wanted and strip.frames.overlaps(frames) for strip in occupied)


@given(_occupied, _ranges, st.integers(-1000, 1000))
def test_channels_do_not_depend_on_where_time_begins(occupied: list[Occupied], frames: FrameRange, by: int) -> None:
    def moved(old: FrameRange) -> FrameRange:
        return FrameRange(old.start + by, old.end_exclusive + by)

    shifted = [Occupied(strip.channel, moved(strip.frames)) for strip in occupied]
    assert free_channels(occupied, frames, 2) == free_channels(shifted, moved(frames), 2)


@given(_occupied, _ranges)
def test_nothing_covers_the_channel_above(occupied: list[Occupied], frames: FrameRange) -> None:
    above = channel_above(occupied, frames)
    assert all(strip.channel < above for strip in occupied if strip.frames.overlaps(frames))


@given(_occupied, _ranges, st.integers(1, 12))
def test_taken_channels_answer_as_free_channels_does(occupied: list[Occupied], frames: FrameRange, lowest: int) -> None:
    taken = TakenChannels()
    for strip in occupied:
        taken.take(strip.channel, strip.frames)
    assert taken.free_channel(frames, lowest) == free_channels(occupied, frames, 1, lowest=lowest)


def test_no_channel_is_left_where_all_are_taken() -> None:
    taken = TakenChannels()
    for channel in range(1, HIGHEST_CHANNEL + 1):
        taken.take(channel, FrameRange(1, 100))
    assert taken.free_channel(FrameRange(100, 101), 1) == 1
    with pytest.raises(PlacementError, match="over the frames 99 to 100"):
        taken.free_channel(FrameRange(99, 101), 1)


def test_a_full_timeline_is_said_and_not_overlapped() -> None:
    frames = FrameRange(1, 100)
    full = [Occupied(channel, frames) for channel in range(1, HIGHEST_CHANNEL + 1)]
    with pytest.raises(PlacementError, match="no 2 neighbouring channels"):
        free_channels(full, frames, 2)
