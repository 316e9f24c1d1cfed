# SPDX-License-Identifier: GPL-3.0-or-later
"""A range of a video becomes a file for Kling: exactly its frames, copied where that can be, encoded once where not."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from addon.errors import InputError, StorageError
from addon.media.reference_file import ReferenceFile, make_reference
from addon.media.reference_plan import ReferenceLimits, fitted_size, plan_reference
from addon.media.video_source import open_video_source
from tests.clip_pattern import click_times_s
from tests.marked_clip import numbers, read_marked_clip, write_marked_clip

LIMITS = ReferenceLimits((3, 30), (340, 3850), 100)


def make(
    path: Path, frames: tuple[int, int] | None = None, rate: Fraction | None = None, limits: ReferenceLimits = LIMITS
) -> ReferenceFile:
    source = open_video_source(path)
    return make_reference(source, plan_reference(source, limits, frames, rate), limits, path.with_name("out.mp4"))


def video_packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


@pytest.mark.parametrize("frames", [(0, 96), (24, 96), (24, 97), (0, 73)])
def test_a_range_from_a_key_frame_is_copied_bit_by_bit(tmp_path: Path, frames: tuple[int, int]) -> None:
    clip = write_marked_clip(tmp_path / "a.mp4", frames=97)
    made = make(clip, frames)
    assert made.reasons == ()
    assert numbers(read_marked_clip(made.path)) == list(range(*frames))
    assert set(video_packets(made.path)) <= set(video_packets(clip))


@pytest.mark.parametrize("frames", [(23, 96), (25, 97), (1, 75), (24, 98 - 2)])
@pytest.mark.parametrize("b_frames", [0, 3])
def test_any_range_is_exact_even_for_readers_that_know_no_edit_list(
    tmp_path: Path, frames: tuple[int, int], b_frames: int
) -> None:
    clip = write_marked_clip(tmp_path / "a.mp4", frames=97, b_frames=b_frames)
    made = make(clip, frames)
    for knows in (True, False):
        read = read_marked_clip(made.path, edit_lists=knows)
        assert numbers(read) == list(range(*frames))
        assert [one.time_s for one in read] == pytest.approx([place / 24 for place in range(len(read))], abs=1e-4)


def test_an_open_group_of_pictures_is_no_place_to_cut(tmp_path: Path) -> None:
    clip = write_marked_clip(tmp_path / "a.mp4", b_frames=3, options={"x264-params": "open-gop=1:b-adapt=0"})
    assert numbers(read_marked_clip(make(clip, (24, 96)).path)) == list(range(24, 96))


@pytest.mark.parametrize("frames", [(24, 120), (31, 120)])
def test_the_sound_stays_with_the_picture(tmp_path: Path, frames: tuple[int, int]) -> None:
    clip = write_marked_clip(tmp_path / "a.mp4", frames=120, has_sound=True)
    made = make(clip, frames)
    wanted = [second - frames[0] / 24 for second in range(1, 5) if second * 24 >= frames[0]]
    assert click_times_s(made.path) == pytest.approx(wanted, abs=0.002)


@pytest.mark.parametrize("rotation_deg", [90, 180, 270])
def test_a_telephone_s_note_of_rotation_becomes_an_upright_picture(tmp_path: Path, rotation_deg: int) -> None:
    clip = write_marked_clip(tmp_path / "a.mp4", frames=80, rotation_deg=rotation_deg)
    made = make(clip)
    with av.open(str(made.path)) as container:
        frame = next(container.decode(video=0))
    grey = frame.to_ndarray(format="gray").astype(float)
    # The bright third of the coded picture is at its top; turned counter-clockwise it is at the left, and so on.
    sides = {90: grey[:, :60], 180: grey[-60:], 270: grey[:, -60:]}
    assert frame.rotation == 0
    assert made.size_px == ((640, 360) if rotation_deg == 180 else (360, 640))
    assert sides[rotation_deg].mean() == pytest.approx(168, abs=6)  # 160 of 16 to 235


def test_wide_pixels_become_square_ones(tmp_path: Path) -> None:
    made = make(write_marked_clip(tmp_path / "a.mp4", size_px=(480, 360), pixel_aspect=Fraction(4, 3)))
    assert made.size_px == (640, 360)
    assert "its pixels are not square" in made.reasons


@pytest.mark.parametrize(("size_px", "fitted"), [((200, 200), (340, 340)), ((320, 180), (604, 340))])
def test_a_small_picture_is_scaled_and_the_user_is_told(
    tmp_path: Path, size_px: tuple[int, int], fitted: tuple[int, int]
) -> None:
    made = make(write_marked_clip(tmp_path / "a.mp4", size_px=size_px))
    assert made.size_px == fitted
    assert made.reasons == (f"{size_px[0]} × {size_px[1]} px is scaled to {fitted[0]} × {fitted[1]} px",)
    assert numbers(read_marked_clip(made.path)) == list(range(96))


@pytest.mark.parametrize(
    ("size_px", "fitted"),
    [((7680, 4320), (3850, 2164)), ((340, 3850), (340, 3850)), ((4096, 2160), (3850, 2030)), ((641, 361), (640, 360))],
)
def test_sides_fit_and_are_even(size_px: tuple[int, int], fitted: tuple[int, int]) -> None:
    assert fitted_size(size_px, (340, 3850)) == fitted


def test_a_strip_of_a_picture_fits_no_scale() -> None:
    with pytest.raises(InputError, match="no scale fits both"):
        fitted_size((4000, 200), (340, 3850))


def test_a_varying_rate_becomes_a_constant_one_that_keeps_time(tmp_path: Path) -> None:
    def times_ms(number: int) -> int:
        return number * 33 + number // 10 * 50

    clip = write_marked_clip(tmp_path / "a.mp4", frames=120, times_ms=times_ms)
    made = make(clip)
    assert made.rate == 30
    for frame in read_marked_clip(made.path):
        shown = max(number for number in range(120) if times_ms(number) <= round(frame.time_s * 1000 + 0.5))
        assert frame.number == shown


def test_the_edit_s_rate_can_be_asked_for(tmp_path: Path) -> None:
    made = make(write_marked_clip(tmp_path / "a.mp4"), rate=Fraction(25))
    read = read_marked_clip(made.path)
    assert (made.rate, len(read)) == (25, 100)
    assert numbers(read) == [place * 24 // 25 for place in range(100)]


def test_webm_becomes_mp4(tmp_path: Path) -> None:
    made = make(write_marked_clip(tmp_path / "a.webm", codec="libvpx-vp9", frames=80, has_sound=True))
    assert made.reasons[0] == "Kling takes mp4 and mov"
    assert numbers(read_marked_clip(made.path)) == list(range(80))


def test_the_file_fits_the_limit_whatever_the_picture(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    clip = tmp_path / "noise.mp4"
    with av.open(str(clip), "w") as out:
        video = out.add_stream("libx264", rate=24, options={"preset": "ultrafast", "crf": "10"})
        video.width, video.height, video.pix_fmt = 640, 360, "yuv420p"
        for _ in range(80):
            noise = rng.integers(0, 255, (540, 640), dtype=np.uint8)
            out.mux(video.encode(av.VideoFrame.from_ndarray(noise, format="yuv420p")))
        out.mux(video.encode(None))
    assert clip.stat().st_size > 8_000_000
    made = make(clip, limits=ReferenceLimits((3, 30), (340, 3850), 2))
    assert made.frame_count == 80
    assert 1_000_000 < made.size_bytes <= 2_000_000
    assert made.reasons == ("it would have more than 2 MB",)


def test_what_breaks_in_the_middle_leaves_no_file(tmp_path: Path) -> None:
    clip = write_marked_clip(tmp_path / "a.mp4")
    source = open_video_source(clip)
    plan = plan_reference(source, LIMITS, (1, 80))
    clip.write_bytes(b"gone")
    with pytest.raises(StorageError, match=r"out\.mp4 could not be made of a\.mp4"):
        make_reference(source, plan, LIMITS, tmp_path / "out.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


def test_stopping_leaves_no_file(tmp_path: Path) -> None:
    source = open_video_source(write_marked_clip(tmp_path / "a.mp4"))

    def stop(share: float) -> None:
        if share > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_reference(source, plan_reference(source, LIMITS, (1, 90)), LIMITS, tmp_path / "out.mp4", progress=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]
